/** Lines that a rule draws at a device: its limits as numbers, and where a breach ends. Pure. */
import { resolveLimit } from '../../../shared/limit.ts';
import type { Attributes } from '../../../shared/site.ts';
import type { RuleInfo } from '../data/api.ts';

export interface LimitLine {
  /** The parameter that it comes from. */
  param: string;
  value: number;
  side: 'above' | 'below';
  /** Where a breach ends; undefined without a deadband. */
  back: number | undefined;
}
export type Params = Record<string, unknown>;

/** Kinds whose parameters stand in the unit of the quantity that is drawn: the parameter and the side that is the breach. */
const drawn: Record<string, readonly (readonly [param: string, side: 'above' | 'below'])[]> = {
  above: [['limit', 'above']],
  below: [['limit', 'below']],
  outside: [['low', 'below'], ['high', 'above']],
  compliance: [['low', 'below'], ['high', 'above']],
  demand: [['limit', 'above']],
  overload: [['rating', 'above']],
}; // biome-ignore format: a table

export function linesOf(kind: string, params: Params, attributes: Attributes): LimitLine[] {
  const number = (value: unknown) => (typeof value === 'number' || typeof value === 'string' ? resolveLimit(value, attributes) : undefined);
  const deadband = number(params.deadband) ?? 0;
  return (drawn[kind] ?? []).flatMap(([param, side]): LimitLine[] => {
    const value = number(params[param]);
    if (value === undefined) return [];
    return [{ param, value, side, back: deadband > 0 ? value + (side === 'above' ? -deadband : deadband) : undefined }];
  });
}

/** What of each step of time is drawn: the extreme that the rule judges. */
export function extremesOf(kind: string): readonly ('min' | 'max' | 'mean')[] {
  const sides = new Set((drawn[kind] ?? []).map(([, side]) => side));
  if (sides.size === 2) return ['min', 'max'];
  return sides.has('above') ? ['max'] : sides.has('below') ? ['min'] : ['mean'];
}

/** Parameters in force at a device: of the kind, the pack, the site's overrides, and those tried on top. */
export function paramsAt({ rule, parameters, places }: RuleInfo, device: string, tried: Params = {}): Params {
  const own = places.find((place) => place.device === device)?.params;
  return { ...Object.fromEntries(parameters.map(({ name, value }) => [name, value])), ...rule.params, ...own, ...tried };
}
