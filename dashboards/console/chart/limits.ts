/** Limits that the history of a quantity is drawn with: one line for each number, named by the rules that have it. Pure. */
import type { QuantityId } from '../../../shared/quantity.ts';
import type { Attributes } from '../../../shared/site.ts';
import type { Text } from '../../../shared/text.ts';
import { linesOfQuantity } from '../../board/rule-lines.ts';
import type { RuleInfo } from '../data/api.ts';
import type { ChartLimit } from './options.ts';

export function chartLimits(
  rules: readonly RuleInfo[],
  device: string,
  quantity: QuantityId | undefined,
  attributes: Attributes,
  text: (text: Text) => string,
  /** Only of this rule. */
  only?: string,
): ChartLimit[] {
  const found = new Map<string, ChartLimit>();
  for (const { entry, line } of linesOfQuantity(rules, device, quantity, attributes)) {
    if (only !== undefined && entry.rule.id !== only) continue;
    const key = `${line.side} ${line.value}`;
    const known = found.get(key);
    const label = text(entry.rule.title);
    if (!known) found.set(key, { label, side: line.side, value: line.value });
    else if (!known.label.includes(label)) known.label += `, ${label}`;
  }
  return [...found.values()];
}

/** Those of the alarm's own rule; a rule that judges a change has no line, and is seen against all the others of the quantity. */
export function alarmLimits(...[rules, device, quantity, attributes, text, rule]: Required<Parameters<typeof chartLimits>>): ChartLimit[] {
  const own = chartLimits(rules, device, quantity, attributes, text, rule);
  return own.length > 0 ? own : chartLimits(rules, device, quantity, attributes, text);
}
