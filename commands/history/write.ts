/** Writes the simulated months into store and desk, once: a marker in the data folder says what was begun and whether it is done. */
import { type Database, importAlarms, importTickets } from '../../desk/index.ts';
import { metersOf, monthsBetween, openMonthVersions, openRegisters } from '../../energy/index.ts';
import type { EvenSeries, Store, StorePoint, Tags } from '../../ingest/store.ts';
import { systemClock } from '../../shared/clock.ts';
import { type HistoryMarker, mark, readMarker } from '../../shared/simulated-past.ts';
import { devicesOf } from '../../shared/site.ts';
import type { LoadedSite } from '../../shared/site-file.ts';
import { type HistoryMeter, historyRange, historyStepMs, simulateHistory } from '../../simulators/history.ts';
import type { HistoryRegister } from '../../simulators/history-registers.ts';
import { pastAlarms } from './alarms.ts';
import { simulatedDoubts } from './doubts.ts';
import { simulatedFigures } from './figures.ts';
import { simulatedRepairs } from './repairs.ts';

export interface HistoryRequest {
  site: LoadedSite;
  dataDir: string;
  store: Store;
  db: Database;
  /** Plant time. */
  now: number;
  /** What may have been read already since the roles were started, ms of plant time. */
  graceMs?: number;
  pause?: () => Promise<void>;
  /** Points of one transaction, for which others wait. */
  mostAtOnce?: number;
}

export interface HistoryDone {
  state: HistoryMarker['state'];
  series: number;
  points: number;
  tickets: number;
  alarms: number;
  /** What the plant showed beside its meters. */
  registers: readonly HistoryRegister[];
}

const batch = 3_000;
const dayMs = 86_400_000;

export async function writeHistory({
  site,
  dataDir,
  store,
  db,
  now,
  graceMs = 1_800_000,
  pause,
  mostAtOnce = 250_000,
}: HistoryRequest): Promise<HistoryDone> {
  const { config } = site;
  const nothing = (state: HistoryMarker['state']): HistoryDone => ({ state, series: 0, points: 0, tickets: 0, alarms: 0, registers: [] });
  if (!config.site.simulated) return nothing('not-empty');
  const known = readMarker(dataDir);
  if (known && known.state !== 'begun') return nothing(known.state);
  const meters = metersOf(config, (profile) => site.profileFacts?.(profile)?.quantities);
  const range = known ?? historyRange(config.site.timezone, now);
  const begun: HistoryMarker = { from: range.from, to: range.to, seed: config.site.seed, state: 'begun', events: [] };
  if (!known && (await hasPast())) {
    mark(dataDir, { ...begun, state: 'not-empty' });
    return nothing('not-empty');
  }
  mark(dataDir, begun);
  const history = await simulateHistory(config, range, { seed: begun.seed, ...(pause ? { pause } : {}) });
  let series = 0;
  let points = 0;
  const waiting: EvenSeries[] = [];
  const writing: Promise<unknown>[] = [];
  const doubtful: [Tags, HistoryMeter][] = [];
  const byDevice = new Map(history.meters.map((one) => [one.device, one]));
  // The main meters first: the opening page lives from them.
  for (const meter of meters.toSorted((a, b) => Number(a.fedBy !== undefined) - Number(b.fedBy !== undefined))) {
    const counted = byDevice.get(meter.device);
    if (!counted) continue;
    const tags = { ...meter.tags, medium: meter.medium } as Tags;
    await even('consumption', tags, 'value', counted.values);
    if (counted.estimated.length > 0) doubtful.push([tags, counted]);
  }
  const places = new Map(
    devicesOf(config).map(({ gateway, device }) => [
      device.id,
      {
        role: device.role,
        system: device.system,
        tags: { site: config.site.id, building: device.building ?? gateway.building, department: device.department, device: device.id, gateway: gateway.id, circuit: device.circuit },
      },
    ]),
  ); // biome-ignore format: short
  for (const { role, system, tags } of places.values())
    if (role === 'outdoor' && system) await even(system, tags, 'outdoor_temp_c', history.outdoorC);
  for (const { device, field, everyMs, values } of history.registers) {
    const place = places.get(device);
    if (place?.system) await even(place.system, place.tags, field, values, everyMs);
  }
  flush();
  // While the store writes, the desk gets its past.
  const tickets = importTickets(db, 'simulated-history', simulatedRepairs(config, history, begun.seed));
  using past = pastAlarms(config, history, begun.seed);
  const alarms = importAlarms(db, past);
  const registers = openRegisters(db, { ...systemClock(), now: () => now });
  db.transact(() => {
    for (const figure of simulatedFigures(config, history, begun.seed)) registers.put(figure, 'simulated-history');
  });
  await Promise.all(writing);
  const filled = doubtful.flatMap(([tags, counted]) => estimatedOf(tags, counted));
  for (let at = 0; at < filled.length; at += batch) await store.write(filled.slice(at, at + batch));
  await simulatedDoubts({ db, store, meters, timezone: config.site.timezone, history, now });
  openMonthVersions(db).bump(monthsBetween(config.site.timezone, history.from, history.to), now);
  mark(dataDir, { ...begun, state: 'done', events: history.events });
  return { state: 'done', series, points, tickets, alarms, registers: history.registers };

  async function hasPast(): Promise<boolean> {
    const [first] = meters;
    if (!first) return true;
    const ask = (measurement: 'consumption' | typeof first.measurement, device: string, field: string) => ({ measurement, device, field, from: range.from, to: now - graceMs, every: dayMs, aggregate: 'count' as const }); // biome-ignore format: one
    const found = await store.seriesMany(
      meters
        .slice(0, 12)
        .flatMap((meter) => [ask('consumption', meter.device, 'value'), ask(meter.measurement, meter.device, meter.field)]),
    );
    return found.some((rows) => rows.some(([, count]) => (count ?? 0) > 0));
  }

  async function even(
    measurement: StorePoint['measurement'],
    tags: Tags,
    field: string,
    values: Float64Array,
    everyMs = historyStepMs,
  ): Promise<void> {
    series++;
    points += values.length;
    if (store.writeEven) {
      waiting.push({ measurement, tags, field, from: history.from, everyMs, values });
      if (waiting.reduce((sum, one) => sum + one.values.length, 0) >= mostAtOnce) flush();
    }
    // Stores that drop old readings keep what people look at for years.
    else if (measurement === 'consumption')
      for (let at = 0; at < values.length; at += batch)
        await store.write(pointsOf(measurement, tags, field, values, at, Math.min(values.length, at + batch)));
  }

  function flush(): void {
    const own = waiting.splice(0);
    const written = Promise.resolve(store.writeEven?.(own));
    written.catch(() => undefined);
    writing.push(written);
  }

  function pointsOf(
    measurement: StorePoint['measurement'],
    tags: Tags,
    field: string,
    values: Float64Array,
    from: number,
    to: number,
  ): StorePoint[] {
    const found: StorePoint[] = [];
    for (let i = from; i < to; i++)
      if (!Number.isNaN(values[i]))
        found.push({ measurement, tags, t: history.from + i * historyStepMs, fields: { [field]: values[i] as number } });
    return found;
  }

  /** What was filled in, not measured. */
  function estimatedOf(tags: Tags, { values, estimated }: HistoryMeter): StorePoint[] {
    return estimated.flatMap(([from, to]) =>
      Array.from(
        { length: to - from },
        (_, i): StorePoint => ({
          measurement: 'consumption',
          tags,
          t: history.from + (from + i) * historyStepMs,
          fields: { estimated: 1, estimated_amount: values[from + i] as number },
        }),
      ),
    );
  }
}
