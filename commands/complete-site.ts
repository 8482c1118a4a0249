import { profilesOf } from '../gateway/check.ts';
import { devicesOf, isModbusDevice } from '../shared/site.ts';
import type { LoadedSite } from '../shared/site-file.ts';

/**
 * Fills in what devices leave to their profile, so that every role knows the system of every device without knowing profiles.
 * @throws Fault profile/invalid
 */
export function completeSite(site: LoadedSite): LoadedSite {
  const devices = devicesOf(site.config).map(({ device }) => device);
  if (devices.every((device) => device.system)) return site;
  const profiles = profilesOf(site);
  for (const device of devices) {
    const system = isModbusDevice(device) ? profiles.get(device.profile)?.system : undefined;
    if (system) device.system ??= system;
  }
  return site;
}
