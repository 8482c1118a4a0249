/** Boards at a site: which devices a selector means, what its values need, what they are called. Pure, for Grafana and console alike. */
import { type QuantityId, quantity } from '../../shared/quantity.ts';
import type { Attributes } from '../../shared/site.ts';
import type { System } from '../../shared/system.ts';
import type { Text } from '../../shared/text.ts';
import { type BoardSelector, type BoardValue, isDerived, isStatus, type Series } from './board.ts';
import { type Expression, needsOf, parseExpression } from './expression.ts';

/** A device as boards see it. */
export interface BoardDevice {
  id: string;
  name: Text;
  system: System;
  role: string | null;
  building: string | null;
  department: string | null;
  fedBy: string | null;
  attributes: Attributes;
  /** What it measures. */
  quantities: ReadonlySet<QuantityId>;
}

const statusLabels = {
  online: { label: { zh: '在线', en: 'Online' }, unit: '', states: { 0: { zh: '离线', en: 'offline' }, 1: { zh: '在线', en: 'online' } } },
  bad_points: { label: { zh: '无效测点数', en: 'Bad points' }, unit: '', states: undefined },
} as const;

export interface ValueFacts {
  id: string;
  label: Text;
  unit: string;
  /** What each number of a state means. */
  states: Readonly<Record<number, Text>> | undefined;
}

export function factsOf(value: BoardValue): ValueFacts {
  if (isDerived(value)) return { id: value.id, label: value.label, unit: value.unit, states: undefined };
  if (isStatus(value)) return { id: value.status, ...statusLabels[value.status] };
  const { label, unit, states } = quantity(value);
  return { id: value, label, unit, states };
}

/** The expression behind a value; a quantity is an expression of itself, what ingest tells of a device has none. */
export function expressionOf(value: BoardValue): Expression | undefined {
  if (isStatus(value)) return undefined;
  return isDerived(value) ? parseExpression(value.expression) : { kind: 'quantity', id: value };
}

function gives(device: BoardDevice, value: BoardValue): boolean {
  const expression = expressionOf(value);
  if (!expression) return true;
  const { quantities, attributes } = needsOf(expression);
  return (
    quantities.every((id) => device.quantities.has(id)) &&
    attributes.every((name) => device.attributes[name as keyof Attributes] !== undefined)
  );
}

const matches = (device: BoardDevice, { system, roles, devices, buildings, departments }: BoardSelector): boolean =>
  (system === undefined || device.system === system) &&
  (roles === undefined || (device.role !== null && roles.includes(device.role))) &&
  (devices === undefined || devices.includes(device.id)) &&
  (buildings === undefined || (device.building !== null && buildings.includes(device.building))) &&
  (departments === undefined || (device.department !== null && departments.includes(device.department)));

/** Devices of a series that can give at least one of its values, in the order of the site file. */
export function devicesOfSeries(series: Series, all: readonly BoardDevice[]): BoardDevice[] {
  const found = all.filter((device) => matches(device, series.select) && series.values.some((value) => gives(device, value)));
  return series.by ? uppermost(found, series.by, all) : found;
}

/** Devices of a series that can give this value. */
export function devicesOfValue(series: Series, value: BoardValue, all: readonly BoardDevice[]): BoardDevice[] {
  return devicesOfSeries(series, all).filter((device) => gives(device, value));
}

/** A meter below another meter of the same department measures nothing new. */
function uppermost(found: BoardDevice[], by: 'department' | 'building', all: readonly BoardDevice[]): BoardDevice[] {
  const byId = new Map(all.map((device) => [device.id, device]));
  const chosen = new Map(found.map((device) => [device.id, device]));
  const covered = (device: BoardDevice): boolean => {
    const seen = new Set([device.id]);
    for (let up = device.fedBy; up !== null && !seen.has(up); up = byId.get(up)?.fedBy ?? null) {
      seen.add(up);
      if (chosen.get(up)?.[by] === device[by]) return true;
    }
    return false;
  };
  return found.filter((device) => device[by] !== null && !covered(device));
}
