/**
 * A month's meters as a tree: what each counted, and what of it no meter below counted. Virtual meters are sums of others. A meter that tells nothing is
 * named; those below it count under the meter above, and what it would have told stays there. Pure.
 */
import { Fault } from '../shared/errors.ts';
import { hundredths } from './money.ts';

export interface TreeMeter {
  id: string;
  /** The meter that counts it too; none: it is a main meter. */
  parent?: string | undefined;
  /** By part of the bill, such as peak and valley; null: it told nothing. Not read of a virtual meter. */
  values: Readonly<Record<string, number>> | null;
  /** Sums of other meters: each with its share, below zero to take away. */
  virtual?: readonly { meter: string; share: number }[] | undefined;
}

export interface Pool {
  meter: string;
  /** Hundredths, by part: what the meter counted less what those below it counted. */
  own: Map<string, bigint>;
  /** What it counted itself. */
  counted: Map<string, bigint>;
}

export interface Tree {
  pools: Pool[];
  /** Of all main meters together. */
  main: Map<string, bigint>;
  /** Told nothing, in the order of the tree. */
  missing: string[];
}

/** @throws Fault payload/invalid with every mistake */
export function treeOf(meters: readonly TreeMeter[], parts: readonly string[]): Tree {
  const byId = new Map(meters.map((one) => [one.id, one]));
  mistakesIn(meters, byId);
  const values = new Map<string, Readonly<Record<string, number>> | null>();
  const amountsOf = (one: TreeMeter): Readonly<Record<string, number>> | null => {
    const known = values.get(one.id);
    if (known !== undefined) return known;
    const value = one.virtual ? together(one.virtual, parts, (id) => amountsOf(byId.get(id) as TreeMeter)) : one.values;
    values.set(one.id, value);
    return value;
  };
  const counted = new Map<string, Map<string, bigint>>();
  const missing: string[] = [];
  for (const one of meters) {
    const value = amountsOf(one);
    if (value === null) missing.push(one.id);
    else counted.set(one.id, new Map(parts.map((part) => [part, hundredths(value[part] ?? 0)])));
  }
  // The nearest meter above that told something.
  const above = (one: TreeMeter) => {
    let up = one.parent;
    while (up !== undefined && !counted.has(up)) up = byId.get(up)?.parent;
    return up;
  };
  const main = new Map(parts.map((part) => [part, 0n]));
  const pools = new Map<string, Pool>();
  for (const [meter, amounts] of counted) pools.set(meter, { meter, counted: amounts, own: new Map(amounts) });
  for (const one of meters) {
    const amounts = counted.get(one.id);
    if (!amounts) continue;
    const up = above(one);
    const target = up === undefined ? main : (pools.get(up) as Pool).own;
    for (const [part, amount] of amounts) target.set(part, (target.get(part) as bigint) + (up === undefined ? amount : -amount));
  }
  return { pools: [...pools.values()], main, missing };
}

function together(
  virtual: readonly { meter: string; share: number }[],
  parts: readonly string[],
  amountsOf: (id: string) => Readonly<Record<string, number>> | null,
): Readonly<Record<string, number>> | null {
  const sum: Record<string, number> = Object.fromEntries(parts.map((part) => [part, 0]));
  for (const { meter, share } of virtual) {
    const value = amountsOf(meter);
    // A sum that lacks one of its meters is no sum.
    if (value === null) return null;
    for (const part of parts) sum[part] = (sum[part] as number) + share * (value[part] ?? 0);
  }
  return sum;
}

function mistakesIn(meters: readonly TreeMeter[], byId: ReadonlyMap<string, TreeMeter>): void {
  const mistakes: string[] = [];
  const twice = [...Map.groupBy(meters, ({ id }) => id)].filter(([, same]) => same.length > 1).map(([id]) => id);
  for (const id of twice) mistakes.push(`meter ${id}: stands in the tree twice; keep one`);
  for (const { id, parent, virtual, values } of meters) {
    if (parent !== undefined && !byId.has(parent)) mistakes.push(`meter ${id}: its parent "${parent}" is not in the tree`);
    for (const one of virtual ?? [])
      if (!byId.has(one.meter)) mistakes.push(`meter ${id}: adds up "${one.meter}", which is not in the tree`);
    for (const [part, value] of Object.entries(values ?? {}))
      if (!Number.isFinite(value))
        mistakes.push(`meter ${id}: ${part} is ${value}; give a number, or null for the whole meter when it told nothing`);
  }
  if (mistakes.length === 0)
    for (const { id } of meters) {
      if (inCircle(id, (one) => [byId.get(one)?.parent].filter((up) => up !== undefined)))
        mistakes.push(`meter ${id}: is fed by itself; mend "parent" along the way up`);
      if (inCircle(id, (one) => byId.get(one)?.virtual?.map(({ meter }) => meter) ?? []))
        mistakes.push(`meter ${id}: adds up itself; mend what it adds up`);
    }
  if (mistakes.length > 0) throw new Fault('payload/invalid', mistakes.join('\n'));
}

function inCircle(start: string, next: (id: string) => readonly string[]): boolean {
  const seen = new Set<string>();
  const open = [...next(start)];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (one === start) return true;
    if (seen.has(one)) continue;
    seen.add(one);
    open.push(...next(one));
  }
  return false;
}
