/** Numbers as devices write them. Pure. */
import type { JSONValue } from 'json-p3';

export interface NumberForm {
  /** The sign before the decimals in texts. */
  decimal?: '.' | ',' | undefined;
  /** What must follow the number in texts, such as °C. */
  suffix?: string | undefined;
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Many devices send numbers as text; an empty text is none, although Number('') is 0. What stands there unsaid makes it no number. */
export function numberOf(raw: JSONValue | undefined, form: NumberForm = {}): number | undefined {
  if (typeof raw === 'number') return raw;
  if (typeof raw !== 'string') return undefined;
  let text = raw.trim();
  if (form.suffix !== undefined) {
    if (!text.endsWith(form.suffix)) return undefined;
    text = text.slice(0, -form.suffix.length).trim();
  }
  if (form.decimal === ',') {
    if (text.includes('.')) return undefined;
    text = text.replace(',', '.');
  }
  return decimal.test(text) ? Number(text) : undefined;
}
