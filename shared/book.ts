/** A book of records as data: what is written down, how often, who signs, how long it is kept. One YAML file a book. */
import { z } from 'zod';
import { durationSchema } from './duration.ts';
import { type QuantityId, quantitySchema } from './quantity.ts';
import { systemSchema, tradeSchema } from './system.ts';
import { type Language, textSchema } from './text.ts';
import { idSchema } from './topic.ts';

export const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 08:00');
const weekday = z.number().int().min(1).max(7).meta({ description: '1 is Monday, 7 is Sunday' });

/** When a record is due, on the site's clock. */
export const scheduleSchema = z
  .union([
    z.strictObject({ every: durationSchema.meta({ description: 'From local midnight on; a part of a day' }) }),
    z.strictObject({ at: z.array(clockTime).min(1), days: z.array(weekday).min(1).optional() }),
    z.strictObject({
      monthly: z.number().int().min(1).max(28),
      at: clockTime.default('09:00'),
      months: z.array(z.number().int().min(1).max(12)).min(1).optional(),
    }),
    z.literal('when-it-happens'),
  ])
  .meta({ description: 'When a record is due' });
export type Schedule = z.output<typeof scheduleSchema>;

/** Where a value comes from by itself. */
export const pointSchema = z.strictObject({
  device: idSchema.optional().meta({ description: 'One device of this site' }),
  role: z
    .string()
    .optional()
    .meta({ description: 'The device of this role; `index` says which of several, in the order of the site file' }),
  index: z.number().int().min(0).default(0),
  quantity: quantitySchema,
  take: z
    .enum(['last', 'min', 'max', 'mean', 'diff'])
    .default('last')
    .meta({ description: 'last: at the time of the record; the others over the time since the record before. diff: of a counter' }),
  within: durationSchema.default(1_800_000).meta({ description: 'A reading older than this does not count as that of the time' }),
});
export type BookPoint = z.output<typeof pointSchema>;

/** What the platform can write down of its own state. */
export const fieldDrafts = ['open-alarms', 'open-tickets', 'silenced', 'unusual'] as const;
export type FieldDraft = (typeof fieldDrafts)[number];

export const fieldSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'lower-case letters, digits and underscores'),
  title: textSchema,
  kind: z.enum(['number', 'text', 'choice', 'check', 'time']).default('number'),
  unit: z.string().default(''),
  choices: z.array(z.strictObject({ id: idSchema, title: textSchema, finding: z.boolean().default(false) })).optional(),
  point: pointSchema.optional(),
  min: z.number().optional().meta({ description: 'Below it is a finding' }),
  max: z.number().optional().meta({ description: 'Above it is a finding' }),
  required: z.boolean().default(false),
  drafts: z.enum(fieldDrafts).optional().meta({
    description:
      'A text that the platform begins with: open-alarms, open-tickets, silenced (shelved, suppressed, out of service, in maintenance), unusual (offline, values not to be trusted)',
  }),
  observe: z.boolean().default(false).meta({ description: 'What a person must see himself: never filled in' }),
  group: textSchema.optional().meta({ description: 'Heading above this and the following fields' }),
});
export type BookField = z.output<typeof fieldSchema>;

export const bookSchema = z
  .strictObject({
    id: idSchema,
    title: textSchema,
    source: z
      .union([z.string().min(1), textSchema])
      .meta({ description: 'Standard or practice that asks for it, and how sure that is; in both languages, or as it is for both' }),
    retention_years: z.number().positive().nullable().meta({ description: 'null: no law names a period; the site decides' }),
    schedule: scheduleSchema,
    grace: durationSchema.default(900_000).meta({ description: 'Seen as missed so long after it was due' }),
    each: z.string().optional().meta({ description: 'One series of records for each device of this role' }),
    system: systemSchema,
    trade: tradeSchema.default('general').meta({ description: 'Whose book it is: a missed record and a finding go to this trade' }),
    signers: z.array(z.strictObject({ id: idSchema, title: textSchema })).min(1),
    landscape: z.boolean().default(true),
    fields: z.array(fieldSchema).min(1),
  })
  .superRefine((book, context) => {
    const seen = new Set<string>();
    for (const [index, field] of book.fields.entries()) {
      const say = (message: string) => context.addIssue({ code: 'custom', path: ['fields', index, 'id'], message });
      if (seen.has(field.id)) say(`the field ${field.id} stands twice`);
      seen.add(field.id);
      if (field.kind === 'choice' && !field.choices) say(`the field ${field.id} has no choices`);
      if (field.drafts && (field.kind !== 'text' || field.point || field.observe))
        say(`the field ${field.id} is drafted: a text, without point and observe`);
      if (field.observe && field.point) say(`the field ${field.id} is to be seen by a person and cannot have a point`);
      if (field.point && !field.point.device && !field.point.role && !book.each)
        say(`the point of ${field.id} names no device: device, role, or each of the book`);
    }
  });
export type Book = z.output<typeof bookSchema>;

export type FieldValue = number | string | boolean | null;

/** One written value. `reading`: taken over as it was read; `corrected`: read otherwise, with a reason; `person`: written by hand. */
export interface BookValue {
  v: FieldValue;
  from: 'reading' | 'person' | 'corrected';
  /** When it was read, UTC ms. */
  t?: number | undefined;
  was?: FieldValue | undefined;
  reason?: string | undefined;
}

/** What stands in the chain. Nothing in it is ever changed; `of` names the record that a later one speaks of. */
export interface BookRecord {
  book: string;
  seq: number;
  kind: 'entry' | 'correction' | 'missed' | 'signature';
  /** The device of the series, null for a book of the whole site. */
  device: string | null;
  /** When it was due, or when it happened, UTC ms. */
  due: number;
  /** When it was written, UTC ms. */
  at: number;
  who: string;
  name: string;
  /** As which of the signers. */
  role: string | null;
  of: number | null;
  reason: string | null;
  values: Record<string, BookValue>;
}
export interface ChainedRecord extends BookRecord {
  prev: string;
  hash: string;
}

/** Where a book comes from, in the reader's language. */
export const sourceOf = ({ source }: Pick<Book, 'source'>, language: Language): string =>
  typeof source === 'string' ? source : source[language];

export { isFinding } from './book-finding.ts';
export type { QuantityId };
