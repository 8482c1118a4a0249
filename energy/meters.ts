/** Which counters of the site are accounted: one a device, by what it meters. */

import type { QuantityId } from '../shared/quantity.ts';
import { devicesOf, isModbusDevice, type SiteConfig } from '../shared/site.ts';
import type { System } from '../shared/system.ts';
import type { CounterOptions } from './counter.ts';

export const media = ['electricity', 'water', 'heat', 'gas'] as const;
export type Medium = (typeof media)[number];
export const mediumUnits: Record<Medium, string> = { electricity: 'kWh', water: 'm³', heat: 'kWh', gas: 'm³' };

export interface Meter {
  device: string;
  medium: Medium;
  measurement: System;
  field: QuantityId;
  building: string | undefined;
  department: string | undefined;
  tenant: string | undefined;
  fedBy: string | undefined;
  /** Power or flow that it cannot exceed, in units an hour; undefined where the site file does not say. */
  ratedPerHour: number | undefined;
  digits: number | undefined;
  tags: {
    site: string;
    building: string | undefined;
    department: string | undefined;
    device: string;
    gateway: string;
    circuit: string | undefined;
  };
}

const byRole: Partial<Record<string, Medium>> = {
  incomer: 'electricity',
  transformer: 'electricity',
  feeder: 'electricity',
  'department-meter': 'electricity',
  'tenant-meter': 'electricity',
  'water-main': 'water',
  'water-branch': 'water',
  'heat-meter': 'heat',
  'gas-meter': 'gas',
};
/** Where a meter that nobody reads by wire would have its readings. */
const systems: Record<Medium, System> = { electricity: 'electricity', water: 'water', heat: 'heating', gas: 'boiler' };
const fields: Record<Medium, QuantityId> = {
  electricity: 'energy_import_kwh',
  water: 'volume_m3',
  heat: 'heat_energy_kwh',
  gas: 'volume_m3',
};

/** @param quantitiesOf what a profile measures; undefined where that is not known */
export function metersOf(site: SiteConfig, quantitiesOf: (profile: string) => readonly string[] | undefined = () => undefined): Meter[] {
  const wired = devicesOf(site).flatMap(({ gateway, device }): Meter[] => {
    const medium = device.role === undefined ? undefined : byRole[device.role];
    if (!medium || !device.system) return [];
    // A transformer's temperature controller stands under the same role as its meter.
    const known = isModbusDevice(device) ? (device.only ?? quantitiesOf(device.profile)) : device.points.map((point) => point.quantity);
    if (known && known.length > 0 && !(known as readonly string[]).includes(fields[medium])) return [];
    const { attributes } = device;
    const volts = 400;
    const kw =
      attributes.capacity_kva ??
      (attributes.rating_a === undefined || medium !== 'electricity' || attributes.pt_ratio !== undefined
        ? undefined
        : (Math.sqrt(3) * volts * attributes.rating_a) / 1_000);
    const building = device.building ?? gateway.building;
    return [
      {
        device: device.id,
        medium,
        measurement: device.system,
        field: fields[medium],
        building,
        department: device.department,
        tenant: device.tenant,
        fedBy: device.fed_by,
        ratedPerHour: medium === 'electricity' ? kw : attributes.max_flow_m3h,
        digits: attributes.digits,
        tags: {
          site: site.site.id,
          building,
          department: device.department,
          device: device.id,
          gateway: gateway.id,
          circuit: device.circuit,
        },
      },
    ];
  });
  const byHand = site.hand_meters.map(({ id, medium, building, department, tenant, fed_by: fedBy, digits }): Meter => {
    const tags = { site: site.site.id, building, department, device: id, gateway: 'hand', circuit: undefined };
    return { device: id, medium, measurement: systems[medium], field: fields[medium], building, department, tenant, fedBy, ratedPerHour: undefined, digits, tags }; // biome-ignore format: one
  });
  return [...wired, ...byHand];
}

export const scopes = ['meter', 'department', 'building', 'tenant', 'site'] as const;
export type Scope = (typeof scopes)[number];

/**
 * The meters whose sum is the scope: those that belong to it and are not fed by another one that does, so that nothing counts twice. Of the whole site
 * those that no metered device feeds.
 */
export function metersIn(meters: readonly Meter[], scope: Scope, id: string | undefined, medium: Medium): Meter[] {
  const own = meters.filter((one) => {
    if (one.medium !== medium) return false;
    if (scope === 'meter') return one.device === id;
    return scope === 'site' || one[scope] === id;
  });
  const inScope = new Set(own.map((one) => one.device));
  const parents = new Map(meters.map((one) => [one.device, one.fedBy]));
  return own.filter((one) => {
    for (let up = one.fedBy, steps = 0; up !== undefined && steps < 32; up = parents.get(up), steps++) if (inScope.has(up)) return false;
    return true;
  });
}

/** What the counter engine is told of a meter, beside what people know of it. */
export const counterOptionsOf = ({ ratedPerHour, digits }: Pick<Meter, 'ratedPerHour' | 'digits'>, timezone: string): CounterOptions => ({
  timezone,
  ...(ratedPerHour === undefined ? {} : { rated: ratedPerHour }),
  ...(digits === undefined ? {} : { digits }),
});
