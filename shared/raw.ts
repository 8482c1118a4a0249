/**
 * What a gateway read last of a device, as it came over the wire: for people who compare it with the manual. It is published only while
 * somebody looks (docs/decisions/0011-raw-registers.md) and is never stored.
 */
import { z } from 'zod';
import { quantitySchema } from './quantity.ts';
import { badReasonSchema } from './reading.ts';

const time = z.number().int().min(0).max(8.64e15);
export const rawTables = ['coil', 'discrete', 'holding', 'input'] as const;

/** "Somebody looks at this device for so many seconds more", real time. */
export const watchPayload = z.strictObject({ seconds: z.number().int().min(1).max(600) });
export type WatchPayload = z.infer<typeof watchPayload>;

export const rawCell = z.strictObject({
  table: z.enum(rawTables),
  address: z.number().int().min(0).max(65_535).meta({ description: 'On the wire, counted from 0' }),
  words: z
    .array(z.number().int().min(0).max(65_535))
    .nullable()
    .meta({ description: 'As they came, high byte first; for coils and discrete inputs 0 or 1. null: no answer' }),
});
const outcome = {
  value: z.number().nullable(),
  bad: badReasonSchema.nullable().meta({ description: 'Why there is no value' }),
  t: time.nullable().meta({ description: 'When it was read, plant time; null: not yet' }),
};
export const rawRegister = z.strictObject({
  name: z.string().meta({ description: 'Quantity, input or text of the profile' }),
  quantity: quantitySchema.nullable(),
  number: z.number().int().meta({ description: 'As the manual counts it' }),
  type: z.string(),
  order: z.string(),
  polled: z.boolean().meta({ description: 'false: a text, an input with nothing wired to it, or left out by the site' }),
  cells: z.array(rawCell).min(1).meta({ description: 'First the value; then what is added, its scale and its unit' }),
  ...outcome,
});
export type RawRegister = z.infer<typeof rawRegister>;
export const rawField = z.strictObject({
  quantity: quantitySchema,
  topic: z.string(),
  path: z.string().meta({ description: 'JSONPath' }),
  found: z.string().nullable().meta({ description: 'What stood there, as JSON, at most 200 characters; null: nothing' }),
  ...outcome,
});
export type RawField = z.infer<typeof rawField>;

export const rawPayload = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('modbus'), t: time, unit: z.number().int(), registers: z.array(rawRegister).max(2_000) }),
    z.strictObject({ type: z.literal('mqtt'), t: time, fields: z.array(rawField).max(2_000) }),
  ])
  .meta({ id: 'RawReading' });
export type RawPayload = z.infer<typeof rawPayload>;
