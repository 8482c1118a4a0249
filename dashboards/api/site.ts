/** What the site is: names, places, and the vocabulary that screens need to label values. */
import { z } from 'zod';
import { type QuantityId, quantities, quantity } from '../../shared/quantity.ts';
import { systemLabels, systems, tradeLabels, trades } from '../../shared/system.ts';
import type { App, RouteContext } from '../route-context.ts';
import { languages, problems, systemSchema, text, tradeSchema, userRole } from './schemas.ts';

const place = z.object({ id: z.string(), name: text, building: z.string().nullable(), beds: z.number().int().nullable() });
const siteReply = z
  .object({
    id: z.string(),
    name: text,
    timezone: z.string(),
    language: z.enum(languages),
    simulated: z.boolean(),
    now: z.number().meta({ description: 'Plant time, UTC ms' }),
    speed: z.number().meta({ description: 'Plant seconds per second' }),
    systems: z.array(z.object({ id: systemSchema, label: text, devices: z.number().int() })),
    trades: z.array(z.object({ id: tradeSchema, label: text })),
    buildings: z.array(z.object({ id: z.string(), name: text })),
    departments: z.array(place),
    tenants: z.array(z.object({ id: z.string(), name: text })),
    gateways: z.array(z.object({ id: z.string(), name: text })),
    channels: z.array(z.object({ id: z.string(), name: text })).meta({ description: 'Over which people are told' }),
    people: z.array(z.object({ id: z.string(), name: z.string() })).meta({ description: 'Who can be on call' }),
    quantities: z.record(
      z.string(),
      z.object({
        label: text,
        unit: z.string(),
        kind: z.enum(['gauge', 'counter', 'state']),
        states: z.record(z.string(), text).optional(),
      }),
    ),
  })
  .meta({ id: 'Site' });

export function siteRoutes(app: App, { site, devices, clock, accounts, deliveries }: RouteContext): void {
  const counts = new Map<string, number>();
  for (const { system } of devices.values()) counts.set(system, (counts.get(system) ?? 0) + 1);
  const vocabulary = Object.fromEntries(
    (Object.keys(quantities) as QuantityId[]).map((id) => {
      const { label, unit, kind, states } = quantity(id);
      return [id, { label, unit, kind, ...(states ? { states } : {}) }];
    }),
  );
  const named = ({ id, name }: { id: string; name: { zh: string; en: string } }) => ({ id, name });

  const channels = () => {
    const names = deliveries.channelNames();
    return site.channels.map(({ id, name }) => ({ id, name: name ?? names.get(id) ?? { zh: id, en: id } }));
  };

  app.get('/api/site', { config: { permission: 'plant:read' }, schema: { response: { 200: siteReply, ...problems } } }, async () => ({
    ...site.site,
    now: clock.now(),
    speed: clock.speed ?? 1,
    systems: systems.filter((id) => counts.has(id)).map((id) => ({ id, label: systemLabels[id], devices: counts.get(id) ?? 0 })),
    trades: trades.map((id) => ({ id, label: tradeLabels[id] })),
    buildings: site.buildings.map(named),
    departments: site.departments.map((department) => ({
      ...named(department),
      building: department.building ?? null,
      beds: department.beds ?? null,
    })),
    tenants: site.tenants.map(named),
    gateways: site.gateways.map(named),
    channels: channels(),
    people: site.people.map(({ id, name }) => ({ id, name })),
    quantities: vocabulary,
  }));

  app.get(
    '/api/people',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Whom a ticket can be given to',
        response: { 200: z.array(z.object({ name: z.string(), fullName: z.string(), role: userRole })), ...problems },
      },
    },
    async () =>
      accounts
        .users()
        .filter(({ role }) => role !== 'viewer' && role !== 'ward')
        .map(({ name, fullName, role }) => ({ name, fullName, role })),
  );
}
