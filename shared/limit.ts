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

/** A parameter of a rule kind that is a limit in the unit of the quantity, and on which side of it the breach lies. */
export interface DrawnParam {
  param: string;
  side: 'above' | 'below';
}

export interface LimitLine extends DrawnParam {
  value: number;
  /** Where a breach ends; undefined without a deadband. */
  back: number | undefined;
}

/** The declared limits as numbers; those that the device cannot resolve are left out. */
export function limitLines(drawn: readonly DrawnParam[], params: Readonly<Record<string, unknown>>, attributes: Attributes): LimitLine[] {
  const number = (value: unknown) => (typeof value === 'number' || typeof value === 'string' ? resolveLimit(value, attributes) : undefined);
  const deadband = number(params.deadband) ?? 0;
  return drawn.flatMap(({ param, side }): LimitLine[] => {
    const value = number(params[param]);
    if (value === undefined) return [];
    return [{ param, side, value, back: deadband > 0 ? value + (side === 'above' ? -deadband : deadband) : undefined }];
  });
}

/** Kinds of rules with one number above or below which they speak. */
export const hasOneLimit = (kind: string): boolean => kind === 'above' || kind === 'below';
