/** The data doctor over HTTP: what the counter engine doubts, what people decided, exchanges of meters. Every correction has who, when and why, and is taken back, never removed. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import {
  asked,
  bodyOf,
  type Correction,
  choices,
  consumptionOf,
  correctionSchema,
  counterOptionsOf,
  edgesOf,
  pictureOf,
  type StoredSuspect,
} from '../../energy/index.ts';
import { Fault } from '../../shared/errors.ts';
import { closedMonthsOf, countedAt, meterOf, type NamedMeter, namedMeters } from '../energy/meters.ts';
import { invalid } from '../plant/register-routes.ts';
import { used } from '../rounding.ts';
import type { App, RouteContext } from '../route-context.ts';
import { bytesOf, checkUpload } from '../upload.ts';
import { idSchema, meterValue, problems, sentTime, text, time, words } from './schemas.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Before the doubt, so that the engine knows the meter. */
const warmUpMs = 3 * dayMs;
const shownMs = 6 * hourMs;
const longestPicture = 40 * dayMs;
const mostPoints = 400_000;
/** Shorter gaps are filled by habit and not asked about. */
const shortGapMs = 2 * hourMs;
const mostSignatureChars = 200_000;

const correction = z.object({
  id: z.number().int(),
  device: z.string(),
  quantity: z.string(),
  t: time,
  body: correctionSchema,
  reason: z.string(),
  import: z.number().int().nullable(),
  madeBy: z.string(),
  madeAt: time,
  undone: z.object({ by: z.string(), at: time, reason: z.string() }).nullable(),
});
const closedMonths = z
  .array(z.string())
  .meta({ description: 'Closed months that it touches: their bills stay as they are; the difference is shown when the month is opened' });
const counted = z.boolean().meta({
  description: 'false: it lies in a simulated past of which no readings are kept there: whatever is decided, no booked figure changes',
});
const corrected = correction.extend({ closedMonths, counted });
const suspect = z.object({
  device: z.string(),
  name: text,
  quantity: z.string(),
  unit: z.string(),
  medium: z.string(),
  verdict: z.string(),
  from: time,
  to: time,
  a: used.meta({ description: 'Register before' }),
  b: used.meta({ description: 'Register after' }),
  delta: used.meta({ description: 'What was booked for it, in the unit of the counter' }),
  state: z
    .enum(['open', 'explained', 'settled'])
    .meta({ description: 'open: a person is asked. explained: the engine is sure. settled: somebody decided' }),
  correction: correction.nullable(),
  closedMonths,
  counted,
});
const interval = z.object({ from: time, value: used, quality: z.string() });
const reason = z.string().trim().min(1).max(500);
const drawn = z
  .string()
  .max(mostSignatureChars)
  .regex(/^data:image\/png;base64,[A-Za-z0-9+/]+=*$/, 'a PNG as a data URL');

