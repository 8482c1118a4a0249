/** Tariffs as people look at them: which hold, since when, who pays by them, and the day of each month as the bill counts it. Read anew whenever somebody asks. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BilledMedium, billedMedia } from '../shared/energy-site.ts';
import { reasonOf } from '../shared/errors.ts';
import type { SiteConfig } from '../shared/site.ts';
import type { Text } from '../shared/text.ts';
import { contractRules, type DayType, periodOn } from './bill.ts';
import { type Medium, type Meter, media } from './meters.ts';
import { adjustment } from './power-factor.ts';
import { fileOf, type SiteTariffs, tariffAsGiven, tariffFolder } from './site-tariffs.ts';
import { metersOfMedium } from './site-tree.ts';
import { lookAtTariff, type Period, periods, type Tariff, type TariffMistake, type TariffVersion } from './tariff.ts';

const dayTypes = ['workday', 'weekend', 'holiday'] as const satisfies readonly DayType[];
const dayMinutes = 1_440;
/** The table of the notice is shown from here to 1. */
const lowestFactor = 60;

export interface DayStrip {
  /** Empty: every day. */
  days: DayType[];
  /** Minutes after midnight; together the whole day. */
  spans: { from: number; to: number; period: Period }[];
}
export interface MonthGroup {
  months: number[];
  strips: DayStrip[];
}
export interface VersionView {
  from: string;
  /** First day on which it does not hold any more. */
  to: string | null;
  inForce: boolean;
  /** One price for all hours. */
  price: number | null;
  prices: { period: Period; price: number }[];
  groups: MonthGroup[];
  tiers: { upTo: number | null; price: number }[];
  /** Prices by the hour. */
  series: { hours: number; from: string; to: string; least: number; most: number } | null;
  adders: { id: string; name: Text; price: number; adjusted: boolean }[];
  basic: {
    kind: 'capacity' | 'demand' | 'contract';
    price: number;
    capacityKva: number;
    contractKw: number | null;
    /** Less is not agreed: what is paid at least, kW. */
    leastKw: number | null;
    /** What is drawn above this counts `overTimes`, kW. */
    freeKw: number | null;
    overTimes: number | null;
    busy: { kwhPerKva: number; share: number } | null;
  } | null;
  powerFactor: { standard: string; rows: { factor: number; pct: number }[] } | null;
}
export interface OfferedTariff {
  id: string;
  name: Text;
  region: Text | null;
  medium: BilledMedium;
  unit: string;
  calendar: 'china' | 'none' | 'own';
  source: Text;
  confidence: Tariff['confidence'];
  versions: VersionView[];
}
export interface UsedTariff extends Omit<OfferedTariff, 'versions'> {
  /** As the site file names it; null: the price stands in the site file. */
  file: string | null;
  origin: 'site-file' | 'own-file' | 'built-in';
  state: 'in-force' | 'coming' | 'ended';
  validFrom: string | null;
  validTo: string | null;
  meters: { id: string; name: Text }[];
  tenants: { id: string; name: Text }[];
  versions: VersionView[];
  /** The file is not what bills are made with: it was changed since the program began. */
  changed: boolean;
}
export interface TariffsView {
  today: string;
  tariffs: UsedTariff[];
  /** Those that come with the program and this site does not use. */
  offered: OfferedTariff[];
  mistakes: (TariffMistake & { tariff: string; file: string })[];
}

/** @param today by the clocks of the site */
export function viewOf(tariff: Tariff, today: string): OfferedTariff {
  const { id, name, region, medium, unit, calendar, source, confidence, versions } = tariff;
  return {
    ...{ id, name, region, medium, confidence },
    unit: unit === 'm3' ? 'm³' : unit,
    calendar: typeof calendar === 'string' ? calendar : 'own',
    source: typeof source === 'string' ? { zh: source, en: source } : source,
    versions: versions.map((version, i) => versionView(tariff, version, versions[i + 1]?.from ?? null, today)),
  };
}

