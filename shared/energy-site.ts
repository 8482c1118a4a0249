/** What the site file says of energy and money: prices by date, who is below which meter and pays, tenants, targets, retrofits whose saving is measured. */
import { z } from 'zod';
import { textSchema } from './text.ts';
import { idSchema } from './topic.ts';

export const billedMedia = ['electricity', 'water', 'heat', 'gas', 'oxygen'] as const;
export type BilledMedium = (typeof billedMedia)[number];
const medium = z.enum(billedMedia);
const positive = z.number().positive();
const price = z.number().nonnegative().max(10_000).optional();
const day = z.iso.date();

/** A day, or for simulated sites one that goes with the calendar: the first of the month so many months before this one. */
const movingDay = z
  .string()
  .refine((text) => day.safeParse(text).success || /^-\d{1,2}mo$/.test(text), 'a day such as 2026-01-01, or -12mo at a simulated site')
  .meta({ description: 'Such as 2026-01-01; simulated sites: -12mo is the first of the month twelve months ago, as an end not inside' });

/** A price with the time for which it holds; what a key means must be known here, so that a misspelt one is found and not ignored. */
export const tariffSchema = z.strictObject({
  id: idSchema,
  name: textSchema.optional(),
  medium: medium.optional().meta({ description: 'What it prices; where a file is named, what the file says' }),
  file: z.string().min(1).optional().meta({
    description: 'A tariff with periods, demand and power factor: one of energy/tariffs by its name, or a file relative to this one',
  }),
  meters: z
    .array(idSchema)
    .min(1)
    .optional()
    .meta({ description: 'Main meters that are billed by it; by default all of its medium that no other tariff names' }),
  tenants: z
    .array(idSchema)
    .min(1)
    .optional()
    .meta({ description: 'For what these pay; without one a tenant pays its share of what the hospital pays' }),
  valid_from: day.optional().meta({ description: 'First day, such as 2026-01-01' }),
  valid_to: day.optional().meta({ description: 'Last day' }),
  price_per_kwh: price.meta({ description: 'Yuan' }),
  price_per_m3: price.meta({ description: 'Yuan' }),
  price_per_gj: price.meta({ description: 'Yuan' }),
  contract_kw: positive.optional().meta({ description: 'Contract demand in place of that of the file, kW' }),
  capacity_kva: positive.optional().meta({ description: 'Capacity of the transformers in place of that of the file, kVA' }),
});
export type SiteTariff = z.infer<typeof tariffSchema>;

export const shareKeyIds = ['area', 'beds', 'headcount'] as const;

const term = z.union([idSchema, z.strictObject({ meter: idSchema, share: z.number().min(-10).max(10) })]);

/** What the tree of `fed_by` does not say: sums of meters, item codes, and who pays for what no meter below counts. */
export const treeNodeSchema = z.strictObject({
  id: idSchema.meta({ description: 'A metering device, or the new id of a virtual meter' }),
  name: textSchema.optional(),
  medium: medium.optional().meta({ description: 'Virtual meters: by default electricity' }),
  plus: z.array(term).min(1).optional().meta({ description: 'Makes it a virtual meter: the sum of these, each whole or with a share' }),
  minus: z.array(term).min(1).optional().meta({ description: 'Virtual meters: less these' }),
  fed_by: idSchema.optional().meta({ description: 'Virtual meters: the meter that counts it too' }),
  item: z
    .string()
    .regex(/^\d{2}([A-Z]([0-9A-Z][A-Z]?)?)?$/, 'a code such as 01B1C')
    .optional()
    .meta({ description: 'Item code (energy/items): what it is used for' }),
  to: idSchema.optional().meta({ description: 'Department or tenant that pays for all of it; by default its own' }),
  by: z.enum(shareKeyIds).optional().meta({ description: 'Shared by floor area, beds or people' }),
  among: z.array(idSchema).min(1).optional().meta({ description: 'With `by`: who shares; by default the departments of its building' }),
  shares: z
    .record(idSchema, z.number().positive().max(1))
    .optional()
    .meta({ description: 'Fixed shares by department or tenant; what is short of 1 is not allocated' }),
});
export type TreeNode = z.infer<typeof treeNodeSchema>;

