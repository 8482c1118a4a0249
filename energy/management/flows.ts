/** Where a medium goes: from the main meter through buildings to who uses it. What a meter counted and no meter below it did is shown as that. */
import type { Medium, Meter } from '../meters.ts';

export interface FlowNode {
  id: string;
  kind: 'source' | 'building' | 'department' | 'tenant' | 'common' | 'unmetered' | 'conversion-loss';
  /** Building, department or tenant of the site; the medium of a source. */
  of: string | null;
}
export interface FlowLink {
  from: string;
  to: string;
  value: number;
  estimated: number;
}
export interface Flows {
  nodes: FlowNode[];
  links: FlowLink[];
  total: number;
  unmetered: number;
  /** Meters that counted less than those below them. */
  negative: { device: string; value: number }[];
  /** Meters of which nothing is known in the range. */
  missing: string[];
}

export interface FlowUse {
  value: number | null;
  estimated: number;
}

export function flowsOf(meters: readonly Meter[], medium: Medium, useOf: (device: string) => FlowUse): Flows {
  const own = meters.filter((one) => one.medium === medium);
  const ids = new Set(own.map((one) => one.device));
  const nodes = new Map<string, FlowNode>();
  const links = new Map<string, FlowLink>();
  const flows: Flows = { nodes: [], links: [], total: 0, unmetered: 0, negative: [], missing: [] };
  const node = (kind: FlowNode['kind'], of: string | null) => {
    const id = `${kind}:${of ?? ''}`;
    nodes.set(id, { id, kind, of });
    return id;
  };
  const link = (from: string, to: string, value: number, estimated: number) => {
    const key = `${from} ${to}`;
    const one = links.get(key) ?? { from, to, value: 0, estimated: 0 };
    links.set(key, { ...one, value: one.value + value, estimated: one.estimated + estimated });
  };
  const source = node('source', medium);
  for (const meter of own) {
    const { value, estimated } = useOf(meter.device);
    const isMain = meter.fedBy === undefined || !ids.has(meter.fedBy);
    if (value === null) {
      flows.missing.push(meter.device);
      continue;
    }
    if (isMain) flows.total += value;
    const below = own.filter((one) => one.fedBy === meter.device);
    const counted = below.reduce((sum, one) => sum + (useOf(one.device).value ?? 0), 0);
    const rest = value - counted;
    if (rest < 0) {
      if (rest < -0.005 * value) flows.negative.push({ device: meter.device, value: rest });
      continue;
    }
    if (rest === 0) continue;
    const share = value === 0 ? 0 : (estimated * rest) / value;
    // Of a main meter, and of what stands right below it (transformers): what none of the meters below counted.
    const parent = own.find((one) => one.device === meter.fedBy);
    const passes = below.length > 0 && (isMain || parent?.fedBy === undefined || !ids.has(parent.fedBy));
    if (passes) {
      flows.unmetered += rest;
      link(source, node('unmetered', medium), rest, share);
      continue;
    }
    const building = node('building', meter.building ?? null);
    link(source, building, rest, share);
    const user =
      meter.tenant !== undefined
        ? node('tenant', meter.tenant)
        : meter.department !== undefined
          ? node('department', meter.department)
          : node('common', meter.building ?? null);
    link(building, user, rest, share);
  }
  flows.nodes = [...nodes.values()];
  flows.links = [...links.values()].filter(({ value }) => value > 0);
  return flows;
}
