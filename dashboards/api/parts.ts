/** Spare parts and appliances over HTTP: stock by movements, and what hangs on each circuit against its breaker. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { localDate } from '../../desk/index.ts';
import { type Appliance, applianceSchema, movementSchema, type Part, partSchema } from '../../shared/plant.ts';
import type { Ticket } from '../../shared/ticket.ts';
import { doOnce, onceHeaders, onceOf } from '../once.ts';
import { assetTree } from '../plant/assets.ts';
import { type CircuitLoad, circuitLoad } from '../plant/circuits.ts';
import { entryOf, invalid, registerRoutes } from '../plant/register-routes.ts';
import type { App, RouteContext } from '../route-context.ts';
import { known } from './moves.ts';
import { idSchema, problems, text, time } from './schemas.ts';

const params = z.object({ id: idSchema });
const movement = z.object({
  id: z.number().int(),
  part: z.string(),
  kind: z.enum(['receive', 'issue', 'return', 'count']),
  delta: z.number(),
  counted: z.number().nullable(),
  ticket: z.string().nullable(),
  note: z.string().nullable(),
  who: z.string(),
  at: time,
});
const circuit = z.object({
  circuit: z.string(),
  name: text,
  ratingA: z.number().nullable(),
  watt: z.number(),
  worstA: z.number(),
  evenA: z.number(),
  verdict: z.enum(['ok', 'may', 'over', 'unknown']),
  unpermitted: z.number().int(),
  appliances: z.array(applianceSchema),
});

export function partRoutes(app: App, context: RouteContext): void {
  const { desk, accounts, plant, site, devices, clock } = context;
  const stranger = (assets: readonly string[]) => {
    const all = new Set(assetTree({ site, devices, assets: plant.assets }).map(({ id }) => id));
    return assets.find((id) => !all.has(id));
  };

  app.get(
    '/api/parts',
    {
      config: { permission: 'plant:read' },
      schema: {
        response: {
          200: z.array(entryOf(partSchema).extend({ stock: z.number(), low: z.boolean().meta({ description: 'Below its minimum' }) })),
          ...problems,
        },
      },
    },
    async () => {
      const stocks = plant.stock.stocks();
      return plant.parts.all().map((entry) => {
        const stock = stocks.get(entry.value.id) ?? 0;
        return { ...entry, stock, low: entry.value.state === 'kept' && stock < entry.value.minimum };
      });
    },
  );
  registerRoutes<Part>(
    app,
    context,
    {
      path: 'parts',
      prefix: 'part',
      schema: partSchema as unknown as z.ZodType<Part>,
      register: plant.parts,
      mistake: (one) => {
        const unknown = stranger(one.assets);
        return unknown === undefined ? undefined : ['assets', `no such thing: ${unknown}`];
      },
    },
    false,
  );

  app.get(
    '/api/parts/:id/movements',
    { config: { permission: 'plant:read' }, schema: { params, response: { 200: z.array(movement), ...problems } } },
    async ({ params: { id } }) => plant.stock.movements(known(plant.parts.get(id), 'part', id).value.id),
  );

  app.post(
    '/api/parts/:id/movements',
    {
      config: { permission: 'part:move' },
      schema: {
        description:
          'In, out to a ticket (and booked on it with its cost), back from it (and off it again), or counted. The stock is the sum of them; none is ever changed',
        params,
        headers: onceHeaders,
        body: movementSchema,
        response: { 201: movement.extend({ stock: z.number() }), ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { body } = request;
      const part = known(plant.parts.get(id), 'part', id).value;
      const user = userOf(request);
      if (body.ticket !== undefined && !desk.ticket(body.ticket)) throw invalid('ticket', 'no such ticket');
      const once = onceOf(request, clock);
      const at = once.doneAt === undefined ? {} : { at: once.doneAt };
      const done = doOnce(context, { request, reply, once, what: `part.move ${id}`, content: JSON.stringify(body) }, () => {
        const moved = plant.stock.move(id, body, { who: user.name, at: clock.now() });
        if ((body.kind === 'issue' || body.kind === 'return') && body.ticket !== undefined) {
          const used = body.kind === 'issue' ? wentOut(part, body.quantity) : cameBack(part, body.quantity, desk.ticket(body.ticket));
          const actor = { id: user.name, admin: user.role === 'admin', ...at };
          desk.bookWork(body.ticket, actor, { minutes: 0, parts: [used], costYuan: 0, note: body.note ?? null });
        }
        const noted = once.doneAt === undefined ? {} : { doneAt: once.doneAt };
        accounts.audit(user.name, `part.${body.kind}`, id, null, { ...body, delta: moved.delta, ...noted });
        return { ...moved, stock: plant.stock.stock(id) };
      });
      return reply.code(201).send(done);
    },
  );

  registerRoutes<Appliance>(app, context, {
    path: 'appliances',
    prefix: 'appliance',
    schema: applianceSchema as unknown as z.ZodType<Appliance>,
    register: plant.appliances,
    mistake: (one) => {
      if (!devices.has(one.circuit)) return ['circuit', 'no such device'];
      if (one.department !== undefined && !site.departments.some(({ id }) => id === one.department))
        return ['department', 'no such department'];
      return undefined;
    },
  });
  const loadOf = (id: string): CircuitLoad | undefined => {
    const device = devices.get(id);
    const all = plant.appliances.all().map(({ value }) => value);
    return device && circuitLoad(device, devices, all, localDate(site.site.timezone, clock.now()));
  };

  app.get(
    '/api/circuits',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Circuits on which appliances are registered, the most loaded first: the sum against the rating of the breaker',
        response: { 200: z.array(circuit), ...problems },
      },
    },
    async () => {
      const used = new Set<string>();
      for (const { value } of plant.appliances.all())
        for (let up: string | null = value.circuit; up !== null && !used.has(up); up = devices.get(up)?.fedBy ?? null) used.add(up);
      const share = ({ worstA, ratingA }: CircuitLoad) => (ratingA === null ? 0 : worstA / ratingA);
      return [...used]
        .flatMap((id) => loadOf(id) ?? [])
        .filter(({ appliances }) => appliances.length > 0)
        .sort((a, b) => share(b) - share(a) || b.watt - a.watt);
    },
  );

  app.get(
    '/api/alarms/:id/appliances',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'What is registered on the circuit of the alarm, and on those that it feeds: whom to ask to switch off first',
        params: z.object({ id: z.string().min(1).max(200) }),
        response: { 200: circuit.nullable(), ...problems },
      },
    },
    async ({ params: { id } }) => {
      const load = loadOf(known(desk.alarm(id), 'alarm', id).device);
      return load && load.appliances.length > 0 ? load : null;
    },
  );
}

const cents = (yuan: number) => Math.round(yuan * 100) / 100;
const wentOut = ({ name, unit, cost_yuan }: Part, quantity: number) => ({ name, quantity, unit, costYuan: cents(cost_yuan * quantity) });

/** At the cost at which it stands on the ticket, whatever it costs today: all of it back leaves nothing there. */
function cameBack({ name, unit, cost_yuan }: Part, quantity: number, ticket: Ticket | undefined) {
  const booked = (ticket?.life.work ?? []).flatMap(({ parts }) => parts).filter((one) => one.name === name && one.unit === unit);
  const out = booked.reduce((sum, one) => sum + Math.round(one.quantity * 1_000), 0) / 1_000;
  const cost = booked.reduce((sum, one) => sum + one.costYuan, 0);
  return { name, quantity: -quantity, unit, costYuan: -cents(out > 0 ? (cost * quantity) / out : cost_yuan * quantity) };
}