export const tenantSchema = z.strictObject({
  id: idSchema,
  name: textSchema,
  area_m2: positive.optional(),
  headcount: z.number().int().min(0).optional(),
  bills: z.enum(['monthly', 'half-yearly']).default('monthly').meta({ description: 'How often it is billed' }),
  due_days: z.number().int().min(0).max(365).default(15).meta({ description: 'Days to pay' }),
  remind_days: z.number().int().min(1).max(365).default(7).meta({ description: 'A reminder each so many days after the due date' }),
  contact: z.string().min(1).max(120).optional().meta({ description: 'Whom to ask, with telephone' }),
  email: z.email().optional().meta({ description: 'Where reminders go; without it the tenant is never written to' }),
});

export const targetSchema = z.strictObject({
  id: idSchema,
  name: textSchema,
  medium: z.enum([...billedMedia, 'cost']).meta({ description: '`cost`: yuan of all media' }),
  scope: z.enum(['site', 'building', 'department', 'tenant']).default('site'),
  of: idSchema.optional().meta({ description: 'Which building, department or tenant' }),
  year: z.number().int().min(2000).max(2200).optional().meta({ description: 'By default every year' }),
  amount: positive.optional().meta({ description: 'For the year, in the unit of the medium or yuan' }),
  reduce_pct: z
    .number()
    .min(-100)
    .max(100)
    .optional()
    .meta({ description: 'Instead of an amount: less than in the year before, per cent' }),
  per: z.enum(['total', 'm2', 'bed-day', 'visit']).default('total'),
  path: z
    .array(z.number().nonnegative())
    .length(12)
    .optional()
    .meta({ description: 'Weights of the months, January first; by default as the year before went' }),
});
export type Target = z.infer<typeof targetSchema>;

const period = z.strictObject({ from: movingDay, to: movingDay.optional().meta({ description: 'Last day; by default it goes on' }) });

export const projectSchema = z.strictObject({
  id: idSchema,
  name: textSchema,
  measure: textSchema.optional().meta({ description: 'What was done' }),
  department: idSchema.optional(),
  meters: z.array(idSchema).min(1).meta({ description: 'The boundary: their sum is judged' }),
  option: z.enum(['B', 'C']).default('B').meta({ description: 'IPMVP: B the retrofit alone, C the whole facility' }),
  method: z.enum(['daily', 'billing', 'hourly']).default('daily'),
  temperature: idSchema.optional().meta({ description: 'The outdoor sensor; by default the only one' }),
  baseline: period,
  baseline_reason: textSchema.optional().meta({ description: 'Why this year' }),
  reporting: period,
  price: positive.optional().meta({ description: 'Yuan a unit; by default what the unit cost in the months reported' }),
  invested_yuan: z.number().nonnegative().optional(),
  purpose: z
    .enum(['saving', 'capacity'])
    .default('saving')
    .meta({ description: 'capacity: the retrofit lets more be used; more use is expected and is no loss' }),
  meter_facts: z
    .array(
      z.strictObject({
        meter: idSchema,
        serial: z.string().max(80).optional(),
        accuracy: z.string().max(40).optional().meta({ description: 'Class, such as 0.5S' }),
        calibrated: day.optional(),
      }),
    )
    .default([]),
  adjustments: z
    .array(
      z.strictObject({
        id: idSchema,
        cause: textSchema,
        from: movingDay,
        to: movingDay.optional(),
        kwh_per_day: z.number().meta({ description: 'What the event added to the use of a day; below zero: took away' }),
        method: textSchema.meta({ description: 'How its size was found' }),
        signed: z.string().min(1).max(120).optional().meta({ description: 'Who signed it; without a signature it does not count' }),
      }),
    )
    .default([])
    .meta({ description: 'Non-routine adjustments: dated, sized, signed' }),
  approved: z
    .strictObject({
      by: z.string().min(1).max(120),
      on: day,
      sha256: z
        .string()
        .regex(/^[0-9a-f]{16,64}$/)
        .optional(),
    })
    .optional()
    .meta({ description: 'Who approved the result, when; with its hash a later change is seen' }),
});
export type Project = z.infer<typeof projectSchema>;
