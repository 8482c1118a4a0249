/** A ward reports without an account: by the code that hangs there, limited per place and address. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyError, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { onceOnly } from '../../desk/index.ts';
import { Fault } from '../../shared/errors.ts';
import { placesOf } from '../../shared/places.ts';
import type { Place } from '../../shared/site.ts';
import { languages } from '../../shared/text.ts';
import { saidPage, sendPage } from '../answer/page.ts';
import { notOfTheCrew } from '../crew.ts';
import { keyHeader, onceOf } from '../once.ts';
import { faultProblem } from '../problem.ts';
import type { App, RouteContext } from '../route-context.ts';
import { sameTicket } from '../same-ticket.ts';
import { checkUpload } from '../upload.ts';
import { faultKindIds, faultKinds } from '../ward/kinds.ts';
import { progressPage, reportPage } from '../ward/page.ts';
import { problems } from './schemas.ts';

const script = readFileSync(join(import.meta.dirname, '../ward/phone.js.txt'), 'utf8');
const code = z.string().min(1).max(40);
const lang = z.object({ lang: z.enum(languages).optional() });
/** A photo of 1,280 points is some 300 kB. */
const mostBody = 3 * 1024 * 1024;
const mostReportsAnHour = 20;
const hourMs = 3_600_000;
const linkReply = z.object({ link: z.string() });
const html = { 200: z.any(), ...problems };

/** What a phone that scanned the card shows when it cannot go on; both languages, as nobody has chosen one yet. */
const cannot = {
  code: '此码无效或已停用，请电话报修 / This code is not valid or was replaced: please ring',
  often: '访问过于频繁，请稍候一分钟；紧急情况请打电话 / Too many requests from here: wait a minute; if it is urgent, ring',
  now: '暂时无法打开，请稍后再试，或电话报修 / It cannot be opened right now: try again later, or ring',
} as const;

