/** The meters of one medium as the accounts see them: the tree of the site file with its virtual meters, item codes and who pays. */

import { devicesOf, type SiteConfig } from '../shared/site.ts';
import type { Text } from '../shared/text.ts';
import type { AllocationRule, Receiver } from './allocation.ts';
import { itemAbove } from './items.ts';
import type { Medium, Meter } from './meters.ts';

export interface SiteMeter {
  id: string;
  name: Text;
  /** Nearest metered one above it; undefined: a main meter. */
  parent: string | undefined;
  /** Undefined: a virtual meter. */
  meter: Meter | undefined;
  virtual: { meter: string; share: number }[] | undefined;
  item: string | undefined;
  rule: AllocationRule | undefined;
  building: string | undefined;
  department: string | undefined;
  tenant: string | undefined;
}

export function metersOfMedium(site: SiteConfig, all: readonly Meter[], medium: Medium): SiteMeter[] {
  const devices = new Map(devicesOf(site).map(({ device }) => [device.id, device]));
  const own = all.filter((one) => one.medium === medium);
  const nodes = new Map(site.tree.map((node) => [node.id, node]));
  const virtual = site.tree.filter((node) => (node.plus || node.minus) && (node.medium ?? 'electricity') === medium);
  const ids = new Set([...own.map(({ device }) => device), ...virtual.map(({ id }) => id)]);
  const above = (first: string | undefined) => {
    const seen = new Set<string>();
    for (let up = first; up !== undefined && !seen.has(up); up = devices.get(up)?.fed_by ?? nodes.get(up)?.fed_by) {
      if (ids.has(up)) return up;
      seen.add(up);
    }
    return undefined;
  };
  const among = (building: string | undefined) => {
    const here = site.departments.filter((one) => building !== undefined && one.building === building);
    return (here.length > 0 ? here : site.departments).map(({ id }) => id);
  };
  const ruleOf = (id: string, device: Pick<Meter, 'building' | 'department' | 'tenant'>): AllocationRule | undefined => {
    const node = nodes.get(id);
    if (node?.to !== undefined) return { to: node.to };
    if (node?.by !== undefined) return { by: node.by, among: node.among ?? among(device.building) };
    if (node?.shares !== undefined) return { shares: node.shares };
    const receiver = device.tenant ?? device.department;
    return receiver === undefined ? undefined : { to: receiver };
  };
  const term = (one: string | { meter: string; share: number }, sign: number) =>
    typeof one === 'string' ? { meter: one, share: sign } : { meter: one.meter, share: sign * one.share };
  return [
    ...own.map((meter): SiteMeter => {
      const { device: id, building, department, tenant } = meter;
      return {
        ...{ id, meter, building, department, tenant, virtual: undefined },
        name: devices.get(id)?.name ?? site.hand_meters.find((one) => one.id === id)?.name ?? { zh: id, en: id },
        parent: above(meter.fedBy),
        item: nodes.get(id)?.item,
        rule: ruleOf(id, meter),
      };
    }),
    ...virtual.map((node): SiteMeter => {
      const place = { building: undefined, department: undefined, tenant: undefined };
      return {
        ...{ id: node.id, meter: undefined, ...place },
        name: node.name ?? { zh: node.id, en: node.id },
        parent: above(node.fed_by),
        virtual: [...(node.plus ?? []).map((one) => term(one, 1)), ...(node.minus ?? []).map((one) => term(one, -1))],
        item: node.item,
        rule: ruleOf(node.id, place),
      };
    }),
  ];
}

/** Devices with how often each counts in a meter, which may be a virtual one. */
export function weightsOf(all: readonly SiteMeter[], id: string): Map<string, number> {
  const weights = new Map<string, number>();
  add(weights, all, id, 1, 0);
  return weights;
}

/** Devices with how often each counts in an item: its meters less those below them, which have items of their own. */
export function weightsOfItem(all: readonly SiteMeter[], item: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const one of all) {
    if ((one.virtual && one.parent === undefined) || !isItem(one.item, item)) continue;
    add(weights, all, one.id, 1, 0);
    for (const below of all) if (below.parent === one.id) add(weights, all, below.id, -1, 0);
  }
  for (const [device, weight] of weights) if (Math.abs(weight) < 1e-12) weights.delete(device);
  return weights;
}

/** A code, or one that is part of it. */
export const isItem = (code: string | null | undefined, wanted: string | undefined): boolean =>
  code !== undefined && code !== null && wanted !== undefined && (code === wanted || itemAbove(code).includes(wanted));

function add(weights: Map<string, number>, all: readonly SiteMeter[], id: string, weight: number, depth: number): void {
  const one = all.find((meter) => meter.id === id);
  if (!one || depth > 50) return;
  if (one.meter) weights.set(id, (weights.get(id) ?? 0) + weight);
  for (const { meter, share } of one.virtual ?? []) add(weights, all, meter, weight * share, depth + 1);
}

export const receiversOf = (site: SiteConfig): Receiver[] => [
  ...site.departments.map(({ id, area_m2, beds, headcount }): Receiver => ({ id, kind: 'department', area: area_m2, beds, headcount })),
  ...site.tenants.map(({ id, area_m2, headcount }): Receiver => ({ id, kind: 'tenant', area: area_m2, headcount })),
];
