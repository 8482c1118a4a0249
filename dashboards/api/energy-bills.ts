/** Bills of tenants and receivables over HTTP: issue, print, mark as paid, remind, cancel. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { billStates, type IssuedBill, monthsOfPeriod, tenantBill } from '../../energy/index.ts';
import { formats, render, tenantBillDocument } from '../../reports/index.ts';
import { Fault } from '../../shared/errors.ts';
import { meterNames } from '../../shared/meter-names.ts';
import { languages } from '../../shared/text.ts';
import { localTime } from '../../shared/wording.ts';
import { wallOf } from '../../shared/zone.ts';
import { price, used, yuan } from '../rounding.ts';
import type { App, RouteContext } from '../route-context.ts';
import { idSchema, problems, text, time, words } from './schemas.ts';

const periodText = z.string().regex(/^20\d{2}-(0[1-9]|1[0-2]|H[12])$/, 'a month such as 2026-07, or half a year such as 2026-H1');
const billId = z.string().regex(/^[A-Za-z0-9-]{1,100}$/);
const dayMs = 86_400_000;
const dateAt = (timezone: string, t: number) => new Date(wallOf(timezone, t)).toISOString().slice(0, 10);
const bill = z.object({
  id: z.string(),
  tenant: z.string(),
  name: text,
  period: z.string(),
  months: z.array(z.string()),
  lines: z.array(
    z.object({
      month: z.string(),
      medium: z.string(),
      part: z.string(),
      quantity: used.nullable(),
      unit: z.string(),
      price: price.nullable(),
      amount: yuan,
    }),
  ),
  meters: z.array(z.string()),
  estimatedShare: z.record(z.string(), z.number()),
  sha256: z.string(),
  total: yuan,
  paid: yuan,
  open: yuan,
  state: z.enum(billStates),
  issuedBy: z.string(),
  issuedAt: time,
  dueAt: time,
  payments: z.array(
    z.object({
      id: z.number(),
      yuan,
      paidOn: z.string(),
      note: z.string().nullable(),
      enteredBy: z.string(),
      enteredAt: time,
      undone: z.object({ by: z.string(), at: time, reason: z.string() }).nullable(),
    }),
  ),
  reminders: z.array(z.object({ number: z.number(), at: time, by: z.string() })),
  cancelled: z.object({ by: z.string(), at: time, reason: z.string() }).nullable(),
});
const shown = ({ bill: one, ...rest }: IssuedBill) => ({
  ...rest,
  ...{ tenant: one.tenant, name: one.name, period: one.period, months: one.months, lines: one.lines, meters: one.meters },
  estimatedShare: one.estimatedShare as Record<string, number>,
});

export function energyBillRoutes(app: App, { bills, ledger, site, store, accounts, db, clock }: RouteContext): void {
  const params = z.object({ id: billId });
  app.get(
    '/api/energy/bills',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Bills with what is paid and open, the newest first; and what is overdue in all',
        querystring: z.object({ tenant: idSchema.optional() }),
        response: {
          200: z.object({
            bills: z.array(bill),
            open: yuan,
            overdue: yuan,
            tenants: z.array(
              z.object({
                id: z.string(),
                name: text,
                bills: z.enum(['monthly', 'half-yearly']),
                dueDays: z.number(),
                contact: z.string().nullable(),
              }),
            ),
            closed: z.array(z.string()).meta({ description: 'Months that are closed, of the last two years' }),
          }),
          ...problems,
        },
      },
    },
    async ({ query: { tenant } }) => {
      const all = bills.list(tenant);
      const sum = (state?: IssuedBill['state']) =>
        all.reduce((cents, one) => cents + (state === undefined || one.state === state ? Math.round(one.open * 100) : 0), 0) / 100;
      return {
        bills: all.map(shown),
        open: sum(),
        overdue: sum('overdue'),
        tenants: site.tenants.map(({ id, name, bills: every, due_days, contact }) => ({
          id,
          name,
          bills: every,
          dueDays: due_days,
          contact: contact ?? null,
        })),
        closed: ledger.closedMonths(),
      };
    },
  );

  app.post(
    '/api/energy/bills',
    {
      config: { permission: 'energy:bill' },
      schema: {
        description: 'Bills for a month or half a year, from closed months: of the tenants named, else of all that are billed so often',
        body: z.object({ period: periodText, tenants: z.array(idSchema).min(1).max(500).optional() }),
        response: { 201: z.array(bill), ...problems },
      },
    },
    async (request, reply) => {
      const { period, tenants } = request.body;
      const { name } = userOf(request);
      const every = monthsOfPeriod(period).length === 1 ? 'monthly' : 'half-yearly';
      const wanted = tenants ?? site.tenants.filter((one) => one.bills === every).map(({ id }) => id);
      if (wanted.length === 0) throw new Fault('api/invalid', `period: no tenant of this site is billed ${every}`);
      const made = await Promise.all(wanted.map((tenant) => tenantBill(ledger, store(), tenant, period)));
      const issued = db.transact(() =>
        made.map((one) => {
          const days = site.tenants.find(({ id }) => id === one.tenant)?.due_days ?? 15;
          const done = bills.issue(one, clock.now() + days * dayMs, name);
          accounts.audit(name, 'bill.issue', done.id, null, { sha256: done.sha256, total: done.total });
          return done;
        }),
      );
      return reply.code(201).send(issued.map(shown));
    },
  );

  app.get(
    '/api/energy/bills/:id',
    { config: { permission: 'plant:read' }, schema: { params, response: { 200: bill, ...problems } } },
    async (request) => shown(bills.get(request.params.id)),
  );

  app.get(
    '/api/energy/bills/:id/document',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'The bill to send: PDF, XLSX, DOCX or page, with its hash',
        params,
        querystring: z.object({ lang: z.enum(languages).default(site.site.language), format: z.enum(formats).default('pdf') }),
        response: { 200: z.any(), ...problems },
      },
    },
    async (request, reply) => {
      const { lang, format } = request.query;
      const one = bills.get(request.params.id);
      const now = localTime(clock.now(), site.site.timezone);
      const foot =
        lang === 'zh'
          ? `由 Plantroom 于 ${now} 打印，账单校验 ${one.sha256.slice(0, 16)}`
          : `Printed by Plantroom at ${now}, hash of the bill ${one.sha256.slice(0, 16)}`;
      const { type, content } = await render(tenantBillDocument(one, lang, site.site.timezone, meterNames(site)), format, foot);
      reply.type(type);
      if (format !== 'html' && format !== 'json')
        reply.header('content-disposition', `attachment; filename="bill-${one.id}-${lang}.${format}"`);
      return reply.send(content);
    },
  );

  app.post(
    '/api/energy/bills/:id/payments',
    {
      config: { permission: 'energy:bill' },
      schema: {
        description: 'Marks what was paid, all of it or a part. The same within ten minutes is refused (409), unless it says `again`',
        params,
        body: z.object({
          yuan: z.number().min(0.01).max(1e9),
          paidOn: z.iso.date(),
          note: z.string().max(200).optional(),
          again: z.boolean().optional().meta({ description: 'It is another payment, though the same was entered just now' }),
        }),
        response: { 200: bill, ...problems },
      },
    },
    async (request) => {
      const { name } = userOf(request);
      const { paidOn } = request.body;
      const { timezone } = site.site;
      const { issuedAt } = bills.get(request.params.id);
      if (paidOn < dateAt(timezone, issuedAt - 366 * dayMs) || paidOn > dateAt(timezone, clock.now() + dayMs)) {
        const message = 'a day from a year before the bill up to tomorrow';
        throw new Fault('api/invalid', `paidOn: ${message}`, { detail: { errors: [{ field: 'paidOn', message }] } });
      }
      return db.transact(() => {
        const done = bills.pay(request.params.id, request.body, name);
        accounts.audit(name, 'bill.pay', done.id, null, request.body);
        return shown(done);
      });
    },
  );

  app.post(
    '/api/energy/payments/:payment/undo',
    {
      config: { permission: 'energy:bill' },
      schema: {
        params: z.object({ payment: z.coerce.number().int().min(1) }),
        body: z.object({ reason: words }),
        response: { 200: bill, ...problems },
      },
    },
    async (request) => {
      const { name } = userOf(request);
      return db.transact(() => {
        const done = bills.undoPayment(request.params.payment, name, request.body.reason);
        accounts.audit(name, 'bill.undo-payment', done.id, null, { payment: request.params.payment, ...request.body });
        return shown(done);
      });
    },
  );

  app.post(
    '/api/energy/bills/:id/remind',
    {
      config: { permission: 'energy:bill' },
      schema: {
        description: 'Writes down that the tenant was reminded; within ten minutes once',
        params,
        response: { 200: bill, ...problems },
      },
    },
    async (request) => {
      const { name } = userOf(request);
      return db.transact(() => {
        const done = bills.remind(request.params.id, name);
        accounts.audit(name, 'bill.remind', done.id, null, { number: done.reminders.length });
        return shown(done);
      });
    },
  );

  app.post(
    '/api/energy/bills/:id/cancel',
    {
      config: { permission: 'energy:bill' },
      schema: {
        description: 'A wrong bill is cancelled and issued again; it is kept',
        params,
        body: z.object({ reason: words }),
        response: { 200: bill, ...problems },
      },
    },
    async (request) => {
      const { name } = userOf(request);
      return db.transact(() => {
        const done = bills.cancel(request.params.id, name, request.body.reason);
        accounts.audit(name, 'bill.cancel', done.id, null, request.body);
        return shown(done);
      });
    },
  );
}
