/** What a meter, department, building, tenant, item or the site cost in a month, by the lines of the bill. Pure. */

import type { BilledMedium } from '../shared/energy-site.ts';
import type { MonthStatement } from './ledger.ts';
import { type Medium, type Meter, mediumUnits, metersIn, type Scope } from './meters.ts';
import { meanPrice } from './money.ts';
import { cents, type MeterMonth, type MonthAccount } from './month-account.ts';
import { isItem } from './site-tree.ts';

export const costScopes = ['meter', 'department', 'building', 'tenant', 'item', 'site'] as const;
export type CostScope = (typeof costScopes)[number];

export interface CostQuery {
  scope: CostScope;
  /** Of all but the site. */
  id?: string | undefined;
  /** All media when absent. */
  medium?: Medium | undefined;
  from: number;
  to: number;
}

export interface CostLine {
  medium: BilledMedium;
  /** `sharp`, `peak`, `flat`, `valley`, `deep`, `energy`, `demand`, `capacity`, `contract`, `power-factor` ...; `later`: of a closed month. */
  part: string;
  /** Of a part that is no amount of energy null, but for the site itself. */
  quantity: number | null;
  unit: string;
  /** Yuan a unit, mean where it changed within the month. */
  price: number | null;
  cost: number;
}

export interface CostRow {
  month: string;
  from: number;
  /** End of the month, or of the query where that cut the running month. */
  to: number;
  running: boolean;
  lines: CostLine[];
  /** Yuan. */
  total: number;
  /** In the unit of the medium; of several media none. */
  quantity: number | null;
  /** What the quantity is made of, by medium. */
  quality: { medium: Medium; unit: string; measured: number; estimated: number; manual: number; unknown: number; coverage: number }[];
  closed: boolean;
  notes: MonthAccount['notes'];
}

interface Amount {
  quantity: number | null;
  cost: number;
}

export function costRow(query: CostQuery, meters: readonly Meter[], statements: readonly MonthStatement[]): CostRow {
  const { month, from, to, running } = (statements[0] as MonthStatement).account;
  const lines = statements.flatMap((one) => linesOf(query, meters, one));
  const quantities =
    statements.length === 1
      ? lines.flatMap(({ quantity, unit }) => (quantity === null || unit === 'kW' || unit === 'yuan' ? [] : [quantity]))
      : undefined;
  return {
    ...{ month, from, to, running, lines },
    total: cents(lines.map(({ cost }) => cost)),
    quantity: quantities ? cents(quantities) : null,
    quality: statements.map(({ account }) => qualityOf(account, metersOfScope(query, meters, account))),
    closed: statements.every(({ closed }) => closed !== null),
    notes: statements.flatMap(({ account }) => account.notes),
  };
}

function linesOf(query: CostQuery, meters: readonly Meter[], { account, later }: MonthStatement): CostLine[] {
  const { medium, groups } = account;
  const unit = mediumUnits[medium];
  const amounts = amountsOf(query, meters, account);
  const parts = groups.flatMap(({ parts: ones }) => ones);
  const lines = [...amounts].flatMap(([id, { quantity, cost }]): CostLine[] => {
    const part = parts.find((one) => one.id === id);
    if ((quantity ?? 0) === 0 && cost === 0) return [];
    const counted = part?.counted ?? true;
    const shown = counted ? quantity : query.scope === 'site' ? (part?.quantity ?? null) : null;
    return [
      {
        ...{ medium, part: shortPart(id), quantity: shown, cost },
        unit: counted ? unit : id.startsWith('power-factor') ? 'yuan' : 'kW',
        price: shown === null || shown === 0 ? null : counted ? meanPrice(cost, shown) : (part?.price ?? null),
      },
    ];
  });
  const ours = later.filter(
    ({ receiver }) => query.scope === 'site' || ((query.scope === 'department' || query.scope === 'tenant') && receiver === query.id),
  );
  for (const [, same] of Map.groupBy(ours, ({ of }) => of))
    lines.push({
      ...{ medium, part: 'later', unit, price: null },
      quantity: cents(same.map(({ quantity }) => quantity)),
      cost: cents(same.map(({ cost }) => cost)),
    });
  return mergedLines(lines).sort((a, b) => rankOf(a.part) - rankOf(b.part));
}

