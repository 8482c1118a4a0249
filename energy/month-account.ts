/**
 * The account of one medium and month: what each meter counted in each part of the bill, the bill of each tariff, and who it goes to. Priced and allocated
 * from quarter hours in the store; what is not known is named.
 */
import type { Text } from '../shared/text.ts';
import { type Allocation, type AllocationMeter, allocate } from './allocation.ts';
import { type Bill, type BillLine, billMonth } from './bill.ts';
import { type Medium, type Meter, mediumUnits } from './meters.ts';
import { yuan } from './money.ts';
import { boundsOf } from './month-names.ts';
import { type MonthSource, reactiveOf, readMonth, type Told } from './month-readings.ts';
import type { Prices } from './site-tariffs.ts';
import { metersOfMedium, receiversOf, type SiteMeter } from './site-tree.ts';
import { partId, type Slots, slotsOf, sumBySlot } from './slots.ts';
import type { Tariff } from './tariff.ts';

export interface MeterMonth {
  id: string;
  name: Text;
  parent: string | null;
  virtual: boolean;
  item: string | null;
  building: string | null;
  department: string | null;
  tenant: string | null;
  /** In the medium's unit; null: it told nothing. */
  counted: number | null;
  /** By part of the bill. */
  parts: Record<string, number>;
  measured: number;
  estimated: number;
  manual: number;
  unknown: number;
  /** Of the quarter hours that are over, 0 to 1. */
  coverage: number;
}

export interface BilledGroup {
  tariff: { id: string; name: Text; confidence: Tariff['confidence'] } | null;
  /** Main meters that are billed together. */
  mains: string[];
  bill: Bill | null;
  /** Costs by part, as they were allocated; `counted: false`: shared by all use. */
  parts: { id: string; quantity: number; cost: number; price: number; counted: boolean }[];
  demandKw: number | null;
}

export interface MonthAccount {
  month: string;
  medium: Medium;
  unit: string;
  from: number;
  to: number;
  running: boolean;
  meters: MeterMonth[];
  groups: BilledGroup[];
  allocation: Allocation;
  cost: number;
  notes: { id: string; text: Text }[];
}

const quarterMs = 900_000;

export async function accountMonth(source: MonthSource, month: string, medium: Medium): Promise<MonthAccount> {
  const { site, tariffs, now } = source;
  const { timezone } = site.site;
  const [from, to] = boundsOf(timezone, month);
  const end = Math.min(to, Math.ceil(now / quarterMs) * quarterMs);
  const notes: MonthAccount['notes'] = [];
  const all = metersOfMedium(site, source.meters, medium);
  const real = all.filter((one): one is SiteMeter & { meter: Meter } => one.meter !== undefined);
  const read = await readMonth(source, real, from, end);
  const tops = topsOf(all, (id) => read.get(id)?.told === true);
  const grouped = Map.groupBy(tops, ({ id }) => tariffs.forMeter(id, medium)?.key ?? '');
  const rootOf = rootsOf(all, new Set(tops.map(({ id }) => id)));
  const groups: BilledGroup[] = [];
  const allocations: Allocation[] = [];
  const partsOf = new Map<string, Record<string, number>>();
  for (const [key, mains] of grouped) {
    const prices = key === '' ? undefined : tariffs.forMeter((mains[0] as SiteMeter).id, medium);
    const ids = new Set(mains.map(({ id }) => id));
    const inGroup = all.filter(({ id }) => ids.has(rootOf.get(id) ?? ''));
    const slots = slotsOf(prices?.tariff, month);
    for (const one of inGroup) {
      const told = read.get(one.id);
      if (told?.told) partsOf.set(one.id, sumBySlot(told.quarters ?? told.hours, slots));
    }
    const group = await billed(source, { month, medium, mains: mains.map(({ id }) => id), prices, read, slots, from, to: end, notes });
    groups.push(group);
    const values = virtualValues(all, partsOf);
    const meters = inGroup
      .filter((one) => one.meter || one.parent !== undefined)
      .map(
        ({ id, parent, rule, item }): AllocationMeter => ({
          ...{ id, rule, item },
          parent: ids.has(id) ? undefined : parent,
          values: values(id),
        }),
      );
    const inside = new Set(meters.map(({ id }) => id));
    allocations.push(
      allocate({
        meters: meters.map((one) => ({ ...one, parent: one.parent !== undefined && inside.has(one.parent) ? one.parent : undefined })),
        receivers: receiversOf(site),
        parts: group.parts.map(({ id, cost, counted }) => ({ id, cost, ...(counted ? {} : { quantity: false as const }) })),
        detail: true,
      }),
    );
  }
  const values = virtualValues(all, partsOf);
  const slotsThere = Math.max(1, (end - from) / quarterMs);
  const allocation = together(allocations);
  // A meter that told nothing hangs under no main that did when it is a main itself.
  for (const { id } of real) if (read.get(id)?.told !== true && !allocation.missing.includes(id)) allocation.missing.push(id);
  return {
    ...{ month, medium, unit: mediumUnits[medium], from, to, running: now < to, groups, allocation, notes },
    cost: cents(groups.flatMap(({ bill }) => (bill ? [bill.total] : []))),
    meters: all.map((one): MeterMonth => {
      const told = read.get(one.id);
      const parts = values(one.id);
      const counted = parts === null ? null : Object.values(parts).reduce((sum, value) => sum + value, 0);
      const { estimated = 0, manual = 0, unknown = 0, count = 0 } = told ?? {};
      return {
        ...{ id: one.id, name: one.name, parent: one.parent ?? null, virtual: one.virtual !== undefined, item: one.item ?? null },
        ...{ building: one.building ?? null, department: one.department ?? null, tenant: one.tenant ?? null },
        ...{ counted, parts: parts ?? {}, estimated, manual, unknown },
        measured: (counted ?? 0) - estimated - manual - unknown,
        coverage: one.virtual ? (parts === null ? 0 : 1) : Math.min(1, count / slotsThere),
      };
    }),
  };
}

