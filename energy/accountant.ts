/**
 * Consumption of the site's counters, kept up to date: raw readings from the store and what people know of them in, quarter hours to the store out. What came
 * late, and what was corrected, is worked through again from before it, and ends in what a clean recomputation gives; writing a quarter hour twice changes nothing.
 */
import type { Store } from '../ingest/store.ts';
import type { Clock } from '../shared/clock.ts';
import { type Checkpoint, Checkpoints, type SavedStates } from './checkpoints.ts';
import type { Corrections } from './corrections.ts';
import { type CounterOptions, CounterStream, type Interval, intervalMs } from './counter.ts';
import { GapWatch } from './gap-watch.ts';
import { openGivenPast, pointOf } from './given-past.ts';
import { mergeReadings } from './merge-readings.ts';
import { counterOptionsOf, type Meter } from './meters.ts';
import { voidWhatIsGone } from './stale-intervals.ts';
import type { Doubt, Suspects } from './suspects.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** So long the engine remembers how a meter runs: with no state to go on from, it reads as much before it writes. */
const memoryMs = 30 * dayMs;
/** At a start without a saved state: enough to know the day; the weeks before would take minutes for a hundred meters. */
const shortMemoryMs = 2 * dayMs;
/** A reset turns out to be none within two days: so far back figures change. */
const returnMs = 3 * dayMs;
/** Readings are asked for in such pieces; where they are few, in longer ones. */
const pieceMs = 2 * dayMs;
const longestPieceMs = 16 * dayMs;
/** Of the last days there is a checkpoint every two days, for what comes late. */
const finelyMs = 20 * dayMs;
const fewPoints = 10_000;
const mostPoints = 100_000;
const mostWritten = 2_000;
/** So long back a first start looks for readings. */
const longestBackMs = 400 * dayMs;
/** What is younger may still be on its way to the store. */
const settleMs = 20_000;
/** Intervals that are kept in memory. */
const keptMs = 4 * dayMs;
const checkpointMs = 6 * hourMs;
/** Checkpoints of all meters together: some 50 kB each. */
const mostCheckpoints = 1_600;

interface Running {
  meter: Meter;
  stream: CounterStream;
  /** Readings up to here went in; NaN before any. */
  pushedTo: number;
  /** Quarter hours before this are as they were: the stream began without knowing what came before it. */
  writeFrom: number;
  checkpoints: Checkpoints;
  /** Corrections that it works with. */
  marks: Map<number, boolean>;
  version: number;
  byHand: readonly { t: number; v: number }[];
  gaps: GapWatch;
  /** When the last checkpoint was made. */
  markedAt: number;
  /** While it is worked through again after a correction: from where, and what was written. */
  again: { from: number; to: number; written: Set<number> } | undefined;
}

export interface Accountant {
  /** Brings all meters up to now, or only those of which something late was heard; resolves when it is written. @returns quarter hours written */
  work(which?: 'all' | 'late'): Promise<number>;
  /** A reading of this device and time is in the store; one that is older than what was worked through makes its meter go back before it: then true. */
  heard(device: string, t: number): boolean;
  /** Where each meter stands, for health and tests. */
  readonly standing: ReadonlyMap<string, number>;
  /** Writes the states down, for the next start. */
  save(): void;
}

export interface AccountantOptions {
  meters: readonly Meter[];
  store: Pick<Store, 'series' | 'write'>;
  clock: Clock;
  timezone: string;
  corrections?: Pick<Corrections, 'of' | 'version' | 'marks'> | undefined;
  suspects?: Pick<Suspects, 'replace'> | undefined;
  states?: SavedStates | undefined;
  /** Real time of waiting for what is under way, ms of plant time per ms. */
  speed?: number;
  /** Quarter hours from..to were written. */
  written?: (from: number, to: number) => void;
  /** What is before was not counted here, as the past of a simulated hospital: only where its readings are kept is it counted again, and nothing of it is made void. */
  givenUntil?: () => number;
  /** Between pieces, so that the store serves others too. */
  pause?: () => Promise<void>;
}

