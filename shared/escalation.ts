/** Who is called when nobody answers: steps by priority. The form in the site file, and what holds where it says nothing. */
import { z } from 'zod';
import type { Priority } from './alarm.ts';
import { durationSchema } from './duration.ts';
import { idSchema } from './topic.ts';

/** The ranks in the order in which they are called. `general`: the group channels, where everybody reads. */
export const escalationRanks = ['duty', 'head', 'logistics', 'contractor', 'general'] as const;
export type EscalationRank = (typeof escalationRanks)[number];

const stepSchema = z.strictObject({
  after: durationSchema.meta({ description: 'Since the alarm called for the first time, plant time' }),
  targets: z
    .array(z.union([z.enum(escalationRanks), idSchema]))
    .min(1)
    .meta({ description: 'Ranks (duty, head, logistics, contractor: whoever their rosters name; general: group channels), or persons' }),
  channels: z
    .array(idSchema)
    .min(1)
    .optional()
    .meta({ description: 'In this order: the next is taken where one does not reach the person, or fails' }),
  repeat: z
    .strictObject({ every: durationSchema, times: z.number().int().min(1).max(100) })
    .optional()
    .meta({ description: 'Told again until the next step is due' }),
});
export type EscalationStep = z.infer<typeof stepSchema>;

const stepsSchema = z.array(stepSchema).max(20).meta({ description: 'By time; an empty list: nobody is called again' });
export const escalationSchema = z
  .strictObject({
    critical: stepsSchema.optional(),
    high: stepsSchema.optional(),
    medium: stepsSchema.optional(),
    low: stepsSchema.optional(),
  })
  .meta({ description: 'Who is called when nobody answers, by priority; by default at 1, 2, 4 and 8 times the time to acknowledge' });
export type Escalation = z.infer<typeof escalationSchema>;

const minute = 60_000;
/** Time to acknowledge: urgent 3 minutes, important 10; what is less calls nobody a second time. */
const acknowledgeMs: Partial<Record<Priority, number>> = { critical: 3 * minute, high: 10 * minute };

/** Duty again at once the time to acknowledge, the head of the trade at twice, the head of logistics and the contractor at four times, all at eight. */
function defaultSteps(priority: Priority): EscalationStep[] {
  const limit = acknowledgeMs[priority];
  if (limit === undefined) return [];
  return [
    { after: limit, targets: ['duty'] },
    { after: 2 * limit, targets: ['head'] },
    { after: 4 * limit, targets: ['logistics', 'contractor'] },
    { after: 8 * limit, targets: ['general', 'duty'], repeat: { every: 8 * limit, times: 3 } },
  ];
}

/** Steps of a priority, by time. A step at once that only names who is on duty is left out: they are told of every alarm as it is. */
export function escalationSteps(site: { escalation: Escalation }, priority: Priority, lifeSafety: boolean): EscalationStep[] {
  const own = site.escalation[priority];
  // A danger to life whose priority a site lowered is called for like an urgent one, unless the site gave that priority steps of its own.
  const steps = own ?? defaultSteps(lifeSafety ? 'critical' : priority);
  return steps.filter((step) => step.after > 0 || step.targets.some((target) => target !== 'duty')).toSorted((a, b) => a.after - b.after);
}
