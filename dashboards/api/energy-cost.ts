/** Money over HTTP: what a scope cost by month and line of the bill, who it was allocated to, and months that are closed. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { costScopes, media, mediumUnits } from '../../energy/index.ts';
import { Fault } from '../../shared/errors.ts';
import { price, used, yuan } from '../rounding.ts';
import type { App, RouteContext } from '../route-context.ts';
import { monthText, problems, text, time, timeQuery, words } from './schemas.ts';

const note = z.object({ id: z.string(), text });
const mostMonths = 60;

const costLine = z.object({
  medium: z.string(),
  part: z.string().meta({
    description:
      'Line of the bill: sharp, peak, flat, valley, deep, energy, demand, capacity, contract, over-contract, power-factor ...; later: of months that were closed',
  }),
  quantity: used.nullable(),
  unit: z.string(),
  price: price.nullable(),
  cost: yuan.meta({ description: 'Yuan' }),
});
const costRow = z.object({
  month: z.string(),
  from: time,
  to: time,
  running: z.boolean().meta({ description: 'The month is not over' }),
  lines: z.array(costLine),
  total: yuan,
  quantity: used.nullable(),
  quality: z.array(
    z.object({
      medium: z.string(),
      unit: z.string(),
      measured: used,
      estimated: used,
      manual: used,
      unknown: used,
      coverage: z.number(),
    }),
  ),
  closed: z.boolean(),
  notes: z.array(note),
});
const amount = { quantity: used, cost: yuan };
const allocationReply = z.object({
  month: z.string(),
  medium: z.string(),
  unit: z.string(),
  from: time,
  to: time,
  running: z.boolean(),
  version: z.number().nullable().meta({ description: 'Of the consumption; null: not counted' }),
  closed: z.object({ version: z.number(), by: z.string(), at: time, sha256: z.string() }).nullable(),
  main: used.meta({ description: 'All main meters; allocated and unallocated add up to it' }),
  cost: yuan,
  allocated: used,
  allocatedCost: yuan,
  unallocated: used,
  unallocatedCost: yuan,
  receivers: z.array(z.object({ id: z.string(), kind: z.enum(['department', 'tenant']), ...amount })),
  items: z.array(z.object({ item: z.string().nullable(), ...amount })),
  lines: z.array(
    z.object({
      receiver: z.string().nullable(),
      why: z.enum(['no-rule', 'negative', 'no-key', 'short-of-one']).optional(),
      meter: z.string(),
      item: z.string().nullable(),
      ...amount,
    }),
  ),
  missing: z.array(z.string()).meta({ description: 'Meters that told nothing: their use is in the meter above' }),
  negative: z
    .array(z.object({ meter: z.string(), quantity: used }))
    .meta({ description: 'Below these more was counted than by themselves' }),
  meters: z.array(
    z.object({
      id: z.string(),
      name: text,
      parent: z.string().nullable(),
      virtual: z.boolean(),
      item: z.string().nullable(),
      counted: used.nullable(),
      measured: used,
      estimated: used,
      manual: used,
      unknown: used,
      coverage: z.number(),
    }),
  ),
  later: z
    .array(z.object({ of: z.string(), receiver: z.string().nullable(), ...amount }))
    .meta({ description: 'Corrections of months that were closed' }),
  bills: z.array(
    z.object({
      tariff: z.string().nullable(),
      mains: z.array(z.string()),
      demandKw: z.number().nullable(),
      powerFactor: z.number().nullable(),
      total: yuan.nullable(),
      lines: z.array(z.object({ id: z.string(), from: z.string().optional(), quantity: used, price, amount: yuan })),
    }),
  ),
  notes: z.array(note),
});
const closedReply = z.array(z.object({ month: z.string(), medium: z.string(), version: z.number(), sha256: z.string(), cost: yuan }));

export function energyCostRoutes(app: App, { ledger, site, accounts, db, clock }: RouteContext): void {
  const wrong = (field: string, message: string) =>
    new Fault('api/invalid', `${field}: ${message}`, { detail: { errors: [{ field, message }] } });

  app.get(
    '/api/energy/cost',
    {
      config: { permission: 'plant:read' },
      schema: {
        description:
          'Month rows with the lines of the bill. A department, tenant or item has what is allocated to it, a meter or building what it counted, at the prices of the month. Rows are of whole months; the running one is counted up to `to`',
        querystring: z.object({
          scope: z.enum(costScopes).default('site'),
          id: z.string().min(1).max(64).optional(),
          medium: z.enum(media).optional(),
          from: timeQuery,
          to: timeQuery,
        }),
        response: { 200: z.object({ currency: z.string(), rows: z.array(costRow) }), ...problems },
      },
    },
    async ({ query }) => {
      const { scope, id, medium, from, to } = query;
      if (scope !== 'site' && id === undefined) throw wrong('id', `a ${scope} of this site`);
      if (scope === 'department' && !site.departments.some((one) => one.id === id)) throw wrong('id', 'no such department');
      if (scope === 'tenant' && !site.tenants.some((one) => one.id === id)) throw wrong('id', 'no such tenant');
      if (scope === 'building' && !site.buildings.some((one) => one.id === id)) throw wrong('id', 'no such building');
      if (scope === 'meter' && !ledger.meters.some(({ device }) => device === id) && !site.tree.some((one) => one.id === id))
        throw wrong('id', 'no such meter');
      const end = Math.min(to, clock.now());
      if (!(from < end)) throw wrong('to', 'a later time than from, which is not in the future');
      if (ledger.months(from, end).length > mostMonths) throw wrong('from', `at most ${mostMonths} months`);
      return { currency: 'CNY', rows: await ledger.cost({ scope, id, medium, from, to: end }) };
    },
  );

  app.get(
    '/api/energy/allocation',
    {
      config: { permission: 'plant:read' },
      schema: {
        description:
          'Who a month goes to. Allocated and unallocated are together the main meters to 0.01 and the bill to the cent; a closed month is as it was closed',
        querystring: z.object({ month: monthText, medium: z.enum(media).default('electricity') }),
        response: { 200: allocationReply, ...problems },
      },
    },
    async ({ query: { month, medium } }) => {
      const { account, later, closed, version } = await ledger.statement(month, medium);
      const { allocation, meters, groups, from, to, running, notes } = account;
      return {
        ...{ month, medium, unit: mediumUnits[medium], from, to, running, version, closed, later, notes },
        ...allocation,
        lines: allocation.lines.map(({ parts: _parts, ...line }) => line),
        meters: meters.map(({ id, name, parent, virtual, item, counted, measured, estimated, manual, unknown, coverage }) => ({
          ...{ id, name, parent, virtual, item, counted, measured, estimated, manual, unknown, coverage },
        })),
        bills: groups.map(({ tariff, mains, bill, demandKw }) => ({
          ...{ tariff: tariff?.id ?? null, mains, demandKw, powerFactor: bill?.powerFactor ?? null, total: bill?.total ?? null },
          lines: bill?.lines ?? [],
        })),
      };
    },
  );

  const params = z.object({ month: monthText });
  app.post(
    '/api/energy/months/:month/close',
    {
      config: { permission: 'energy:close' },
      schema: {
        description: 'Freezes the month for all media; what is corrected afterwards becomes a line of the next open month',
        params,
        response: { 200: closedReply, ...problems },
      },
    },
    async (request) => {
      const { month } = request.params;
      const { name } = userOf(request);
      const closed = await ledger.close(month, name);
      accounts.audit(name, 'energy.close', month, null, { media: closed.map(({ medium, sha256 }) => ({ medium, sha256 })) });
      return closed.map(({ medium, version, sha256, statement }) => ({ month, medium, version, sha256, cost: statement.account.cost }));
    },
  );

  app.post(
    '/api/energy/months/:month/reopen',
    {
      config: { permission: 'energy:close' },
      schema: {
        description: 'Opens a closed month again; the version that was closed is kept',
        params,
        body: z.object({ reason: words }),
        response: { 200: closedReply, ...problems },
      },
    },
    async (request) => {
      const { month } = request.params;
      const { name } = userOf(request);
      return db.transact(() => {
        const opened = ledger.reopen(month, name, request.body.reason);
        if (opened.length === 0) throw new Fault('desk/transition', `${month} is not closed`);
        accounts.audit(name, 'energy.reopen', month, null, { reason: request.body.reason });
        return opened.map(({ medium, version, sha256, statement }) => ({ month, medium, version, sha256, cost: statement.account.cost }));
      });
    },
  );
}
