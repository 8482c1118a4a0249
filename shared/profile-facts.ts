/** What people ask of a device profile: which model, where its register map comes from, how well that is confirmed. */
import { z } from 'zod';
import { textSchema } from './text.ts';

export const profileFacts = z
  .object({
    id: z.string(),
    vendor: z.string(),
    model: z.string(),
    title: textSchema,
    source: z.string(),
    evidence: z.enum(['A', 'A-', 'B']).meta({
      description: 'A: maker document or two agreeing sources; A-: one careful source; B: verify on a device first',
    }),
    notes: z.array(z.string()).default([]),
    quantities: z.array(z.string()).default([]).meta({ description: 'What it measures by itself; inputs are wired by the site file' }),
  })
  .meta({ id: 'ProfileFacts' });
export type ProfileFacts = z.infer<typeof profileFacts>;
