/** Maintenance mode of devices over HTTP: what people work on calls nobody until then. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { Fault } from '../../shared/errors.ts';
import type { App, RouteContext } from '../route-context.ts';
import { idSchema, momentMs, problems, systemSchema, time, words } from './schemas.ts';

const params = z.object({ device: idSchema });
const mostDevices = 500;
const longestMinutes = 7 * 1_440;
export const maintenance = z.object({ device: z.string(), reason: z.string(), until: time, who: z.string(), since: time });

export function maintenanceRoutes(app: App, { db, desk, accounts, devices, clock }: RouteContext): void {
  app.get(
    '/api/maintenance',
    { config: { permission: 'plant:read' }, schema: { response: { 200: z.array(maintenance), ...problems } } },
    async () => desk.maintenance(),
  );

  app.post(
    '/api/maintenance',
    {
      config: { permission: 'maintenance:change' },
      schema: {
        description:
          'Name `devices`, or take all of a `system`, of a `building`, or of both together. Named devices must not be in maintenance yet; of the others those that are stay as they are',
        body: z.object({
          devices: z.array(idSchema).min(1).max(mostDevices).optional(),
          system: systemSchema.optional(),
          building: idSchema.optional(),
          reason: words,
          until: momentMs.optional().meta({ description: 'Plant time, UTC ms; at most 7 days on' }),
          minutes: z.number().min(1).max(longestMinutes).optional().meta({ description: 'Instead of until' }),
        }),
        response: { 201: z.array(maintenance), ...problems },
      },
    },
    async (request, reply) => {
      const { devices: named, system, building, reason, until: end, minutes } = request.body;
      const until = end ?? (minutes === undefined ? undefined : clock.now() + minutes * 60_000);
      if (until === undefined) throw badField('until', 'say when it ends: until or minutes');
      if (named ? system !== undefined || building !== undefined : system === undefined && building === undefined) {
        throw badField('devices', 'either devices, or system and building');
      }
      const stranger = named?.findIndex((id) => !devices.has(id)) ?? -1;
      if (stranger >= 0) throw badField(`devices.${stranger}`, 'no such device');

      const running = new Set(desk.maintenance().map(({ device }) => device));
      // All or nothing: whoever names devices learns of the one that stands in the way before any other is silent.
      const taken = named?.filter((id) => running.has(id)) ?? [];
      if (taken.length > 0) throw new Fault('desk/transition', `in maintenance already: ${taken.join(', ')}`);
      const chosen = named
        ? [...new Set(named)]
        : [...devices.values()]
            .filter((one) => (system === undefined || one.system === system) && (building === undefined || one.building === building))
            .map(({ id }) => id);
      const wanted = chosen.filter((id) => !running.has(id));
      if (chosen.length === 0) throw badField(building === undefined ? 'system' : 'building', 'there is no device of that kind there');
      if (wanted.length === 0) throw new Fault('desk/transition', 'all of these devices are in maintenance already');

      const user = userOf(request);
      const started = db.transact(() =>
        wanted.map((device) => {
          const begun = desk.startMaintenance(device, { id: user.name, admin: user.role === 'admin' }, { reason, until });
          accounts.audit(user.name, 'maintenance.start', device, null, { reason, until });
          return begun;
        }),
      );
      return reply.code(201).send(started);
    },
  );

  app.delete(
    '/api/maintenance/:device',
    {
      config: { permission: 'maintenance:change' },
      schema: { params, response: { 204: z.null(), ...problems } },
    },
    async (request, reply) => {
      const { device } = request.params;
      const user = userOf(request);
      db.transact(() => {
        const before = desk.maintenance().find((one) => one.device === device);
        desk.endMaintenance(device, { id: user.name, admin: user.role === 'admin' });
        accounts.audit(user.name, 'maintenance.end', device, before ?? null, null);
      });
      return reply.code(204).send(null);
    },
  );
}

const badField = (field: string, message: string) =>
  new Fault('api/invalid', `${field}: ${message}`, { detail: { errors: [{ field, message }] } });
