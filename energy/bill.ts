/** A month's bill from quarter hours: exact to the cent, by the clocks of the site, with a tariff that may change within the month. Pure. */
import chineseDays from 'chinese-days';
import { Fault } from '../shared/errors.ts';
import { isoInZone, momentOf, momentsOf, wallOf } from '../shared/zone.ts';
import { decimal, divideHalfUp, hundredths, priceScale, yuan } from './money.ts';
import { adjustment, powerFactorHundredths } from './power-factor.ts';
import { type Period, periods, type Tariff, type TariffVersion } from './tariff.ts';

export interface Use {
  from: number;
  value: number;
}

export interface BillInput {
  tariff: Tariff;
  /** `2026-07`, by the clocks of the tariff. */
  month: string;
  /** Quarter hours (or longer ones that do not cross a price), in the tariff's unit. */
  use: readonly Use[];
  /** What was drawn and sent back in the month, kvarh. */
  reactive?: number | undefined;
  /** Highest mean of a quarter hour; from `use` when absent. */
  demandKw?: number | undefined;
}

export interface BillLine {
  id: string;
  /** Of the version it was priced by, when the month has more than one. */
  from?: string | undefined;
  quantity: number;
  price: number;
  amount: number;
}

export interface Bill {
  month: string;
  lines: BillLine[];
  total: number;
  currency: string;
  powerFactor?: number | undefined;
}

const hourMs = 3_600_000;
const dayMs = 86_400_000;
const dateOf = (wall: number) => new Date(wall).toISOString().slice(0, 10);

/** @throws Fault payload/invalid when the tariff has no price for a moment */
export function billMonth({ tariff, month, use, reactive, demandKw }: BillInput): Bill {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const [first, end] = [Date.UTC(year, number - 1, 1), Date.UTC(year, number, 1)];
  const [from, to] = [momentOf(tariff.timezone, first), momentOf(tariff.timezone, end)];
  const days = (end - first) / dayMs;
  const parts = versionsIn(tariff, first, end);
  const lines: (BillLine & { cents: bigint; adjusted: boolean })[] = [];
  const several = parts.length > 1;
  const inMonth = use.filter((one) => one.from >= from && one.from < to);
  const all = inMonth.reduce((sum, { value }) => sum + value, 0);
  const peak = demandKw ?? Math.max(0, ...inMonth.map(({ value }) => value * 4));
  let used = 0n;
  for (const { version, begin, stop } of parts) {
    const mine = inMonth.filter((one) => {
      const wall = wallOf(tariff.timezone, one.from);
      return wall >= begin && wall < stop;
    });
    const add = (id: string, quantity: bigint, price: number, adjusted: boolean, share: readonly [bigint, bigint] = [1n, 1n]) => {
      const cents = divideHalfUp(quantity * decimal(price, 6) * share[0], priceScale * share[1]);
      lines.push({ id, ...(several ? { from: version.from } : {}), quantity: yuan(quantity), price, amount: yuan(cents), cents, adjusted });
    };
    for (const { id, quantity, price } of energyLines(tariff, version, mine, used)) add(id, quantity, price, true);
    const sum = hundredths(mine.reduce((total, { value }) => total + value, 0));
    used += sum;
    for (const adder of version.adders) add(adder.id, sum, adder.price, adder.adjusted);
    // The basic charge is of the month; a price that holds for some of its days counts for those.
    if (version.basic)
      for (const { id, kw, price } of basicLines(version.basic, peak, all))
        add(id, kw, price, true, [BigInt((stop - begin) / dayMs), BigInt(days)]);
  }
  const standard = parts.at(-1)?.version.power_factor?.standard;
  const factor = standard && reactive !== undefined ? powerFactorHundredths(all, reactive) : undefined;
  if (standard && factor !== undefined) {
    const base = lines.filter(({ adjusted }) => adjusted).reduce((sum, { cents }) => sum + cents, 0n);
    const rate = adjustment(standard, factor);
    const cents = divideHalfUp(base * BigInt(rate), 10_000n);
    lines.push({ id: 'power-factor', quantity: yuan(base), price: rate / 10_000, amount: yuan(cents), cents, adjusted: false });
  }
  return {
    month,
    lines: lines.map(({ cents: _cents, adjusted: _adjusted, ...line }) => line),
    total: yuan(lines.reduce((sum, { cents }) => sum + cents, 0n)),
    currency: tariff.currency,
    ...(factor === undefined ? {} : { powerFactor: factor / 100 }),
  };
}

/** The versions that hold in the month, by wall clock. */
export function versionsIn(tariff: Tariff, first: number, end: number) {
  const starts = tariff.versions.map((version) => Date.parse(version.from));
  return tariff.versions.flatMap((version, i) => {
    const begin = Math.max(first, starts[i] as number);
    const stop = Math.min(end, starts[i + 1] ?? end);
    return stop > begin ? [{ version, begin, stop }] : [];
  });
}

function energyLines({ timezone, calendar, id: tariffId }: Tariff, { energy }: TariffVersion, use: readonly Use[], before: bigint) {
  if ('price' in energy)
    return [{ id: 'energy', quantity: hundredths(use.reduce((sum, { value }) => sum + value, 0)), price: energy.price }];
  if ('tiers' in energy) return tierLines(energy.tiers, before, before + hundredths(use.reduce((sum, { value }) => sum + value, 0)));
  const sums = new Map<string, { value: number; price: number }>();
  for (const { from, value } of use) {
    const wall = wallOf(timezone, from);
    let id: string;
    let price: number;
    if ('series' in energy) {
      const found = seriesPrice(energy.series, timezone, from);
      if ('why' in found) throw new Fault('payload/invalid', `tariff ${tariffId}: ${found.why}`);
      ({ id, price } = found);
    } else {
      const period = periodAt(energy.schedules, calendar, wall);
      id = period;
      price = energy.prices[period] as number;
    }
    const one = sums.get(id) ?? { value: 0, price };
    one.value += value;
    sums.set(id, one);
  }
  const order = (id: string) => (periods as readonly string[]).indexOf(id);
  return [...sums]
    .sort(([a], [b]) => order(a) - order(b) || a.localeCompare(b))
    .map(([id, { value, price }]) => ({ id, quantity: hundredths(value), price }));
}

