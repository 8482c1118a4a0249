/** Every transition of every alarm, page by page: who did what, when, and with which words. */
import { z } from 'zod';
import type { App, RouteContext } from '../route-context.ts';
import { present } from './moves.ts';
import { count, idSchema, journalEntry, problems, text, timeQuery } from './schemas.ts';

export const alarmJournalEntry = journalEntry.extend({
  title: text.meta({ description: 'Of the alarm as it reads today' }),
  location: text,
});

export function alarmJournalRoutes(app: App, { desk }: RouteContext): void {
  app.get(
    '/api/alarm-journal',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Newest first. The next page begins `before` the seq of the last entry; a page that is not full is the last one',
        querystring: z.object({
          from: timeQuery.optional(),
          to: timeQuery.optional(),
          device: idSchema.optional(),
          rule: z.string().min(1).max(100).optional(),
          who: z.string().min(1).max(100).optional().meta({ description: 'A person, or engine' }),
          before: z.coerce.number().int().min(1).optional(),
          limit: count(1_000, 200),
        }),
        response: { 200: z.array(alarmJournalEntry), ...problems },
      },
    },
    async ({ query }) => {
      const entries = desk.journal({ ...present(query), kind: 'alarm' });
      const heads = new Map([...new Set(entries.map(({ id }) => id))].map((id) => [id, desk.alarm(id)]));
      return entries.map((entry) => {
        const alarm = heads.get(entry.id);
        return {
          ...entry,
          title: alarm?.title ?? { zh: entry.id, en: entry.id },
          location: alarm?.location ?? { zh: '', en: '' },
        };
      });
    },
  );
}
