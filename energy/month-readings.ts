/** What the store knows of the meters of one month. */
import type { Store } from '../ingest/store.ts';
import { countedSteps, counterFacts } from '../shared/counter.ts';
import type { QuantityId } from '../shared/quantity.ts';
import { devicesOf, type SiteConfig } from '../shared/site.ts';
import { wallOf } from '../shared/zone.ts';
import type { Meter } from './meters.ts';
import type { SiteTariffs } from './site-tariffs.ts';
import type { SiteMeter } from './site-tree.ts';
import { needsQuarters } from './slots.ts';

export interface MonthSource {
  site: SiteConfig;
  /** All of the site. */
  meters: readonly Meter[];
  tariffs: SiteTariffs;
  store: Pick<Store, 'seriesMany'>;
  now: number;
}

const hourMs = 3_600_000;
const dayMs = 86_400_000;
const qualityFields = ['estimated_amount', 'manual_amount', 'unknown_amount', 'void'] as const;

export interface Told {
  told: boolean;
  hours: [t: number, value: number][];
  /** Where the demand or the tariff asks for them. */
  quarters: [t: number, value: number][] | undefined;
  estimated: number;
  manual: number;
  unknown: number;
  count: number;
}

export async function readMonth(
  source: MonthSource,
  meters: readonly (SiteMeter & { meter: Meter })[],
  from: number,
  to: number,
): Promise<Map<string, Told>> {
  const out = new Map<string, Told>();
  if (to <= from || meters.length === 0) return out;
  const { timezone } = source.site.site;
  const fine =
    wallOf(timezone, from) % hourMs !== from % hourMs ||
    meters.some(({ id, meter }) => needsQuarters(source.tariffs.forMeter(id, meter.medium)?.tariff));
  const offset = ((from % dayMs) + dayMs) % dayMs;
  const bases = meters.map(({ id, parent }) => ({ device: id, raw: fine || parent === undefined }));
  const query = (device: string, field: string, every: number | undefined, aggregate: 'sum' | 'count') => ({
    ...{ measurement: 'consumption' as const, device, field, from, to },
    ...(every === undefined ? {} : { every, offset: every === dayMs ? offset : 0, aggregate }),
  });
  const columns = await source.store.seriesMany(
    bases.flatMap(({ device, raw }) => [
      query(device, 'value', raw ? undefined : hourMs, 'sum'),
      query(device, 'value', dayMs, 'count'),
      ...qualityFields.map((field) => query(device, field, dayMs, 'sum')),
    ]),
  );
  const width = 2 + qualityFields.length;
  const sum = (points: readonly [number, number | null][] | undefined) => (points ?? []).reduce((all, [, value]) => all + (value ?? 0), 0);
  bases.forEach(({ device, raw }, m) => {
    const [values = [], count, estimated, manual, unknown, voids] = columns.slice(m * width, (m + 1) * width);
    const known = values.filter((point): point is [number, number] => point[1] !== null);
    out.set(device, {
      // What was taken back again is marked as void and says nothing.
      told: sum(count) - sum(voids) > 0,
      hours: raw ? [] : known,
      quarters: raw ? known : undefined,
      ...{ count: sum(count) - sum(voids), estimated: sum(estimated), manual: sum(manual), unknown: sum(unknown) },
    });
  });
  return out;
}

/** kvarh of the main meters, from what their registers showed at the end of each day; null: nothing is known. */
export async function reactiveOf({ site, store }: MonthSource, mains: readonly string[], from: number, to: number): Promise<number | null> {
  const devices = devicesOf(site).filter(({ device }) => mains.includes(device.id));
  const fields: QuantityId[] = ['reactive_energy_import_kvarh', 'reactive_energy_export_kvarh'];
  const offset = ((from % dayMs) + dayMs) % dayMs;
  const queries = devices.flatMap(({ device }) =>
    device.system
      ? fields.map((field) => ({
          measurement: device.system!,
          device: device.id,
          field,
          from: from - dayMs,
          to,
          every: dayMs,
          offset,
          aggregate: 'last' as const,
        }))
      : [],
  );
  const columns = await store.seriesMany(queries);
  let sum: number | null = null;
  columns.forEach((points, i) => {
    if (points.filter(([, value]) => value !== null).length < 2) return;
    const { device } = devices.find((one) => one.device.id === queries[i]?.device) as (typeof devices)[number];
    const { steps } = countedSteps(points, counterFacts(fields[i % fields.length] as QuantityId, device.attributes));
    sum = (sum ?? 0) + steps.reduce((all, [, value]) => all + (value ?? 0), 0);
  });
  return sum;
}
