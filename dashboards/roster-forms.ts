/** What the routes of rosters have in common. */
import { z } from 'zod';
import { Fault } from '../shared/errors.ts';
import { onCallReasons, rosterChangeSchema } from '../shared/roster.ts';
import type { SiteConfig } from '../shared/site.ts';
import { idSchema, instant, time } from './api/schemas.ts';

export const span = { from: instant, to: instant };
export const params = z.object({ id: idSchema });
export const onCall = z.object({
  person: z.string().nullable().meta({ description: 'null: nobody, which is an answer too' }),
  from: time,
  to: time,
  by: z.enum(onCallReasons),
});
export const storedChange = z.object({ id: z.number().int(), change: rosterChangeSchema, madeAt: time, madeBy: z.string() });

export const invalid = (field: string, message: string) =>
  new Fault('api/invalid', `${field}: ${message}`, { detail: { errors: [{ field, message }] } });

/** A roster names only persons whom a notice reaches. @throws Fault api/invalid */
export const personNeeded =
  (site: Pick<SiteConfig, 'people'>) =>
  (field: string, id: string): void => {
    if (!site.people.some((person) => person.id === id))
      throw invalid(field, `there is no person "${id}" under people in the site file, so no notice would reach them`);
  };
