/** Words of the registers, as they are checked: things of the plant with or without a meter, what about them falls due, contracts. */
import { z } from 'zod';
import { applianceKinds, appliancePhases, assetKinds, assetStates, confidences, movementKinds } from './plant-words.ts';
import { quantitySchema } from './quantity.ts';
import { systemSchema, tradeSchema } from './system.ts';
import { textSchema } from './text.ts';
import { idSchema } from './topic.ts';

const line = z.string().trim().min(1).max(200);
const date = z.iso
  .date()
  .refine((text) => /^(19|20)/.test(text), 'a date of the years 1900 to 2099')
  .meta({ description: 'Such as 2026-01-31' });
const yuan = z.number().nonnegative().max(1e7);

/** A thing of the plant. Devices of the site file are things by themselves and need no entry. */
export const assetSchema = z.strictObject({
  id: idSchema,
  kind: z.enum(assetKinds),
  name: textSchema,
  parent: idSchema.optional().meta({ description: 'The thing or device that it is part of' }),
  building: idSchema.optional(),
  department: idSchema.optional(),
  location: textSchema.optional(),
  devices: z.array(idSchema).max(100).default([]).meta({ description: 'Devices that read it: their alarms and readings are its own' }),
  system: systemSchema.optional(),
  trade: tradeSchema.default('general'),
  registration: line.optional().meta({ description: 'Registration code of special equipment' }),
  model: line.optional(),
  maker: line.optional(),
  serial: line.optional().meta({ description: 'Product number' }),
  made: date.optional(),
  installed: date.optional(),
  parameters: line.optional().meta({ description: 'Such as 0.8 MPa, 2 m³; 4 t/h' }),
  officer: line.optional().meta({ description: 'Safety officer' }),
  state: z.enum(assetStates).default('in-use'),
});
export type Asset = z.output<typeof assetSchema>;

export const certificateSchema = z
  .strictObject({
    id: idSchema,
    rule: idSchema.meta({ description: 'Which deadline it answers to' }),
    asset: idSchema.optional(),
    person: line.optional().meta({ description: 'Whose certificate it is; instead of asset' }),
    number: line.optional(),
    issued_by: line.optional(),
    last: date.optional().meta({ description: 'When it was last inspected, calibrated or issued' }),
    due: date.meta({ description: 'Last day on which it holds' }),
    state: z.enum(['valid', 'replaced', 'withdrawn']).default('valid'),
    note: z.string().trim().max(2_000).optional(),
  })
  .refine((one) => (one.asset === undefined) !== (one.person === undefined), { path: ['asset'], message: 'either an asset or a person' })
  .refine((one) => one.last === undefined || one.last <= one.due, { path: ['due'], message: 'not before the day of the inspection' });
export type Certificate = z.output<typeof certificateSchema>;

export const contractSchema = z
  .strictObject({
    id: idSchema,
    title: line,
    company: line,
    phone: z.string().trim().max(40).optional(),
    assets: z.array(idSchema).max(500).default([]),
    from: date,
    to: date,
    cost_yuan: yuan.meta({ description: 'Per year' }),
    visits_per_year: z.number().int().min(0).max(366).optional(),
    note: z.string().trim().max(2_000).optional(),
    state: z.enum(['running', 'ended']).default('running'),
  })
  .refine((one) => one.from <= one.to, { path: ['to'], message: 'not before its beginning' });
export type Contract = z.output<typeof contractSchema>;

/** A kind of due date as data: desk/deadlines, one file each. */
export const deadlineSchema = z
  .strictObject({
    id: idSchema,
    title: textSchema,
    of: z.union([z.array(z.enum(assetKinds)).min(1), z.literal('person'), z.literal('contract')]),
    every: z
      .strictObject({ months: z.number().int().min(1).max(240).optional(), days: z.number().int().min(1).max(3_660).optional() })
      .nullable()
      .meta({ description: 'null: the report or paper names the date, and no rule does' }),
    notices: z.tuple([z.number().int(), z.number().int(), z.number().int()]).default([90, 30, 7]).meta({ description: 'Days before' }),
    ticket_days: z.number().int().min(0).default(30).meta({ description: 'So many days before, a ticket opens' }),
    trade: tradeSchema.default('general'),
    source: textSchema,
    confidence: z.enum(confidences).meta({
      description: 'read: at the source; second-hand: told by another page; unchecked: known but not looked up; proposal: ours',
    }),
    examples: z.array(z.strictObject({ last: date, due: date })).default([]),
  })
  .refine(({ every }) => every === null || (every.months === undefined) !== (every.days === undefined), 'months or days')
  .refine(({ every, examples }) => every === null || examples.length > 0, { path: ['examples'], message: 'at least one example' });
export type Deadline = z.output<typeof deadlineSchema>;

const quantityOfParts = z
  .number()
  .min(0)
  .max(1e6)
  .refine((n) => Math.abs(n * 1_000 - Math.round(n * 1_000)) < 1e-6, 'at most three decimals');
