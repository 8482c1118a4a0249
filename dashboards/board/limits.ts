/** Limits of the rules in force, as panels draw them: for each device and value, in the unit of the value. Pure. */
import type { RuleInForce } from '../../desk/index.ts';
import type { Priority } from '../../shared/alarm.ts';
import type { Text } from '../../shared/text.ts';
import type { BoardValue } from './board.ts';
import { type BoardDevice, expressionOf } from './devices.ts';
import { evaluate, needsOf } from './expression.ts';
import { linesAt } from './rule-lines.ts';

export interface DrawnLimit {
  rule: string;
  title: Text;
  priority: Priority;
  /** Beyond is above or below it. */
  side: 'above' | 'below';
  value: number;
}

/** What falls while its quantity rises, such as a contact time over a flow, is beyond on the other side. */
const opposite = { above: 'below', below: 'above' } as const;

const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.filter((one): one is number => typeof one === 'number') : []);

/** Limits of these rules at a device for a value. A derived value is compared by putting the limit in the place of its quantities. */
export function limitsAt(rules: readonly RuleInForce[], value: BoardValue, device: BoardDevice): DrawnLimit[] {
  const expression = expressionOf(value);
  if (!expression) return [];
  const needed = needsOf(expression).quantities;
  return rules.flatMap((entry): DrawnLimit[] => {
    const place = entry.places.find((one) => one.device === device.id);
    if (!entry.enabled || !place || needed.length === 0) return [];
    const watched: string[] = place.watches.filter((watch) => watch.device === device.id).map(({ quantity }) => quantity);
    if (!needed.every((id) => watched.includes(id))) return [];
    const { rule } = entry;
    const names = (value: number) => ({
      quantity: () => value,
      attribute: (name: string) => (device.attributes as Record<string, number | undefined>)[name],
    });
    const limit = (side: 'above' | 'below', number: number): DrawnLimit[] => {
      const drawn = evaluate(expression, names(number));
      if (drawn === undefined) return [];
      const more = evaluate(expression, names(number + Math.max(1, Math.abs(number)) * 1e-3));
      const drawnSide = more !== undefined && more < drawn ? opposite[side] : side;
      return [{ rule: rule.id, title: rule.title, priority: rule.priority, side: drawnSide, value: Math.round(drawn * 1e6) / 1e6 }];
    };
    return linesAt(entry, device.id, device.attributes).flatMap(({ side, value }) => limit(side, value));
  });
}

/** How bad a state is by the rules of kind `state`; undefined where none speaks of it. */
export function priorityOfState(rules: readonly RuleInForce[], value: BoardValue, state: number): Priority | undefined {
  for (const { rule, enabled } of rules) {
    if (!enabled || rule.kind !== 'state' || rule.quantity !== value) continue;
    const bad = Array.isArray(rule.params.is) ? numbers(rule.params.is).includes(state) : !numbers(rule.params.is_not).includes(state);
    if (bad) return rule.priority;
  }
  return undefined;
}
