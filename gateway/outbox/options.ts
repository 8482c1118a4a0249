/** What the outbox is told, what it promises in numbers, and what it says about itself. */
import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import type { Message } from './message.ts';
import type { SenderLimits } from './sender.ts';

/**
 * Why messages were given up: `full` the file reached its limit or the disk is full, `age` older than max_age, `damaged` a row could not be
 * read back, `memory` the disk took nothing for so long that memory ran out too.
 */
export const dropReasons = ['full', 'age', 'damaged', 'memory'] as const;
export type DropReason = (typeof dropReasons)[number];

export interface OutboxLimits {
  /** A message not committed by then goes to disk. */
  settleMs: number;
  /** The outbox looks when its oldest message is this much older: settleMs + tickMs is the longest that one is in memory only. */
  tickMs: number;
  /** Messages of one row; a group commit of more makes several rows. */
  rowMessages: number;
  /** What may wait in memory while the disk takes nothing. */
  memoryBytes: number;
  /** How long after start, or after a jump of the clock, nothing is given up for its age: a wrong clock must not empty the outbox. */
  ageGraceMs: number;
  ageCheckMs: number;
  /** How often opening the file is tried again after an i/o error. */
  reopenMs: number;
}

export const outboxLimits: OutboxLimits = {
  settleMs: 300,
  tickMs: 150,
  rowMessages: 500,
  memoryBytes: 48 << 20,
  ageGraceMs: 3_600_000,
  ageCheckMs: 60_000,
  reopenMs: 5_000,
};

export interface OutboxOptions {
  file: string;
  maxBytes: number;
  maxAgeMs: number;
  /** Wire time: real, also on simulated sites that run faster, since disks and networks do not. */
  wire: Clock;
  /** Plant time: what readings carry. */
  plant: Clock;
  log: Log;
  /** By default random; a name that no other start of this gateway has. */
  boot?: string;
  limits?: Partial<OutboxLimits>;
  sender?: Partial<SenderLimits>;
}

/** The way to ingest, while it is open. */
export interface OutboxLink {
  send(batch: readonly Message[]): void;
}

export interface OutboxStatus {
  boot: string;
  /** Messages not committed yet, in memory or on disk. */
  depth: number;
  /** Age of the oldest uncommitted reading in plant ms; 0 when there is none. */
  oldestAgeMs: number;
  bytes: number;
  inFlight: number;
  /** Ingest or its store is away. */
  stalled: boolean;
  /** False: the disk takes nothing, messages wait in memory only. */
  disk: boolean;
  dropped: Record<DropReason, number>;
  committed: number;
  resent: number;
}
