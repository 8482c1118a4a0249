/** Cards with the code of each place, and a new code where one was abused. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { type Content, pdfOf, tableOf } from '../../reports/index.ts';
import { Fault } from '../../shared/errors.ts';
import { placesOf } from '../../shared/places.ts';
import { devicesOf } from '../../shared/site.ts';
import { languages } from '../../shared/text.ts';
import { knownAddress, neededAddress } from '../public-address.ts';
import type { App, RouteContext } from '../route-context.ts';
import { idSchema, problems, text, time } from './schemas.ts';

const words = {
  title: { zh: '报修码', en: 'Fault report cards' },
  scan: { zh: '扫码报修', en: 'Scan to report a fault' },
  ring: { zh: '紧急请拨', en: 'Urgent: ring' },
  fed: { zh: '供电开关', en: 'Fed by' },
};

const dayMs = 86_400_000;
/** As many reports in a day as nobody but an abuser sends. */
const suspiciousADay = 10;
const used = { day: z.number().int(), month: z.number().int(), all: z.number().int() };
const place = z.object({
  ...{ id: z.string(), name: text, building: z.string().nullable(), department: z.string().nullable(), phone: z.string().nullable() },
  madeAt: time.nullable().meta({ description: 'Of the code in force; null: none was printed yet' }),
  madeBy: z.string().nullable(),
  replaced: z.number().int().meta({ description: 'Codes that were replaced' }),
  replacedAt: time.nullable(),
  reports: z.object(used).meta({ description: 'Reports of the last 24 hours, of the last 30 days, and ever' }),
  lastAt: time.nullable(),
  open: z.number().int().meta({ description: 'Tickets of this place that are not closed' }),
  suspicious: z.boolean().meta({ description: 'More reports in 24 hours than a ward has faults: look, and replace the code' }),
});

/** Characters of an address that stand in one line under its code. */
const lineOfAddress = /.{1,30}/g;
const inLines = (address: string): string => (address.match(lineOfAddress) ?? []).join('\n');

export function placeRoutes(app: App, { db, desk, places, accounts, site, clock }: RouteContext): void {
  const devices = devicesOf(site).map(({ device }) => device);
  /** The breakers upstream of the department's own electricity meters; the meters themselves where nothing is upstream. */
  const breakersOf = (department: string | undefined) => {
    const own = devices.filter((one) => department !== undefined && one.department === department && one.fed_by !== undefined);
    const upstream = own.filter(({ system }) => system === undefined || system === 'electricity').map((one) => one.fed_by);
    return devices.filter(({ id }) => upstream.includes(id));
  };

  app.get(
    '/api/places',
    {
      config: { permission: 'place:codes' },
      schema: {
        description:
          'The places that report without an account, what code is in force, and how it is used. The codes themselves only on cards',
        response: { 200: z.object({ address: z.string().nullable(), places: z.array(place) }), ...problems },
      },
    },
    async (request) => {
      const now = clock.now();
      const states = places.states({ day: now - dayMs, month: now - 30 * dayMs });
      const open = desk.tickets({ state: 'open' });
      return {
        address: knownAddress(site, request) ?? null,
        places: placesOf(site).map((one) => {
          const { day = 0, month = 0, all = 0, ...state } = states.get(one.id) ?? {};
          const none = { madeAt: null, madeBy: null, replaced: 0, replacedAt: null, lastAt: null };
          return {
            ...{ id: one.id, name: one.name, building: one.building ?? null, department: one.department ?? null, phone: one.phone ?? null },
            ...{ ...none, ...state, reports: { day, month, all }, suspicious: day >= suspiciousADay },
            open: open.filter(({ openedBy }) => openedBy === `ward:${one.id}`).length,
          };
        }),
      };
    },
  );

  app.get(
    '/api/places/cards.pdf',
    {
      config: { permission: 'place:codes' },
      schema: {
        description: 'A card for each place: code, number to ring, breaker that feeds it. Needs public_url in the site file',
        querystring: z.object({ lang: z.enum(languages).default(site.site.language), place: idSchema.optional() }),
        response: { 200: z.any(), ...problems },
      },
    },
    async (request, reply) => {
      const { lang, place: only } = request.query;
      const url = neededAddress(site, request);
      const cards: Content[] = [];
      for (const place of placesOf(site).filter(({ id }) => only === undefined || id === only)) {
        const link = new URL(`r/${places.codeOf(place.id, userOf(request).name)}`, url).href;
        const breakers = breakersOf(place.department).map(({ name, location }) =>
          location ? `${name[lang]}（${location[lang]}）` : name[lang],
        );
        const stack: Content[] = [
          { text: place.name[lang], fontSize: 16, bold: true },
          { text: words.scan[lang], fontSize: 12, margin: [0, 4, 0, 0] },
          ...(place.phone === undefined ? [] : [{ text: `${words.ring[lang]} ${place.phone}`, fontSize: 13, bold: true }]),
          ...(breakers.length === 0
            ? []
            : [{ text: `${words.fed[lang]}: ${breakers.join(', ')}`, margin: [0, 4, 0, 0] as [number, number, number, number] }]),
        ];
        const { toDataURL } = await import('qrcode');
        // Whoever cannot scan types it.
        const code = {
          stack: [
            { image: await toDataURL(link, { margin: 1, width: 320 }), width: 125 },
            { text: inLines(link), fontSize: 7 },
          ],
        };
        cards.push(tableOf([130, '*'], [[code, { stack }]], 0), {
          text: '',
          margin: [0, 0, 0, 10],
        });
      }
      const document = { title: words.title[lang], subtitle: site.site.name[lang], language: lang, content: cards, foot: 'Plantroom' };
      return reply
        .type('application/pdf')
        .header('cache-control', 'no-store')
        .send(await pdfOf(document));
    },
  );

  app.post(
    '/api/places/:id/replace',
    {
      config: { permission: 'place:codes' },
      schema: {
        description: 'The old code opens nothing any more; print the card again',
        params: z.object({ id: idSchema }),
        response: { 204: z.null(), ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!placesOf(site).some((place) => place.id === id)) throw new Fault('desk/unknown', `there is no place "${id}"`);
      db.transact(() => {
        places.replaceCode(id, userOf(request).name);
        accounts.audit(userOf(request).name, 'place.replace', id, null, null);
      });
      return reply.code(204).send(null);
    },
  );
}
