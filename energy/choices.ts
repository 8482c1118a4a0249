/** What accepting and rejecting means for each doubt of the engine, and what it would change: the picture before and after. Pure. */
import type { SeriesPoint } from '../ingest/store.ts';
import type { CorrectionBody, KnownOfCounter } from './corrections.ts';
import { type CounterOptions, consumption, type Interval } from './counter.ts';
import { mergeReadings } from './merge-readings.ts';
import type { StoredSuspect, SuspectVerdict } from './suspects.ts';

export const choices = ['accept', 'reject'] as const;
export type Choice = (typeof choices)[number];

/** The engine added nothing (or left a sample out), and a person may say that it was true. */
const addedNothing: ReadonlySet<SuspectVerdict> = new Set(['jump', 'glitch', 'unknown', 'held']);

/** `accept`: what the register says was used. `reject`: it was not. Where the engine booked it so already, the look at it is kept and no figure changes. */
export function bodyOf({ verdict, a, b }: Pick<StoredSuspect, 'verdict' | 'a' | 'b'>, choice: Choice): CorrectionBody {
  const asBooked = addedNothing.has(verdict) === (choice === 'reject');
  if (asBooked || verdict === 'accepted') return { kind: 'review', verdict };
  if (choice === 'reject') return { kind: 'decision', verdict: 'split' };
  return { kind: 'decision', verdict: b < a ? 'reset' : 'accept' };
}

export interface PictureInput {
  points: readonly SeriesPoint[];
  known: KnownOfCounter;
  options: CounterOptions;
  from: number;
  to: number;
  /** At the reading of this time. */
  t: number;
  body: CorrectionBody | undefined;
}

export interface Picture {
  before: Pick<Interval, 'from' | 'value' | 'quality'>[];
  after: Pick<Interval, 'from' | 'value' | 'quality'>[];
}

/** Quarter hours of `from` to `to` as they are, and as they would be with one correction more. `points` begin some days before. */
export function pictureOf({ points, known, options, from, to, t, body }: PictureInput): Picture {
  const first = points[0]?.[0] ?? from;
  const last = (points.at(-1)?.[0] ?? to) + 1;
  const run = (with_: KnownOfCounter) => {
    const merged = mergeReadings(points, with_.readings, Math.min(first, t), Math.max(last, t + 1));
    const samples = { t: merged.map((one) => one.t), v: merged.map((one) => one.v), manual: merged.map((one) => (one.manual ? 1 : 0)), length: merged.length }; // biome-ignore format: one
    return consumption(samples, { ...options, swaps: with_.swaps, decisions: with_.decisions })
      .intervals.filter((one) => one.to > from && one.from < to)
      .map(({ from, value, quality }) => ({ from, value, quality }));
  };
  return { before: run(known), after: run(withBody(known, t, body)) };
}

function withBody(known: KnownOfCounter, t: number, body: CorrectionBody | undefined): KnownOfCounter {
  if (body?.kind === 'swap') return { ...known, swaps: [...known.swaps, { t, final: body.final, first: body.first }] };
  if (body?.kind === 'decision')
    return { ...known, decisions: [...known.decisions.filter((one) => one.t !== t), { t, verdict: body.verdict }] };
  if (body?.kind === 'reading')
    return { ...known, readings: [...known.readings.filter((one) => one.t !== t), { t, v: body.value }].sort((x, y) => x.t - y.t) };
  return known;
}
