/** The devices of a site as boards see them: places of the site file, quantities of the profiles. */
import type { BoardDevice } from '../../dashboards/board/devices.ts';
import type { Profile } from '../../gateway/device.ts';
import { profileQuantities } from '../../gateway/profiles.ts';
import { Fault } from '../../shared/errors.ts';
import { devicesOf, isModbusDevice, type SiteConfig } from '../../shared/site.ts';

/** @throws Fault profile/invalid for a device whose system nobody names; a checked site has none */
export function boardDevices(site: SiteConfig, profiles: ReadonlyMap<string, Profile>): BoardDevice[] {
  return devicesOf(site).map(({ gateway, device }) => {
    const profile = isModbusDevice(device) ? profiles.get(device.profile) : undefined;
    const system = device.system ?? profile?.system;
    if (!system) throw new Fault('profile/invalid', `the device ${device.id} names no system, nor does its profile`);
    return {
      id: device.id,
      name: device.name,
      system,
      role: device.role ?? null,
      building: device.building ?? gateway.building ?? null,
      department: device.department ?? null,
      fedBy: device.fed_by ?? null,
      attributes: device.attributes,
      quantities: new Set(
        isModbusDevice(device) ? (profile ? profileQuantities(profile, device) : []) : device.points.map((point) => point.quantity),
      ),
    };
  });
}
