/** Photos and documents of a ticket, and the department's signature. */
import multipart from '@fastify/multipart';
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { filePurposes, type TicketFile } from '../../desk/index.ts';
import { Fault } from '../../shared/errors.ts';
import type { Ticket } from '../../shared/ticket.ts';
import { departmentActor } from '../../shared/ticket-state.ts';
import { notOfTheCrew } from '../crew.ts';
import { doOnce, onceHeaders, onceOf } from '../once.ts';
import type { App, RouteContext } from '../route-context.ts';
import { bytesOf, checkUpload, mostUploadBytes } from '../upload.ts';
import { known } from './moves.ts';
import { problems, ticket, time, words } from './schemas.ts';

const params = z.object({ id: z.string().min(1).max(40) });
const file = z.object({
  id: z.number().int(),
  ticket: z.string(),
  name: z.string(),
  type: z.string(),
  bytes: z.number().int(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  purpose: z.enum(filePurposes),
  madeBy: z.string(),
  madeAt: time,
});
/** A drawn line of black on white is some kB. */
const mostSignatureChars = 200_000;
/** Points of a line; a speck is no name. */
const leastDark = 60;

export function ticketFileRoutes(app: App, context: RouteContext): void {
  const { db, desk, accounts, ticketFiles, clock } = context;
  void app.register(multipart, { limits: { fileSize: mostUploadBytes, files: 1, fields: 4, parts: 6 }, preservePath: true });

  app.get(
    '/api/tickets/:id/files',
    { config: { permission: 'plant:read' }, schema: { params, response: { 200: z.array(file), ...problems } } },
    async ({ params: { id } }) => ticketFiles.of(known(desk.ticket(id), 'ticket', id).id),
  );

  app.get(
    '/api/tickets/:id/files/:file',
    {
      config: { permission: 'plant:read' },
      schema: { params: params.extend({ file: z.coerce.number().int().min(1) }), response: { 200: z.unknown(), ...problems } },
    },
    async ({ params: { id, file: number } }, reply) => {
      const { file: found, content } = ticketFiles.read(id, number);
      return reply
        .header('content-type', found.type)
        .header('content-disposition', `inline; filename*=UTF-8''${encodeURIComponent(found.name)}`)
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('cache-control', 'private, max-age=31536000, immutable')
        .send(content);
    },
  );

  app.post(
    '/api/tickets/:id/files',
    {
      config: { permission: 'ticket:open' },
      schema: {
        description:
          'multipart/form-data with one part `file`: a JPEG, PNG or WebP picture or a PDF of at most 10 MB, known by its content; `?purpose=` says what it shows. The same bytes sent twice are one file',
        consumes: ['multipart/form-data'],
        params,
        headers: onceHeaders,
        querystring: z.object({ purpose: z.enum(['before', 'after', 'document']).default('document') }),
        response: { 201: file, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      known(desk.ticket(id), 'ticket', id);
      if (!request.isMultipart()) throw invalid('send it as multipart/form-data with a part named file', 415);
      const part = await request.file().catch((error: unknown) => {
        throw invalid(error instanceof Error ? error.message : 'the form cannot be read', 400);
      });
      if (!part) throw invalid('there is no part with a file', 400);
      const content = await bytesOf(part);
      const checked = await checkUpload(part.filename, content);
      const user = userOf(request);
      const { purpose } = request.query;
      const once = onceOf(request, clock);
      const kept = doOnce(context, { request, reply, once, what: `ticket.file ${id} ${purpose}`, content }, () =>
        keep(user.name, id, { ...checked, purpose }, checked.content, once.doneAt),
      );
      return reply.code(201).send(kept);
    },
  );

  app.post(
    '/api/tickets/:id/sign',
    {
      config: { permission: 'ticket:sign' },
      schema: {
        description:
          'The department signs the repair off: name, drawn signature (data URL of a PNG), stars. Never by whoever did the work; on their phone somebody of the department draws it (`handed`), which stands on the ticket',
        params,
        headers: onceHeaders,
        body: z.object({
          name: words,
          signature: z
            .string()
            .max(mostSignatureChars)
            .regex(/^data:image\/png;base64,[A-Za-z0-9+/]+=*$/, 'a PNG as a data URL')
            .optional(),
          stars: z.number().int().min(1).max(5).optional(),
          handed: z
            .boolean()
            .default(false)
            .meta({ description: 'The phone of whoever repaired was handed to somebody of the department, who drew the signature' }),
        }),
        response: { 200: ticket, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { name, signature, stars, handed } = request.body;
      known(desk.ticket(id), 'ticket', id);
      const user = userOf(request);
      if (handed && signature === undefined) throw wrong('signature', 'is drawn by the one who signs');
      const drawn =
        signature === undefined
          ? undefined
          : await checkUpload('signature.png', Buffer.from(signature.slice(signature.indexOf(',') + 1), 'base64'));
      if (handed && drawn) await drawnUpon(drawn.content);
      const once = onceOf(request, clock);
      const at = once.doneAt === undefined ? {} : { at: once.doneAt };
      const content = JSON.stringify(request.body);
      const done = doOnce(context, { request, reply, once, what: `ticket.sign ${id}`, content }, (): Ticket => {
        const before = known(desk.ticket(id), 'ticket', id);
        if (handed) notOfTheCrew(accounts, before, name);
        const kept = drawn && keep(user.name, id, { ...drawn, purpose: 'signature' }, drawn.content, once.doneAt);
        const signed = desk.sign(id, handed ? { id: departmentActor, ...at } : { id: user.name, admin: user.role === 'admin', ...at }, {
          name,
          file: kept?.id ?? null,
          stars: stars ?? null,
          ...(handed ? { phoneOf: user.name } : {}),
        });
        const noted = once.doneAt === undefined ? {} : { doneAt: once.doneAt };
        const said = { state: signed.state, name, stars: stars ?? null, handed, ...noted };
        accounts.audit(user.name, 'ticket.sign', id, { state: before.state }, said);
        return signed;
      });
      return reply.send(done as never);
    },
  );

  function keep(
    who: string,
    id: string,
    one: Pick<TicketFile, 'name' | 'type' | 'width' | 'height' | 'purpose'>,
    content: Buffer,
    doneAt: number | undefined,
  ): TicketFile {
    const { name, type, width, height, purpose } = one;
    return db.transact(() => {
      const kept = ticketFiles.add({ ticket: id, name, type, width, height, purpose, madeBy: who }, content, doneAt);
      const noted = doneAt === undefined ? {} : { doneAt };
      accounts.audit(who, 'ticket.file', id, null, { name, type, bytes: kept.bytes, purpose, ...noted });
      return kept;
    });
  }
}

const wrong = (field: string, message: string, status = 400) =>
  new Fault('api/invalid', `${field}: ${message}`, { detail: { status, errors: [{ field, message }] } });
const invalid = (message: string, status: number) => wrong('file', message, status);

/** A pen leaves a line. @throws Fault api/invalid */
async function drawnUpon(content: Buffer): Promise<void> {
  const { default: sharp } = await import('sharp');
  const { data } = await sharp(content).flatten({ background: 'white' }).greyscale().raw().toBuffer({ resolveWithObject: true });
  let dark = 0;
  for (const level of data) if (level < 128) dark++;
  if (dark < leastDark) throw wrong('signature', 'is empty');
}
