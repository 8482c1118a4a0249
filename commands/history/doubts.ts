/** What the data doctor would know of the simulated months: what was doubted and decided, the exchanged meter with its papers, and one step that waits for a person. */
import type { Database } from '../../desk/index.ts';
import {
  counterOptionsOf,
  keptAround,
  type Meter,
  openCorrections,
  openSuspects,
  recountSpan,
  type StoredSuspect,
} from '../../energy/index.ts';
import type { Store, StorePoint, Tags } from '../../ingest/store.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { type History, historyStepMs } from '../../simulators/history.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const who = 'simulated-history';
/** The step that is left open: on this meter, so long before the end, so many kWh more than its cables carry in a quarter of an hour. */
const open = { device: 'fd-laundry', daysAgo: 6, kwh: 1_240 };
/** Readings around it, so that the doctor has a picture. */
const shownMs = 3 * dayMs;

export interface DoubtsSource {
  db: Database;
  store: Pick<Store, 'series' | 'write'>;
  meters: readonly Meter[];
  timezone: string;
  history: History;
  /** Plant time. */
  now: number;
}

/** Writing it twice changes nothing. @returns how many doubts there are */
export async function simulatedDoubts({ db, store, meters, timezone, history, now }: DoubtsSource): Promise<number> {
  let at = now;
  const clock: Clock = { ...systemClock(), now: () => at };
  const corrections = openCorrections(db, clock);
  const suspects = openSuspects(db);
  const meterOf = new Map(meters.map((meter) => [meter.device, meter]));
  const valuesOf = new Map(history.meters.map((one) => [one.device, one.values]));
  const index = (t: number) => Math.round((t - history.from) / historyStepMs);
  const passed = (device: string, from: number, to: number) =>
    hundredths((valuesOf.get(device) ?? new Float64Array()).subarray(index(from), index(to)).reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : value), 0)); // biome-ignore format: one
  let count = 0;
  const doubt = (one: StoredSuspect) => {
    suspects.replace(one.device, one.quantity, Number.POSITIVE_INFINITY, [one]);
    count++;
  };
  type Correcting = Parameters<typeof corrections.add>[0];
  const decide = (one: Correcting, after: number) => {
    const known = corrections.list({ device: one.device, quantity: one.quantity });
    if (known.some(({ t, body }) => t === one.t && body.kind === one.body.kind)) return;
    at = one.t + after;
    corrections.add(one, who);
  };
  for (const { kind, devices, from, to, value, first } of history.events)
    for (const device of devices) {
      const meter = meterOf.get(device);
      if (!meter || to === null || from < history.from || to > history.to) continue;
      const quantity = meter.field;
      const delta = passed(device, from, to);
      const before = hundredths(openingRegister + passed(device, history.from, from));
      const place = { device, quantity, t: to };
      if (kind === 'swap' && value !== null && first !== null) {
        doubt({ device, quantity, verdict: 'swap', from, to, a: value, b: first, delta });
        const signatures = [{ name: '电工班 李工（模拟）', file: null }, { name: '计量员 王工（模拟）', file: null }]; // biome-ignore format: one
        decide({ ...place, body: { kind: 'swap', final: value, first, serial: 'SIM-2025-0412', signatures }, reason: '检定到期换表（模拟历史）/ exchanged, its calibration ended (simulated history)' }, 2 * hourMs); // biome-ignore format: one
      } else if (kind === 'reset') {
        doubt({ device, quantity, verdict: 'reset', from, to, a: before, b: delta, delta });
        decide({ ...place, body: { kind: 'review', verdict: 'reset' }, reason: '停电后表计清零，用量按清零后读数（模拟历史）/ lost its count in a power cut (simulated history)' }, 30 * hourMs); // biome-ignore format: one
      } else if (kind === 'outage') {
        doubt({ device, quantity, verdict: 'gap', from, to, a: before, b: hundredths(before + delta), delta });
        decide({ ...place, body: { kind: 'review', verdict: 'gap' }, reason: '水表总线停用一周，用量按习惯分摊（模拟历史）/ the bus was out for a week (simulated history)' }, 3 * hourMs); // biome-ignore format: one
      }
    }
  const meter = meterOf.get(open.device);
  const to = history.to - open.daysAgo * dayMs;
  if (meter && to - shownMs > history.from) {
    const { device, field: quantity } = meter;
    // Up to where the living register stands, or it would be a fall.
    const living = await store.series({ measurement: meter.measurement, device, field: quantity, from: history.to - hourMs, to: now + hourMs, every: hourMs, aggregate: 'first' }); // biome-ignore format: one
    const ends = living.find(([, value]) => value !== null)?.[1] ?? openingRegister * 4;
    const register = (t: number) => hundredths(ends - passed(device, t, history.to) - (t < to ? open.kwh : 0));
    if (register(to - shownMs) > 0) {
      const points: StorePoint[] = [];
      for (let t = to - shownMs; t <= to + shownMs; t += historyStepMs)
        points.push({ measurement: meter.measurement, tags: { ...meter.tags } as Tags, t, fields: { [quantity]: register(t) } });
      await store.write(points);
      // The engine books nothing for such a step and asks; the rest of the span it counts as it was given.
      const span = await keptAround(store, meter, to, history.to);
      if (span) {
        await recountSpan({ store, suspects }, meter, span, corrections.of(device, quantity), counterOptionsOf(meter, timezone));
        count += suspects.list({ device, from: span.from, to: span.to }).length;
      }
    }
  }
  return count;
}

/** As the swapped meter began (simulators/history.ts). */
const openingRegister = 48_211;
const hundredths = (value: number) => Math.round(value * 100) / 100;