/** The quarter's price, else the hour's; where the clocks show an hour twice only one that says which of the two. */
export function seriesPrice(series: Record<string, number>, timezone: string, t: number): { id: string; price: number } | { why: string } {
  const iso = isoInZone(timezone, t);
  const [hour, quarter, offset] = [iso.slice(0, 13), `${iso.slice(0, 14)}${quarterOf(iso)}`, iso.slice(19)];
  const twice = momentsOf(timezone, Math.floor(wallOf(timezone, t) / hourMs) * hourMs).length > 1;
  for (const key of [quarter + offset, hour + offset, ...(twice ? [] : [quarter, hour])]) {
    const price = series[key];
    if (price !== undefined) return { id: `hour-${key}`, price };
  }
  return {
    why: twice
      ? `has no price for ${hour}${offset}; this hour comes twice, so the series must name both with their offset`
      : `has no price for ${hour}; the series must name every hour as 2026-07-01T13`,
  };
}
const quarterOf = (iso: string) => String(Math.floor(Number(iso.slice(14, 16)) / 15) * 15).padStart(2, '0');

function tierLines(tiers: readonly { up_to?: number | undefined; price: number }[], from: bigint, to: bigint) {
  let low = 0n;
  return tiers.flatMap(({ up_to, price }, i) => {
    const high = up_to === undefined ? to : hundredths(up_to);
    const [a, b] = [low > from ? low : from, high < to ? high : to];
    low = high;
    return b > a ? [{ id: `tier-${i + 1}`, quantity: b - a, price }] : [];
  });
}

type Schedules = Extract<TariffVersion['energy'], { schedules: unknown }>['schedules'];

/** The first schedule that names month and day decides. */
export function periodAt(schedules: Schedules, calendar: Tariff['calendar'], wall: number): Period {
  const date = new Date(wall);
  return periodOn(schedules, date.getUTCMonth() + 1, dayType(calendar, wall), date.getUTCHours() * 60 + date.getUTCMinutes());
}

export type DayType = 'workday' | 'weekend' | 'holiday';

/** Of a day of this kind, so many minutes after midnight. */
export function periodOn(schedules: Schedules, month: number, day: DayType, minutes: number): Period {
  const one = schedules.find(({ months, days }) => (!months || months.includes(month)) && (!days || days === day));
  for (const period of periods)
    for (const span of one?.hours[period] ?? []) {
      const [begin, stop] = span.split('-').map((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))) as [number, number];
      // A span may run over midnight.
      if (begin < stop ? minutes >= begin && minutes < stop : minutes >= begin || minutes < stop) return period;
    }
  return 'flat';
}

const types = new Map<string, DayType>();

function dayType(calendar: Tariff['calendar'], wall: number): DayType {
  const date = dateOf(wall);
  const weekday = new Date(wall).getUTCDay();
  const plain = weekday === 0 || weekday === 6 ? 'weekend' : 'workday';
  if (calendar === 'none') return plain;
  if (calendar !== 'china') return calendar.includes(date) ? 'holiday' : plain;
  let type = types.get(date);
  if (!type) {
    // A Saturday that is worked for a holiday is a working day; a holiday is one that the State Council named.
    type = chineseDays.isWorkday(date)
      ? 'workday'
      : chineseDays.getDayDetail(date).name.includes(',')
        ? 'holiday'
        : plain === 'workday'
          ? 'holiday'
          : 'weekend';
    types.set(date, type);
  }
  return type;
}

/** Less than this part of the transformers cannot be agreed; what is above so many percent of the contract counts so many times. */
export const contractRules = { leastOfCapacity: 0.4, freePct: 105, overTimes: 2 } as const;

/** kW in hundredths with their price. */
function basicLines(basic: NonNullable<TariffVersion['basic']>, peakKw: number, kwh: number): { id: string; kw: bigint; price: number }[] {
  if (basic.kind === 'capacity') return [{ id: 'capacity', kw: hundredths(basic.capacity_kva), price: basic.price }];
  const busy = basic.busy && kwh / basic.capacity_kva >= basic.busy.kwh_per_kva ? basic.busy.share : 1;
  const price = Number(divideHalfUp(decimal(basic.price, 6) * BigInt(Math.round(busy * 10_000)), 10_000n)) / 1e6;
  const peak = hundredths(peakKw);
  if (basic.kind === 'demand' || basic.contract_kw === undefined) return [{ id: 'demand', kw: peak, price }];
  const { leastOfCapacity, freePct, overTimes } = contractRules;
  const least = hundredths(basic.capacity_kva * leastOfCapacity);
  const agreed = hundredths(basic.contract_kw);
  const contract = agreed > least ? agreed : least;
  const limit = divideHalfUp(contract * BigInt(freePct), 100n);
  return [
    { id: 'contract', kw: contract, price },
    ...(peak > limit ? [{ id: 'over-contract', kw: peak - limit, price: price * overTimes }] : []),
  ];
}
