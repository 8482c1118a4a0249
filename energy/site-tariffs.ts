/** The prices of a site: what its file says by date, medium and meter, as one tariff for each main meter and each tenant that has its own. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BilledMedium, SiteTariff } from '../shared/energy-site.ts';
import { Fault } from '../shared/errors.ts';
import type { SiteConfig } from '../shared/site.ts';
import { readTariff, type Tariff, type TariffVersion } from './tariff.ts';

export const tariffFolder = join(import.meta.dirname, 'tariffs');

export interface Prices {
  /** Same for meters that are billed together. */
  key: string;
  tariff: Tariff;
  /** Spans without a price within it, days: from, up to and without. */
  gaps: { from: string; to: string | undefined }[];
}

export interface SiteTariffs {
  /** Undefined: nothing prices this medium at this meter. */
  forMeter(meter: string, medium: BilledMedium): Prices | undefined;
  /** Its own tariff; undefined: a share of what the hospital pays. */
  forTenant(tenant: string, medium: BilledMedium): Prices | undefined;
}

interface Entry {
  given: SiteTariff;
  medium: BilledMedium;
  tariff: Tariff;
}

const ever = '1970-01-01';
const dayMs = 86_400_000;
const dayAfter = (day: string) => new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);

/** @throws Fault payload/invalid with every mistake of a tariff file */
export function tariffsOfSite(site: Pick<SiteConfig, 'tariffs' | 'site'>, folder: string): SiteTariffs {
  const entries = site.tariffs.map((given): Entry => {
    const tariff = tariffAsGiven(given, site.site.timezone, given.file === undefined ? undefined : readTariff(fileOf(given.file, folder)));
    return { given, medium: given.medium ?? tariff.medium, tariff };
  });
  const known = new Map<string, Prices>();
  const together = (candidates: readonly Entry[]): Prices | undefined => {
    if (candidates.length === 0) return undefined;
    const key = candidates.map(({ given }) => given.id).join('+');
    const prices = known.get(key) ?? joined(key, candidates);
    known.set(key, prices);
    return prices;
  };
  const begin = ({ given }: Entry) => given.valid_from ?? ever;
  const ordered = [...entries].sort((a, b) => begin(a).localeCompare(begin(b)));
  return {
    forMeter: (meter, medium) => {
      const ours = ordered.filter((one) => one.medium === medium && !one.given.tenants);
      return together([...ours.filter(({ given }) => !given.meters), ...ours.filter(({ given }) => given.meters?.includes(meter))]);
    },
    forTenant: (tenant, medium) => together(ordered.filter((one) => one.medium === medium && one.given.tenants?.includes(tenant))),
  };
}

/** What the site file says of a tariff, with what its file says when it names one. */
export function tariffAsGiven(given: SiteTariff, timezone: string, file: Tariff | undefined): Tariff {
  return { ...(file ? withContract(file, given) : plain(given, timezone)), timezone };
}

/** A built-in tariff by its name, or a file relative to the site file. @throws Fault payload/invalid */
export function fileOf(named: string, folder: string): string {
  const own = resolve(folder, named);
  if (existsSync(own)) return own;
  const builtIn = join(tariffFolder, `${named}.yaml`);
  if (existsSync(builtIn)) return builtIn;
  throw new Fault('payload/invalid', `${named}: neither a file relative to the site file nor a tariff of energy/tariffs`);
}

function plain({ id, name, medium, valid_from, price_per_kwh, price_per_m3, price_per_gj }: SiteTariff, timezone: string): Tariff {
  const price = price_per_kwh ?? price_per_m3 ?? price_per_gj ?? 0;
  const unit = price_per_kwh !== undefined ? 'kWh' : price_per_m3 !== undefined ? 'm3' : 'GJ';
  const text = name ?? { zh: id, en: id };
  return {
    id,
    name: text,
    region: text,
    medium: medium ?? ({ kWh: 'electricity', m3: 'water', GJ: 'heat' } as const)[unit],
    unit,
    timezone,
    currency: 'CNY',
    calendar: 'none',
    source: 'site file',
    confidence: 'A',
    versions: [{ from: valid_from ?? ever, energy: { price }, adders: [] }],
  };
}

const withContract = (tariff: Tariff, { contract_kw, capacity_kva }: SiteTariff): Tariff => ({
  ...tariff,
  versions: tariff.versions.map((version) =>
    version.basic
      ? {
          ...version,
          basic: {
            ...version.basic,
            ...(capacity_kva === undefined ? {} : { capacity_kva }),
            ...(contract_kw === undefined || version.basic.kind === 'capacity' ? {} : { contract_kw }),
          } as typeof version.basic,
        }
      : version,
  ),
});

/** For each span between two dates that matter, the last candidate that holds there. */
function joined(key: string, candidates: readonly Entry[]): Prices {
  const last = candidates.at(-1) as Entry;
  if (candidates.some(({ tariff }) => tariff.unit !== last.tariff.unit))
    throw new Fault('payload/invalid', `tariffs ${key.replaceAll('+', ', ')}: price the same meter by different units; use one unit`);
  const edges = new Set<string>([ever]);
  for (const { given } of candidates) {
    if (given.valid_from !== undefined) edges.add(given.valid_from);
    if (given.valid_to !== undefined) edges.add(dayAfter(given.valid_to));
  }
  const starts = [...edges].sort();
  const versions: TariffVersion[] = [];
  const gaps: Prices['gaps'] = [];
  const none = (from: string, to: string | undefined) => {
    gaps.push({ from, to });
    versions.push({ from, energy: { price: 0 }, adders: [] });
  };
  for (const [i, from] of starts.entries()) {
    const to = starts[i + 1];
    const holds = candidates.findLast(
      ({ given }) => (given.valid_from ?? ever) <= from && (given.valid_to === undefined || given.valid_to >= from),
    );
    if (!holds) {
      none(from, to);
      continue;
    }
    const own = holds.tariff.versions;
    const at = own.findLastIndex((version) => version.from <= from);
    if (at < 0) none(from, own[0] && (to === undefined || own[0].from < to) ? own[0].from : to);
    for (const version of own.slice(Math.max(0, at)))
      if (to === undefined || version.from < to) versions.push({ ...version, from: version.from < from ? from : version.from });
  }
  return { key, tariff: { ...last.tariff, id: key, versions }, gaps };
}