export function openAccountant(options: AccountantOptions): Accountant {
  const { meters, store, clock, timezone, corrections, suspects, states, speed = 1, written, pause = async () => {} } = options;
  const { givenUntil = () => Number.NEGATIVE_INFINITY } = options;
  /** Of this round. */
  let given = givenUntil();
  const givenPast = openGivenPast({ store, corrections, suspects, written });
  const running = new Map<string, Running>();
  const late = new Map<string, number>();
  const standing = new Map<string, number>();
  const checkpointsEach = Math.max(2, Math.min(10, Math.floor(mostCheckpoints / Math.max(1, meters.length))));

  const plainOptions = (meter: Meter) => counterOptionsOf(meter, timezone);
  const knowledge = (meter: Meter) => {
    const known = corrections?.of(meter.device, meter.field);
    const marks = corrections?.marks(meter.device, meter.field) ?? new Map<number, { t: number; from: number; holds: boolean }>();
    return {
      options: { ...plainOptions(meter), ...(known ? { swaps: known.swaps, decisions: known.decisions } : {}) } satisfies CounterOptions,
      byHand: known?.readings ?? [],
      marks,
      version: corrections?.version(meter.device, meter.field) ?? 0,
    };
  };
  const holding = (marks: ReadonlyMap<number, { holds: boolean }>) => new Map([...marks].map(([id, { holds }]) => [id, holds]));
  /** The earliest moment that corrections made or taken back since then can change. */
  const touchedFrom = (before: ReadonlyMap<number, boolean>, now: ReadonlyMap<number, { t: number; from: number; holds: boolean }>) => {
    let from = Number.POSITIVE_INFINITY;
    for (const [id, mark] of now) if (mark.t >= given && (before.get(id) ?? false) !== mark.holds) from = Math.min(from, mark.from);
    return from;
  };

  const fresh = (meter: Meter, begin: number, writeFrom: number): Running => {
    const { options: own, byHand, marks, version } = knowledge(meter);
    const one: Running = {
      ...{ meter, stream: new CounterStream(own), pushedTo: begin, writeFrom, checkpoints: new Checkpoints(checkpointsEach) },
      ...{ marks: holding(marks), version, byHand, gaps: new GapWatch(), markedAt: begin, again: undefined },
    };
    suspects?.replace(meter.device, meter.field, Math.max(begin, writeFrom, given), []);
    return one;
  };
  /** Goes on from a checkpoint with what is known of the counter now; undefined when its bytes cannot be read. */
  const resumed = (meter: Meter, { resumeFrom, seenTo, state }: Checkpoint, before?: Running): Running | undefined => {
    const { options: own, byHand, marks, version } = knowledge(meter);
    const stream = CounterStream.from(state, own);
    if (!stream) return undefined;
    const at = stream.at;
    const checkpoints = before?.checkpoints ?? new Checkpoints(checkpointsEach);
    if (!before) checkpoints.add({ resumeFrom, seenTo, state });
    suspects?.replace(meter.device, meter.field, at?.t ?? resumeFrom - 1, []);
    return {
      ...{ meter, stream, pushedTo: resumeFrom, writeFrom: Number.NEGATIVE_INFINITY, checkpoints, marks: holding(marks), version, byHand },
      ...{ gaps: new GapWatch(at), markedAt: seenTo, again: undefined },
    };
  };

  /** From before `t` anew. */
  const goBack = async (one: Running, t: number): Promise<Running> => {
    const { meter } = one;
    const checkpoint = one.checkpoints.before(t);
    const again = checkpoint && resumed(meter, checkpoint, one);
    if (again) return again;
    // What was spread over a gap before `t` changes too: back to the day of the last reading before it.
    const byHand = knowledge(meter).byHand.findLast((reading) => reading.t < t)?.t ?? Number.NEGATIVE_INFINITY;
    const wire =
      (await daily(meter, meter.measurement, meter.field, t)).findLast(([, value]) => value !== null)?.[0] ?? Number.NEGATIVE_INFINITY;
    const back = Math.min(t, Math.max(byHand, wire, t - longestBackMs));
    return fresh(meter, back - memoryMs, Math.floor((back - returnMs) / intervalMs) * intervalMs);
  };

  const raw = ({ measurement, device, field }: Meter, from: number, to: number) =>
    store.series({ measurement, device, field, from: Math.max(from, Math.min(given, to)), to, limit: mostPoints });
  const daily = ({ device }: Meter, measurement: 'consumption' | Meter['measurement'], field: string, to: number) =>
    store.series({ measurement, device, field, from: to - longestBackMs, to, every: dayMs, aggregate: 'last' });

  /** Where to begin: what was saved, else some days before the last quarter hour that is written, else at the first reading there is. */
  const begin = async (meter: Meter, now: number): Promise<Running | undefined> => {
    const saved = states?.load(meter.device);
    if (saved) givenPast.knew(meter.device, saved.marks);
    if (saved && saved.options === JSON.stringify(plainOptions(meter)) && saved.checkpoint.seenTo <= now) {
      const one = resumed(meter, saved.checkpoint);
      if (one) {
        // Corrections that were made while nobody worked: as if they came now.
        const touched = touchedFrom(saved.marks, corrections?.marks(meter.device, meter.field) ?? new Map());
        return touched < saved.checkpoint.seenTo ? withVoids(await goBack(one, touched), touched, now) : one;
      }
    }
    const written = (await daily(meter, 'consumption', 'value', now)).findLast(([, value]) => value !== null);
    if (written) return fresh(meter, written[0] - shortMemoryMs, written[0] - dayMs);
    const first =
      (await daily(meter, meter.measurement, meter.field, now)).find(([, value]) => value !== null)?.[0] ?? Number.POSITIVE_INFINITY;
    const byHand = corrections?.of(meter.device, meter.field).readings[0]?.t ?? Number.POSITIVE_INFINITY;
    const from = Math.min(first, byHand);
    return Number.isFinite(from) ? fresh(meter, from, Number.NEGATIVE_INFINITY) : undefined;
  };
  const touchOf = (one: Running): number => {
    const { device, field } = one.meter;
    const version = corrections?.version(device, field) ?? 0;
    if (!corrections || version === one.version) return Number.POSITIVE_INFINITY;
    one.version = version;
    return touchedFrom(one.marks, corrections.marks(device, field));
  };
  const withVoids = (one: Running, touched: number, to: number): Running => {
    const from = Math.ceil(Math.max(given, one.writeFrom, one.stream.at?.t ?? touched - returnMs) / intervalMs) * intervalMs;
    one.again = { from, to, written: new Set() };
    return one;
  };

  const write = async (one: Running, intervals: readonly Interval[]): Promise<number> => {
    const { meter, writeFrom, again } = one;
    const points = intervals
      .filter(({ from }) => from >= writeFrom)
      .map((interval) => {
        again?.written.add(interval.from);
        return pointOf(meter, interval);
      });
    for (let at = 0; at < points.length; at += mostWritten) await store.write(points.slice(at, at + mostWritten));
    const [first, last] = [intervals[0], intervals.at(-1)];
    if (first && last) written?.(first.from, last.to);
    return points.length;
  };

  const tell = ({ meter, stream, writeFrom }: Running, gaps: readonly Doubt[]) => {
    const found = [...stream.takeSuspects().filter(({ verdict }) => verdict !== 'jitter'), ...gaps].filter(({ to }) => to > writeFrom);
    if (found.length > 0) suspects?.replace(meter.device, meter.field, Number.POSITIVE_INFINITY, found as Doubt[]);
  };

  const advance = async (one: Running, now: number): Promise<number> => {
    const { meter, stream } = one;
    let written = 0;
    const last = now - settleMs * speed;
    let piece = pieceMs;
    for (let from = one.pushedTo; from < last; ) {
      const to = Math.min(from + Math.min(piece, Math.max(pieceMs, last - finelyMs - from)), last);
      const gaps: Doubt[] = [];
      const points = await raw(meter, from, to);
      if (points.length < fewPoints) piece = Math.min(2 * piece, longestPieceMs);
      for (const { t, v, manual } of mergeReadings(points, one.byHand, from, to)) {
        stream.push(t, v, manual);
        const gap = one.gaps.see(t, v, manual);
        if (gap) gaps.push(gap);
        standing.set(meter.device, t);
      }
      one.pushedTo = to;
      from = to;
      written += await write(one, stream.settle());
      tell(one, gaps);
      if (to - one.markedAt >= checkpointMs) keep(one);
      if (from < last) await pause();
    }
    stream.forget(now - keptMs);
    if (one.again) {
      written += await voidWhatIsGone(store, meter, one.again);
      one.again = undefined;
    }
    return written;
  };
  const keep = (one: Running) => {
    one.stream.forget(one.pushedTo - keptMs);
    one.markedAt = one.pushedTo;
    const checkpoint = checkpointOf(one);
    one.checkpoints.add(checkpoint);
    saveState(one, checkpoint);
  };
  const checkpointOf = ({ pushedTo, stream }: Running): Checkpoint => ({
    seenTo: pushedTo,
    resumeFrom: stream.waitsFrom ?? pushedTo,
    state: stream.save(),
  });
  const saveState = ({ meter, marks }: Running, checkpoint: Checkpoint) =>
    states?.save(meter.device, { checkpoint, marks, options: JSON.stringify(plainOptions(meter)) });

  return {
    standing,
    save() {
      // One whose figures could not be written begins from what was saved before.
      for (const one of running.values()) if (one.version !== -1) saveState(one, checkpointOf(one));
    },
    heard(device, t) {
      if (!(t < (running.get(device)?.pushedTo ?? Number.NEGATIVE_INFINITY))) return false;
      late.set(device, Math.min(t, late.get(device) ?? Number.POSITIVE_INFINITY));
      return true;
    },
    async work(which = 'all') {
      const now = clock.now();
      given = givenUntil();
      let written = 0;
      for (const meter of which === 'all' ? meters : meters.filter(({ device }) => late.has(device))) {
        const known = running.get(meter.device) ?? (await begin(meter, now));
        if (!known) continue;
        running.set(meter.device, known);
        const { marks, pushedTo } = known;
        const touched = touchOf(known);
        const cameLate = late.get(meter.device) ?? Number.POSITIVE_INFINITY;
        const back = Math.min(touched, Math.max(cameLate, given));
        late.delete(meter.device);
        try {
          written += await givenPast.work(meter, given, cameLate < given, plainOptions(meter));
          let one = known;
          if (back < pushedTo) {
            standing.delete(meter.device);
            one = await goBack(known, back);
            if (touched < pushedTo) withVoids(one, touched, pushedTo);
          } else if (Number.isFinite(touched)) {
            // Of what is still to come: the same stream with what is known now.
            one = await goBack(known, pushedTo);
          }
          running.set(meter.device, one);
          written += await advance(one, now);
        } catch (error) {
          // What was decided may not have been written: the next round goes back to before it, with all that this one knew.
          late.set(meter.device, Math.min(back, cameLate, pushedTo));
          Object.assign(running.get(meter.device) as Running, { marks, version: -1 });
          throw error;
        }
      }
      return written;
    },
  };
}