function versionView({ calendar }: Tariff, version: TariffVersion, to: string | null, today: string): VersionView {
  const { from, energy, adders, basic, power_factor } = version;
  const bySchedule = 'schedules' in energy ? energy : undefined;
  const hours = 'series' in energy ? Object.keys(energy.series).sort() : [];
  const values = 'series' in energy ? Object.values(energy.series) : [];
  const contract = basic && basic.kind !== 'capacity' ? basic.contract_kw : undefined;
  const agreed = basic?.kind !== 'capacity' && basic?.kind !== 'demand' && basic && contract !== undefined ? contract : undefined;
  const leastKw = agreed === undefined || !basic ? null : basic.capacity_kva * contractRules.leastOfCapacity;
  const busy = basic && basic.kind !== 'capacity' ? basic.busy : undefined;
  return {
    ...{ from, to, inForce: from <= today && (to === null || today < to) },
    price: 'price' in energy ? energy.price : null,
    prices: bySchedule ? periods.flatMap((period) => (bySchedule.prices[period] === undefined ? [] : [{ period, price: bySchedule.prices[period] }])) : [], // biome-ignore format: one
    groups: bySchedule ? groupsOf(bySchedule.schedules, calendar) : [],
    tiers: 'tiers' in energy ? energy.tiers.map(({ up_to, price }) => ({ upTo: up_to ?? null, price })) : [],
    series: hours.length === 0 ? null : { hours: hours.length, from: hours[0] as string, to: hours.at(-1) as string, least: Math.min(...values), most: Math.max(...values) }, // biome-ignore format: one
    adders: adders.map((one) => ({ ...one })),
    basic: basic
      ? {
          ...{ kind: basic.kind, price: basic.price, capacityKva: basic.capacity_kva, contractKw: contract ?? null, leastKw },
          freeKw: agreed === undefined || leastKw === null ? null : (Math.max(agreed, leastKw) * contractRules.freePct) / 100,
          overTimes: agreed === undefined ? null : contractRules.overTimes,
          busy: busy ? { kwhPerKva: busy.kwh_per_kva, share: busy.share } : null,
        }
      : null,
    powerFactor: power_factor
      ? {
          standard: power_factor.standard,
          rows: Array.from({ length: 101 - lowestFactor }, (_, i) => 100 - i).map((hundredths) => ({
            factor: hundredths / 100,
            pct: adjustment(power_factor.standard, hundredths) / 100,
          })),
        }
      : null,
  };
}

type Schedules = Extract<TariffVersion['energy'], { schedules: unknown }>['schedules'];

/** Months whose days look alike together, as the bill itself puts hours into periods. */
function groupsOf(schedules: Schedules, calendar: Tariff['calendar']): MonthGroup[] {
  const edges = [...new Set([0, dayMinutes, ...schedules.flatMap(({ hours }) => Object.values(hours).flatMap((list) => (list ?? []).flatMap((span) => span.split('-').map(minutesOf))))])].sort((a, b) => a - b); // biome-ignore format: one
  const kinds = schedules.some(({ days }) => days) ? dayTypes.filter((day) => day !== 'holiday' || calendar !== 'none') : [];
  const spansOf = (month: number, day: DayType) => {
    const spans: DayStrip['spans'] = [];
    for (const [i, from] of edges.slice(0, -1).entries()) {
      const period = periodOn(schedules, month, day, from);
      const to = edges[i + 1] as number;
      const last = spans.at(-1);
      if (last?.period === period) last.to = to;
      else spans.push({ from, to, period });
    }
    return spans;
  };
  const groups = new Map<string, MonthGroup>();
  for (let month = 1; month <= 12; month++) {
    const strips: DayStrip[] = [];
    for (const day of kinds.length === 0 ? (['workday'] as const) : kinds) {
      const spans = spansOf(month, day);
      const same = strips.find((one) => JSON.stringify(one.spans) === JSON.stringify(spans));
      if (same) same.days.push(day);
      else strips.push({ days: [day], spans });
    }
    // Alike on all days: nothing to tell apart.
    if (strips.length === 1) (strips[0] as DayStrip).days = [];
    const key = JSON.stringify(strips);
    const group = groups.get(key) ?? { months: [], strips };
    group.months.push(month);
    groups.set(key, group);
  }
  return [...groups.values()];
}
const minutesOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

export interface TariffSource {
  site: Pick<SiteConfig, 'tariffs' | 'site' | 'tree' | 'tenants' | 'gateways' | 'hand_meters' | 'departments'> & SiteConfig;
  /** Of the site file. */
  folder: string;
  meters: readonly Meter[];
  /** What bills are made with. */
  inUse: SiteTariffs;
}

