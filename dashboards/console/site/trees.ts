/** The trees of the site page: buildings with departments and devices, and meters by what feeds them. Pure. */
import type { DeviceInfo, MeterBalance, SiteInfo } from '../data/api.ts';
import type { TreeNode } from '../parts/tree-keys.ts';

export type PlaceData = { type: 'place'; devices: readonly DeviceInfo[] } | { type: 'device'; device: DeviceInfo };
export type MeterRow = MeterBalance['meters'][number];
type Say = (text: { zh: string; en: string } | undefined) => string;

/** Building, then departments and tenants, then devices; what belongs to none of them stands beside them. */
export function placeTree(site: SiteInfo, devices: readonly DeviceInfo[], text: Say, elsewhere: string): TreeNode<PlaceData>[] {
  const leaf = (device: DeviceInfo): TreeNode<PlaceData> => ({
    id: `device ${device.id}`,
    text: text(device.name) || device.id,
    data: { type: 'device', device },
    href: `#/devices/${device.id}`,
    children: [],
  });
  const place = (
    id: string,
    name: string,
    inside: readonly DeviceInfo[],
    children: readonly TreeNode<PlaceData>[],
  ): TreeNode<PlaceData> => ({
    id,
    text: name,
    data: { type: 'place', devices: inside },
    children,
  });
  const groups = [...site.departments, ...site.tenants];
  const building = (id: string | null, name: string): TreeNode<PlaceData>[] => {
    const inside = devices.filter((device) => device.building === id);
    if (inside.length === 0) return [];
    const children = groups.flatMap((group) => {
      const own = inside.filter((device) => (device.department ?? device.tenant) === group.id);
      return own.length > 0 ? [place(`${id} ${group.id}`, text(group.name), own, own.map(leaf))] : [];
    });
    const rest = inside.filter((device) => !groups.some(({ id: group }) => group === (device.department ?? device.tenant)));
    return [place(`building ${id}`, name, inside, [...children, ...rest.map(leaf)])];
  };
  return [...site.buildings.flatMap(({ id, name }) => building(id, text(name))), ...building(null, elsewhere)];
}

/** Meters that nothing above counts come first; the largest of siblings first. */
export function meterTree(meters: readonly MeterRow[], name: (device: string) => string): TreeNode<MeterRow>[] {
  const below = Map.groupBy(meters, ({ parent }) => parent);
  const made = new Set<string>();
  const nodes = (parent: string | null): TreeNode<MeterRow>[] =>
    [...(below.get(parent) ?? [])]
      .sort((a, b) => Number(b.balance !== null) - Number(a.balance !== null) || (b.used ?? 0) - (a.used ?? 0))
      .flatMap((row) => {
        if (made.has(row.device)) return [];
        made.add(row.device);
        return [{ id: row.device, text: name(row.device), data: row, href: `#/devices/${row.device}`, children: nodes(row.device) }];
      });
  return nodes(null);
}
