/** Things of the plant over HTTP: the tree, what happened to each, tickets about it, cards with its code to print. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { linkTicket, ticketsOfAsset } from '../../desk/index.ts';
import { type Content, pdfOf, tableOf } from '../../reports/index.ts';
import { type Asset, assetSchema } from '../../shared/plant.ts';
import { assetKindLabels, assetKinds } from '../../shared/plant-words.ts';
import { languages } from '../../shared/text.ts';
import { type AssetNode, assetMistake, assetTree } from '../plant/assets.ts';
import { invalid, registerRoutes } from '../plant/register-routes.ts';
import { neededAddress } from '../public-address.ts';
import type { App, RouteContext } from '../route-context.ts';
import { sameTicket } from '../same-ticket.ts';
import { known } from './moves.ts';
import { idSchema, priorities, problems, systemSchema, text, ticket, time, tradeSchema, words } from './schemas.ts';

const params = z.object({ id: idSchema });
const node = z.object({
  id: z.string(),
  kind: z.enum([...assetKinds, 'building', 'device']),
  name: text,
  parent: z.string().nullable(),
  building: z.string().nullable(),
  location: text.nullable(),
  system: systemSchema.nullable(),
  trade: tradeSchema,
  devices: z.array(z.string()),
  from: z.enum(['site', 'register']),
  facts: assetSchema.nullable(),
  version: z.number().int().nullable(),
});
const event = z.object({
  t: time,
  kind: z.enum(['alarm', 'ticket', 'record', 'certificate', 'part', 'round']),
  id: z.string(),
  title: text,
  state: z.string(),
});
const mostEvents = 500;
const mostCards = 500;

export function assetRoutes(app: App, context: RouteContext): void {
  const { db, desk, accounts, devices, site, plant, books, bookDefinitions, clock } = context;
  const frame = { site, devices, assets: plant.assets };
  const nodeOf = (id: string): AssetNode =>
    known(
      assetTree(frame).find((one) => one.id === id),
      'thing',
      id,
    );

  app.get('/api/assets', { config: { permission: 'plant:read' }, schema: { response: { 200: z.array(node), ...problems } } }, async () =>
    assetTree(frame),
  );
  registerRoutes<Asset>(
    app,
    context,
    {
      path: 'assets',
      prefix: 'asset',
      schema: assetSchema as unknown as z.ZodType<Asset>,
      register: plant.assets,
      mistake: (one) => assetMistake(frame, one),
    },
    false,
  );

  app.get(
    '/api/assets/:id/history',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Alarms, tickets, records and certificates; newest first',
        params,
        response: { 200: z.array(event), ...problems },
      },
    },
    async ({ params: { id } }) => {
      const { devices: own } = nodeOf(id);
      const events: z.output<typeof event>[] = [];
      const tickets = new Map(
        ticketsOfAsset(db, id)
          .flatMap((one) => desk.ticket(one) ?? [])
          .map((one) => [one.id, one]),
      );
      for (const device of own) {
        for (const one of desk.alarms({ device, state: 'all', limit: mostEvents }))
          if (one.raisedAt !== null) events.push({ t: one.raisedAt, kind: 'alarm', id: one.id, title: one.title, state: one.state });
        for (const one of desk.tickets({ device, state: 'all', limit: mostEvents })) tickets.set(one.id, one);
        for (const book of bookDefinitions.values())
          for (const one of book.each === undefined ? [] : books.records(book.id, 0, clock.now() + 1, device))
            events.push({ t: one.at, kind: 'record', id: `${book.id}/${one.seq}`, title: book.title, state: one.kind });
      }
      for (const one of tickets.values()) events.push({ t: one.openedAt, kind: 'ticket', id: one.id, title: one.title, state: one.state });
      for (const { value, changedAt } of plant.certificates.all()) {
        const title = plant.deadlines.get(value.rule)?.title ?? { zh: value.rule, en: value.rule };
        if (value.asset === id) events.push({ t: changedAt, kind: 'certificate', id: value.id, title, state: value.state });
      }
      return events.sort((a, b) => b.t - a.t).slice(0, mostEvents);
    },
  );

  app.post(
    '/api/assets/:id/tickets',
    {
      config: { permission: 'ticket:open' },
      schema: {
        params,
        body: z.object({ title: words.max(200), description: words, priority: z.enum(priorities).default('medium') }),
        response: { 201: ticket, ...problems },
      },
    },
    async (request, reply) => {
      const one = nodeOf(request.params.id);
      const { title, description, priority } = request.body;
      const both = (what: string) => ({ zh: what, en: what });
      const user = userOf(request);
      const made = db.transact(() => {
        const asked = {
          title: { zh: `${one.name.zh}：${title}`, en: `${one.name.en}: ${title}` },
          description: both(description),
          ...{ system: one.system ?? 'environment', trade: one.trade, priority, building: one.building },
          ...(one.devices[0] === undefined ? {} : { device: one.devices[0] }),
          ...(one.location ? { location: one.location } : {}),
        };
        const same = sameTicket(desk, clock, asked, user.name);
        if (same) return same;
        const opened = desk.createTicket(asked, { id: user.name, admin: user.role === 'admin' });
        linkTicket(db, one.id, opened.id);
        accounts.audit(user.name, 'ticket.open', opened.id, null, { asset: one.id, title: opened.title, priority });
        return opened;
      });
      return reply.code(201).send(made);
    },
  );

  app.get(
    '/api/assets/cards.pdf',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Cards with the code of each thing, to stick on it: whoever scans one is at the round, or at its page',
        querystring: z.object({
          ids: z.string().max(20_000).optional().meta({ description: 'With commas; by default all but buildings' }),
          lang: z.enum(languages).default(site.site.language),
        }),
        response: { 200: z.any(), ...problems },
      },
    },
    async (request, reply) => {
      const { ids, lang } = request.query;
      const address = neededAddress(site, request);
      const all = assetTree(frame).filter(({ kind }) => kind !== 'building');
      const chosen = ids === undefined ? all : ids.split(',').map((id) => nodeOf(id.trim()));
      if (chosen.length > mostCards) throw invalid('ids', `at most ${mostCards} cards at once; name them`);
      const card = (one: AssetNode): Content => ({
        columns: [
          { qr: new URL(`/q/${one.id}`, address).href, fit: 74, width: 82 },
          {
            stack: [
              { text: one.name[lang], bold: true, fontSize: 10 },
              { text: assetKindLabels[one.kind][lang], style: 'quiet' },
              { text: one.location?.[lang] ?? '', margin: [0, 2, 0, 0] },
              { text: one.id, style: 'quiet', margin: [0, 2, 0, 0] },
            ],
            width: '*',
          },
        ],
        margin: [4, 6, 4, 6],
      });
      const rows: Content[][] = [];
      for (let i = 0; i < chosen.length; i += 2) {
        const [left, right] = [chosen[i], chosen[i + 1]];
        if (left) rows.push([card(left), right ? card(right) : '']);
      }
      const content: Content[] = rows.length > 0 ? [tableOf(['*', '*'], rows, 0)] : [];
      const title = { zh: '设备二维码', en: 'Codes of the plant' }[lang];
      const document = await pdfOf({ title, subtitle: site.site.name[lang], language: lang, content, foot: address });
      return reply.type('application/pdf').header('content-disposition', 'inline; filename="cards.pdf"').send(document);
    },
  );

  // Codes on cards stay short and say nothing; whoever is not signed in is asked to first.
  app.get(
    '/q/:id',
    { config: { permission: 'open' }, schema: { hide: true, params: z.object({ id: z.string().max(200) }) } },
    async (request, reply) => reply.redirect(`/#/rounds/at/${encodeURIComponent(request.params.id)}`),
  );
}
