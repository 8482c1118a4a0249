/** The devices of the site as screens need them: names and places resolved once. */
import { type Attributes, devicesOf, isModbusDevice, type SiteConfig } from '../shared/site.ts';
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

/** `systems`: by device id, see systemsOfDevices. */
export function deviceFacts(site: SiteConfig, systems: ReadonlyMap<string, System>): Map<string, DeviceFacts> {
  return new Map(
    devicesOf(site).map(({ gateway, bus, device }) => [
      device.id,
      {
        id: device.id,
        name: device.name,
        system: systems.get(device.id)!,
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
