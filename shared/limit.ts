/** Limits as people write them: a number, a percentage of a device attribute, or an attribute with a distance. Pure; also for the browser. */
import type { Attributes } from './site.ts';

const form = /^(?:(\d+(?:\.\d+)?) ?% of )?([a-z][a-z0-9_]*)(?: ([+-]) (\d+(?:\.\d+)?))?$/;

export interface LimitParts {
  attribute: string;
  /** null: the attribute as it is. */
  percent: number | null;
  /** With its sign; 0 when there is none. */
  distance: number;
}

/** Of `80 % of nominal_kpa` or `room_min_c - 2`; undefined when the text is not of that form. */
export function limitParts(text: string): LimitParts | undefined {
  const [, percent, attribute, sign, distance] = form.exec(text) ?? [];
  if (attribute === undefined) return undefined;
  return {
    attribute,
    percent: percent === undefined ? null : Number(percent),
    distance: distance === undefined ? 0 : (sign === '-' ? -1 : 1) * Number(distance),
  };
}

export function limitText({ attribute, percent, distance }: LimitParts): string {
  const base = percent === null ? attribute : `${percent} % of ${attribute}`;
  return distance === 0 ? base : `${base} ${distance < 0 ? '-' : '+'} ${Math.abs(distance)}`;
}

/** The limit in the unit of the quantity; undefined when the device lacks the attribute. */
export function resolveLimit(limit: number | string, attributes: Attributes): number | undefined {
  if (typeof limit === 'number') return limit;
  const parts = limitParts(limit);
  const base = parts && attributes[parts.attribute as keyof Attributes];
  if (base === undefined) return undefined;
  return (parts?.percent === null ? base : ((parts?.percent ?? 0) / 100) * base) + (parts?.distance ?? 0);
}
