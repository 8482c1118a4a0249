/** Is a device there? Pure bookkeeping of one device: missed polls, offline, probes. Domain: 3 missed polls or 60 s, whichever is later. */

export const offlineAfterMissed = 3;
export const offlineAfterMs = 60_000;
/** Failures after which a device is only probed. */
export const failuresBeforeProbes = 3;
/** A dead device may cost its bus 2 %; probes take half of that, the rest is for what we cannot see. */
export const probeShare = 0.01;
/** Shortest time that a probe waits for an answer, ms: a busy event loop must not look like a dead device. */
const leastProbeMs = 20;

export interface Health {
  /** Polls missed in a row. */
  missed: number;
  /** Requests failed in a row: what it has cost. */
  failures: number;
  /** Plant ms of the last answer, or of the start. */
  lastAnswer: number;
  everAnswered: boolean;
  online: boolean | undefined;
  /** Slowest recent answer without line time, ms; 0 unknown. Forgets slowly. */
  latencyMs: number;
  /** Monotonic ms before which no probe is allowed. */
  nextProbeAt: number;
  /** An answer came late: it lives, ask in full. */
  heard: boolean;
}

export const newHealth = (now: number): Health => ({
  missed: 0,
  failures: 0,
  lastAnswer: now,
  everAnswered: false,
  online: undefined,
  latencyMs: 0,
  nextProbeAt: 0,
  heard: false,
});

/** A device that never answered is only probed from its first failure on: nothing is lost that was there. */
export const onlyProbed = (health: Health): boolean => !health.heard && health.failures >= (health.everAnswered ? failuresBeforeProbes : 1);

export function noteLatency(health: Health, ms: number): void {
  health.latencyMs = ms > health.latencyMs ? ms : health.latencyMs * 0.98 + ms * 0.02;
}

/** How long a probe waits: three times what this device, or else its neighbours, usually need. */
export function probeTimeoutMs(health: Health, neighboursMs: number, busTimeoutMs: number): number {
  const usual = health.latencyMs || neighboursMs;
  return usual === 0 ? busTimeoutMs : Math.min(busTimeoutMs, Math.max(leastProbeMs, 3 * usual));
}

/** After a failed probe: rest until it has cost no more than its share. */
export function restAfterProbe(health: Health, now: number, costMs: number): void {
  health.nextProbeAt = Math.max(health.nextProbeAt, now + costMs * (1 / probeShare - 1));
}

export type Change = 'none' | 'lost' | 'offline' | 'online';

export function answered(health: Health, now: number): Change {
  const change = health.online === true ? 'none' : 'online';
  health.missed = 0;
  health.failures = 0;
  health.lastAnswer = now;
  health.everAnswered = true;
  health.online = true;
  health.nextProbeAt = 0;
  health.heard = false;
  return change;
}

/** One poll missed. `lost`: the first one; `offline`: now it counts as gone. */
export function missedPoll(health: Health, now: number): Change {
  health.missed++;
  if (health.online !== false && health.missed >= offlineAfterMissed && now - health.lastAnswer >= offlineAfterMs) {
    health.online = false;
    return 'offline';
  }
  return health.missed === 1 ? 'lost' : 'none';
}
