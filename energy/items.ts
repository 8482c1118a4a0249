/** Item codes: what energy is used for. One YAML file is one system of codes; regions differ, so a site may bring its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Fault, reasonOf } from '../shared/errors.ts';

export const itemFolder = join(import.meta.dirname, 'items');

const itemFile = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  name: z.strictObject({ zh: z.string().min(1), en: z.string().min(1) }),
  source: z.string().min(1),
  items: z
    .array(
      z.strictObject({
        /** Class, item, part, part of it, such as 01B1C: chillers. */
        code: z.string().regex(/^\d{2}([A-Z]([0-9A-Z][A-Z]?)?)?$/, 'two digits, then a letter, a digit or letter, and a letter: 01B1C'),
        zh: z.string().min(1),
        en: z.string().min(1),
        confidence: z.enum(['A', 'B', 'K']),
      }),
    )
    .min(1),
});
export type ItemCodes = z.output<typeof itemFile>;

/** @throws Fault payload/invalid with every mistake */
export function readItems(file: string): ItemCodes {
  let raw: unknown;
  try {
    raw = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Fault('payload/invalid', `${file}: ${reasonOf(error)}`, { cause: error });
  }
  const checked = itemFile.safeParse(raw);
  if (!checked.success)
    throw new Fault(
      'payload/invalid',
      checked.error.issues.map((issue) => `${file}: ${issue.path.join('.') || 'file'}: ${issue.message}`).join('\n'),
    );
  const twice = [...Map.groupBy(checked.data.items, ({ code }) => code)].filter(([, same]) => same.length > 1).map(([code]) => code);
  if (twice.length > 0) throw new Fault('payload/invalid', `${file}: has the code ${twice.join(', ')} twice; keep one`);
  return checked.data;
}

/** What a code is part of, the nearest first: 01B1C is part of 01B1, 01B and 01. */
export const itemAbove = (code: string): string[] => Array.from({ length: code.length - 2 }, (_, i) => code.slice(0, code.length - 1 - i));

/** Amounts of codes with the sums of what they are part of; the amount of `null`, not itemised, stays by itself. */
export function withSums<T extends { item: string | null; quantity: number; cost: number }>(rows: readonly T[]) {
  const sums = new Map<string | null, { quantity: number; cost: number }>();
  for (const { item, quantity, cost } of rows)
    for (const code of item === null ? [null] : [item, ...itemAbove(item)]) {
      const sum = sums.get(code) ?? { quantity: 0, cost: 0 };
      // In whole hundredths, so that sums of sums are the same.
      sums.set(code, {
        quantity: Math.round(sum.quantity * 100 + quantity * 100) / 100,
        cost: Math.round(sum.cost * 100 + cost * 100) / 100,
      });
    }
  return [...sums]
    .map(([item, sum]) => ({ item, ...sum }))
    .sort((a, b) => (a.item === null ? 1 : b.item === null || a.item < b.item ? -1 : 1));
}
