/**
 * Who used it and who pays: what each meter counted and no meter below it goes to departments and tenants by its rule. What is allocated and what is not are
 * together the main meter to 0.01 kWh and the bill to the cent; a remainder below zero and a meter that told nothing are shown and not spread
 * (docs/decisions/0034). Pure.
 */
import { Fault } from '../shared/errors.ts';
import { type TreeMeter, treeOf } from './meter-tree.ts';
import { hundredths, yuan } from './money.ts';
import { cut } from './shares.ts';

export const shareKeys = ['area', 'beds', 'headcount'] as const;
export type ShareKey = (typeof shareKeys)[number];

export type AllocationRule =
  /** All of it is of one: a sub-meter of a department, or the residual of a meter. */
  | { to: string }
  /** By what the receivers have of it in the month. */
  | { by: ShareKey; among: readonly string[] }
  /** Fixed shares; what is short of 1 is not allocated. */
  | { shares: Readonly<Record<string, number>> };

export interface AllocationMeter extends TreeMeter {
  /** None: not allocated. */
  rule?: AllocationRule | undefined;
  item?: string | undefined;
}

export interface Receiver {
  id: string;
  kind: 'department' | 'tenant';
  area?: number | undefined;
  beds?: number | undefined;
  headcount?: number | undefined;
}

export interface AllocationInput {
  meters: readonly AllocationMeter[];
  receivers: readonly Receiver[];
  /** Parts of the bill: what each costs. `quantity: false` for those that are shared by all that was used, such as the basic charge. */
  parts: readonly { id: string; cost: number; quantity?: false | undefined }[];
  /** Lines say what they are of each part. */
  detail?: boolean | undefined;
}

export type NotAllocated = 'no-rule' | 'negative' | 'no-key' | 'short-of-one';

export interface AllocationLine {
  /** null: not allocated, and `why`. */
  receiver: string | null;
  why?: NotAllocated | undefined;
  meter: string;
  item: string | null;
  quantity: number;
  cost: number;
  parts?: { id: string; quantity: number; cost: number }[] | undefined;
}

export interface Allocation {
  main: number;
  cost: number;
  allocated: number;
  allocatedCost: number;
  unallocated: number;
  unallocatedCost: number;
  lines: AllocationLine[];
  receivers: { id: string; kind: Receiver['kind']; quantity: number; cost: number }[];
  /** Adds up to the main meter; null: not itemised. */
  items: { item: string | null; quantity: number; cost: number }[];
  /** Meters that told nothing: what they would have told is in the meter above. */
  missing: string[];
  /** Meters below which more was counted than by themselves, by how much. */
  negative: { meter: string; quantity: number }[];
}

interface Line {
  receiver: string | null;
  why?: NotAllocated;
  meter: string;
  item: string | null;
  byPart: Map<string, bigint>;
  cents: bigint;
  centsByPart: Map<string, bigint>;
}

const shareScale = 1_000_000;

/** @throws Fault payload/invalid with every mistake */
export function allocate({ meters, receivers, parts, detail = false }: AllocationInput): Allocation {
  const byId = new Map(receivers.map((one) => [one.id, one]));
  const mistakes = rulesIn(meters, byId);
  if (mistakes.length > 0) throw new Fault('payload/invalid', mistakes.join('\n'));
  const counted = parts.filter(({ quantity }) => quantity !== false).map(({ id }) => id);
  const { pools, main, missing } = treeOf(meters, counted);
  const meterOf = new Map(meters.map((one) => [one.id, one]));
  const lines = pools.flatMap(({ meter, own }) => linesOf(meterOf.get(meter) as AllocationMeter, own, byId));
  priced(lines, parts, main);
  const told = lines.map(
    ({ receiver, why, meter, item, byPart, cents, centsByPart }): AllocationLine => ({
      receiver,
      ...(why === undefined ? {} : { why }),
      meter,
      item,
      quantity: yuan(total(byPart)),
      cost: yuan(cents),
      ...(detail
        ? { parts: parts.map(({ id }) => ({ id, quantity: yuan(byPart.get(id) ?? 0n), cost: yuan(centsByPart.get(id) ?? 0n) })) }
        : {}),
    }),
  );
  const sums = (some: readonly Line[]) => ({
    quantity: yuan(some.reduce((sum, { byPart }) => sum + total(byPart), 0n)),
    cost: yuan(some.reduce((sum, { cents }) => sum + cents, 0n)),
  });
  const [given, left] = [lines.filter(({ receiver }) => receiver !== null), lines.filter(({ receiver }) => receiver === null)];
  return {
    main: yuan(total(main)),
    cost: sums(lines).cost,
    allocated: sums(given).quantity,
    allocatedCost: sums(given).cost,
    unallocated: sums(left).quantity,
    unallocatedCost: sums(left).cost,
    lines: told,
    receivers: receivers.map(({ id, kind }) => ({ id, kind, ...sums(given.filter(({ receiver }) => receiver === id)) })),
    items: [...Map.groupBy(lines, ({ item }) => item)].map(([item, some]) => ({ item, ...sums(some) })),
    missing,
    negative: pools.filter(({ own }) => total(own) < 0n).map(({ meter, own }) => ({ meter, quantity: yuan(total(own)) })),
  };
}

