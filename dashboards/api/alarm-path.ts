/** Can people be told? Its state, test notices, and what the screens have shown. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { nextTest, openReceipts, openTestNotices, type TestNotice, testedPeople } from '../../desk/index.ts';
import { Fault } from '../../shared/errors.ts';
import type { App, RouteContext } from '../route-context.ts';
import { count, idSchema, problems, time } from './schemas.ts';

export const alarmPath = z.object({
  state: z
    .enum(['fine', 'degraded', 'broken', 'none', 'silent'])
    .meta({ description: 'silent: the notifier is down or hangs; broken: no channel works; none: the site file has none' }),
  channels: z.array(
    z.object({
      channel: z.string(),
      type: z.string(),
      failingSince: time.nullable(),
      reason: z.string().nullable(),
      lastSentAt: time.nullable(),
      waiting: z.number().int(),
      audience: z.enum(['person', 'group']),
    }),
  ),
  heartbeat: z
    .object({ at: time.nullable(), error: z.string().nullable() })
    .meta({ description: 'Of the outgoing heartbeat to a watchdog; real time' }),
  screens: z.number().int().meta({ description: 'Consoles that follow now' }),
});

const tested = z.object({
  id: z.number().int(),
  channel: z.string(),
  person: z.string().nullable(),
  askedBy: z.string(),
  askedAt: time,
  state: z.enum(['waiting', 'sending', 'sent', 'failed']).meta({ description: 'waiting: the notifier has not answered' }),
  answer: z.string().nullable().meta({ description: 'What the receiver said' }),
  error: z.string().nullable().meta({ description: "The channel's own words" }),
  confirmedAt: time.nullable(),
});

const weekly = z.object({
  next: time.nullable().meta({ description: 'null: no weekly test is held' }),
  round: time.nullable().meta({ description: 'When the last one was due; null: there was none yet' }),
  people: z.array(
    z.object({
      person: z.string(),
      name: z.string(),
      state: z.enum(['confirmed', 'unconfirmed', 'unreached', 'under-way']),
      confirmedAt: time.nullable(),
      channels: z.array(
        z.object({
          channel: z.string(),
          state: z.enum(['waiting', 'sending', 'sent', 'failed']),
          error: z.string().nullable(),
          confirmedAt: time.nullable(),
        }),
      ),
    }),
  ),
  byHand: z.array(tested),
  persons: z.array(z.object({ id: z.string(), name: z.string() })).meta({ description: 'Of the site file: to whom a test can go' }),
});

/** Real time: a channel gives up on a receiver after 20 s at most. */
const answerMs = 25_000;
const lookMs = 100;
const perUser = { max: 12, timeWindow: '1 minute' } as const;

export function alarmPathRoutes(app: App, context: RouteContext): void {
  const { db, site, clock, wall, accounts, path, stream } = context;
  const notices = openTestNotices(db);
  const receipts = openReceipts(db);
  const show = ({ id, channel, person, askedBy, askedAt, state, answer, error, confirmedAt }: TestNotice) => ({
    id, channel, person, askedBy, askedAt, state, answer, error, confirmedAt,
  }); // biome-ignore format: one list

  app.get('/api/alarm-path', { config: { permission: 'plant:read' }, schema: { response: { 200: alarmPath, ...problems } } }, async () => ({
    ...path(),
    screens: stream.size,
  }));

  app.post(
    '/api/channels/:id/test',
    {
      config: { permission: 'channel:test', rateLimit: perUser },
      schema: {
        description: 'Sends a test notice over this channel and waits for what comes of it, at most 25 s',
        params: z.object({ id: idSchema }),
        body: z.object({ person: idSchema.optional().meta({ description: 'For a channel that reaches persons' }) }).nullish(),
        response: { 200: tested, ...problems },
      },
    },
    async (request) => {
      const {
        params: { id },
        body,
      } = request;
      const channel = path().channels.find((one) => one.channel === id);
      if (!channel) throw new Fault('desk/unknown', `There is no channel "${id}"`);
      const person = channel.audience === 'group' ? null : (body?.person ?? null);
      if (channel.audience === 'person' && !site.people.some((one) => one.id === person))
        throw new Fault('api/invalid', 'This channel reaches persons: `person` names one of the site file');
      const user = userOf(request).name;
      const notice = db.transact(() => {
        const made = notices.ask({ channel: id, person, by: user }, clock.now(), wall.now());
        accounts.audit(user, 'channel.test', id, null, { person });
        return made;
      });
      const until = wall.monotonic() + answerMs;
      for (;;) {
        const found = notices.find(notice);
        if (!found) throw new Fault('desk/unknown', 'The test notice is gone');
        if (found.state === 'sent' || found.state === 'failed' || wall.monotonic() >= until) return show(found);
        await wall.sleep(lookMs);
      }
    },
  );

  app.get(
    '/api/test-notices',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'The weekly test: who has confirmed it and who has not; and the last tests that somebody asked for',
        querystring: z.object({ limit: count(100, 10) }),
        response: { 200: weekly, ...problems },
      },
    },
    async ({ query: { limit } }) => {
      const round = notices.lastRound();
      const people = round === undefined ? [] : testedPeople(notices.ofRound(round));
      return {
        next: nextTest(site, clock.now()) ?? null,
        round: round ?? null,
        people: people.map((one) => ({ ...one, name: site.people.find(({ id }) => id === one.person)?.name ?? one.person })),
        byHand: notices.byHand(limit).map(show),
        persons: site.people.map(({ id, name }) => ({ id, name })),
      };
    },
  );

  app.post(
    '/api/test-notices/confirm',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Confirms the last weekly test for the signed-in user, where he is the person of that id',
        response: { 200: z.object({ confirmed: z.number().int() }), ...problems },
      },
    },
    async (request) => {
      const { name } = userOf(request);
      const round = notices.lastRound();
      const mine = round === undefined ? [] : notices.ofRound(round).filter((one) => one.person === name && one.state === 'sent');
      return db.transact(() => ({ confirmed: mine.filter(({ id }) => notices.confirm(id, name, clock.now())).length }));
    },
  );

  app.post(
    '/api/console/shown',
    {
      config: { permission: 'plant:read', rateLimit: { max: 120, timeWindow: '1 minute' } },
      schema: {
        description: 'A screen says which calling alarms it shows, and whether they sound; kept with the deliveries',
        body: z.object({
          alarms: z
            .array(z.object({ id: z.string().min(1).max(200), occurrence: z.number().int().min(0) }))
            .min(1)
            .max(500),
          sounded: z.boolean(),
        }),
        response: { 200: z.object({ noted: z.number().int() }), ...problems },
      },
    },
    async (request) => ({
      noted: receipts.shown(userOf(request).name, request.body.alarms, request.body.sounded, clock.now()),
    }),
  );
}
