/** The numbers of a rule that somebody may want to turn: limits, durations and plain numbers among the parameters of its kind. */
import { z } from 'zod';
import type { RuleParameter } from '../desk/index.ts';
import { durationSchema, formatDuration } from '../shared/duration.ts';
import type { RuleKind } from './kind.ts';

interface Property {
  type?: string | string[];
  pattern?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
}
type Shape = Omit<RuleParameter, 'value'>;

const durationPattern = (z.toJSONSchema(durationSchema, { io: 'input' }) as Property).pattern;
const shapes = new WeakMap<RuleKind, Shape[]>();

function shapesOf(kind: RuleKind): Shape[] {
  let found = shapes.get(kind);
  if (!found) {
    const { properties } = z.toJSONSchema(kind.params, { io: 'input', unrepresentable: 'any' }) as {
      properties?: Record<string, Property>;
    };
    found = Object.entries(properties ?? {}).flatMap(([name, property]) => {
      const form = formOf(property);
      return form ? [{ name, form, ...boundsOf(property), whole: property.type === 'integer' }] : [];
    });
    shapes.set(kind, found);
  }
  return found;
}

function formOf({ type, pattern }: Property): RuleParameter['form'] | undefined {
  if (type === 'number' || type === 'integer') return 'number';
  if (Array.isArray(type) && type.includes('number') && type.includes('string')) return 'limit';
  return type === 'string' && pattern === durationPattern ? 'duration' : undefined;
}

/** JSON Schema writes the largest safe integer where there is no limit. */
function boundsOf({ minimum, exclusiveMinimum, maximum }: Property): Pick<RuleParameter, 'least' | 'most'> {
  const real = (bound: number | undefined) => (bound === undefined || Math.abs(bound) >= Number.MAX_SAFE_INTEGER ? null : bound);
  return { least: real(minimum ?? exclusiveMinimum), most: real(maximum) };
}

/** `params` as written in YAML; what is not written has the value that the kind gives it. One that is switched off by its absence is no parameter. */
export function parametersOf(kind: RuleKind, params: Record<string, unknown>): RuleParameter[] {
  const parsed = kind.params.safeParse(params);
  if (!parsed.success) return [];
  const values = parsed.data as Record<string, unknown>;
  return shapesOf(kind).flatMap((shape): RuleParameter[] => {
    const value = values[shape.name];
    if (typeof value === 'number') return [{ ...shape, value: shape.form === 'duration' ? formatDuration(value) : value }];
    return typeof value === 'string' && shape.form === 'limit' ? [{ ...shape, value }] : [];
  });
}