export function wardRoutes(main: App, { db, desk, accounts, places, ticketFiles, site, clock, wall }: RouteContext): void {
  const known = new Map(placesOf(site).map((place) => [place.id, place]));
  // Real time. Phones of a ward share an address: guessed codes count by address, and what comes with a code in force by its place beside them.
  const limited = (guesses: number, max: number, timeWindow: number) => ({
    rateLimit: {
      timeWindow,
      keyGenerator: ({ params, ip }: FastifyRequest) => {
        const place = places.placeOf((params as { code: string }).code);
        return place === undefined ? `guess ${ip}` : `place ${place} ${ip}`;
      },
      max: (_request: unknown, key: string) => (key.startsWith('guess ') ? guesses : max),
    },
  });
  const looks = limited(60, 240, 60_000);
  const sends = limited(10, 60, 600_000);
  const placeOf = (asked: string): Place => {
    const id = places.placeOf(asked);
    const place = id === undefined ? undefined : known.get(id);
    if (!place) throw new Fault('api/unknown', cannot.code);
    return place;
  };
  const ticketOf = (place: Place, token: string) => {
    const id = places.ticketOf(place.id, token);
    const ticket = id === undefined ? undefined : desk.ticket(id);
    if (!ticket) throw new Fault('api/unknown', '没有此报修单 / There is no such report');
    return ticket;
  };
  const pictureOf = (data: string, name: string) => checkUpload(name, Buffer.from(data.slice(data.indexOf(',') + 1), 'base64'));
  const page = <T extends { header(n: string, v: string): T; type(t: string): T }>(reply: T): T =>
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');

  main.register(async (plugin) => {
    const app = plugin as unknown as App;
    app.setErrorHandler((error: FastifyError, request, reply) => {
      if (request.method !== 'GET' || !request.headers.accept?.includes('text/html')) throw error;
      const status = error instanceof Fault ? faultProblem(error).status : (error.statusCode ?? 500);
      if (status >= 500) request.log.error({ err: error }, 'request failed');
      const said =
        error instanceof Fault && status < 500 ? error.message : status === 429 ? cannot.often : status < 500 ? cannot.code : cannot.now;
      return sendPage(reply, status, saidPage(request.url.includes('lang=en') ? 'en' : site.site.language, '报修 / Report a fault', said));
    });
    app.get('/r/phone.js', { config: { permission: 'open' }, schema: { hide: true } }, (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').header('cache-control', 'no-cache').send(script),
    );
    app.get(
      '/r/:code',
      { config: { permission: 'open', ...looks }, schema: { params: z.object({ code }), querystring: lang, response: html } },
      (request, reply) => page(reply).send(reportPage(placeOf(request.params.code), request.query.lang ?? site.site.language)),
    );
    app.post(
      '/r/:code',
      {
        bodyLimit: mostBody,
        config: { permission: 'open', ...sends },
        schema: {
          description:
            'Opens a ticket; the answer holds the link that shows its progress and takes the signature. The same within two minutes is one ticket',
          params: z.object({ code }),
          headers: keyHeader,
          body: z.object({
            kind: z.enum(faultKindIds),
            words: z.string().trim().max(500).default(''),
            photo: z
              .string()
              .regex(/^data:image\/(jpeg|png|webp);base64,[A-Za-z0-9+/]+=*$/, 'a picture as a data URL')
              .optional(),
          }),
          response: { 201: linkReply, ...problems },
        },
      },
      async (request, reply) => {
        const place = placeOf(request.params.code);
        if (places.reportsSince(place.id, clock.now() - hourMs) >= mostReportsAnHour)
          throw new Fault('api/invalid', '报修过于频繁，请电话报修 / Too many reports from here: please ring', { detail: { status: 429 } });
        const { kind, words, photo } = request.body;
        const drawn = photo === undefined ? undefined : await pictureOf(photo, 'photo.jpg');
        const { label, ...to } = faultKinds[kind];
        const who = `ward:${place.id}`;
        const asked = {
          ...to,
          title: { zh: `${place.name.zh} ${label.zh}报修`, en: `${place.name.en}: ${label.en.toLowerCase()} fault` },
          description: words === '' ? label : { zh: words, en: words },
          building: place.building ?? null,
          department: place.department ?? null,
          location: place.name,
        };
        const open = () => {
          const same = sameTicket(desk, clock, asked, who);
          const { id } = same ?? desk.createTicket(asked, { id: who });
          // Who sends it once more, now with a photo: the photo is kept, the same one once.
          if (drawn) ticketFiles.add({ ...drawn, ticket: id, purpose: 'before', madeBy: who }, drawn.content);
          if (!same) accounts.audit(who, 'ticket.open', id, null, { kind, address: request.ip });
          return id;
        };
        const { key } = onceOf(request, clock);
        const what = `ward.report ${JSON.stringify([kind, words])}`;
        const token = db.transact(() => {
          // Only the hash of a link is kept: whoever sends again gets another link to the same report.
          const id = key === undefined ? open() : onceOnly(db, { who, key, what, doneAt: null }, wall.now(), open).answer;
          return places.link(id, place.id);
        });
        return reply.code(201).send({ link: `/r/${request.params.code}/${token}` });
      },
    );
    const both = z.object({ code, token: code });
    app.get(
      '/r/:code/:token',
      { config: { permission: 'open', ...looks }, schema: { params: both, querystring: lang, response: html } },
      (request, reply) => {
        const place = placeOf(request.params.code);
        const ticket = ticketOf(place, request.params.token);
        return page(reply).send(progressPage(place, ticket, request.query.lang ?? site.site.language, site.site.timezone));
      },
    );
    app.post(
      '/r/:code/:token/sign',
      {
        config: { permission: 'open', ...sends },
        schema: {
          params: both,
          body: z.object({
            name: z.string().trim().min(1).max(60),
            signature: z
              .string()
              .max(200_000)
              .regex(/^data:image\/png;base64,[A-Za-z0-9+/]+=*$/, 'a PNG as a data URL')
              .optional(),
            stars: z.number().int().min(1).max(5).optional(),
          }),
          response: { 200: linkReply, ...problems },
        },
      },
      async (request, reply) => {
        const place = placeOf(request.params.code);
        const ticket = ticketOf(place, request.params.token);
        const { id, state } = ticket;
        const { name, signature, stars = null } = request.body;
        notOfTheCrew(accounts, ticket, name);
        const drawn = signature === undefined ? undefined : await pictureOf(signature, 'signature.png');
        const who = `ward:${place.id}`;
        db.transact(() => {
          const file = drawn ? ticketFiles.add({ ...drawn, ticket: id, purpose: 'signature', madeBy: who }, drawn.content).id : null;
          const signed = desk.sign(id, { id: who }, { name, file, stars });
          accounts.audit(who, 'ticket.sign', id, { state }, { state: signed.state, name, stars, address: request.ip });
        });
        return reply.send({ link: `/r/${request.params.code}/${request.params.token}` });
      },
    );
  });
}
