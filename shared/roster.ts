/** A roster: who is on call for some trades, some areas, or both. The form in the site file, in the operations database and over the API. */
import { z } from 'zod';
import { tradeSchema } from './system.ts';
import { textSchema } from './text.ts';
import { idSchema } from './topic.ts';

/** Wall time of the roster's zone, as people write it on the plan. */
export const wallTimeSchema = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d$/, 'local date and time such as 2026-01-05T08:00')
  .refine((text) => !Number.isNaN(Date.parse(`${text}Z`)) && new Date(`${text}Z`).toISOString().slice(0, 16) === text, 'a day that exists');
const clockTime = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time of day such as 08:00');

const member = z.strictObject({
  person: idSchema,
  from: wallTimeSchema.optional().meta({ description: 'First minute; by default always' }),
  to: wallTimeSchema.optional().meta({ description: 'First minute no more; by default never' }),
});
/** One turn of the rotation: one person, several at once, or nobody (an empty list: a week off). */
const turn = z.array(member).max(20);

export const layerSchema = z.strictObject({
  name: textSchema.optional(),
  kind: z.enum(['daily', 'weekly', 'hours']).meta({ description: 'Unit of the length of a turn' }),
  length: z.number().int().min(1).max(1_000).default(1).meta({ description: 'Days, weeks or hours of one turn' }),
  start: wallTimeSchema.meta({ description: 'When the first turn began; turns change at this time of day' }),
  turns: z.array(turn).min(1).max(100),
  restrict: z
    .strictObject({
      weekdays: z
        .array(z.number().int().min(1).max(7))
        .min(1)
        .max(7)
        .optional()
        .meta({ description: '1 Monday ... 7 Sunday, of the day on which the hours begin' }),
      from: clockTime.optional(),
      to: clockTime.optional().meta({ description: 'Not after from: it ends on the next day' }),
      holidays: z.enum(['only', 'never']).optional().meta({ description: 'Public holidays: only on them, or never' }),
    })
    .optional()
    .meta({ description: 'Only in these hours; outside of them the layer has nobody' }),
});
export type Layer = z.infer<typeof layerSchema>;

export const rosterSchema = z.strictObject({
  id: idSchema,
  name: textSchema,
  trades: z.array(tradeSchema).max(50).default([]).meta({ description: 'Empty: all trades' }),
  areas: z.array(idSchema).max(500).default([]).meta({ description: 'Buildings or departments; empty: everywhere' }),
  rank: z.enum(['duty', 'head', 'logistics', 'contractor']).default('duty').meta({ description: 'Of the escalation that it serves' }),
  zone: z.string().optional().meta({ description: "IANA time zone; by default the site's" }),
  layers: z
    .array(layerSchema)
    .max(20)
    .default([])
    .meta({ description: 'From the lowest to the highest: a higher one wins where it has somebody' }),
});
export type RosterDefinition = z.infer<typeof rosterSchema>;

const span = { from: z.number().int(), to: z.number().int() };
const spanSchema = z.object(span);
export type RosterSpan = z.infer<typeof spanSchema>;
const reason = z.string();

/** What people changed, each from `from` up to `to`, UTC ms. In the order in which it was said: the later word wins. */
export const rosterChangeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('override'), ...span, remove: idSchema.nullable(), add: idSchema.nullable(), reason }),
  z.object({ kind: z.literal('temporary'), ...span, shifts: z.array(z.object({ ...span, people: z.array(idSchema) })), reason }),
  z.object({ kind: z.literal('absence'), ...span, person: idSchema, reason }),
  /** `person` gives this span to `other`, who gives `back` in return, where there is one. */
  z.object({
    kind: z.literal('swap'),
    ...span,
    person: idSchema,
    other: idSchema,
    back: spanSchema.nullable(),
    confirmedBy: z.array(idSchema),
  }),
  z.object({ kind: z.literal('taken'), ...span, person: idSchema }),
]);
export type RosterChange = z.infer<typeof rosterChangeSchema>;

/** Why somebody is on call. */
export const onCallReasons = ['layer', 'override', 'temporary', 'swap', 'taken'] as const;
export type OnCallReason = (typeof onCallReasons)[number];

/** `person` null: nobody is on call, which is an answer too. */
export interface OnCall {
  person: string | null;
  /** UTC ms. */
  from: number;
  to: number;
  by: OnCallReason;
}
