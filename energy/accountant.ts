/**
 * Consumption of the site's counters, kept up to date: raw readings from the store in, quarter hours to the store out. What came late is worked through again
 * from before it, and ends in what a clean recomputation gives; writing a quarter hour twice changes nothing.
 */
import type { Store, StorePoint, Tags } from '../ingest/store.ts';
import type { Clock } from '../shared/clock.ts';
import { CounterStream, type Interval } from './counter.ts';
import type { Meter } from './meters.ts';

const dayMs = 86_400_000;
/** Before what is new, so that the engine knows how this meter usually runs. */
const warmUpMs = 2 * dayMs;
/** Readings are asked for in such pieces. */
const pieceMs = 2 * dayMs;
const mostPoints = 100_000;
const mostWritten = 2_000;
/** So long back a first start looks for readings. */
const longestBackMs = 400 * dayMs;
/** What is younger may still be on its way to the store. */
const settleMs = 20_000;
/** Intervals that are kept in memory. */
const keptMs = 8 * dayMs;

interface Running {
  meter: Meter;
  stream: CounterStream;
  /** Time of the last reading that went in; NaN before any. */
  pushedTo: number;
}

export interface Accountant {
  /** Brings all meters up to now; resolves when it is written. @returns quarter hours written */
  work(): Promise<number>;
  /** A reading of this device and time has come; one that is older than what was worked through makes its meter begin again. */
  heard(device: string, t: number): void;
  /** Where each meter stands, for health and tests. */
  readonly standing: ReadonlyMap<string, number>;
}

export interface AccountantOptions {
  meters: readonly Meter[];
  store: Pick<Store, 'series' | 'write'>;
  clock: Clock;
  timezone: string;
  /** Real time of waiting for what is under way, ms of plant time per ms. */
  speed?: number;
  /** Between pieces, so that the store serves others too. */
  pause?: () => Promise<void>;
}

export function openAccountant({ meters, store, clock, timezone, speed = 1, pause = async () => {} }: AccountantOptions): Accountant {
  const running = new Map<string, Running>();
  const late = new Map<string, number>();
  const standing = new Map<string, number>();
  const byDevice = new Map(meters.map((meter) => [meter.device, meter]));

  const fresh = (meter: Meter): Running => ({
    meter,
    stream: new CounterStream({
      timezone,
      ...(meter.ratedPerHour === undefined ? {} : { rated: meter.ratedPerHour }),
      ...(meter.digits === undefined ? {} : { digits: meter.digits }),
    }),
    pushedTo: Number.NaN,
  });

  const raw = (meter: Meter, from: number, to: number) =>
    store.series({ measurement: meter.measurement, device: meter.device, field: meter.field, from, to, limit: mostPoints });

  const daily = (meter: Meter, measurement: 'consumption' | Meter['measurement'], field: string, to: number) =>
    store.series({ measurement, device: meter.device, field, from: to - longestBackMs, to, every: dayMs, aggregate: 'last' });

  /** Where to begin: some days before the last quarter hour that is written, else at the first reading there is. */
  const beginOf = async (meter: Meter, now: number): Promise<number | undefined> => {
    const written = (await daily(meter, 'consumption', 'value', now)).findLast(([, value]) => value !== null);
    if (written) return written[0] - warmUpMs;
    return (await daily(meter, meter.measurement, meter.field, now)).find(([, value]) => value !== null)?.[0];
  };

  const write = async (meter: Meter, intervals: readonly Interval[]): Promise<number> => {
    const tags = { ...meter.tags, medium: meter.medium } as Tags;
    const points = intervals.map(({ from, value, estimated, manual, unknown }): StorePoint => {
      const share = value === 0 ? (estimated > 0 ? 1 : 0) : (estimated + unknown) / value;
      return {
        measurement: 'consumption',
        tags,
        t: from,
        fields: {
          value,
          estimated: Math.min(1, Math.max(0, share)),
          estimated_amount: estimated,
          manual_amount: manual,
          unknown_amount: unknown,
        },
      };
    });
    for (let at = 0; at < points.length; at += mostWritten) await store.write(points.slice(at, at + mostWritten));
    return points.length;
  };

  const advance = async (one: Running, now: number): Promise<number> => {
    const { meter, stream } = one;
    let written = 0;
    const last = now - settleMs * speed;
    for (let from = one.pushedTo; from < last; ) {
      const to = Math.min(from + pieceMs, last);
      const points = await raw(meter, from, to);
      for (const [t, value] of points) {
        if (value === null) continue;
        stream.push(t, value);
        standing.set(meter.device, t);
      }
      one.pushedTo = to;
      from = to;
      written += await write(meter, stream.settle());
      if (from < last) await pause();
    }
    stream.forget(now - keptMs);
    return written;
  };

  return {
    standing,
    heard(device, t) {
      const one = running.get(device);
      if (!byDevice.has(device) || !one || !(t < one.pushedTo)) return;
      late.set(device, Math.min(t, late.get(device) ?? Number.POSITIVE_INFINITY));
    },
    async work() {
      const now = clock.now();
      let written = 0;
      for (const [device, t] of [...late]) {
        late.delete(device);
        const meter = byDevice.get(device) as Meter;
        const again = fresh(meter);
        again.pushedTo = t - warmUpMs;
        standing.delete(device);
        running.set(device, again);
      }
      for (const meter of meters) {
        let one = running.get(meter.device);
        if (!one) {
          const begin = await beginOf(meter, now);
          if (begin === undefined) continue;
          one = fresh(meter);
          one.pushedTo = begin;
          running.set(meter.device, one);
        }
        written += await advance(one, now);
      }
      return written;
    },
  };
}
