/** Books of records over HTTP: what is due, filled in by the readings; confirmed, corrected and signed by people; printed; and proved unchanged. */
import { z } from 'zod';
import { type User, userOf } from '../../access/index.ts';
import { dueBefore, dueTimes } from '../../desk/index.ts';
import { bookDocument, pdfOf } from '../../reports/index.ts';
import { type Book, type BookField, type BookValue, bookSchema, type FieldValue } from '../../shared/book.ts';
import { Fault } from '../../shared/errors.ts';
import { publicLink } from '../../shared/public-link.ts';
import { type Language, languages } from '../../shared/text.ts';
import { draftedValues } from '../books/drafts.ts';
import { fillRecord } from '../books/fill.ts';
import { type PageLine, pageLines, seriesOf } from '../books/pages.ts';
import { knownAddress } from '../public-address.ts';
import type { App, RouteContext } from '../route-context.ts';
import { fewOf, idSchema, problems, sentTime, time, timeQuery, words } from './schemas.ts';

const dayMs = 86_400_000;
const longestMs = 400 * dayMs;
/** Some hundred pages. */
const mostPrinted = 4_000;
/** A record of the future is none. */
const earlyMs = 3_600_000;
const mostText = 2_000;

const params = z.object({ id: idSchema });
const recordParams = z.object({ id: idSchema, seq: z.coerce.number().int().min(1) });
const fieldValue = z.union([z.number(), z.string().max(mostText), z.boolean(), z.null()]);
/** What no sum can bring beyond the numbers. */
const saidValue = z.union([z.number().min(-1e15).max(1e15), z.string().max(mostText), z.boolean(), z.null()]);
const value = z.object({
  v: fieldValue,
  from: z.enum(['reading', 'person', 'corrected']),
  t: time.optional(),
  was: fieldValue.optional(),
  reason: z.string().optional(),
});
const record = z.object({
  book: z.string(),
  seq: z.number().int(),
  kind: z.enum(['entry', 'correction', 'missed', 'signature']),
  device: z.string().nullable(),
  due: time,
  at: time,
  who: z.string(),
  name: z.string(),
  role: z.string().nullable(),
  of: z.number().int().nullable(),
  reason: z.string().nullable(),
  values: z.record(z.string(), value),
  prev: z.string(),
  hash: z.string(),
});
const line = z.object({
  due: time,
  device: z.string().nullable(),
  state: z.enum(['due', 'written', 'late', 'missed']),
  entry: record.nullable(),
  missed: record.nullable(),
  corrections: z.array(record),
  signatures: z.array(record),
  unsigned: z.array(z.string()),
  findings: z.array(z.string()),
});
const verdict = z.object({
  book: z.string(),
  records: z.number().int(),
  head: z.string(),
  breaks: z.array(z.object({ seq: z.number().int(), what: z.string() })),
});
/** What a person says of a field: confirmed as read, or a value of his own; where one was read, with the reason. */
const written = z.union([z.literal('as-read'), z.object({ v: saidValue, reason: z.string().max(mostText).optional() })]);