export const partSchema = z.strictObject({
  id: idSchema,
  name: line,
  model: line.optional(),
  unit: z.string().trim().min(1).max(20),
  minimum: quantityOfParts.default(0).meta({ description: 'Below it is to be bought' }),
  cost_yuan: yuan.default(0).meta({ description: 'Of one' }),
  place: line.optional().meta({ description: 'Where it lies' }),
  assets: z.array(idSchema).max(500).default([]).meta({ description: 'What it fits' }),
  state: z.enum(['kept', 'dropped']).default('kept'),
});
export type Part = z.output<typeof partSchema>;
/** `receive` comes in, `issue` goes out to a ticket, `return` comes back from one, `count` is what a stock-take found. */
export const movementSchema = z
  .strictObject({
    kind: z.enum(movementKinds),
    quantity: quantityOfParts,
    ticket: z.string().min(1).max(40).optional(),
    note: z.string().trim().max(500).optional(),
  })
  .refine((one) => (one.kind === 'issue' || one.kind === 'return') === (one.ticket !== undefined), {
    path: ['ticket'],
    message: 'parts go out to a ticket and come back from one; a delivery and a count name none',
  })
  .refine((one) => one.kind === 'count' || one.quantity > 0, { path: ['quantity'], message: 'more than 0' });
export type NewMovement = z.output<typeof movementSchema>;

/** Something that warms, on a circuit. */
export const applianceSchema = z.strictObject({
  id: idSchema,
  circuit: idSchema.meta({ description: 'The device that meters the circuit' }),
  name: line,
  kind: z.enum(applianceKinds),
  watt: z.number().positive().max(1e6).meta({ description: 'Of one' }),
  count: z.number().int().min(1).max(1_000).default(1),
  phase: z.enum(appliancePhases).default('unknown'),
  department: idSchema.optional(),
  place: line.optional(),
  owner: line,
  phone: z.string().trim().max(40).optional(),
  permit: z.strictObject({ number: line, by: line, until: date.optional() }).optional(),
  state: z.enum(['in-use', 'removed']).default('in-use'),
});
export type Appliance = z.output<typeof applianceSchema>;

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 08:00');
const itemId = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'lower-case letters, digits and underscores');
/** What is looked at in one place of a round. */
export const planItemSchema = z
  .strictObject({
    asset: idSchema.meta({ description: 'The thing whose code is scanned' }),
    checks: z
      .array(z.strictObject({ id: itemId, title: textSchema }))
      .max(50)
      .default([]),
    readings: z
      .array(
        z
          .strictObject({
            id: itemId,
            title: textSchema,
            device: idSchema.optional().meta({ description: 'By default the first one that reads the thing' }),
            quantity: quantitySchema,
            min: z.number().optional(),
            max: z.number().optional(),
          })
          .refine((one) => one.min === undefined || one.max === undefined || one.min < one.max, { path: ['max'], message: 'above min' }),
      )
      .max(50)
      .default([]),
  })
  .refine((one) => one.checks.length + one.readings.length > 0, 'something to look at')
  .refine(
    (one) => new Set([...one.checks, ...one.readings].map(({ id }) => id)).size === one.checks.length + one.readings.length,
    'each id once',
  );
export type PlanItem = z.output<typeof planItemSchema>;
const weekday = z.number().int().min(1).max(7);
export const planSchema = z
  .strictObject({
    id: idSchema,
    title: textSchema,
    trade: tradeSchema,
    system: systemSchema,
    when: z.union([
      z.strictObject({ every_minutes: z.number().int().min(15).max(1_440) }).meta({ description: 'From local midnight on' }),
      z.strictObject({ at: z.array(clockTime).min(1).max(48), days: z.array(weekday).min(1).max(7).optional() }),
      z.strictObject({
        monthly: z.number().int().min(1).max(28),
        at: clockTime,
        months: z.array(z.number().int().min(1).max(12)).min(1).max(12).optional(),
      }),
      z.strictObject({
        device: idSchema,
        run_hours: z.number().positive().max(1e5),
        from_hours: z.number().min(0).default(0).meta({ description: 'What the counter showed at the last time' }),
      }),
    ]),
    grace_minutes: z.number().int().min(1).max(43_200).default(15).meta({ description: 'Seen as missed so long after it was due' }),
    items: z.array(planItemSchema).min(1).max(200),
    state: z.enum(['in-use', 'stopped']).default('in-use'),
  })
  .refine((one) => new Set(one.items.map(({ asset }) => asset)).size === one.items.length, { path: ['items'], message: 'each thing once' });
export type Plan = z.output<typeof planSchema>;

/** What was said of one thing of a round. */
export interface RoundAnswer {
  /** `words` say what is wrong; without them it is well. */
  checks: Record<string, { ok: boolean; words?: string | undefined }>;
  values: Record<string, RoundValue>;
  /** What did not pass. */
  findings: string[];
  ticket: string | null;
}
export interface RoundValue {
  v: number | null;
  from: 'reading' | 'person' | 'corrected';
  /** When it was read. */
  t?: number | undefined;
  quality?: 'good' | 'bad' | undefined;
  was?: number | null | undefined;
  reason?: string | undefined;
}
