import { Fault } from '../shared/errors.ts';
import { devicesOf, type SiteConfig } from '../shared/site.ts';
import type { Measurement, Tags } from './store.ts';

/** Where the readings of a device go. The tags object is shared by all its points: stores recognise it and encode it once. */
export interface Placement {
  gateway: string;
  device: string;
  measurement: Measurement;
  tags: Tags;
}

/** By gateway, then device. @throws Fault site/invalid for a device whose system is neither in the site file nor known from its profile */
export function placementsOf(site: SiteConfig): Map<string, Map<string, Placement>> {
  const all = new Map<string, Map<string, Placement>>(site.gateways.map((gateway) => [gateway.id, new Map()]));
  for (const { gateway, device } of devicesOf(site)) {
    if (!device.system) throw new Fault('site/invalid', `the system of device ${device.id} is not known`);
    const tags: Tags = {
      site: site.site.id,
      building: device.building ?? gateway.building,
      department: device.department,
      device: device.id,
      gateway: gateway.id,
      circuit: device.circuit,
    };
    all.get(gateway.id)?.set(device.id, { gateway: gateway.id, device: device.id, measurement: device.system, tags });
  }
  return all;
}