export function bookRoutes(
  app: App,
  { db, desk, cache, books, bookDefinitions, accounts, site, devices, clock, store }: RouteContext,
): void {
  const { timezone } = site.site;
  const language = z.enum(languages).default(site.site.language);
  const bookOf = (id: string): Book => {
    const found = bookDefinitions.get(id);
    if (!found) throw new Fault('desk/unknown', `there is no book "${id}"; books: ${[...bookDefinitions.keys()].join(', ')}`);
    return found;
  };
  const range = ({ from, to }: { from: number; to: number }) => {
    if (!(from < to) || to - from > longestMs) throw invalid('to', `a later time than from, at most ${longestMs / dayMs} days on`);
    return { from, to };
  };
  /** @param language of whoever reads it */
  const draftOf = async (book: Book, device: string | null, due: number, language: Language) => ({
    ...draftedValues({ desk, cache, devices, timezone, language, now: clock.now() }, book),
    ...(await filledOf(book, device, due)),
  });
  const filledOf = (book: Book, device: string | null, due: number) =>
    fillRecord({ site, devices, store: store(), book, device, due, since: dueBefore(book.schedule, timezone, due), now: clock.now() });
  const needSeries = (book: Book, device: string | null) => {
    const known = seriesOf(site, book);
    if (!known.includes(device)) throw invalid('device', known[0] === null ? 'this book has no devices' : `one of ${known.join(', ')}`);
  };
  /** What was due by an earlier schedule stands in the book as missed, and may be written late. */
  const needDue = (book: Book, device: string | null, due: number) => {
    if (due < clock.now() - longestMs) throw invalid('due', `at most ${longestMs / dayMs} days ago`);
    if (book.schedule === 'when-it-happens' || dueTimes(book.schedule, timezone, due, due + 1).length > 0) return;
    if (!books.written(book.id, device, due, due + 1).has(due)) throw invalid('due', 'no time at which this book is due');
  };
  const nameOf = (user: User) => user.fullName || user.name;

  app.get(
    '/api/books',
    {
      config: { permission: 'plant:read' },
      schema: {
        response: {
          200: z.array(
            z.object({
              definition: bookSchema,
              series: z.array(z.string().nullable()),
              records: z.number().int(),
              head: z.string(),
              missed: z.number().int(),
              unsigned: z.number().int(),
            }),
          ),
          ...problems,
        },
      },
    },
    async () =>
      [...bookDefinitions.values()].map((definition) => {
        const { seq, hash } = books.head(definition.id);
        const lines = seq === 0 ? [] : pageLines(site, books, definition, clock.now() - 7 * dayMs, clock.now());
        const count = (is: (one: PageLine) => boolean) => lines.filter(is).length;
        return {
          definition,
          series: seriesOf(site, definition),
          records: seq,
          head: hash,
          missed: count((one) => one.state === 'missed'),
          unsigned: count((one) => one.unsigned.length > 0),
        };
      }),
  );

  app.get(
    '/api/books/:id/pages',
    {
      config: { permission: 'plant:read' },
      schema: { params, querystring: z.object({ from: timeQuery, to: timeQuery }), response: { 200: z.array(line), ...problems } },
    },
    async (request) => {
      const { from, to } = range(request.query);
      return pageLines(site, books, bookOf(request.params.id), from, to);
    },
  );

  app.get(
    '/api/books/:id/draft',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'What the readings fill in for the record that is due; a field that is absent is written by a person',
        params,
        querystring: z.object({ due: timeQuery.pipe(sentTime), device: idSchema.optional(), lang: language }),
        response: { 200: z.object({ due: time, device: z.string().nullable(), values: z.record(z.string(), value) }), ...problems },
      },
    },
    async (request) => {
      const book = bookOf(request.params.id);
      const { due, device = null, lang } = request.query;
      needSeries(book, device);
      return { due, device, values: await draftOf(book, device, due, lang) };
    },
  );

  app.post(
    '/api/books/:id/entries',
    {
      config: { permission: 'book:write' },
      schema: {
        description:
          'Writes a record, one for each due time. A value that was read is confirmed with "as-read"; another one in its place needs a reason. With `of`: a correction of that record',
        params,
        body: z.object({
          due: sentTime,
          device: idSchema.nullable().default(null),
          role: idSchema.optional().meta({ description: 'As which of the signers; by default the first' }),
          of: z.number().int().optional(),
          reason: words.optional().meta({ description: 'Needed for a correction' }),
          values: fewOf(written),
          lang: language.meta({ description: 'Of the draft that is confirmed as read' }),
        }),
        response: { 201: record, ...problems },
      },
    },
    async (request, reply) => {
      const book = bookOf(request.params.id);
      const { due, device, of, reason, values: said, role, lang } = request.body;
      needSeries(book, device);
      if (due > clock.now() + earlyMs) throw invalid('due', 'nothing is written before its time');
      if (of === undefined) needDue(book, device, due);
      const signer = book.signers.find((one) => one.id === (role ?? book.signers[0]?.id));
      if (!signer) throw invalid('role', `one of ${book.signers.map((one) => one.id).join(', ')}`);
      const read = await draftOf(book, device, due, lang);
      const values: Record<string, BookValue> = {};
      for (const [id, one] of Object.entries(said)) {
        const field = book.fields.find((other) => other.id === id);
        if (!field) throw invalid(`values.${id}`, `a field of this book: ${book.fields.map((other) => other.id).join(', ')}`);
        values[id] = valueSaid(field, one, read[id]);
      }
      if (of === undefined) {
        const missing = book.fields.filter((field) => field.required && (values[field.id]?.v ?? null) === null);
        if (missing.length > 0)
          throw invalid(`values.${missing[0]?.id}`, `needed: ${missing.map((field) => field.title[site.site.language]).join(', ')}`);
      } else {
        const before = books.record(book.id, of);
        if (before?.kind !== 'entry' || before.due !== due || before.device !== device)
          throw invalid('of', 'an entry of this book, time and device');
        if (reason === undefined) throw invalid('reason', 'a correction says why');
      }
      const user = userOf(request);
      const done = db.transact(() => {
        const there = books.records(book.id, due, due + 1, device).find(({ kind }) => kind === 'entry');
        if (of === undefined && there)
          throw new Fault('desk/transition', `${there.name} wrote this record already (${there.seq}): what is wrong in it is corrected`);
        const added = books.add(book.id, {
          kind: of === undefined ? 'entry' : 'correction',
          device,
          due,
          at: clock.now(),
          who: user.name,
          name: nameOf(user),
          role: signer.id,
          of: of ?? null,
          reason: reason ?? null,
          values,
        });
        accounts.audit(user.name, of === undefined ? 'book.write' : 'book.correct', `${book.id}/${added.seq}`, null, {
          due,
          device,
          hash: added.hash,
        });
        return added;
      });
      return reply.code(201).send(done);
    },
  );

  app.post(
    '/api/books/:id/entries/:seq/sign',
    {
      config: { permission: 'book:write' },
      schema: { params: recordParams, body: z.object({ role: idSchema }), response: { 201: record, ...problems } },
    },
    async (request, reply) => {
      const book = bookOf(request.params.id);
      const user = userOf(request);
      const entry = books.record(book.id, request.params.seq);
      if (entry?.kind !== 'entry') throw new Fault('desk/unknown', `there is no entry ${request.params.seq} in this book`);
      if (!book.signers.some((one) => one.id === request.body.role))
        throw invalid('role', `one of ${book.signers.map((one) => one.id).join(', ')}`);
      const done = db.transact(() => {
        const here = books
          .records(book.id, entry.due, entry.due + 1, entry.device)
          .filter((one) => one.seq === entry.seq || (one.kind === 'signature' && one.of === entry.seq));
        if (here.some((one) => one.role === request.body.role)) throw new Fault('desk/transition', 'this place is signed already');
        if (here.some((one) => one.who === user.name)) throw new Fault('desk/transition', 'two signatures are of two persons');
        const { due, device, seq } = entry;
        const added = books.add(book.id, {
          kind: 'signature',
          device,
          due,
          at: clock.now(),
          who: user.name,
          name: nameOf(user),
          role: request.body.role,
          of: seq,
          reason: null,
          values: {},
        });
        accounts.audit(user.name, 'book.sign', `${book.id}/${seq}`, null, { role: request.body.role, hash: added.hash });
        return added;
      });
      return reply.code(201).send(done);
    },
  );

  app.get(
    '/api/books/:id/verify',
    { config: { permission: 'plant:read' }, schema: { params, response: { 200: verdict, ...problems } } },
    async (request) => books.verify(bookOf(request.params.id).id),
  );

  app.get(
    '/api/books/:id/export',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'The chain as JSON lines: seq, prev, hash, body (docs/books.md)',
        params,
        response: { 200: z.any(), ...problems },
      },
    },
    async (request, reply) => {
      const { id } = bookOf(request.params.id);
      const lines = [...books.lines(id)].map(({ seq, prev, hash, body }) => JSON.stringify({ seq, prev, hash, body }));
      return reply
        .type('application/x-ndjson')
        .header('content-disposition', `attachment; filename="${id}.jsonl"`)
        .send(`${lines.join('\n')}\n`);
    },
  );

  app.get(
    '/api/books/:id/print',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'PDF. With `blank`: so many empty lines to write by hand',
        params,
        querystring: z.object({
          from: timeQuery,
          to: timeQuery,
          lang: z.enum(languages).default(site.site.language),
          blank: z.coerce.number().int().min(1).max(200).optional(),
        }),
        response: { 200: z.any(), ...problems },
      },
    },
    async (request, reply) => {
      const book = bookOf(request.params.id);
      const { from, to } = range(request.query);
      const { lang, blank } = request.query;
      const now = clock.now();
      const address = knownAddress(site, request);
      const lines = blank === undefined ? pageLines(site, books, book, from, Math.min(to, now)) : [];
      if (lines.length > mostPrinted)
        throw invalid('to', `${lines.length} records are too many to print at once, at most ${mostPrinted}: choose a shorter time`);
      const document = bookDocument({
        book,
        lines,
        language: lang,
        hospital: site.site.name,
        timezone,
        from,
        to,
        nameOf: (device) => devices.get(device)?.name ?? { zh: device, en: device },
        head: books.head(book.id),
        printedAt: now,
        link: address === undefined ? undefined : publicLink(address, `#/books/${book.id}`),
        blank,
      });
      return reply
        .type('application/pdf')
        .header('content-disposition', `inline; filename="${book.id}.pdf"`)
        .send(await pdfOf(document));
    },
  );
}