export const cents = (amounts: readonly number[]) => yuan(amounts.reduce((sum, amount) => sum + BigInt(Math.round(amount * 100)), 0n));

/** Meters that told something and have none above them that did; where a main is silent, those below it stand for it. */
function topsOf(all: readonly SiteMeter[], told: (id: string) => boolean): SiteMeter[] {
  const byId = new Map(all.map((one) => [one.id, one]));
  const covered = (one: SiteMeter) => {
    for (let up = one.parent; up !== undefined; up = byId.get(up)?.parent) if (told(up)) return true;
    return false;
  };
  return all.filter((one) => one.meter !== undefined && told(one.id) && !covered(one));
}

function rootsOf(all: readonly SiteMeter[], tops: ReadonlySet<string>): Map<string, string> {
  const byId = new Map(all.map((one) => [one.id, one]));
  return new Map(
    all.flatMap(({ id }): [string, string][] => {
      for (let up: string | undefined = id; up !== undefined; up = byId.get(up)?.parent) if (tops.has(up)) return [[id, up]];
      return [];
    }),
  );
}

function virtualValues(all: readonly SiteMeter[], real: ReadonlyMap<string, Record<string, number>>) {
  const byId = new Map(all.map((one) => [one.id, one]));
  const known = new Map<string, Record<string, number> | null>();
  const values = (id: string, depth = 0): Record<string, number> | null => {
    const one = byId.get(id);
    if (!one?.virtual) return real.get(id) ?? null;
    if (known.has(id) || depth > 50) return known.get(id) ?? null;
    const sum: Record<string, number> = {};
    let whole = true;
    for (const { meter, share } of one.virtual) {
      const value = values(meter, depth + 1);
      // A sum that lacks one of its meters is no sum.
      if (value === null) whole = false;
      for (const [part, amount] of Object.entries(value ?? {})) sum[part] = (sum[part] ?? 0) + share * amount;
    }
    known.set(id, whole ? sum : null);
    return whole ? sum : null;
  };
  return values;
}

interface ToBill {
  month: string;
  medium: Medium;
  mains: string[];
  prices: Prices | undefined;
  read: ReadonlyMap<string, Told>;
  slots: Slots;
  from: number;
  to: number;
  notes: MonthAccount['notes'];
}