export function energySuspectRoutes(app: App, context: RouteContext): void {
  const { energy, db, accounts, site, store, clock, ticketFiles } = context;
  const meters = namedMeters(context);

  const stateOf = (one: StoredSuspect, mine: readonly Correction[]) => {
    // A decision is on the reading that ends the doubt; a reading by hand anywhere in it answers it too; so does a swap close by.
    const settled = mine.find(
      ({ t, body }) =>
        t === one.to ||
        (body.kind === 'reading' && t >= one.from && t <= one.to) ||
        (body.kind === 'swap' && one.verdict === 'swap' && Math.abs(t - one.to) <= 2 * dayMs),
    );
    const open = asked.has(one.verdict) && !(one.verdict === 'gap' && one.to - one.from < shortGapMs);
    return { state: settled ? ('settled' as const) : open ? ('open' as const) : ('explained' as const), correction: settled ?? null };
  };
  const found = async (device: string | undefined, from: number | undefined, to: number | undefined) => {
    const holding = energy.corrections.list({ device }).filter(({ undone }) => undone === null);
    const doubts = energy.suspects.list({ device, from, to }).flatMap((one) => {
      const meter = meters.find((other) => other.device === one.device && other.field === one.quantity);
      if (!meter) return [];
      const mine = holding.filter((other) => other.device === one.device && other.quantity === one.quantity);
      const closed = closedMonthsOf(context, meter.medium, one.from, one.to);
      return [{ meter, row: { ...one, name: meter.name, unit: meter.unit, medium: meter.medium, ...stateOf(one, mine), closedMonths: closed } }]; // biome-ignore format: one
    });
    return Promise.all(doubts.map(async ({ meter, row }) => ({ ...row, counted: await isCounted(meter, row.to) })));
  };
  const isCounted = async (meter: NamedMeter, t: number) => (await countedAt(context, meter, t)) !== undefined;
  /** What stands in the books, which no choice changes. */
  const asBooked = async (meter: NamedMeter, { from, to }: { from: number; to: number }) => {
    const rows = await consumptionOf(store(), [meter], edgesOf('15m', site.site.timezone, from, to));
    const bars = rows.flatMap(({ from: t, value, estimated, manual, unknown }) => {
      const quality = unknown > 0 ? 'unknown' : estimated > 0 ? 'estimated' : manual > 0 ? 'manual' : 'measured';
      return value === null ? [] : [{ from: t, value, quality }];
    });
    return { before: bars, after: bars };
  };
  /** Kept with its line in the audit log, or not at all. */
  const keep = (meter: NamedMeter, t: number, body: Correction['body'], why: string, by: string, counts: boolean) => {
    const one = db.transact(() => {
      const made = energy.corrections.add({ device: meter.device, quantity: meter.field, t, body, reason: why }, by);
      accounts.audit(by, `energy.${body.kind}`, meter.device, null, { id: made.id, t, ...body, reason: why });
      return made;
    });
    return { ...one, closedMonths: closedMonthsOf(context, meter.medium, t - dayMs, t + 1), counted: counts };
  };

  app.get(
    '/api/energy/suspects',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'What the counter engine doubts, the newest first, with what people have decided on it',
        querystring: z.object({
          device: idSchema.optional(),
          from: z.coerce.number().int().optional(),
          to: z.coerce.number().int().optional(),
          state: z.enum(['open', 'all']).default('open'),
        }),
        response: { 200: z.object({ open: z.number().int(), suspects: z.array(suspect) }), ...problems },
      },
    },
    async ({ query: { device, from, to, state } }) => {
      const all = await found(device, from, to);
      const open = all.filter((one) => one.state === 'open');
      return { open: open.length, suspects: state === 'open' ? open : all };
    },
  );

  app.get(
    '/api/energy/suspects/picture',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'The readings around a doubt, and the quarter hours as they are booked and as they would be booked after a choice',
        querystring: z.object({
          device: idSchema,
          from: z.coerce.number().int(),
          to: z.coerce.number().int(),
          choice: z.enum([...choices, 'enter', 'swap']).optional(),
          t: z.coerce.number().int().optional().meta({ description: 'enter, swap: when; by default the end of the doubt' }),
          value: z.coerce.number().min(0).optional(),
          final: z.coerce.number().min(0).optional(),
          first: z.coerce.number().min(0).optional(),
        }),
        response: {
          200: z.object({
            unit: z.string(),
            readings: z.array(z.tuple([time, used])),
            before: z.array(interval),
            after: z.array(interval),
            sums: z.object({ before: used, after: used }),
            counted,
          }),
          ...problems,
        },
      },
    },
    async ({ query }) => {
      const meter = meterOf(meters, query.device);
      const { from, to } = query;
      if (!(from <= to) || to - from > longestPicture) throw invalid('to', 'a time after from, at most 40 days');
      const { measurement, device, field } = meter;
      const window = { from: from - shownMs, to: Math.min(to + shownMs, clock.now()) };
      const { t = to, value, final, first, choice } = query;
      const at = choice === 'enter' || choice === 'swap' ? t : to;
      const span = await countedAt(context, meter, at);
      const points =
        span && span !== true
          ? span.points
          : await store().series({
              measurement,
              device,
              field,
              from: from - warmUpMs,
              to: Math.min(to + dayMs, clock.now()),
              limit: mostPoints,
            });
      const known = energy.corrections.of(device, field);
      const one = energy.suspects.list({ device, from: to, to: from + 1 }).find((other) => other.to === to && other.from === from) ?? energy.suspects.list({ device, from: to }).find((other) => other.to === to); // biome-ignore format: one
      const body =
        choice === 'enter' && value !== undefined
          ? ({ kind: 'reading', value } as const)
          : choice === 'swap' && final !== undefined && first !== undefined
            ? ({ kind: 'swap', final, first } as const)
            : one && (choice === 'accept' || choice === 'reject')
              ? bodyOf(one, choice)
              : undefined;
      const picture = span
        ? pictureOf({ points, known, options: counterOptionsOf(meter, site.site.timezone), ...window, t: at, body })
        : await asBooked(meter, window);
      const inside = points.flatMap(([at, v]) => (v !== null && at >= window.from && at < window.to ? [[at, v] as [number, number]] : []));
      const every = Math.ceil(inside.length / 600);
      const sum = (rows: { value: number }[]) => rows.reduce((total, row) => total + row.value, 0);
      return {
        unit: meter.unit,
        // Those beside the doubt are always among them.
        readings: inside.filter(([at], index) => index % every === 0 || at === to || at === from),
        ...picture,
        sums: { before: sum(picture.before), after: sum(picture.after) },
        counted: span !== undefined,
      };
    },
  );

  app.get(
    '/api/energy/corrections',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Every correction that was ever made, the newest first, also those that were taken back',
        querystring: z.object({ device: idSchema.optional(), limit: z.coerce.number().int().min(1).max(2_000).default(200) }),
        response: { 200: z.array(correction), ...problems },
      },
    },
    async ({ query: { device, limit } }) => energy.corrections.list({ device, limit }),
  );

  app.post(
    '/api/energy/corrections',
    {
      config: { permission: 'energy:change' },
      schema: {
        description: 'accept: what the register says was used. reject: it was not. enter: what stood on the meter at t',
        body: z.discriminatedUnion('action', [
          z.object({ action: z.enum(choices), device: idSchema, t: sentTime.meta({ description: 'End of the doubt' }), reason }),
          z.object({ action: z.literal('enter'), device: idSchema, t: sentTime, value: meterValue, reason }),
        ]),
        response: { 201: corrected, ...problems },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const meter = meterOf(meters, body.device);
      const by = userOf(request).name;
      if (body.t > clock.now()) throw invalid('t', 'not in the future');
      const counts = await isCounted(meter, body.t);
      if (body.action === 'enter')
        return reply.code(201).send(keep(meter, body.t, { kind: 'reading', value: body.value }, body.reason, by, counts));
      const one = energy.suspects.list({ device: meter.device, from: body.t, to: body.t + 1 }).find((other) => other.to === body.t);
      if (!one) throw invalid('t', 'nothing is doubted there (any more)');
      return reply.code(201).send(keep(meter, body.t, bodyOf(one, body.action), body.reason, by, counts));
    },
  );

  app.post(
    '/api/energy/corrections/:id/undo',
    {
      config: { permission: 'energy:change' },
      schema: { params: z.object({ id: z.coerce.number().int() }), body: z.object({ reason }), response: { 200: corrected, ...problems } },
    },
    async (request) => {
      const by = userOf(request).name;
      const { id } = request.params;
      const undone = db.transact(() => {
        const one = energy.corrections.undo(id, by, request.body.reason);
        accounts.audit(by, `energy.${one.body.kind}.undo`, one.device, { id, t: one.t, ...one.body }, { reason: request.body.reason });
        return one;
      });
      const meter = meters.find((other) => other.device === undone.device);
      const closed = closedMonthsOf(context, meter?.medium ?? 'electricity', undone.t - dayMs, undone.t + 1);
      return { ...undone, closedMonths: closed, counted: meter !== undefined && (await isCounted(meter, undone.t)) };
    },
  );

  app.post(
    '/api/energy/swaps',
    {
      config: { permission: 'energy:change' },
      schema: {
        description:
          'An exchanged meter: what the old one showed at last and the new one at first, its serial, a photo, and two people who sign for it',
        body: z.object({
          device: idSchema,
          t: sentTime,
          final: meterValue,
          first: meterValue,
          serial: z.string().trim().min(1).max(80),
          photos: z.array(z.number().int()).min(1).max(10).meta({ description: 'From POST /api/energy/meters/{device}/files' }),
          signatures: z.array(z.object({ name: words, signature: drawn })).length(2),
          reason,
        }),
        response: { 201: corrected, ...problems },
      },
    },
    async (request, reply) => {
      const { device, t, final, first, serial, photos, signatures, reason: why } = request.body;
      const meter = meterOf(meters, device);
      const by = userOf(request).name;
      if (t > clock.now()) throw invalid('t', 'not in the future');
      const [one, two] = signatures;
      if (one?.name.trim() === two?.name.trim()) throw invalid('signatures', 'two different people sign');
      const kept = ticketFiles.of(placeOf(device));
      for (const photo of photos)
        if (!kept.some(({ id }) => id === photo)) throw invalid('photos', `there is no photo ${photo} of this meter`);
      const checked = await Promise.all(
        signatures.map(({ signature }) => checkUpload('signature.png', Buffer.from(signature.slice(signature.indexOf(',') + 1), 'base64'))),
      );
      const counts = await isCounted(meter, t);
      const done = db.transact(() => {
        const files = checked.map(({ content, ...file }) =>
          ticketFiles.add({ ticket: placeOf(device), ...file, purpose: 'signature', madeBy: by }, content),
        );
        const body = { kind: 'swap', final, first, serial, photos, signatures: signatures.map(({ name }, i) => ({ name, file: files[i]?.id ?? null })) } as const; // biome-ignore format: one
        return keep(meter, t, { ...body, photos: [...photos] }, why, by, counts);
      });
      return reply.code(201).send(done);
    },
  );

  const fileParams = z.object({ device: idSchema });
  app.post(
    '/api/energy/meters/:device/files',
    {
      config: { permission: 'energy:enter' },
      schema: {
        description: 'multipart/form-data with one part `file`: a photo of the meter',
        consumes: ['multipart/form-data'],
        params: fileParams,
        response: { 201: z.object({ id: z.number().int(), bytes: z.number().int() }), ...problems },
      },
    },
    async (request, reply) => {
      const { device } = meterOf(meters, request.params.device);
      const by = userOf(request).name;
      const { content, ...file } = await checkUpload(...(await uploadOf(request)));
      const kept = db.transact(() => {
        const made = ticketFiles.add({ ticket: placeOf(device), ...file, purpose: 'document', madeBy: by }, content);
        accounts.audit(by, 'energy.photo', device, null, { file: made.id, bytes: made.bytes });
        return made;
      });
      return reply.code(201).send({ id: kept.id, bytes: kept.bytes });
    },
  );
  app.get(
    '/api/energy/meters/:device/files/:file',
    {
      config: { permission: 'plant:read' },
      schema: { params: fileParams.extend({ file: z.coerce.number().int().min(1) }), response: { 200: z.unknown(), ...problems } },
    },
    async ({ params: { device, file: number } }, reply) => {
      const { file, content } = ticketFiles.read(placeOf(meterOf(meters, device).device), number);
      return reply
        .header('content-type', file.type)
        .header('content-disposition', `inline; filename*=UTF-8''${encodeURIComponent(file.name)}`)
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('cache-control', 'private, max-age=31536000, immutable')
        .send(content);
    },
  );
}

/** Where the files of a meter are kept, beside those of tickets, which are called otherwise. */
const placeOf = (device: string) => `meter:${device}`;

interface MultipartRequest {
  isMultipart(): boolean;
  file(): Promise<{ filename: string; toBuffer(): Promise<Buffer> } | undefined>;
}

/** Name and bytes of the one part `file`. @throws Fault api/invalid */
export async function uploadOf(request: MultipartRequest): Promise<[name: string, content: Buffer]> {
  const wrong = (message: string, status: number) => new Fault('api/invalid', `file: ${message}`, { detail: { status, errors: [{ field: 'file', message }] } }); // biome-ignore format: one
  if (!request.isMultipart()) throw wrong('send it as multipart/form-data with a part named file', 415);
  const part = await request.file().catch((error: unknown) => {
    throw wrong(error instanceof Error ? error.message : 'the form cannot be read', 400);
  });
  if (!part) throw wrong('there is no part with a file', 400);
  return [part.filename, await bytesOf(part)];
}