/** What is written for one field. What was read is taken from the store again, never from the browser. */
function valueSaid(field: BookField, said: z.output<typeof written>, read: BookValue | undefined): BookValue {
  const at = `values.${field.id}`;
  if (said === 'as-read') {
    if (!read) throw invalid(at, 'nothing was read for this field: it is written by a person');
    return read;
  }
  const v = fitting(field, said.v, at);
  if (!read) return { v, from: 'person' };
  if (v === read.v) return read;
  if ((said.reason ?? '').trim() === '') throw invalid(at, `${String(read.v)} was read: another value needs a reason`);
  return { v, from: 'corrected', t: read.t, was: read.v, reason: said.reason };
}

function fitting(field: BookField, v: FieldValue, at: string): FieldValue {
  if (v === null) return v;
  const wanted = field.kind === 'number' ? 'number' : field.kind === 'check' ? 'boolean' : 'string';
  if (typeof v !== wanted)
    throw invalid(at, `${field.kind === 'check' ? 'true or false' : `a ${wanted}`}, found ${JSON.stringify(v).slice(0, 60)}`);
  if (field.choices && !field.choices.some((one) => one.id === v))
    throw invalid(at, `one of ${field.choices.map((one) => one.id).join(', ')}`);
  return v;
}

const invalid = (field: string, message: string) =>
  new Fault('api/invalid', `${field}: ${message}`, { detail: { errors: [{ field, message }] } });
