/** Standard coal, CO2 and quotas as data: each with when it holds, where it comes from and how sure it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { textSchema } from '../../shared/text.ts';
import { media } from '../meters.ts';

const day = z.union([z.iso.date(), z.date().transform((date) => date.toISOString().slice(0, 10))]);
export const confidences = ['A', 'B', 'K'] as const;
const factor = z.strictObject({
  medium: z.enum(media),
  value: z.number().positive(),
  unit: z.string(),
  from: day,
  to: day.optional(),
  source: textSchema,
  confidence: z.enum(confidences),
});
export type Factor = z.output<typeof factor>;
const quota = z.strictObject({
  id: z.string(),
  region: textSchema,
  standard: textSchema,
  /** null: nothing that may be quoted. */
  limit: z.number().positive().nullable(),
  guide: z.number().positive().nullable(),
  unit: z.string(),
  note: textSchema,
  confidence: z.enum(confidences),
});
export type Quota = z.output<typeof quota>;
const schema = z.strictObject({ standard_coal: z.array(factor), co2: z.array(factor), quotas: z.array(quota) });
export type Factors = z.output<typeof schema>;

export const readFactors = (): Factors => schema.parse(parse(readFileSync(join(import.meta.dirname, '..', 'factors', 'cn.yaml'), 'utf8')));

/** The one that holds on this day; undefined when there is none. @param on `2026-01-15` */
export const factorOn = (list: readonly Factor[], medium: Factor['medium'], on: string): Factor | undefined =>
  list.find((one) => one.medium === medium && one.from <= on && (one.to === undefined || on <= one.to));
