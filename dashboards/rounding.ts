/** Numbers of answers at the precision of their unit, as the answer's schema says it; and the schemas that say it. */
import { z } from 'zod';
import { decimals, roundTo, withoutNoise } from '../shared/rounded.ts';

const to = (places: number) => z.number().meta({ 'x-decimals': places });
/** Yuan, to the cent. */
export const yuan = to(decimals.yuan);
/** Yuan a unit. */
export const price = to(decimals.price);
/** kWh, m³ and the like. */
export const used = to(decimals.used);
/** What a device said leaves as it was stored. */
export const measured = z.number().meta({ 'x-measured': true });
/** What others go on calculating with. */
export const coefficient = to(12);

type Rounder = (value: unknown) => unknown;
interface Definition {
  type: string;
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  innerType?: z.ZodType;
  valueType?: z.ZodType;
  items?: z.ZodType[];
  options?: z.ZodType[];
}

/**
 * Copies what is rounded and leaves the rest as it is: answers may be shared. Numbers without a precision of their own have twelve figures; whole ones, what was
 * measured, and what a schema leaves open are not touched. Undefined: nothing in it is a number.
 */
export function rounderOf(schema: unknown): Rounder | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const { type, shape, element, innerType, valueType, items, options } = schema.def as unknown as Definition;
  if (type === 'number') {
    if (schema instanceof z.ZodNumber && schema.format?.includes('int')) return undefined;
    const meta = schema.meta();
    if (meta?.['x-measured']) return undefined;
    const places = meta?.['x-decimals'] as number | undefined;
    return (value) =>
      typeof value !== 'number' || Number.isInteger(value) ? value : places === undefined ? withoutNoise(value) : roundTo(value, places);
  }
  if (innerType) return rounderOf(innerType);
  if (element) {
    const each = rounderOf(element);
    return each && ((value) => (Array.isArray(value) ? value.map(each) : value));
  }
  if (items) {
    const each = items.map(rounderOf);
    return each.some(Boolean) ? (value) => (Array.isArray(value) ? value.map((one, i) => each[i]?.(one) ?? one) : value) : undefined;
  }
  if (valueType) {
    const each = rounderOf(valueType);
    return each && ((value) => (isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, each(one)])) : value)); // biome-ignore format: one
  }
  if (options) {
    // Each form rounds what it knows of.
    const forms = options.flatMap((one) => rounderOf(one) ?? []);
    return forms.length === 0 ? undefined : (value) => forms.reduce((rounded, round) => round(rounded), value);
  }
  if (!shape) return undefined;
  const parts = Object.entries(shape).flatMap(([name, part]) => {
    const round = rounderOf(part);
    return round ? [[name, round] as const] : [];
  });
  if (parts.length === 0) return undefined;
  return (value) => {
    if (!isObject(value)) return value;
    const copy = { ...value };
    for (const [name, round] of parts) if (copy[name] !== undefined) copy[name] = round(copy[name]);
    return copy;
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !('toJSON' in value);

/** For `setSerializerCompiler`. */
export function roundedJson({ schema }: { schema: unknown }): (data: unknown) => string {
  const round = rounderOf(schema);
  return round ? (data) => JSON.stringify(round(data)) : (data) => JSON.stringify(data);
}
