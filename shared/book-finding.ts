/** Apart from book.ts, so that the console does not carry the schema library along. */
import type { BookField, FieldValue } from './book.ts';

/** What is found wrong with a value: above or below its limit, or a choice that is a finding. */
export function isFinding(field: BookField, value: FieldValue): boolean {
  if (typeof value === 'number') return (field.min !== undefined && value < field.min) || (field.max !== undefined && value > field.max);
  if (field.kind === 'check') return value === false;
  return field.choices?.find((one) => one.id === value)?.finding ?? false;
}
