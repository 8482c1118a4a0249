/** Takes conditions from the engine to the desk: alarms raised and cleared, hidden and released, tickets opened. One batch, one flush. */

import type { EngineDesk } from '../desk/index.ts';
import { isOwnAlarm } from '../shared/alarm.ts';
import type { Clock } from '../shared/clock.ts';
import type { Condition } from './engine.ts';
import { openGrouping } from './grouping.ts';
import { messageOf } from './message.ts';
import type { Instance, RuleBook } from './pack.ts';
import { openSuppression, type Seasons } from './suppression.ts';

export interface ConditionHandler {
  /** Ids of alarms that are active, for the engine's start. */
  readonly active: ReadonlySet<string>;
  attend(conditions: readonly Condition[]): void;
  /** The same for readings that may have been judged before a crash: what the desk knows already, or something newer, is left out. */
  catchUp(conditions: readonly Condition[]): void;
  /** Looks whether maintenance or a season began or ended; every second is enough. */
  look(): void;
}

/** Reads what stands from the desk. Alarms of rules that are no longer in force are cleared. */
export function openConditionHandler(book: RuleBook, desk: EngineDesk, clock: Clock, seasons?: Seasons): ConditionHandler {
  const byId = new Map(book.instances.map((instance) => [instance.id, instance]));
  const suppression = openSuppression(book, seasons);
  const grouping = openGrouping(book.plant);
  const active = new Set<string>();
  const look = () =>
    suppression.look(
      desk.maintenance().map((one) => one.device),
      clock.now(),
    );
  look();
  // Of its own channels the notifier knows best whether they work again, of the platform its watch.
  const standing = desk.alarms({ state: 'all', limit: Number.MAX_SAFE_INTEGER }).filter((alarm) => alarm.active && !isOwnAlarm(alarm.rule));
  desk.batch(() => {
    for (const alarm of standing) {
      const instance = byId.get(alarm.id);
      if (!instance) {
        desk.clear(alarm.id, { at: clock.now(), value: null });
        continue;
      }
      active.add(alarm.id);
      suppression.note(instance, true);
      if (alarm.raisedAt !== null) grouping.raised(instance, alarm.raisedAt);
    }
    // What was hidden by something that is no longer in force comes into the open.
    for (const alarm of desk.alarms({ state: 'DSUPR', limit: Number.MAX_SAFE_INTEGER })) {
      const instance = byId.get(alarm.id);
      const parent = instance && suppression.hiddenBy(instance);
      if (alarm.suppressedBy !== null && !alarm.suppressedBy.startsWith('person:') && parent === undefined)
        desk.releaseFrom(alarm.id, alarm.suppressedBy);
    }
  });

  const review = (instance: Instance) => {
    const alarm = desk.alarm(instance.id);
    if (!alarm) return;
    const parent = suppression.hiddenBy(instance);
    if (parent === undefined) {
      if (alarm.suppressedBy !== null && !alarm.suppressedBy.startsWith('person:')) desk.releaseFrom(alarm.id, alarm.suppressedBy);
    } else if (alarm.active && alarm.suppressedBy === null) desk.suppressBy(alarm.id, parent);
  };

  const known = ({ instance, at }: Condition): boolean => {
    const alarm = desk.alarm(instance.id);
    return alarm !== undefined && at <= Math.max(alarm.raisedAt ?? 0, alarm.clearedAt ?? 0);
  };
  const conditionHandler: ConditionHandler = {
    active,
    look() {
      const touched = look();
      if (touched.length > 0) desk.batch(() => touched.forEach(review));
    },
    catchUp: (conditions) => conditionHandler.attend(conditions.filter((condition) => !known(condition))),
    attend(conditions) {
      if (conditions.length === 0) return;
      desk.batch(() => {
        for (const condition of conditions) {
          const { instance, at, value, limit, worst, note } = condition;
          const quantity = condition.quantity ?? instance.definition.quantity;
          if (condition.active) {
            const message = messageOf(instance, { value, limit, at, now: clock.now(), note, quantity: condition.quantity });
            const { under, adopts } = grouping.raised(instance, at);
            const hiddenBy = suppression.hiddenBy(instance);
            // What belongs to a root belongs to the root's ticket too: a storm makes one.
            const causeKey = under?.definition.causeKey ?? instance.definition.causeKey;
            const fact = { at, value, limit, ...(worst ? { worst } : {}) };
            const children = adopts.map((child) => child.id);
            desk.raise({ ...instance.definition, quantity, causeKey, message }, fact, hiddenBy, children);
            const root = under?.id ?? hiddenBy;
            if (root !== undefined) desk.setCause(instance.id, root);
            for (const child of children) desk.setCause(child, instance.id);
            active.add(instance.id);
          } else {
            if (desk.alarm(instance.id)) desk.clear(instance.id, { at, value });
            active.delete(instance.id);
            grouping.cleared(instance);
          }
          for (const child of suppression.note(instance, condition.active)) review(child);
        }
      });
    },
  };
  return conditionHandler;
}
