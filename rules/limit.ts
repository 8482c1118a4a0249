/** Limits as people write them: a number, a percentage of a device attribute, or an attribute with a distance. */
import { z } from 'zod';
import { type Attributes, attributesSchema } from '../shared/site.ts';

const attributeNames = Object.keys(attributesSchema.shape);
const form = /^(?:(\d+(?:\.\d+)?) ?% of )?([a-z][a-z0-9_]*)(?: ([+-]) (\d+(?:\.\d+)?))?$/;

/** `320`, `80 % of nominal_kpa`, `room_min_c - 2`. In the unit of the quantity. */
export const limitSchema = z
  .union([
    z.number(),
    z
      .string()
      .refine(
        (text) => attributeNames.includes(form.exec(text)?.[2] ?? ''),
        `a number, "80 % of nominal_kpa" or "room_min_c - 2"; attributes: ${attributeNames.join(', ')}`,
      ),
  ])
  .meta({ description: 'A number in the unit of the quantity, or relative to an attribute: 80 % of nominal_kpa, room_min_c - 2' });
export type Limit = z.infer<typeof limitSchema>;

/** The limit in the unit of the quantity; undefined when the device lacks the attribute. */
export function resolveLimit(limit: Limit, attributes: Attributes): number | undefined {
  if (typeof limit === 'number') return limit;
  const [, percent, name, sign, distance] = form.exec(limit) ?? [];
  const base = attributes[name as keyof Attributes];
  if (base === undefined) return undefined;
  const value = percent === undefined ? base : (Number(percent) / 100) * base;
  return distance === undefined ? value : value + (sign === '-' ? -1 : 1) * Number(distance);
}
