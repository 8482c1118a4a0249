/** Boards, and what their panels show: worked out here, so that every screen gets the same numbers and few of them. */
import { z } from 'zod';
import type { SeriesPoint } from '../../ingest/store.ts';
import { priorities } from '../../shared/alarm.ts';
import { Fault } from '../../shared/errors.ts';
import { quantityIds } from '../../shared/quantity.ts';
import { type Board, isReadings } from '../board/board.ts';
import { comparisons } from '../board/compare.ts';
import type { BoardDevice } from '../board/devices.ts';
import { earlierPanelData, type PanelAnswer, panelData } from '../panel/data.ts';
import { refreshMs } from '../panel/refresh.ts';
import type { App, RouteContext } from '../route-context.ts';
import { SharedAnswers, sendPacked } from '../shared-answers.ts';
import { idSchema, problems, text, timeQuery } from './schemas.ts';

const boardId = z.object({ board: idSchema });
const limit = z.object({
  rule: z.string(),
  title: text,
  priority: z.enum(priorities),
  side: z.enum(['above', 'below']),
  value: z.number(),
});
const line = z.object({
  label: text,
  device: z.string().nullable(),
  deviceName: text.nullable(),
  value: z.string(),
  valueLabel: text,
  unit: z.string(),
  states: z.record(z.string(), text).optional(),
  statePriorities: z.record(z.string(), z.enum(priorities)).optional(),
  figure: z.number().nullable(),
  figureAt: z.number().nullable(),
  place: text.nullable(),
  points: z.array(z.tuple([z.number(), z.number().nullable()])),
  estimated: z
    .object({ figure: z.number().nullable(), points: z.array(z.tuple([z.number(), z.number().nullable()])) })
    .optional()
    .meta({ description: 'Of what was consumed: how much of it was filled in and not measured' }),
  limits: z.array(limit),
});
export const answer = z.object({ from: z.number(), to: z.number(), every: z.number(), lines: z.array(line) }).meta({ id: 'PanelAnswer' });

const leastKeptMs = 5_000;
/** A device that is read seldom says what is now for as long as a few readings of it. */
const leastFreshMs = 15 * 60_000;
const pollsMissed = 5;
/** Where plant time runs faster, readings still take real time to come. */
const wireMs = 15_000;
const mostAtOnce = 4;
const longestMs = 400 * 86_400_000;

export function boardRoutes(app: App, context: RouteContext): void {
  const { boards, devices, cache, clock, wall, desk, site } = context;
  const answers = new SharedAnswers(wall);
  const gate = turns(mostAtOnce);
  const known = (id: string): Board => {
    const board = boards.get(id);
    if (!board) throw new Fault('api/unknown', `There is no board "${id}"`);
    return board;
  };
  const all = quantityIds;
  // From memory: a store would look through years for it, for every figure and screen.
  const freshMs = (id: string) => Math.max(leastFreshMs, wireMs * (clock.speed ?? 1), pollsMissed * (devices.get(id)?.pollMs ?? 0));
  const newest = (ids: readonly string[]) => cache.newest(ids);
  const boardDevices = (): BoardDevice[] =>
    [...devices.values()].map((facts) => ({
      ...facts,
      quantities: new Set(all.filter((id) => cache.devices.get(facts.id)?.latest.has(id))),
    }));

  app.get(
    '/api/boards',
    {
      config: { permission: 'plant:read' },
      schema: {
        response: {
          200: z.array(z.object({ id: z.string(), title: text, question: text, audience: text })),
          ...problems,
        },
      },
    },
    async () => [...boards.values()].map(({ id, title, question, audience }) => ({ id, title, question, audience })),
  );

  app.get(
    '/api/boards/:board',
    {
      config: { permission: 'plant:read' },
      schema: { params: boardId, response: { 200: z.looseObject({ id: z.string() }), ...problems } },
    },
    async ({ params }) => ({ ...known(params.board) }),
  );

  app.get(
    '/api/boards/:board/panels/:panel',
    {
      config: { permission: 'plant:read' },
      schema: {
        params: boardId.extend({ panel: idSchema }),
        querystring: z.object({
          from: timeQuery.optional(),
          to: timeQuery.optional(),
          points: z.coerce.number().int().min(10).max(2_000).default(600),
          building: idSchema.optional(),
          department: idSchema.optional(),
          shift: z.enum(comparisons).optional().meta({
            description: 'The same a day, a week or a year before, by the clocks of the site; drawn on the axis that was asked for',
          }),
        }),
        response: { 200: answer, ...problems },
      },
    },
    async (request, reply) => {
      const { params, query } = request;
      const panel = known(params.board).panels.find(({ id }) => id === params.panel);
      if (!panel || !isReadings(panel)) throw new Fault('api/unknown', `The board has no panel "${params.panel}" with readings`);
      const now = clock.now();
      const to = query.to ?? now;
      const from = query.from ?? to - 86_400_000;
      if (!(from < to) || to - from > longestMs) {
        throw new Fault('api/invalid', 'from: before "to", at most 400 days', {
          detail: { errors: [{ field: 'from', message: 'before "to", at most 400 days' }] },
        });
      }
      const make = async () => {
        const narrowed = boardDevices().filter(
          (device) =>
            (!query.building || device.building === query.building) && (!query.department || device.department === query.department),
        );
        const source = { site, store: context.store(), devices: narrowed, rules: desk.rules(), newest, now, freshMs };
        const asked = { from, to, points: query.points };
        const work = () => (query.shift ? earlierPanelData(panel, asked, query.shift, source) : panelData(panel, asked, source));
        return JSON.stringify(shortened(await gate(work)));
      };
      // "Up to now" is another range with every request.
      const keptMs = query.to === undefined ? leastKeptMs : refreshMs(to - from);
      return sendPacked(request, reply, await answers.get(request.url, keptMs, make)) as unknown as PanelAnswer;
    },
  );
}

/** Six digits are more than a screen shows. */
function shortened(found: PanelAnswer): PanelAnswer {
  const short = (value: number | null) => (value === null || Number.isInteger(value) ? value : Number(value.toPrecision(7)));
  const each = <Of extends { figure: number | null; points: SeriesPoint[] }>(of: Of): Of => ({
    ...of,
    figure: short(of.figure),
    points: of.points.map(([t, value]) => [t, short(value)]),
  });
  return {
    ...found,
    lines: found.lines.map((one) => ({ ...each(one), ...(one.estimated ? { estimated: each(one.estimated) } : {}) })),
  };
}

/** At most so many at once; the others wait their turn, so that one board does not hold up the live pages. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      return await work();
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}
