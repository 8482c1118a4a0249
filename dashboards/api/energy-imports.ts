/** Files of readings, bills, figures and weather over HTTP: looked at first, taken as a whole, taken back as a whole. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { type Import, type ImportTarget, importKinds } from '../../energy/index.ts';
import { namedMeters } from '../energy/meters.ts';
import { used } from '../rounding.ts';
import type { App, RouteContext } from '../route-context.ts';
import { uploadOf } from './energy-suspects.ts';
import { known } from './moves.ts';
import { problems, time } from './schemas.ts';

const dayMs = 86_400_000;
/** So many rows of a file are shown. */
const mostShown = 500;

const head = z.object({
  id: z.number().int(),
  kind: z.enum(importKinds),
  name: z.string(),
  sha256: z.string(),
  format: z.string(),
  state: z.enum(['wrong', 'checked', 'taken', 'undone']),
  mistakeCount: z.number().int(),
  rows: z.number().int(),
  changes: z.number().int().meta({ description: 'Rows that are not known already' }),
  madeBy: z.string(),
  madeAt: time,
  taken: z.object({ by: z.string(), at: time }).nullable(),
  undone: z.object({ by: z.string(), at: time, reason: z.string() }).nullable(),
});
const whole = head.extend({
  mistakes: z.array(
    z.object({ row: z.number().int().nullable(), column: z.string().nullable(), found: z.string(), zh: z.string(), en: z.string() }),
  ),
  preview: z.array(
    z.object({
      row: z.number().int(),
      what: z.string().meta({ description: 'Meter or figure' }),
      t: time.nullable(),
      month: z.string().nullable(),
      value: used,
      unit: z.string(),
      state: z.enum(['new', 'same', 'replaces']),
      was: used.nullable(),
    }),
  ),
});
const params = z.object({ id: z.coerce.number().int() });

export function energyImportRoutes(app: App, context: RouteContext): void {
  const { energy, db, accounts, site, store } = context;
  const meters = namedMeters(context);
  const target: ImportTarget = {
    meters: meters.map(({ device, name, field, digits }) => ({ id: device, names: [name.zh, name.en], quantity: field, digits })),
    departments: site.departments.map(({ id, name }) => ({ id, names: [name.zh, name.en] })),
    timezone: site.site.timezone,
    async wire({ device }, from, to) {
      const meter = meters.find((one) => one.device === device);
      if (!meter) return [];
      const { measurement, field } = meter;
      const days = await store().series({ measurement, device, field, from, to, every: dayMs, aggregate: 'last' });
      return days.flatMap(([t, v]) => (v === null ? [] : [[t, v] as const]));
    },
  };
  const headOf = ({ content, states, mistakes: _, ...one }: Import) => ({
    ...one,
    rows: content.rows.length,
    changes: states.filter(({ state }) => state !== 'same').length,
  });
  const wholeOf = (one: Import) => ({
    ...headOf(one),
    mistakes: one.mistakes,
    preview: one.content.rows.slice(0, mostShown).map((row, index) => {
      const { state = 'new' as const, was = null } = one.states[index] ?? {};
      const shared = { row: row.row, state, was };
      if ('c' in row) return { ...shared, what: row.step, t: row.t, month: null, value: row.c, unit: '°C' };
      if ('device' in row) return { ...shared, what: row.device, t: row.t, month: null, value: row.value, unit: meters.find((meter) => meter.device === row.device)?.unit ?? '' }; // biome-ignore format: one
      const what = row.department === null ? row.name : `${row.name} (${row.department})`;
      return { ...shared, what, t: null, month: row.month, value: row.value, unit: row.unit };
    }),
  });

  app.get(
    '/api/energy/imports',
    { config: { permission: 'plant:read' }, schema: { response: { 200: z.array(head), ...problems } } },
    async () => energy.imports.list().map(headOf),
  );
  app.get(
    '/api/energy/imports/:id',
    { config: { permission: 'plant:read' }, schema: { params, response: { 200: whole, ...problems } } },
    async ({ params: { id } }) => wholeOf(known(energy.imports.get(id), 'import', String(id))),
  );

  app.post(
    '/api/energy/imports',
    {
      config: { permission: 'energy:change' },
      schema: {
        description:
          'multipart/form-data with one part `file` (CSV in UTF-8 or GB18030, or XLSX): read and checked row by row; nothing is taken yet',
        consumes: ['multipart/form-data'],
        querystring: z.object({ kind: z.enum(importKinds) }),
        response: { 201: whole, ...problems },
      },
    },
    async (request, reply) => {
      const [name, content] = await uploadOf(request);
      const by = userOf(request).name;
      const looked = await energy.imports.look(request.query.kind, name.slice(0, 200), content, target, by);
      return reply.code(201).send(wholeOf(looked));
    },
  );

  app.post(
    '/api/energy/imports/:id/take',
    {
      config: { permission: 'energy:change' },
      schema: { description: 'All rows, or none', params, response: { 200: whole, ...problems } },
    },
    async (request) => {
      const by = userOf(request).name;
      const { import: one, changed } = await energy.imports.take(request.params.id, target, by);
      accounts.audit(by, 'energy.import', `${one.id}`, null, { kind: one.kind, name: one.name, sha256: one.sha256, rows: one.content.rows.length, changed }); // biome-ignore format: one
      return wholeOf(one);
    },
  );

  app.post(
    '/api/energy/imports/:id/undo',
    {
      config: { permission: 'energy:change' },
      schema: { params, body: z.object({ reason: z.string().trim().min(1).max(500) }), response: { 200: whole, ...problems } },
    },
    async (request) => {
      const by = userOf(request).name;
      const { id } = request.params;
      return db.transact(() => {
        const one = energy.imports.undo(id, by, request.body.reason);
        accounts.audit(by, 'energy.import.undo', `${id}`, { name: one.name }, { reason: request.body.reason });
        return wholeOf(one);
      });
    },
  );
}
