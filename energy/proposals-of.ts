/** Money found at this site, from the last twelve whole months. */
import type { Store } from '../ingest/store.ts';
import { wallOf } from '../shared/zone.ts';
import type { Ledger, MonthStatement } from './ledger.ts';
import { boundsOf, monthAt } from './month-names.ts';
import {
  type BasicTerms,
  bestDemand,
  betterPowerFactor,
  type ClosedHours,
  leaks,
  type NightFlow,
  type NightLoad,
  nightBaseLoad,
  type Proposal,
  type Shiftable,
  standby,
  valleyShift,
} from './proposals.ts';
import { isItem, metersOfMedium } from './site-tree.ts';

export interface ProposalsSource {
  ledger: Ledger;
  store: Pick<Store, 'seriesMany'>;
  now: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const months = 12;
const nightsKept = 60;
const flowNights = 14;
/** What people need at night: flushing, hands, dialysis preparation; per bed, m³/h. */
const nightWaterPerBed = 0.0012;
const sharpAndPeak = ['sharp', 'peak'];
/** May run at another hour. */
const shiftableItems = ['01D2', '01C2', '01D8'];
const mostOfAKind = 4;

export async function proposalsOf({ ledger, store, now }: ProposalsSource): Promise<Proposal[]> {
  const { timezone } = ledger.site.site;
  const names = lastMonths(timezone, now, months);
  const statements = (await Promise.all(names.map((month) => ledger.statement(month, 'electricity').catch(() => undefined)))).filter(
    (one): one is MonthStatement => one?.account.groups.some(({ bill }) => bill !== null && bill.total > 0) === true,
  );
  const found = [
    ...chargesOf(ledger, statements),
    ...valleyShift(shiftable(statements)),
    ...(await powerOf(ledger, store, now, statements)),
    ...(await waterOf(ledger, store, now)),
  ];
  return [...Map.groupBy(found, ({ kind }) => kind).values()]
    .flatMap((same) => same.sort((a, b) => b.yuan - a.yuan).slice(0, mostOfAKind))
    .sort((a, b) => b.yuan - a.yuan);
}

function lastMonths(timezone: string, now: number, count: number): string[] {
  const out: string[] = [];
  for (let at = boundsOf(timezone, monthAt(timezone, now))[0] - 1; out.length < count; at = boundsOf(timezone, out[0] as string)[0] - 1)
    out.unshift(monthAt(timezone, at));
  return out;
}

function chargesOf(ledger: Ledger, statements: readonly MonthStatement[]): Proposal[] {
  const last = statements.at(-1)?.account.groups.find(({ bill }) => bill !== null);
  if (!last) return [];
  const tariff = ledger.tariffs.forMeter(last.mains[0] as string, 'electricity')?.tariff;
  const version = tariff?.versions.findLast(({ from }) => from <= (statements.at(-1)?.account.month ?? '').concat('-31'));
  const groups = statements.flatMap(({ account }) =>
    account.groups.filter(({ tariff: one }) => one?.id === last.tariff?.id).map((group) => ({ month: account.month, group })),
  );
  const out: (Proposal | undefined)[] = [];
  if (version?.basic && version.basic.kind !== 'capacity') {
    const { price, contract_kw, capacity_kva, busy, kind } = version.basic;
    const terms: BasicTerms = {
      ...{ demandPrice: price, capacityKva: capacity_kva, contractKw: contract_kw, busy },
      // The grid's price by capacity is about five eighths of that by demand (25.5 and 40.8 yuan in 2023).
      capacityPrice: Math.round(price * 62.5) / 100,
      now: kind === 'contract' && contract_kw !== undefined ? 'contract' : 'demand',
    };
    const demands = groups.flatMap(({ month, group }) =>
      group.demandKw === null
        ? []
        : [
            {
              month,
              demandKw: group.demandKw,
              kwh: group.parts.filter(({ counted }) => counted).reduce((sum, one) => sum + one.quantity, 0),
            },
          ],
    );
    out.push(bestDemand(demands, terms));
  }
  const standard = version?.power_factor?.standard;
  if (standard) {
    const adjusted = groups.flatMap(({ month, group }) => {
      const line = group.bill?.lines.find(({ id }) => id === 'power-factor');
      return line && group.bill?.powerFactor !== undefined
        ? [{ month, powerFactor: group.bill.powerFactor, base: line.quantity, amount: line.amount }]
        : [];
    });
    out.push(betterPowerFactor(adjusted, standard));
  }
  return out.filter((one) => one !== undefined);
}

function shiftable(statements: readonly MonthStatement[]): Shiftable[] {
  const sums = new Map<string, Shiftable & { dearCost: number; cheapCost: number; cheapKwh: number }>();
  for (const { account } of statements) {
    const parts = account.groups.flatMap((group) => group.parts);
    const base = (id: string) => id.replace(/@.*$/, '');
    const price = (wanted: readonly string[]) => parts.filter(({ id, counted }) => counted && wanted.includes(base(id)));
    const cheap = price(['deep', 'valley']);
    if (cheap.length === 0) continue;
    for (const meter of account.meters) {
      const movable = shiftableItems.some((item) => isItem(meter.item, item)) || /charg/.test(meter.id);
      if (!movable) continue;
      const one = sums.get(meter.id) ?? {
        meter: meter.id,
        name: meter.name,
        kwh: 0,
        dear: 0,
        cheap: 0,
        dearCost: 0,
        cheapCost: 0,
        cheapKwh: 0,
      };
      for (const part of price(sharpAndPeak)) {
        const kwh = meter.parts[part.id] ?? 0;
        one.kwh += kwh;
        one.dearCost += kwh * part.price;
      }
      for (const part of cheap) {
        one.cheapKwh += part.quantity;
        one.cheapCost += part.quantity * part.price;
      }
      sums.set(meter.id, one);
    }
  }
  const yearly = months / Math.max(1, statements.length);
  return [...sums.values()].flatMap((one) =>
    one.kwh > 0 && one.cheapKwh > 0
      ? [{ meter: one.meter, name: one.name, kwh: one.kwh * yearly, dear: one.dearCost / one.kwh, cheap: one.cheapCost / one.cheapKwh }]
      : [],
  );
}

async function powerOf(
  ledger: Ledger,
  store: ProposalsSource['store'],
  now: number,
  statements: readonly MonthStatement[],
): Promise<Proposal[]> {
  const { timezone } = ledger.site.site;
  const all = metersOfMedium(ledger.site, ledger.meters, 'electricity').filter(({ meter }) => meter);
  const end = Math.floor(now / dayMs) * dayMs;
  const from = end - nightsKept * dayMs;
  const columns = await store.seriesMany(
    all.map(({ id }) => ({
      measurement: 'consumption' as const,
      device: id,
      field: 'value',
      from,
      to: end,
      every: hourMs,
      aggregate: 'sum' as const,
    })),
  );
  const priceAt = meanPrices(statements);
  const nights: NightLoad[] = [];
  const closed = new Map<string, ClosedHours>();
  all.forEach((one, i) => {
    const byNight = new Map<number, number>();
    let [kwh, hours] = [0, 0];
    const department = one.department === undefined ? undefined : ledger.site.departments.find(({ id }) => id === one.department);
    // A department's meters below others of its own are in those.
    const counts =
      department !== undefined &&
      department.beds === undefined &&
      !all.some(({ id, department: other }) => id === one.parent && other === one.department);
    for (const [t, value] of columns[i] ?? []) {
      if (value === null) continue;
      const wall = new Date(wallOf(timezone, t));
      const hour = wall.getUTCHours();
      if (hour < 5) byNight.set(Math.floor(wall.getTime() / dayMs), (byNight.get(Math.floor(wall.getTime() / dayMs)) ?? 0) + value);
      if (counts && (hour < 6 || hour >= 20 || wall.getUTCDay() === 0)) {
        kwh += value;
        hours++;
      }
    }
    // Air, lifts and pumps follow people; what intensive care or a data centre needs at night it needs.
    if (['01B', '01C'].some((item) => isItem(one.item, item)))
      nights.push({ meter: one.id, name: one.name, nights: [...byNight.values()], price: priceAt.night });
    if (!counts || !department || hours === 0) return;
    const known = closed.get(department.id) ?? { department: department.id, name: department.name, kwh: 0, hours: 0, price: priceAt.mean };
    closed.set(department.id, {
      ...known,
      kwh: known.kwh + (kwh * 365) / nightsKept,
      hours: Math.max(known.hours, (hours * 365) / nightsKept),
    });
  });
  return [...nightBaseLoad(nights), ...standby([...closed.values()])];
}

function meanPrices(statements: readonly MonthStatement[]): { mean: number; night: number } {
  const parts = statements.flatMap(({ account }) => account.groups.flatMap((group) => group.parts)).filter(({ counted }) => counted);
  const mean = (ones: typeof parts) => {
    const kwh = ones.reduce((sum, { quantity }) => sum + quantity, 0);
    return kwh > 0 ? ones.reduce((sum, { cost }) => sum + cost, 0) / kwh : 0;
  };
  const night = parts.filter(({ id }) => /^(valley|deep|flat|energy)/.test(id));
  return { mean: mean(parts), night: mean(night.length > 0 ? night : parts) };
}

async function waterOf(ledger: Ledger, store: ProposalsSource['store'], now: number): Promise<Proposal[]> {
  const { timezone } = ledger.site.site;
  const all = metersOfMedium(ledger.site, ledger.meters, 'water').filter(({ meter }) => meter);
  if (all.length === 0) return [];
  const end = Math.floor(now / dayMs) * dayMs;
  const columns = await store.seriesMany(
    all.map(({ id }) => ({
      measurement: 'consumption' as const,
      device: id,
      field: 'value',
      from: end - flowNights * dayMs,
      to: end,
      every: hourMs,
      aggregate: 'sum' as const,
    })),
  );
  const statement = await ledger.statement(monthAt(timezone, end), 'water').catch(() => undefined);
  const flows = all.map((one, i): NightFlow => {
    const least = new Map<number, number>();
    for (const [t, value] of columns[i] ?? []) {
      if (value === null) continue;
      const wall = wallOf(timezone, t);
      if (new Date(wall).getUTCHours() >= 5) continue;
      const night = Math.floor(wall / dayMs);
      least.set(night, Math.min(value, least.get(night) ?? Number.POSITIVE_INFINITY));
    }
    const beds = ledger.site.departments
      .filter((department) => one.parent === undefined || department.building === one.building)
      .reduce((sum, department) => sum + (department.beds ?? 0), 0);
    const parts = statement?.account.groups.flatMap((group) => group.parts) ?? [];
    const price = parts.find(({ counted, price: yuan }) => counted && yuan > 0)?.price ?? 0;
    return { meter: one.id, name: one.name, nights: [...least.values()], allowance: Math.max(0.02, beds * nightWaterPerBed), price };
  });
  // Of a branch that leaks the main meter would tell the same again.
  const found = leaks(flows);
  const branches = found.filter(({ where }) => all.find(({ id }) => id === where)?.parent !== undefined);
  return branches.length > 0 ? branches : found;
}
