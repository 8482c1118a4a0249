/** What of a rule's watched value is drawn beside its limits. Pure. */
import type { RuleInfo } from '../data/api.ts';

export { linesAt, type Params, paramsAt } from '../../board/rule-lines.ts';

/** What of each step of time is drawn: the extreme that the rule judges. */
export function extremesOf({ drawn }: Pick<RuleInfo, 'drawn'>): readonly ('min' | 'max' | 'mean')[] {
  const sides = new Set((drawn ?? []).map(({ side }) => side));
  if (sides.size === 2) return ['min', 'max'];
  return sides.has('above') ? ['max'] : sides.has('below') ? ['min'] : ['mean'];
}
