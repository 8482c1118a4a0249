/**
 * A rule as written in a pack or in the site file. What `params` may hold is each kind's own business (rules/kinds);
 * everything that is the same for all kinds is here and is handled once, in the engine and the desk.
 */
import { z } from 'zod';
import { priorities } from './alarm.ts';
import { durationSchema } from './duration.ts';
import { quantitySchema } from './quantity.ts';
import { systemSchema, tradeSchema } from './system.ts';
import { textSchema } from './text.ts';
import { idSchema } from './topic.ts';

export const ruleIdPattern = /^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$/;
export const ruleIdSchema = z.string().regex(ruleIdPattern, 'a rule id such as O2-AREA-LOW');

/** Which devices a rule watches: all conditions must hold. Devices that lack the rule's quantity are left out. */
export const selectorSchema = z.strictObject({
  system: systemSchema.optional(),
  devices: z.array(idSchema).min(1).max(5_000).optional(),
  profile: z.string().optional(),
  building: idSchema.optional(),
  department: idSchema.optional(),
  role: z.string().optional().meta({ description: "The device's `role`, such as ward-zone, feeder, heating-loop" }),
  roles: z.array(z.string()).min(1).optional().meta({ description: 'Any of these roles' }),
  except_roles: z.array(z.string()).min(1).optional().meta({ description: 'None of these roles' }),
  has: z.array(z.string()).optional().meta({ description: 'Attributes that the device must have' }),
});
export type Selector = z.infer<typeof selectorSchema>;

/** An alarm that explains another: that one stands under it and shares its ticket; nothing is hidden (docs/decisions/0060). */
const explainedBySchema = z.union([
  ruleIdSchema,
  z.strictObject({
    rule: ruleIdSchema,
    same: z.literal('building').meta({ description: 'At any device of the same building' }),
    within: durationSchema.meta({ description: 'For so long after it came' }),
  }),
]);
export type ExplainedBy = z.output<typeof explainedBySchema>;

export const ruleSchema = z.strictObject({
  id: ruleIdSchema,
  kind: z.string().meta({ description: 'The rule kind: a file of rules/kinds' }),
  title: textSchema,
  select: selectorSchema,
  quantity: quantitySchema.optional().meta({ description: 'The main quantity; kinds with several name them in params' }),
  params: z.record(z.string(), z.unknown()).default({}),
  on_delay: durationSchema.default(0),
  off_delay: durationSchema.default(0),
  priority: z.enum(priorities),
  trade: tradeSchema,
  latching: z.boolean().default(false),
  life_safety: z.boolean().default(false),
  ticket: z.boolean().optional().meta({ description: 'Opens a ticket; by default all but low priority do' }),
  suppressed_by: z
    .array(z.string())
    .default([])
    .meta({ description: 'Rules whose active alarm at the same device, a parent or the site hides this one' }),
  site_wide: z
    .boolean()
    .default(false)
    .meta({ description: 'Its alarm concerns the whole site (mains lost): hides what names it, wherever' }),
  cuts_power: z.boolean().default(false).meta({
    description: 'Its alarm says that the device feeds nothing: names the departments behind it, and is critical where there are any',
  }),
  season: z.string().optional().meta({ description: 'Calls people only in this season of the site (rules.seasons), such as heating' }),
  explained_by: z.array(explainedBySchema).default([]).meta({
    description:
      'Rules whose active alarm at the same device or a parent, or in the same building, explains this one: it stands under it and shares its ticket, but is not hidden. Not for life safety',
  }),
  cause: z
    .string()
    .optional()
    .meta({ description: 'Alarms of rules with the same cause at a device share one ticket; by default the rule itself' }),
  message: textSchema.optional().meta({ description: 'What, where, how bad; may use {device} {location} {value} {limit} {unit} {since}' }),
  check: textSchema.meta({ description: 'What to check first' }),
  source: z.string().min(1).meta({ description: 'Standard and clause, or "proposal"' }),
});
export type Rule = z.infer<typeof ruleSchema>;

/** A pack: the default rules of one system, on by default. */
export const packSchema = z.strictObject({
  id: idSchema,
  title: textSchema,
  rules: z.array(ruleSchema).min(1),
});
export type Pack = z.infer<typeof packSchema>;

/** What a site changes in a pack: switch a rule off (with a reason) or set other parameters, for all or for some devices. */
export const ruleOverrideSchema = z.strictObject({
  rule: ruleIdSchema,
  devices: z.array(idSchema).min(1).max(5_000).optional(),
  enabled: z.boolean().default(true),
  params: z.record(z.string(), z.unknown()).optional(),
  on_delay: durationSchema.optional(),
  off_delay: durationSchema.optional(),
  priority: z.enum(priorities).optional(),
  reason: z.string().min(1).meta({ description: 'Why this site differs; it stands in the audit of the rule' }),
});
export type RuleOverride = z.infer<typeof ruleOverrideSchema>;
