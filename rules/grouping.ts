/**
 * Root cause first: alarms that come together down the meter tree belong to the topmost place among them, and an alarm belongs to one that its rule
 * says explains it (`explained_by`). A feeder that trips takes 500 alarms with it; people see one. Life-safety alarms stand on their own, always: they
 * are neither grouped nor wait for a root. What is more urgent than what explains it stands on its own as well.
 */
import { priorities } from '../shared/alarm.ts';
import type { Instance } from './pack.ts';
import type { Plant } from './plant.ts';

/** Alarms that are no further apart than this may have one cause; slower ones are told apart. */
const togetherMs = 60_000;
/** What explains an alarm may be seen so much later than that: water is on the floor before the loop has lost its pressure for long. */
const laterMs = 600_000;
const rankOf = ({ definition }: Instance) => priorities.indexOf(definition.priority);

export interface Grouping {
  /** Notes a new condition. `under`: its root, if it has one already; `adopts`: earlier alarms whose root it is. */
  raised(instance: Instance, at: number): { under: Instance | undefined; adopts: Instance[] };
  cleared(instance: Instance): void;
}

interface Entry {
  instance: Instance;
  at: number;
  root: Instance | undefined;
  /** Alarms that it has explained since it came, also those that were gone in between. */
  explained: Set<string>;
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
  /** What an alarm under this one belongs to: its own root, while that is there. */
  const topOf = ({ instance, root }: Entry): Instance => (root && entries.get(root.id)?.instance === root ? root : instance);
  const isUrgentEnough = (root: Instance, instance: Instance) => rankOf(root) <= rankOf(instance);
  /** The topmost place with a condition at about the same time that is as urgent. */
  const rootFor = (instance: Instance, at: number): Instance | undefined => {
    for (const place of ancestors(instance.place.device.id).toReversed()) {
      for (const id of atDevice.get(place) ?? []) {
        const entry = entries.get(id);
        if (entry && Math.abs(entry.at - at) <= togetherMs && isUrgentEnough(topOf(entry), instance)) return topOf(entry);
      }
    }
    return undefined;
  };
  /** Does `root` explain this one? Within its time, or because it did so already while it stands. */
  const explains = (root: Entry, { instance, at }: { instance: Instance; at: number }): boolean => {
    if (root.instance === instance || !isUrgentEnough(root.instance, instance)) return false;
    const device = instance.place.device;
    const other = root.instance.place.device;
    return instance.rule.explained_by.some((one) => {
      if ((typeof one === 'string' ? one : one.rule) !== root.instance.rule.id || root.at - at > laterMs) return false;
      if (typeof one === 'string') return root.instance.rule.site_wide || device.id === other.id || ancestors(device.id).includes(other.id);
      if (device.building === undefined || device.building !== other.building) return false;
      return at - root.at <= one.within || root.explained.has(instance.id);
    });
  };
  const explanationOf = (instance: Instance, at: number): Instance | undefined => {
    // The rules stand in the order in which they explain best.
    for (const one of instance.rule.explained_by) {
      const rule = typeof one === 'string' ? one : one.rule;
      for (const entry of entries.values()) {
        if (entry.instance.rule.id !== rule || !explains(entry, { instance, at })) continue;
        entry.explained.add(instance.id);
        const top = topOf(entry);
        return isUrgentEnough(top, instance) ? top : entry.instance;
      }
    }
    return undefined;
  };
  const adoptedBy = (root: Entry): Instance[] => {
    const device = root.instance.place.device.id;
    const adopts = new Set<Entry>();
    for (const entry of entries.values()) {
      if (entry === root) continue;
      const above = entry.root?.place.device.id;
      const place = entry.instance.place.device.id;
      if (!isUrgentEnough(root.instance, entry.instance)) continue;
      const isBelow = Math.abs(entry.at - root.at) <= togetherMs && ancestors(place).includes(device);
      const hasRoot = above !== undefined && (above === device || ancestors(device).includes(above));
      if (isBelow ? !hasRoot : entry.root === undefined && explains(root, entry)) adopts.add(entry);
    }
    for (const entry of adopts) {
      root.explained.add(entry.instance.id);
      entry.root = root.instance;
      // What stood under it comes along.
      for (const other of entries.values())
        if (other.root === entry.instance && isUrgentEnough(root.instance, other.instance)) adopts.add(other);
    }
    return [...adopts].map(({ instance }) => instance);
  };
  return {
    raised(instance, at) {
      const device = instance.place.device.id;
      if (instance.definition.lifeSafety) return { under: undefined, adopts: [] };
      const under = rootFor(instance, at) ?? explanationOf(instance, at);
      const entry: Entry = { instance, at, root: under, explained: new Set() };
      entries.set(instance.id, entry);
      const here = atDevice.get(device);
      if (here) here.add(instance.id);
      else atDevice.set(device, new Set([instance.id]));
      return { under, adopts: under === undefined ? adoptedBy(entry) : [] };
    },
    cleared(instance) {
      entries.delete(instance.id);
      atDevice.get(instance.place.device.id)?.delete(instance.id);
    },
  };
}
