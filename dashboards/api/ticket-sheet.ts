/** The repair sheet of a ticket as a PDF. */
import { z } from 'zod';
import { repeatMost, type TicketFile } from '../../desk/index.ts';
import { pdfOf, ticketSheet } from '../../reports/index.ts';
import { languages } from '../../shared/text.ts';
import type { App, RouteContext } from '../route-context.ts';
import { known } from './moves.ts';
import { problems } from './schemas.ts';

/** Sharp enough on paper; a ticket may have a hundred of them. */
const photoPixels = 640;
const mostPhotos = 24;

export function ticketSheetRoutes(app: App, { desk, accounts, ticketFiles, site, devices, clock }: RouteContext): void {
  const drawn = async ({ ticket, id }: TicketFile, kind: 'png' | 'jpeg') => {
    const { default: sharp } = await import('sharp');
    const picture = sharp(ticketFiles.read(ticket, id).content).resize({
      width: photoPixels,
      height: photoPixels,
      fit: 'inside',
      withoutEnlargement: true,
    });
    const content =
      kind === 'png' ? await picture.png().toBuffer() : await picture.flatten({ background: 'white' }).jpeg({ quality: 80 }).toBuffer();
    return `data:image/${kind};base64,${content.toString('base64')}`;
  };

  app.get(
    '/api/tickets/:id/sheet.pdf',
    {
      config: { permission: 'plant:read' },
      schema: {
        description:
          'The repair sheet: report, times, promises, work, cost, photos, signature, history, and a code that leads to the live ticket',
        params: z.object({ id: z.string().min(1).max(40) }),
        querystring: z.object({ lang: z.enum(languages).default(site.site.language) }),
        response: { 200: z.any(), ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const ticket = known(desk.ticket(id), 'ticket', id);
      const files = ticketFiles.of(id);
      const pictures = files.filter(({ type, purpose }) => type.startsWith('image/') && purpose !== 'signature');
      const shownPictures = pictures.slice(0, mostPhotos);
      const photos = [];
      for (const file of shownPictures) {
        const { name, purpose, madeAt: at, madeBy: by } = file;
        photos.push({ name, purpose: purpose === 'signature' ? ('document' as const) : purpose, at, by, image: await drawn(file, 'jpeg') });
      }
      const signature = files.find((file) => file.id === ticket.life.signature?.file);
      const repeats = desk.repeats(id);
      const names = new Map(accounts.users().map(({ name, fullName }) => [name, fullName || name]));
      const document = ticketSheet({
        ticket,
        clocks: desk.sla(id),
        journal: desk.journal({ kind: 'ticket', id, limit: 500 }).toReversed(),
        repeats: repeats.length > repeatMost ? repeats : [],
        photos,
        signature: signature ? await drawn(signature, 'png') : null,
        documents: files.filter((file) => file.purpose !== 'signature' && !shownPictures.includes(file)).map(({ name }) => name),
        nameOf: (account) => names.get(account) ?? account,
        place: {
          device: (ticket.device === null ? undefined : devices.get(ticket.device)?.name) ?? null,
          building: site.buildings.find((one) => one.id === ticket.building)?.name ?? null,
          department: site.departments.find((one) => one.id === ticket.department)?.name ?? null,
        },
        language: request.query.lang,
        hospital: site.site.name,
        timezone: site.site.timezone,
        printedAt: clock.now(),
        link: site.public_url === undefined ? undefined : new URL(`#/tickets/${id}`, site.public_url).href,
      });
      return reply
        .type('application/pdf')
        .header('content-disposition', `inline; filename="${id}.pdf"`)
        .send(await pdfOf(document));
    },
  );
}