/** @returns a reader, which remembers how the files were when the program began */
export function tariffsView({ site, folder, meters, inUse }: TariffSource): (today: string) => TariffsView {
  const { timezone } = site.site;
  const look = (given: SiteConfig['tariffs'][number]) => {
    if (given.file === undefined) return { tariff: tariffAsGiven(given, timezone, undefined) };
    try {
      const found = lookAtTariff(fileOf(given.file, folder));
      return 'tariff' in found ? { tariff: tariffAsGiven(given, timezone, found.tariff) } : found;
    } catch (error) {
      const en = reasonOf(error);
      return { mistakes: [{ line: null, at: '', zh: '找不到文件：既不是站点文件旁的文件，也不是自带电价', en }] };
    }
  };
  const began = new Map(site.tariffs.map((given) => [given.id, look(given)]));
  const tops = media.flatMap((medium: Medium) => metersOfMedium(site, meters, medium).filter(({ parent, meter }) => parent === undefined && meter).map(({ id, name }) => ({ id, name, medium }))); // biome-ignore format: one

  return (today) => {
    const holds = ({ valid_from, valid_to }: SiteConfig['tariffs'][number]) =>
      (valid_from ?? '') <= today && (valid_to === undefined || today <= valid_to);
    /** Of all that name a meter or tenant, the last that holds is the one it pays by; of those that do not hold, all that will or did. */
    const paysBy = (key: string | undefined, id: string) => {
      const ids = key?.split('+') ?? [];
      const given = site.tariffs.find((one) => one.id === id);
      if (!given || !ids.includes(id)) return false;
      return !holds(given) || ids.findLast((one) => holds(site.tariffs.find((other) => other.id === one) as typeof given)) === id;
    };
    const mistakes: TariffsView['mistakes'] = [];
    const tariffs = site.tariffs.flatMap((given): UsedTariff[] => {
      const now = look(given);
      if ('mistakes' in now) mistakes.push(...now.mistakes.map((one) => ({ ...one, tariff: given.id, file: given.file as string })));
      const before = began.get(given.id);
      const shown = before && 'tariff' in before ? before.tariff : 'tariff' in now ? now.tariff : undefined;
      if (!shown) return [];
      const medium = given.medium ?? shown.medium;
      const builtIn = given.file !== undefined && fileIsBuiltIn(given.file, folder);
      return [
        {
          ...viewOf(shown, today),
          ...{ id: given.id, name: given.name ?? shown.name, medium, file: given.file ?? null },
          region: given.file === undefined ? null : shown.region,
          source: given.file === undefined ? { zh: '站点文件', en: 'site file' } : viewOf(shown, today).source,
          origin: given.file === undefined ? 'site-file' : builtIn ? 'built-in' : 'own-file',
          state: holds(given) ? 'in-force' : (given.valid_from ?? '') > today ? 'coming' : 'ended',
          ...{ validFrom: given.valid_from ?? null, validTo: given.valid_to ?? null },
          meters: tops.filter((top) => top.medium === medium && paysBy(inUse.forMeter(top.id, medium)?.key, given.id)).map(({ id, name }) => ({ id, name })), // biome-ignore format: one
          tenants: site.tenants.filter((one) => paysBy(inUse.forTenant(one.id, medium)?.key, given.id)).map(({ id, name }) => ({ id, name })), // biome-ignore format: one
          changed: !('tariff' in now) || JSON.stringify(now.tariff) !== JSON.stringify(shown),
        },
      ];
    });
    const named = new Set(site.tariffs.flatMap(({ file }) => (file !== undefined && fileIsBuiltIn(file, folder) ? [file] : [])));
    const order = (one: { medium: BilledMedium }) => billedMedia.indexOf(one.medium);
    const rank = { 'in-force': 0, coming: 1, ended: 2 } as const;
    return {
      today,
      tariffs: tariffs.sort((a, b) => rank[a.state] - rank[b.state] || order(a) - order(b)),
      offered: builtIns(today).filter(({ id }) => !named.has(id)).sort((a, b) => order(a) - order(b)), // biome-ignore format: one
      mistakes,
    };
  };
}

function fileIsBuiltIn(named: string, folder: string): boolean {
  try {
    return fileOf(named, folder) === join(tariffFolder, `${named}.yaml`);
  } catch {
    return false;
  }
}

/** They come with the program and do not change while it runs. */
let readBuiltIns: Tariff[] | undefined;
function builtIns(today: string): OfferedTariff[] {
  readBuiltIns ??= readdirSync(tariffFolder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => {
      const found = lookAtTariff(join(tariffFolder, name));
      return 'tariff' in found ? [{ ...found.tariff, id: basename(name, '.yaml') }] : [];
    });
  return readBuiltIns.map((one) => viewOf(one, today));
}
