/**
 * Thirteen months of the demo hospital in a store, through the store's own contract, roll-ups made as ingest makes them. Levels are what the
 * simulated hospital shows at one moment; day, week and a seeded noise move them, counters count. A year of simulation would take hours.
 */
import { placementsOf } from '../../ingest/placement.ts';
import type { Store, StorePoint } from '../../ingest/store.ts';
import { isQuantity, quantity } from '../../shared/quantity.ts';
import { createHospital } from '../../simulators/hospital.ts';
import { noiseAt, seedOf } from '../../simulators/random.ts';
import { demoSite } from '../../test/board-site.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const pointsAtOnce = 2_000;
const seed = 4;
/** What the circuits of the board are drawn from, in steps of 15 minutes; everything else each hour. */
const quarterly = new Set(['active_power_kw', 'current_l1_a', 'current_l2_a', 'current_l3_a', 'power_factor', 'energy_import_kwh']);

export interface YearOptions {
  /** End of the history, UTC ms. */
  now: number;
  days: number;
  /** Before `now`: every value of every device at the pace of its polls (10 s). */
  denseMs: number;
  /** Devices with a step of 15 minutes; by default all of electricity. */
  most?: number;
}

export interface YearMade {
  devices: number;
  series: number;
  values: number;
  from: number;
}

interface SeriesOfYear {
  field: string;
  at(t: number): number;
}

/** @throws Error when the store refuses a point */
export async function fillYear(store: Store, { now, days, denseMs, most = Number.POSITIVE_INFINITY }: YearOptions): Promise<YearMade> {
  const { config, profiles } = demoSite();
  const from = Math.floor((now - days * day) / hour) * hour;
  const dense = Math.floor((now - denseMs) / hour) * hour;
  const hospital = createHospital(config, profiles, { start: now, stepS: 10, settleS: 600 });
  hospital.advanceTo(now);
  const places = new Map([...placementsOf(config).values()].flatMap((gateway) => [...gateway]));
  const made: YearMade = { devices: 0, series: 0, values: 0, from };
  let batch: StorePoint[] = [];
  const flush = async () => {
    const refused = await store.write(batch);
    if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused.slice(0, 3))}`);
    batch = [];
  };
  const put = async (place: { measurement: StorePoint['measurement']; tags: StorePoint['tags'] }, t: number, series: SeriesOfYear[]) => {
    const fields: Record<string, number> = {};
    for (const { field, at } of series) fields[field] = at(t);
    made.values += series.length;
    batch.push({ ...place, t, fields });
    if (batch.length >= pointsAtOnce) await flush();
  };
  let fine = 0;
  for (const { id } of hospital.devices) {
    const place = places.get(id);
    const reading = hospital.readDevice(id);
    if (!place || !reading) continue;
    const { measurement, tags } = place;
    const all = Object.entries(reading.v).map(([field, level]) => seriesOf(id, field, level as number, from, now));
    const often = measurement === 'electricity' && fine++ < most ? all.filter(({ field }) => quarterly.has(field)) : [];
    made.devices++;
    made.series += all.length;
    await put({ measurement: 'device_status', tags }, from, [{ field: 'online', at: () => 1 }]);
    for (let t = from; t < dense; t += hour) {
      await put({ measurement, tags }, t, all);
      if (often.length > 0) for (const quarter of [15, 30, 45]) await put({ measurement, tags }, t + quarter * minute, often);
    }
    for (let t = dense; t < now; t += 10_000) await put({ measurement, tags }, t, all);
  }
  await flush();
  return made;
}

function seriesOf(device: string, field: string, level: number, from: number, now: number): SeriesOfYear {
  const known = isQuantity(field) ? quantity(field) : undefined;
  const own = seedOf(seed, `${device} ${field}`);
  if (known?.kind === 'counter') {
    // The level is reached now, so that the simulators count on from there.
    const perHour = Math.min(12, level / ((now - from) / hour));
    return { field, at: (t) => level - ((now - t) / hour) * perHour };
  }
  if (known?.kind === 'state') return { field, at: () => level };
  const [min, max] = known?.range ?? [-1e9, 1e9];
  const phase = (own % 1_000) / 500;
  return {
    field,
    at(t) {
      const daily = Math.sin((t / day) * 2 * Math.PI + phase);
      const weekly = Math.sin((t / (7 * day)) * 2 * Math.PI);
      const noise = noiseAt(own, Math.floor(t / 10_000));
      return Math.min(max, Math.max(min, level * (1 + 0.25 * daily + 0.05 * weekly + 0.03 * noise)));
    },
  };
}
