/** Who stands beside an alarm in the plant: what feeds the device, what it feeds, who is of its kind, and which departments depend on it. Pure. */
import type { DeviceInfo, SiteInfo } from '../data/api.ts';

export interface Neighbours {
  /** From the nearest one to the source. */
  up: DeviceInfo[];
  down: DeviceInfo[];
  beside: DeviceInfo[];
}

const mostShown = 8;
/** Where no meter tree says what feeds what: a medical gas comes from its source over the manifold to the zones. */
const gasSources = ['oxygen-source', 'oxygen-manifold'];
const gasZone = 'ward-zone';

export function neighboursOf(device: DeviceInfo, devices: ReadonlyMap<string, DeviceInfo>): Neighbours {
  const all = [...devices.values()];
  const up: DeviceInfo[] = [];
  for (let above = device.fedBy; above !== null; ) {
    const next: DeviceInfo | undefined = devices.get(above);
    if (!next || next === device || up.includes(next)) break;
    up.push(next);
    above = next.fedBy;
  }
  let down = all.filter(({ fedBy }) => fedBy === device.id);
  const same = all.filter((one) => one !== device && one.system === device.system);
  const gas = device.system === 'oxygen';
  if (gas && up.length === 0 && device.role === gasZone) up.push(...same.filter(({ role }) => gasSources.includes(role ?? '')));
  if (gas && down.length === 0 && gasSources.includes(device.role ?? '')) down = same.filter(({ role }) => role === gasZone);
  const beside = same.filter((one) => one.role === device.role && one.fedBy === device.fedBy && !up.includes(one) && !down.includes(one));
  return { up: up.slice(0, mostShown), down: down.slice(0, mostShown), beside: beside.slice(0, mostShown) };
}

/** Departments that depend on the device: its own, and those of all that hangs below it. */
export function departmentsOf(
  device: DeviceInfo,
  own: string | null,
  devices: ReadonlyMap<string, DeviceInfo>,
  site: SiteInfo,
): SiteInfo['departments'] {
  const below = new Map<string | null, DeviceInfo[]>();
  for (const one of devices.values()) below.set(one.fedBy, [...(below.get(one.fedBy) ?? []), one]);
  const found = new Set(own === null ? [] : [own]);
  const seen = new Set<string>();
  const follow = (one: DeviceInfo) => {
    if (seen.has(one.id)) return;
    seen.add(one.id);
    if (one.department !== null) found.add(one.department);
    for (const child of below.get(one.id) ?? []) follow(child);
  };
  follow(device);
  if (device.system === 'oxygen') for (const zone of neighboursOf(device, devices).down) follow(zone);
  // Nothing says whose it is: those of the building may be.
  return site.departments.filter(({ id, building }) =>
    found.size > 0 ? found.has(id) : building !== null && building === device.building,
  );
}
