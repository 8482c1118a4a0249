/**
 * The clocks of a ticket: acknowledge, arrive, restore. Each is a row of segments, running or paused with reason and actor; whether a time was kept is
 * computed from them and from nothing else, so a change of priority keeps what ran, a pause stops a clock, and a ticket that is opened
 * again goes on where it was. Pure.
 */
import type { Priority } from '../shared/alarm.ts';

export const slaKinds = ['acknowledge', 'arrive', 'restore'] as const;
export type SlaKind = (typeof slaKinds)[number];

export type SlaTargets = Readonly<Record<Priority, Readonly<Record<SlaKind, number | null>>>>;
const minute = 60_000;
const day = 24 * 60 * minute;
/** What hospitals promise; null: no promise. */
export const slaDefaults: SlaTargets = {
  critical: { acknowledge: 3 * minute, arrive: 10 * minute, restore: 60 * minute },
  high: { acknowledge: 10 * minute, arrive: 20 * minute, restore: 240 * minute },
  medium: { acknowledge: 10 * minute, arrive: 20 * minute, restore: day },
  low: { acknowledge: null, arrive: null, restore: 3 * day },
};

export type SlaEvent = { t: number; by: string } & (
  | { type: 'open' | 'priority'; priority: Priority }
  | { type: 'acknowledge' | 'arrive' | 'restore' | 'resume' | 'reopen' | 'cancel' }
  /** An alarm of the ticket is there; all of them are gone; it is signed off. */
  | { type: 'alarm' | 'recovered' | 'sign' }
  /** `until`: the date on which work goes on; the clocks run again from then, whether somebody says so or not. */
  | { type: 'pause'; reason: string; until: number | null }
);

export interface SlaSegment {
  from: number;
  /** null: it goes on. */
  to: number | null;
  state: 'running' | 'paused';
  reason: string | null;
  by: string;
}
export interface SlaClock {
  kind: SlaKind;
  targetMs: number | null;
  segments: SlaSegment[];
  /** Running time up to the end, or up to now. */
  ranMs: number;
  endedAt: number | null;
  /** How it ended, or null. */
  ended: 'done' | 'cancelled' | null;
  /** When more ran than was promised. */
  breachedAt: number | null;
  /** When it will be, if nothing changes; null when paused, ended, breached or without a promise. */
  dueAt: number | null;
}

/**
 * Which events end a clock: whoever is there has heard of it, and what is mended was reached. What is mended is restored when the alarms of the ticket
 * are gone too, or when somebody signs it off all the same; an alarm that is back before the signature sets the clock going again.
 */
const endsWith: Readonly<Record<SlaKind, readonly SlaEvent['type'][]>> = {
  acknowledge: ['acknowledge', 'arrive', 'restore'],
  arrive: ['arrive', 'restore'],
  restore: ['restore'],
};

/** @param events in the order of time, the first one is `open` */
export function slaClocks(events: readonly SlaEvent[], now: number, targets: SlaTargets = slaDefaults): SlaClock[] {
  return slaKinds.map((kind) => clockOf(kind, events, now, targets));
}

function clockOf(kind: SlaKind, events: readonly SlaEvent[], now: number, targets: SlaTargets): SlaClock {
  const segments: SlaSegment[] = [];
  let ended = null as SlaClock['ended'];
  let endedAt = null as number | null;
  let priority: Priority = 'medium';
  let promisedAt = 0;
  const close = (t: number) => {
    const last = segments.at(-1);
    if (last && last.to === null) last.to = t;
  };
  const begin = (segment: Omit<SlaSegment, 'to'>) => {
    close(segment.from);
    segments.push({ ...segment, to: null });
  };
  let alarmActive = false;
  let repaired = false;
  let signed = false;
  const end = (t: number, how: 'done' | 'cancelled') => {
    close(t);
    pausedUntil = null;
    [ended, endedAt] = [how, t];
  };
  const goOn = (t: number, by: string) => {
    if (endedAt !== null && endedAt < t) segments.push({ from: endedAt, to: t, state: 'paused', reason: ended, by });
    begin({ from: t, state: 'running', reason: null, by });
    [ended, endedAt] = [null, null];
  };
  /** A pause with a date ends by itself. */
  let pausedUntil: number | null = null;
  const wake = (t: number) => {
    if (pausedUntil === null || pausedUntil > t || ended) return;
    const from = pausedUntil;
    pausedUntil = null;
    begin({ from, state: 'running', reason: null, by: 'engine' });
  };
  for (const event of events) {
    if (event.t > now) break;
    wake(event.t);
    const paused = segments.at(-1)?.state === 'paused';
    switch (event.type) {
      case 'open':
        priority = event.priority;
        promisedAt = event.t;
        begin({ from: event.t, state: 'running', reason: null, by: event.by });
        break;
      case 'priority':
        priority = event.priority;
        promisedAt = event.t;
        break;
      case 'pause':
        // Nobody has acknowledged a ticket by letting it wait.
        if (ended || kind === 'acknowledge') break;
        if (event.until !== null && event.until <= event.t) break;
        pausedUntil = event.until;
        begin({ from: event.t, state: 'paused', reason: event.reason, by: event.by });
        break;
      case 'resume':
        if (ended || !paused) break;
        pausedUntil = null;
        begin({ from: event.t, state: 'running', reason: null, by: event.by });
        break;
      case 'reopen':
        [repaired, signed] = [false, false];
        // What was done stays done: only what was not, and the repair, go on.
        if (ended === 'cancelled' || (ended === 'done' && kind === 'restore')) goOn(event.t, event.by);
        break;
      case 'cancel':
        if (!ended) end(event.t, 'cancelled');
        break;
      case 'alarm':
        alarmActive = true;
        if (kind === 'restore' && ended === 'done' && !signed) goOn(event.t, event.by);
        break;
      case 'recovered':
        alarmActive = false;
        if (kind === 'restore' && repaired && !ended) end(event.t, 'done');
        break;
      case 'sign':
        if (kind !== 'restore' || ended === 'cancelled' || !repaired) break;
        signed = true;
        if (!ended) end(event.t, 'done');
        break;
      default:
        if (ended || !endsWith[kind].includes(event.type)) break;
        if (event.type === 'restore') repaired = true;
        if (kind !== 'restore' || !alarmActive) end(event.t, 'done');
        // Nobody works on it any more, and it is not restored: nothing stops the clock.
        else if (paused) {
          pausedUntil = null;
          begin({ from: event.t, state: 'running', reason: null, by: event.by });
        }
    }
  }
  wake(now);
  const whole = segments.filter((segment) => segment.to === null || segment.to > segment.from);
  const targetMs = targets[priority][kind];
  const ranMs = whole.reduce((sum, { state, from, to }) => sum + (state === 'running' ? Math.min(to ?? now, now) - from : 0), 0);
  const reached = targetMs === null || ranMs <= targetMs ? null : momentOf(whole, targetMs);
  const breachedAt = reached === null ? null : Math.max(reached, promisedAt);
  const running = ended === null && whole.at(-1)?.state === 'running';
  const dueAt = running && targetMs !== null && breachedAt === null ? now + targetMs - ranMs : null;
  return { kind, targetMs, segments: whole, ranMs, endedAt, ended, breachedAt, dueAt };
}

/** The moment at which so much had run. */
function momentOf(segments: readonly SlaSegment[], ms: number): number | null {
  let left = ms;
  for (const { state, from, to } of segments) {
    if (state !== 'running') continue;
    const length = (to ?? Number.POSITIVE_INFINITY) - from;
    if (left < length) return from + left;
    left -= length;
  }
  return null;
}