async function billed(source: MonthSource, { month, medium, mains, prices, read, slots, from, to, notes }: ToBill): Promise<BilledGroup> {
  const sums = new Map<number, number>();
  const counted: Record<string, number> = {};
  for (const id of mains) {
    const told = read.get(id);
    for (const [t, value] of told?.quarters ?? told?.hours ?? []) {
      sums.set(t, (sums.get(t) ?? 0) + value);
      const part = slots(t);
      counted[part] = (counted[part] ?? 0) + value;
    }
  }
  const peak = medium === 'electricity' && sums.size > 0 && read.get(mains[0] as string)?.quarters ? Math.max(...sums.values()) * 4 : null;
  if (!prices) {
    notes.push({
      id: 'no-tariff',
      text: {
        zh: `${mains.join('、')}：站点文件没有价格（tariffs），只有用量`,
        en: `${mains.join(', ')}: the site file has no price (tariffs); amounts only`,
      },
    });
    const parts = Object.entries(counted).map(([id, quantity]) => ({ id, quantity, cost: 0, price: 0, counted: true }));
    return {
      tariff: null,
      mains,
      bill: null,
      parts: parts.length > 0 ? parts : [{ id: 'energy', quantity: 0, cost: 0, price: 0, counted: true }],
      demandKw: peak,
    };
  }
  const { tariff } = prices;
  const [first, last] = [`${month}-01`, `${month}-31`];
  for (const gap of prices.gaps)
    if (gap.from <= last && (gap.to === undefined || gap.to > first))
      notes.push({
        id: 'no-price',
        text: {
          zh: `${tariff.name.zh}：${gap.from} 起没有价格，按零计`,
          en: `${tariff.name.en}: no price from ${gap.from} on; counted as nothing`,
        },
      });
  if (tariff.confidence === 'K')
    notes.push({
      id: 'tariff-unchecked',
      text: {
        zh: `电价文件 ${tariff.name.zh} 未经核对，请对照电费单`,
        en: `the tariff ${tariff.name.en} is general knowledge: check it against a bill`,
      },
    });
  // Heat is counted in kWh and sold in GJ.
  const scale = medium === 'heat' && tariff.unit === 'GJ' ? 0.0036 : 1;
  const reactive = tariff.versions.some(({ power_factor }) => power_factor) ? await reactiveOf(source, mains, from, to) : undefined;
  if (reactive === null)
    notes.push({
      id: 'no-reactive',
      text: {
        zh: '总表没有无功电量读数，未计功率因数调整电费',
        en: 'no reactive energy of the main meter: the power factor adjustment is not in it',
      },
    });
  const use = [...sums].sort(([a], [b]) => a - b).map(([t, value]) => ({ from: t, value: value * scale }));
  const bill = billMonth({ tariff, month, use, reactive: reactive ?? undefined, ...(peak === null ? {} : { demandKw: peak }) });
  return {
    tariff: { id: prices.key, name: tariff.name, confidence: tariff.confidence },
    mains,
    bill,
    parts: partsOfBill(bill, counted),
    demandKw: peak,
  };
}

/** Steps of a price by amount have no time of their own: they are one part. */
function partsOfBill(bill: Bill, counted: Readonly<Record<string, number>>): BilledGroup['parts'] {
  const parts = new Map<string, BilledGroup['parts'][number]>();
  const add = (id: string, line: BillLine, isCounted: boolean) => {
    const one = parts.get(id) ?? { id, quantity: counted[id] ?? line.quantity, cost: 0, price: line.price, counted: isCounted };
    one.cost = cents([one.cost, line.amount]);
    one.price = id.startsWith('energy') && one.quantity !== 0 ? one.cost / one.quantity : line.price;
    parts.set(id, one);
  };
  for (const line of bill.lines) {
    const id = partId(line.id.startsWith('tier-') ? 'energy' : line.id, line.from);
    add(id, line, counted[id] !== undefined);
  }
  for (const [id, quantity] of Object.entries(counted))
    if (!parts.has(id)) parts.set(id, { id, quantity, cost: 0, price: 0, counted: true });
  if (parts.size === 0) parts.set('energy', { id: 'energy', quantity: 0, cost: 0, price: 0, counted: true });
  return [...parts.values()];
}

function together(all: readonly Allocation[]): Allocation {
  const sum = (pick: (one: Allocation) => number) => cents(all.map(pick));
  const merged = <T extends { quantity: number; cost: number }>(rows: readonly T[], key: (row: T) => string): T[] =>
    [...Map.groupBy(rows, key).values()].map((same) => ({
      ...(same[0] as T),
      quantity: cents(same.map(({ quantity }) => quantity)),
      cost: cents(same.map(({ cost }) => cost)),
    }));
  return {
    ...{ main: sum(({ main }) => main), cost: sum(({ cost }) => cost) },
    ...{ allocated: sum(({ allocated }) => allocated), allocatedCost: sum(({ allocatedCost }) => allocatedCost) },
    ...{ unallocated: sum(({ unallocated }) => unallocated), unallocatedCost: sum(({ unallocatedCost }) => unallocatedCost) },
    lines: all.flatMap(({ lines }) => lines),
    receivers: merged(
      all.flatMap(({ receivers }) => receivers),
      ({ id }) => id,
    ),
    items: merged(
      all.flatMap(({ items }) => items),
      ({ item }) => item ?? '',
    ),
    missing: all.flatMap(({ missing }) => missing),
    negative: all.flatMap(({ negative }) => negative),
  };
}