/** As on a bill: energy, charges on it, the basic charge, what acts on all of it, what is of other months. */
const order = [
  'sharp',
  'peak',
  'flat',
  'valley',
  'deep',
  'energy',
  '',
  'capacity',
  'demand',
  'contract',
  'over-contract',
  'power-factor',
  'later',
];
const rankOf = (part: string) => order.indexOf(order.includes(part) ? part : '');

/** Where a price changed within the month, and where hours have prices of their own, their sum is shown. */
const shortPart = (id: string) => id.replace(/@.*$/, '').replace(/^hour-.*$/, 'energy');

function mergedLines(lines: readonly CostLine[]): CostLine[] {
  return [...Map.groupBy(lines, ({ medium, part, unit }) => `${medium} ${part} ${unit}`).values()].map((same) => {
    const [first] = same as [CostLine];
    if (same.length === 1) return first;
    const cost = cents(same.map((one) => one.cost));
    const amounts = same.flatMap(({ quantity }) => quantity ?? []);
    // A demand that is priced twice in a month is still one demand.
    const quantity = amounts.length === 0 ? null : first.unit === 'kW' ? Math.max(...amounts) : cents(amounts);
    return { ...first, quantity, cost, price: quantity ? meanPrice(cost, quantity) : null };
  });
}

function amountsOf({ scope, id }: CostQuery, meters: readonly Meter[], account: MonthAccount): Map<string, Amount> {
  const sums = new Map<string, { quantity: number[]; cost: number[] }>();
  const add = (part: string, quantity: number, cost: number) => {
    const one = sums.get(part) ?? { quantity: [], cost: [] };
    one.quantity.push(quantity);
    one.cost.push(cost);
    sums.set(part, one);
  };
  if (scope === 'site')
    for (const { parts } of account.groups) for (const part of parts) add(part.id, part.counted ? part.quantity : 0, part.cost);
  else if (scope === 'meter' || scope === 'building') {
    const own = new Set(metersOfScope({ scope, id, from: 0, to: 0 }, meters, account).map((one) => one.id));
    for (const one of account.meters.filter((meter) => own.has(meter.id))) {
      const group = groupOf(account, one);
      const all = sum(group?.parts.filter(({ counted }) => counted).map(({ quantity }) => quantity) ?? []);
      for (const part of group?.parts ?? []) {
        const quantity = part.counted ? (one.parts[part.id] ?? 0) : 0;
        const share = part.counted && part.quantity !== 0 ? quantity / part.quantity : all === 0 ? 0 : (one.counted ?? 0) / all;
        add(part.id, quantity, Math.round(part.cost * share * 100) / 100);
      }
    }
  } else
    for (const line of account.allocation.lines) {
      const ours = scope === 'item' ? isItem(line.item, id) : line.receiver === id;
      if (ours) for (const part of line.parts ?? []) add(part.id, part.quantity, part.cost);
    }
  return new Map([...sums].map(([part, one]) => [part, { quantity: cents(one.quantity), cost: cents(one.cost) }]));
}

const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);

/** The bill that its main meter is on. */
function groupOf({ groups, meters }: MonthAccount, one: MeterMonth) {
  const byId = new Map(meters.map((meter) => [meter.id, meter]));
  for (let up: string | null = one.id; up !== null; up = byId.get(up)?.parent ?? null) {
    const group = groups.find(({ mains }) => mains.includes(up as string));
    if (group) return group;
  }
  return groups[0];
}

/** Meters whose sum the scope is, for its quality. */
function metersOfScope({ scope, id }: CostQuery, meters: readonly Meter[], account: MonthAccount): MeterMonth[] {
  const { medium } = account;
  if (scope === 'item') return account.meters.filter(({ item }) => isItem(item, id));
  const known = scope === 'meter' ? account.meters.filter((one) => one.id === id) : [];
  if (known.length > 0) return known;
  const own = new Set(metersIn(meters, scope as Scope, id, medium).map(({ device }) => device));
  return account.meters.filter((one) => own.has(one.id));
}

function qualityOf({ medium }: MonthAccount, own: readonly MeterMonth[]): CostRow['quality'][number] {
  const all = (pick: (one: MeterMonth) => number) => sum(own.map(pick));
  return {
    ...{ medium, unit: mediumUnits[medium] },
    ...{
      measured: all((one) => one.measured),
      estimated: all((one) => one.estimated),
      manual: all((one) => one.manual),
      unknown: all((one) => one.unknown),
    },
    coverage: own.length === 0 ? 0 : all((one) => one.coverage) / own.length,
  };
}
