/** The tree of things: buildings, the devices of the site file, and what has no meter. Pure but for the register that it reads. */
import type { Entry, Register } from '../../desk/index.ts';
import type { Asset } from '../../shared/plant.ts';
import type { AssetKind } from '../../shared/plant-words.ts';
import type { SiteConfig } from '../../shared/site.ts';
import type { System, Trade } from '../../shared/system.ts';
import type { Text } from '../../shared/text.ts';
import type { DeviceFacts } from '../device-facts.ts';

export interface AssetNode {
  id: string;
  kind: AssetKind | 'building' | 'device';
  name: Text;
  /** What it stands under; null at the top. */
  parent: string | null;
  building: string | null;
  location: Text | null;
  system: System | null;
  trade: Trade;
  /** Devices whose alarms and readings are its own. */
  devices: string[];
  /** Where it is kept: the console may change only `register`. */
  from: 'site' | 'register';
  /** Of a thing without a meter. */
  facts: Asset | null;
  version: number | null;
}

export interface AssetFrame {
  site: SiteConfig;
  devices: ReadonlyMap<string, DeviceFacts>;
  assets: Register<Asset>;
}

export function assetTree({ site, devices, assets }: AssetFrame): AssetNode[] {
  const nodes: AssetNode[] = site.buildings.map(({ id, name }) => ({
    ...{ id: buildingNode(id), kind: 'building' as const, name, parent: null, building: id, location: null, system: null },
    ...{ trade: 'general' as const, devices: [], from: 'site' as const, facts: null, version: null },
  }));
  const inBuilding = (building: string | null | undefined) => (building ? buildingNode(building) : null);
  for (const one of devices.values())
    nodes.push({
      ...{ id: one.id, kind: 'device' as const, name: one.name, building: one.building, location: one.location, system: one.system },
      parent: one.fedBy ?? inBuilding(one.building),
      ...{ trade: one.trade ?? 'general', devices: [one.id], from: 'site' as const, facts: null, version: null },
    });
  const add = (asset: Asset, from: AssetNode['from'], entry: Entry<Asset> | undefined) =>
    nodes.push({
      ...{ id: asset.id, kind: asset.kind, name: asset.name, building: asset.building ?? null, location: asset.location ?? null },
      ...{ system: asset.system ?? null, trade: asset.trade, devices: asset.devices, from, facts: asset, version: entry?.version ?? null },
      parent: asset.parent ?? inBuilding(asset.building),
    });
  for (const asset of site.assets) add(asset, 'site', undefined);
  const known = new Set(nodes.map(({ id }) => id));
  // A thing of the register whose id the site file took later gives way to the site file.
  for (const entry of assets.all()) if (!known.has(entry.value.id)) add(entry.value, 'register', entry);
  return nodes;
}

/** Buildings and things may be called the same: a building is told by its prefix. */
export const buildingNode = (building: string): string => `building-${building}`;

/** What is wrong with an entry, as [field, message]; undefined when it may stand. */
export function assetMistake(frame: AssetFrame, asset: Asset): [field: string, message: string] | undefined {
  const nodes = new Map(assetTree(frame).map((node) => [node.id, node]));
  if (nodes.get(asset.id)?.from === 'site') return ['id', 'stands in the site file already and is changed there'];
  if (asset.building !== undefined && !frame.site.buildings.some(({ id }) => id === asset.building))
    return ['building', 'no such building'];
  if (asset.department !== undefined && !frame.site.departments.some(({ id }) => id === asset.department))
    return ['department', 'no such department'];
  const stranger = asset.devices.find((id) => !frame.devices.has(id));
  if (stranger !== undefined) return ['devices', `no such device: ${stranger}`];
  const seen = new Set([asset.id]);
  for (let up: string | null = asset.parent ?? null; up !== null; up = nodes.get(up)?.parent ?? null) {
    if (seen.has(up)) return ['parent', 'a thing cannot stand under itself'];
    if (!nodes.has(up)) return ['parent', `no such thing: ${up}`];
    seen.add(up);
  }
  return undefined;
}
