/** The limits of a rule at a device, as every chart draws them: what the kind declares, with the parameters in force there. Pure; also for the browser. */
import type { RuleInForce } from '../../desk/index.ts';
import { type LimitLine, limitLines } from '../../shared/limit.ts';
import type { Attributes } from '../../shared/site.ts';

export type Params = Record<string, unknown>;

/** Parameters in force at a device: of the kind, the pack, the site's overrides, and those tried on top. */
export function paramsAt(
  { rule, parameters, places }: Pick<RuleInForce, 'rule' | 'parameters' | 'places'>,
  device: string,
  tried: Params = {},
): Params {
  const own = places.find((place) => place.device === device)?.params;
  return { ...Object.fromEntries(parameters.map(({ name, value }) => [name, value])), ...rule.params, ...own, ...tried };
}

/** Empty for a kind that has no limit in the unit of what it reads, such as a percentage of unbalance. */
export const linesAt = (entry: RuleInForce, device: string, attributes: Attributes, tried: Params = {}): LimitLine[] =>
  limitLines(entry.drawn ?? [], paramsAt(entry, device, tried), attributes);

/** Limits that a chart of one quantity of a device draws, each with its rule. */
export const linesOfQuantity = (
  rules: readonly RuleInForce[],
  device: string,
  quantity: string | undefined,
  attributes: Attributes,
): { entry: RuleInForce; line: LimitLine }[] =>
  rules.flatMap((entry) => {
    const watches = entry.places.find((place) => place.device === device)?.watches ?? [];
    if (!entry.enabled || !watches.some((watch) => watch.device === device && watch.quantity === quantity)) return [];
    return linesAt(entry, device, attributes).map((line) => ({ entry, line }));
  });
