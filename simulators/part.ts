/** A part of the plant: electricity, heating, oxygen ... One implementation per file in `parts/`. */
import type { QuantityId } from '../shared/quantity.ts';
import type { AnyDevice } from '../shared/site.ts';
import type { Calendar } from './calendar.ts';
import type { Knobs } from './knobs.ts';
import type { Shared } from './plant.ts';

export type Values = Partial<Record<QuantityId, number>>;

/** One step of plant time, the same for all parts. */
export interface Moment {
  /** Seconds since the last step. */
  dtS: number;
  /** Whole steps since the plant was made. */
  step: number;
  calendar: Calendar;
  knobs: Knobs;
  /** What parts tell each other; each writes its own fields only. */
  shared: Shared;
}

export interface Part {
  id: string;
  step(moment: Moment): void;
  /** What the sensors of a device would see without noise; undefined for devices of other parts. */
  values(device: string): Values | undefined;
  /** Physical facts that no sensor shows; names carry the unit. For tests and scoring. */
  facts(): Record<string, number>;
  /** What the main register of its meters shows, without the cost of all values: for long studies. */
  counters?: Counters;
  /** What a repair crew does when a fault is over: breakers closed again, lockouts reset. */
  repair(): void;
}

export interface PartContext {
  devices: readonly AnyDevice[];
  seed: number;
  /** Plant time of the first step. */
  calendar: Calendar;
  shared: Shared;
}

export interface Counters {
  devices: readonly string[];
  /** Writes one number per device, kWh or m³. */
  read(into: Float64Array, at: number): void;
}

export type CreatePart = (context: PartContext) => Part;

export const withRole = (devices: readonly AnyDevice[], role: string) => devices.filter((device) => device.role === role);

/** One step of a first-order lag towards `goal`; stable for any step. */
export const lag = (value: number, goal: number, dtS: number, tauS: number) => goal + (value - goal) * Math.exp(-dtS / tauS);

export const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
