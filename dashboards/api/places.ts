/** Cards with the code of each place, and a new code where one was abused. */
import { toDataURL } from 'qrcode';
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { type Content, pdfOf, tableOf } from '../../reports/index.ts';
import { Fault } from '../../shared/errors.ts';
import { devicesOf, placesOf } from '../../shared/site.ts';
import { languages } from '../../shared/text.ts';
import type { App, RouteContext } from '../route-context.ts';
import { idSchema, problems } from './schemas.ts';

const words = {
  title: { zh: '报修码', en: 'Fault report cards' },
  scan: { zh: '扫码报修', en: 'Scan to report a fault' },
  ring: { zh: '紧急请拨', en: 'Urgent: ring' },
  fed: { zh: '供电开关', en: 'Fed by' },
};

export function placeRoutes(app: App, { db, places, accounts, site }: RouteContext): void {
  const devices = devicesOf(site).map(({ device }) => device);
  /** The breakers upstream of the department's own electricity meters; the meters themselves where nothing is upstream. */
  const breakersOf = (department: string | undefined) => {
    const own = devices.filter((one) => department !== undefined && one.department === department && one.fed_by !== undefined);
    const upstream = own.filter(({ system }) => system === undefined || system === 'electricity').map((one) => one.fed_by);
    return devices.filter(({ id }) => upstream.includes(id));
  };

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
      const url = site.public_url;
      if (url === undefined)
        throw new Fault('api/invalid', 'public_url: set it in the site file first, so that phones find the page behind the code');
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
        cards.push(tableOf([130, '*'], [[{ image: await toDataURL(link, { margin: 1, width: 320 }), width: 125 }, { stack }]], 0), {
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
