/** Limits as people write them: a number, a percentage of a device attribute, or an attribute with a distance. */
import { z } from 'zod';
import { limitParts } from '../shared/limit.ts';
import { attributesSchema } from '../shared/site.ts';

export { resolveLimit } from '../shared/limit.ts';

const attributeNames = Object.keys(attributesSchema.shape);

/** `320`, `80 % of nominal_kpa`, `room_min_c - 2`. In the unit of the quantity. */
export const limitSchema = z
  .union([
    z.number(),
    z
      .string()
      .refine(
        (text) => attributeNames.includes(limitParts(text)?.attribute ?? ''),
        `a number, "80 % of nominal_kpa" or "room_min_c - 2"; attributes: ${attributeNames.join(', ')}`,
      ),
  ])
  .meta({ description: 'A number in the unit of the quantity, or relative to an attribute: 80 % of nominal_kpa, room_min_c - 2' });
export type Limit = z.infer<typeof limitSchema>;
