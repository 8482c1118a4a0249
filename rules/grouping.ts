/**
 * Root cause first: alarms that come together down the meter tree belong to the topmost place among them. A feeder that trips takes 500
 * alarms with it; people see one. Life-safety alarms stand on their own, always: they are neither grouped nor wait for a root.
 */
import type { Instance } from './pack.ts';
import type { Plant } from './plant.ts';

/** Alarms that are no further apart than this may have one cause; slower ones are told apart. */
const togetherMs = 60_000;

export interface Grouping {
  /** Notes a new condition. `under`: its root, if it has one already; `adopts`: earlier alarms whose root it is. */
  raised(instance: Instance, at: number): { under: Instance | undefined; adopts: Instance[] };
  cleared(instance: Instance): void;
}

interface Entry {
  instance: Instance;
  at: number;
  root: Instance | undefined;
}

export function openGrouping(plant: Plant): Grouping {
  const entries = new Map<string, Entry>();
  const atDevice = new Map<string, Set<string>>();
  const above = new Map<string, readonly string[]>();
  const ancestors = (device: string) => {
    let list = above.get(device);
    if (!list) {
      list = plant.ancestors(device);
      above.set(device, list);
    }
    return list;
  };
  /** The topmost place with a condition at about the same time; the worst one there. */
  const rootFor = (device: string, at: number): Instance | undefined => {
    for (const place of ancestors(device).toReversed()) {
      for (const id of atDevice.get(place) ?? []) {
        const entry = entries.get(id);
        if (entry && Math.abs(entry.at - at) <= togetherMs) return entry.root ?? entry.instance;
      }
    }
    return undefined;
  };
  return {
    raised(instance, at) {
      const device = instance.place.device.id;
      if (instance.definition.lifeSafety) return { under: undefined, adopts: [] };
      const under = rootFor(device, at);
      entries.set(instance.id, { instance, at, root: under });
      const here = atDevice.get(device);
      if (here) here.add(instance.id);
      else atDevice.set(device, new Set([instance.id]));
      const adopts: Instance[] = [];
      if (under === undefined) {
        for (const entry of entries.values()) {
          if (entry.instance === instance || Math.abs(entry.at - at) > togetherMs) continue;
          if (!ancestors(entry.instance.place.device.id).includes(device)) continue;
          if (entry.root !== undefined && ancestors(device).includes(entry.root.place.device.id)) continue;
          if (entry.root !== undefined && entry.root.place.device.id === device) continue;
          entry.root = instance;
          adopts.push(entry.instance);
        }
      }
      return { under, adopts };
    },
    cleared(instance) {
      entries.delete(instance.id);
      atDevice.get(instance.place.device.id)?.delete(instance.id);
    },
  };
}