const total = (amounts: ReadonlyMap<string, bigint>) => [...amounts.values()].reduce((sum, one) => sum + one, 0n);

function linesOf(
  { id: meter, rule, item = undefined }: AllocationMeter,
  own: Map<string, bigint>,
  receivers: ReadonlyMap<string, Receiver>,
): Line[] {
  const line = (receiver: string | null, byPart: Map<string, bigint>, why?: NotAllocated): Line => ({
    receiver,
    ...(why ? { why } : {}),
    meter,
    item: item ?? null,
    byPart,
    cents: 0n,
    centsByPart: new Map(),
  });
  if ([...own.values()].every((amount) => amount === 0n)) return [];
  // More below than above is a fault of a meter: nobody is paid for it.
  if (total(own) < 0n) return [line(null, own, 'negative')];
  if (!rule) return [line(null, own, 'no-rule')];
  if ('to' in rule) return [line(rule.to, own)];
  const weights: [receiver: string | null, weight: bigint][] =
    'by' in rule
      ? rule.among.map((id) => [id, hundredths(receivers.get(id)?.[rule.by] ?? 0)])
      : Object.entries(rule.shares).map(([id, share]) => [id, BigInt(Math.round(share * shareScale))]);
  const short = 'shares' in rule ? BigInt(shareScale) - weights.reduce((sum, [, weight]) => sum + weight, 0n) : 0n;
  if (short > 0n) weights.push([null, short]);
  const byPart = new Map([...own].map(([part, amount]) => [part, cut(amount, weights.map(([, weight]) => weight))] as const)); // biome-ignore format: one
  if ([...byPart.values()].some((pieces) => pieces === undefined)) return [line(null, own, 'no-key')];
  return weights.map(([receiver], at) =>
    line(
      receiver,
      new Map([...byPart].map(([part, pieces]) => [part, pieces?.[at] ?? 0n])),
      receiver === null ? 'short-of-one' : undefined,
    ),
  );
}

/** Each part's cost by what was used in it; what has no use of its own by all use. Cost without any use is nobody's. */
function priced(lines: Line[], parts: AllocationInput['parts'], main: ReadonlyMap<string, bigint>): void {
  for (const { id, cost, quantity } of parts) {
    const cents = hundredths(cost);
    if (cents === 0n) continue;
    const pieces =
      quantity === false || main.get(id) === 0n
        ? cut(cents, lines.map(({ byPart }) => total(byPart)))
        : cut(cents, lines.map(({ byPart }) => byPart.get(id) ?? 0n)); // biome-ignore format: both
    if (pieces)
      for (const [at, line] of lines.entries()) {
        line.cents += pieces[at] as bigint;
        line.centsByPart.set(id, pieces[at] as bigint);
      }
    else
      lines.push({ receiver: null, why: 'no-key', meter: '', item: null, byPart: new Map(), cents, centsByPart: new Map([[id, cents]]) });
  }
}

function rulesIn(meters: readonly AllocationMeter[], receivers: ReadonlyMap<string, Receiver>): string[] {
  return meters.flatMap(({ id, rule }) => {
    if (!rule) return [];
    const named = 'to' in rule ? [rule.to] : 'by' in rule ? rule.among : Object.keys(rule.shares);
    const wrong = named
      .filter((one) => !receivers.has(one))
      .map((one) => `meter ${id}: goes to "${one}", which is no department or tenant of this site`);
    if (new Set(named).size < named.length) wrong.push(`meter ${id}: names a receiver twice; keep one`);
    if ('shares' in rule) {
      const shares = Object.values(rule.shares);
      const sum = shares.reduce((all, share) => all + share, 0);
      if (shares.some((share) => !(share >= 0)) || sum > 1 + 1e-9)
        wrong.push(`meter ${id}: its shares add up to ${sum}; each must be 0 or more, all together at most 1`);
    }
    return wrong;
  });
}
