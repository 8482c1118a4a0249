/**
 * Suppression by design: which active condition hides which alarm. Conditions count, not what people did to the alarm: a root cause that is
 * acknowledged still explains what follows from it.
 *
 * Life safety: such an alarm is hidden only by a rule that it names itself, and by maintenance of the very device that it is about, which a person
 * began with a reason and an end. No season, no silence, no maintenance of what stands above (a gateway, a feeding meter) hides it.
 */
import { priorities } from '../shared/alarm.ts';
import type { SiteConfig } from '../shared/site.ts';
import { localClock } from '../shared/zone.ts';
import type { Instance, RuleBook } from './pack.ts';

/** A device that does not answer hides what was last said about it, unless that is more urgent than the silence. */
const silent = ['SYS-COMM', 'SYS-COMM-O2'];
const rankOf = ({ definition }: Instance) => priorities.indexOf(definition.priority);

export interface Suppression {
  /** The alarm id that hides this instance now; undefined when none does. */
  hiddenBy(instance: Instance): string | undefined;
  /** The devices in maintenance, and the time, by which seasons go; returns the instances that this may hide or release. */
  look(maintenance: readonly string[], now: number): Instance[];
  /** Notes a condition; returns the instances that it may hide or release. */
  note(instance: Instance, active: boolean): Instance[];
}

export type Seasons = SiteConfig['rules']['seasons'];

export function openSuppression(book: Pick<RuleBook, 'instances' | 'plant'>, seasons: Seasons = {}): Suppression {
  const clock = localClock(book.plant.timezone);
  let served = new Set<string>();
  let off = new Set<string>();
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
      const { season } = instance.rule;
      const { lifeSafety } = instance.definition;
      if (season !== undefined && off.has(season) && !lifeSafety) return `season:${season}`;
      if (served.size > 0) {
        const { id } = instance.place.device;
        const place = (lifeSafety ? [id] : placesAbove(id)).find((one) => served.has(one));
        if (place !== undefined) return `maintenance:${place}`;
      }
      for (const rule of parentsOf(instance)) {
        const there = active.get(rule);
        if (!there || there.size === 0) continue;
        // Silence hides only what is said about the silent device itself.
        const isSilence = silent.includes(rule);
        const places = isSilence ? [instance.place.device.id] : placesAbove(instance.place.device.id);
        for (const place of places) {
          const parent = there.get(place);
          if (parent && parent !== instance && !(isSilence && rankOf(parent) > rankOf(instance))) return parent.id;
        }
        for (const parent of there.values()) if (parent.rule.site_wide && parent !== instance) return parent.id;
      }
      return undefined;
    },
    look(maintenance, now) {
      const before = { served, off };
      served = new Set(maintenance);
      off = new Set(Object.entries(seasons).flatMap(([name, season]) => (within(season, clock.monthDay(now)) ? [] : [name])));
      const places = before.served.symmetricDifference(served);
      const changed = before.off.symmetricDifference(off);
      if (places.size === 0 && changed.size === 0) return [];
      return book.instances.filter(
        (instance) => changed.has(instance.rule.season ?? '') || placesAbove(instance.place.device.id).some((place) => places.has(place)),
      );
    },
    note(instance, isActive) {
      let there = active.get(instance.rule.id);
      if (!there) {
        there = new Map();
        active.set(instance.rule.id, there);
      }
      if (isActive) there.set(instance.place.device.id, instance);
      else there.delete(instance.place.device.id);
      const touched = children.get(instance.rule.id) ?? [];
      if (instance.rule.site_wide) return touched;
      const place = instance.place.device.id;
      return touched.filter((child) => placesAbove(child.place.device.id).includes(place));
    },
  };
}

/** Months and days compare as texts; a season may pass the turn of the year. */
const within = ({ from, to }: { from: string; to: string }, day: string) =>
  from <= to ? day >= from && day <= to : day >= from || day <= to;
