/** The devices of the site as screens need them: names and places resolved once. */
import { Fault } from '../shared/errors.ts';
import { type AnyDevice, type Attributes, devicesOf, isModbusDevice, type SiteConfig } from '../shared/site.ts';
import type { System, Trade } from '../shared/system.ts';
import type { Text } from '../shared/text.ts';

export interface DeviceFacts {
  id: string;
  name: Text;
  system: System;
  role: string | null;
  profile: string | null;
  gateway: string;
  bus: string;
  building: string | null;
  department: string | null;
  tenant: string | null;
  circuit: string | null;
  location: Text | null;
  fedBy: string | null;
  trade: Trade | null;
  attributes: Attributes;
  pollMs: number;
}

/** @throws Fault profile/invalid when a device has no system: the start fills in what the site file leaves to the profile. */
export function deviceFacts(site: SiteConfig): Map<string, DeviceFacts> {
  return new Map(
    devicesOf(site).map(({ gateway, bus, device }) => [
      device.id,
      {
        id: device.id,
        name: meterName(device),
        system: systemOf(device),
        role: device.role ?? null,
        profile: isModbusDevice(device) ? device.profile : null,
        gateway: gateway.id,
        bus: bus.id,
        building: device.building ?? gateway.building ?? null,
        department: device.department ?? null,
        tenant: device.tenant ?? null,
        circuit: device.circuit ?? null,
        location: device.location ?? null,
        fedBy: device.fed_by ?? null,
        trade: device.trade ?? null,
        attributes: device.attributes,
        pollMs: device.poll,
      },
    ]),
  );
}

/** A meter is called after what it feeds; that it is a meter and not the place must be said too. */
const meterRoles: Partial<Record<string, Text>> = {
  feeder: { zh: '电表', en: 'meter' },
  'department-meter': { zh: '电表', en: 'meter' },
  'tenant-meter': { zh: '电表', en: 'meter' },
  'water-branch': { zh: '水表', en: 'water meter' },
};

function meterName({ name, role }: AnyDevice): Text {
  const kind = meterRoles[role ?? ''];
  if (!kind || name.zh.includes('表') || /meter/i.test(name.en)) return name;
  return { zh: `${name.zh} ${kind.zh}`, en: `${name.en}, ${kind.en}` };
}

function systemOf({ id, system }: AnyDevice): System {
  if (!system) throw new Fault('profile/invalid', `the device ${id} names no system, nor does its profile`);
  return system;
}
