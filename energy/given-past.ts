/**
 * A past that was given and not counted here, as that of a simulated hospital. Where readings of it are kept, what people decide there is counted as anywhere
 * else: the span between those readings, and nothing beside it. What comes out depends on the readings and the corrections alone, in whatever order they came.
 */
import type { SeriesPoint, Store, StorePoint, Tags } from '../ingest/store.ts';
import type { Corrections, KnownOfCounter } from './corrections.ts';
import { type CounterOptions, consumption, type Interval } from './counter.ts';
import { GapWatch } from './gap-watch.ts';
import { mergeReadings } from './merge-readings.ts';
import type { Meter } from './meters.ts';
import type { Doubt, Suspects } from './suspects.ts';

const hourMs = 3_600_000;
/** Readings that are further apart do not belong together. */
const longestStepMs = hourMs;
const reachMs = 20 * 24 * hourMs;
const mostPoints = 400_000;
/** Registers show hundredths: less is no difference. */
const leastDifference = 1e-6;
const amounts = ['value', 'estimated_amount', 'manual_amount', 'unknown_amount'] as const;

/** Readings that follow each other closely, the step up to some moment among them. */
export interface KeptSpan {
  from: number;
  to: number;
  points: SeriesPoint[];
}

/** Those around `t` before `until`; undefined where the step up to `t` is not between two readings that are kept. */
export async function keptAround(store: Pick<Store, 'series'>, meter: Meter, t: number, until: number): Promise<KeptSpan | undefined> {
  const { measurement, device, field } = meter;
  const to = Math.min(t + reachMs, until);
  if (!(t <= to)) return undefined;
  const points = (await store.series({ measurement, device, field, from: t - reachMs, to, limit: mostPoints })).filter(
    ([, value]) => value !== null,
  );
  const at = (index: number) => points[index]?.[0] ?? Number.NaN;
  let last = points.findIndex(([moment]) => moment >= t);
  let first = last - 1;
  if (first < 0 || !(at(last) - at(first) <= longestStepMs)) return undefined;
  while (at(first) - at(first - 1) <= longestStepMs) first--;
  while (at(last + 1) - at(last) <= longestStepMs) last++;
  return { from: at(first), to: at(last), points: points.slice(first, last + 1) };
}

/** What the engine makes of a span. Pure. */
export function countSpan({ from, to, points }: KeptSpan, known: KnownOfCounter, options: CounterOptions) {
  const merged = mergeReadings(points, known.readings, from, to + 1);
  const columns = { t: merged.map((one) => one.t), v: merged.map((one) => one.v), manual: merged.map((one) => (one.manual ? 1 : 0)), length: merged.length }; // biome-ignore format: one
  const swaps = known.swaps.filter(({ t }) => t >= from && t <= to);
  const { intervals, suspects, segments } = consumption(columns, { ...options, swaps, decisions: known.decisions });
  const watch = new GapWatch();
  const gaps = merged.flatMap(({ t, v, manual }) => watch.see(t, v, manual) ?? []);
  const doubts = [...suspects.filter(({ verdict }) => verdict !== 'jitter' && verdict !== 'unmatched-swap'), ...gaps] as Doubt[];
  return { intervals: intervals.filter((one) => one.from >= from && one.to <= to), doubts, segments };
}

export interface RecountHands {
  store: Pick<Store, 'series' | 'write'>;
  suspects?: Pick<Suspects, 'replace'> | undefined;
  /** Quarter hours from..to were written. */
  written?: ((from: number, to: number) => void) | undefined;
}

/** Counts a span again; what stands as it should is left alone. @returns quarter hours written */
export async function recountSpan(
  { store, suspects, written }: RecountHands,
  meter: Meter,
  span: KeptSpan,
  known: KnownOfCounter,
  options: CounterOptions,
): Promise<number> {
  const { intervals, doubts } = countSpan(span, known, options);
  const { device } = meter;
  const [from, to] = [span.from, span.to];
  const booked = await Promise.all(
    amounts.map(async (field) => new Map(await store.series({ measurement: 'consumption', device, field, from, to, limit: mostPoints }))),
  );
  const differs = ({ from: t, value, estimated, manual, unknown }: Interval) =>
    !booked[0]?.has(t) || [value, estimated, manual, unknown].some((one, i) => Math.abs(one - (booked[i]?.get(t) ?? 0)) > leastDifference);
  const changed = intervals.filter(differs);
  await store.write(changed.map((one) => pointOf(meter, one)));
  suspects?.replace(device, meter.field, from, doubts, to);
  const [first, last] = [changed[0], changed.at(-1)];
  if (first && last) written?.(first.from, last.to);
  return changed.length;
}

/** A quarter hour as the store keeps it. */
export function pointOf({ tags, medium }: Meter, { from, value, estimated, manual, unknown }: Interval): StorePoint {
  const share = value === 0 ? (estimated > 0 ? 1 : 0) : (estimated + unknown) / value;
  return {
    measurement: 'consumption',
    tags: { ...tags, medium } as Tags,
    t: from,
    fields: {
      value,
      estimated: Math.min(1, Math.max(0, share)),
      estimated_amount: estimated,
      manual_amount: manual,
      unknown_amount: unknown,
    },
  };
}

export interface GivenPast {
  /** What was counted before a restart: corrections by id, and whether they held. */
  knew(device: string, marks: ReadonlyMap<number, boolean>): void;
  /** Counts again where corrections before `until` were made or taken back since the last time, or, when something came late, wherever there are any. */
  work(meter: Meter, until: number, cameLate: boolean, options: CounterOptions): Promise<number>;
}

export function openGivenPast(hands: RecountHands & { corrections: Pick<Corrections, 'of' | 'version' | 'marks'> | undefined }): GivenPast {
  const { corrections, store } = hands;
  const seen = new Map<string, { version: number; until: number; marks: ReadonlyMap<number, boolean> }>();
  return {
    knew(device, marks) {
      seen.set(device, { version: Number.NaN, until: Number.NaN, marks });
    },
    async work(meter, until, cameLate, options) {
      const { device, field } = meter;
      if (!corrections || until === Number.NEGATIVE_INFINITY) return 0;
      const before = seen.get(device);
      const version = corrections.version(device, field);
      if (before?.version === version && before.until === until && !cameLate) return 0;
      const marks = [...corrections.marks(device, field)].filter(([, { t }]) => t < until);
      const due = marks.filter(([id, { holds }]) => cameLate || before?.marks.get(id) !== holds).map(([, { t }]) => t);
      let written = 0;
      let doneTo = Number.NEGATIVE_INFINITY;
      for (const t of due.sort((x, y) => x - y)) {
        if (t <= doneTo) continue;
        const span = await keptAround(store, meter, t, until);
        if (!span) continue;
        written += await recountSpan(hands, meter, span, corrections.of(device, field), options);
        doneTo = span.to;
      }
      seen.set(device, { version, until, marks: new Map(marks.map(([id, { holds }]) => [id, holds])) });
      return written;
    },
  };
}
