/** How one number on the overview comes out of many devices. Pure, so that tests can hold it. */
import type { QuantityId } from '../../../shared/quantity.ts';
import type { System } from '../../../shared/system.ts';
import type { DeviceInfo } from '../data/api.ts';
import type { TextKey } from '../i18n/en.ts';

export type Combine = 'sum' | 'min' | 'max' | 'mean' | 'first' | 'count-on';

export interface Pick {
  label: TextKey;
  system?: System;
  /** Device role of the site file; several are tried together. */
  roles?: readonly string[];
  /** The first one that any of the devices has. */
  quantities: readonly QuantityId[];
  combine: Combine;
  /** Digits after the point; by size when absent. */
  digits?: number;
  /** Instead of the value what can be compared: in per cent of a rating, distance from a limit, of each device. */
  share?: (device: DeviceInfo, value: number) => number | undefined;
  unit?: string;
}

export interface Picked {
  /** null: no device, or no valid value at any. */
  value: number | null;
  unit: string;
  quantity: QuantityId | undefined;
  /** Devices that went into it; for min and max the one that decided. */
  devices: string[];
  /** How many devices have the quantity; for count-on shown as "1 / 2". */
  total: number;
  /** Of those: with a value that can be compared. What a lowest value leaves out may be the lowest. */
  valid: number;
  /** All values are bad: shown as such, never as 0. */
  bad: boolean;
  /** Newest time among the values. */
  t: number | null;
}

const nothing: Picked = { value: null, unit: '', quantity: undefined, devices: [], total: 0, valid: 0, bad: false, t: null };

export function devicesOfPick(pick: Pick, system: System | undefined, devices: Iterable<DeviceInfo>): DeviceInfo[] {
  const wanted = pick.system ?? system;
  const found: DeviceInfo[] = [];
  for (const device of devices) {
    if (wanted && device.system !== wanted && !(pick.roles && pick.system === undefined && pick.roles.includes(device.role ?? '')))
      continue;
    if (pick.roles && !pick.roles.includes(device.role ?? '')) continue;
    found.push(device);
  }
  return found;
}

export function pickValue(pick: Pick, system: System | undefined, all: Iterable<DeviceInfo>): Picked {
  const devices = devicesOfPick(pick, system, all);
  for (const quantity of pick.quantities) {
    const having = devices.filter((device) => device.latest[quantity]);
    if (having.length === 0) continue;
    const valid: { id: string; value: number; t: number }[] = [];
    for (const device of having) {
      const latest = device.latest[quantity];
      if (!latest || latest.value === null) continue;
      const value = pick.share ? pick.share(device, latest.value) : latest.value;
      if (value !== undefined) valid.push({ id: device.id, value, t: latest.t });
    }
    const unit = pick.unit ?? having[0]?.latest[quantity]?.unit ?? '';
    if (valid.length === 0) {
      const bad = having.every((device) => device.latest[quantity]?.value === null);
      return { ...nothing, unit, quantity, total: having.length, bad, devices: having.map(({ id }) => id) };
    }
    const { value, ids } = combineValues(pick.combine, valid);
    return {
      value,
      unit,
      quantity,
      devices: ids,
      total: having.length,
      valid: valid.length,
      bad: false,
      t: Math.max(...valid.map(({ t }) => t)),
    };
  }
  return nothing;
}

function combineValues(combine: Combine, valid: { id: string; value: number }[]): { value: number; ids: string[] } {
  const ids = valid.map(({ id }) => id);
  const sum = () => valid.reduce((total, { value }) => total + value, 0);
  switch (combine) {
    case 'sum':
      return { value: sum(), ids };
    case 'mean':
      return { value: sum() / valid.length, ids };
    case 'count-on':
      return { value: valid.filter(({ value }) => value !== 0).length, ids };
    case 'first':
      return { value: valid[0]!.value, ids: [ids[0]!] };
    default: {
      const better = (a: number, b: number) => (combine === 'min' ? a < b : a > b);
      const decided = valid.reduce((best, next) => (better(next.value, best.value) ? next : best));
      return { value: decided.value, ids: [decided.id] };
    }
  }
}
