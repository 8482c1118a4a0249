import { z } from 'zod';
import type { QuantityId } from './quantity.ts';

/**
 * Why there is no good value: `comm` no or a garbled answer, `exception` the device refused the register, `sentinel` the device says
 * "not fitted" or "fault", `decode` words that make no value, `range` physically impossible, `sensor` 4-20 mA loop outside 3.6-21 mA,
 * `path` an MQTT payload without the expected field, `stale` older than the device should be, `frozen` unchanged where noise is expected.
 */
export const badReasons = ['comm', 'exception', 'sentinel', 'decode', 'range', 'sensor', 'path', 'stale', 'frozen'] as const;
export type BadReason = (typeof badReasons)[number];
export const badReasonSchema = z.enum(badReasons);

export type Quality = 'good' | 'bad';

/**
 * One value of one quantity of one device at one moment. A bad one has no value: never 0, never an old one. The word is the same everywhere; a *point* is
 * what is read (a register, a field of a message), a *series* what it has said over time.
 */
export interface Reading {
  device: string;
  quantity: QuantityId;
  /** UTC milliseconds, stamped at the gateway when the answer came in. */
  t: number;
  value: number | null;
  quality: Quality;
  reason?: BadReason;
}

/** What a quantity of a device says now. */
export type LatestReading = Omit<Reading, 'device' | 'quantity'>;

/** One step of a series as it is drawn or counted: a reading, or what a span of them comes to. null: not known. */
export type SeriesPoint = [t: number, value: number | null];
