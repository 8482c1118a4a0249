/**
 * Suppression by design: which active condition hides which alarm. Conditions count, not what people did to the alarm: a root cause that is
 * acknowledged still explains what follows from it. Life-safety alarms are hidden only by rules that they name themselves.
 */
import type { Instance, RuleBook } from './pack.ts';

/** A device that does not answer hides what was last said about it. */
const silent = ['SYS-COMM', 'SYS-COMM-O2'];

export interface Suppression {
  /** The alarm id that hides this instance now; undefined when none does. */
  hiddenBy(instance: Instance): string | undefined;
  /** Notes a condition; returns the instances that it may hide or release. */
  note(instance: Instance, active: boolean): Instance[];
}

export function openSuppression(book: Pick<RuleBook, 'instances' | 'plant'>): Suppression {
  const parentsOf = (instance: Instance) =>
    instance.definition.lifeSafety || instance.rule.id.startsWith('SYS-') ? instance.suppressedBy : [...instance.suppressedBy, ...silent];
  /** Rule to the instances that it may hide. */
  const children = new Map<string, Instance[]>();
  for (const instance of book.instances) {
    for (const parent of parentsOf(instance)) {
      const list = children.get(parent);
      if (list) list.push(instance);
      else children.set(parent, [instance]);
    }
  }
  const active = new Map<string, Map<string, Instance>>();
  const above = new Map<string, string[]>();
  const placesAbove = (device: string) => {
    let places = above.get(device);
    if (!places) {
      const gateway = book.plant.devices.get(device)?.gateway;
      places = [device, ...book.plant.ancestors(device), ...(gateway === undefined ? [] : [gateway])];
      above.set(device, places);
    }
    return places;
  };
  return {
    hiddenBy(instance) {
      for (const rule of parentsOf(instance)) {
        const there = active.get(rule);
        if (!there || there.size === 0) continue;
        // Silence hides only what is said about the silent device itself.
        const places = silent.includes(rule) ? [instance.place.device.id] : placesAbove(instance.place.device.id);
        for (const place of places) {
          const parent = there.get(place);
          if (parent && parent !== instance) return parent.id;
        }
        for (const parent of there.values()) if (parent.rule.site_wide && parent !== instance) return parent.id;
      }
      return undefined;
    },
    note(instance, isActive) {
      let there = active.get(instance.rule.id);
      if (!there) {
        there = new Map();
        active.set(instance.rule.id, there);
      }
      if (isActive) there.set(instance.place.device.id, instance);
      else there.delete(instance.place.device.id);
      return children.get(instance.rule.id) ?? [];
    },
  };
}
