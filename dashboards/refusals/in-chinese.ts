/** A refusal of the API in Chinese; its English words are found among those of words.ts. */
import { alarmStateLabels } from '../../shared/alarm.ts';
import type { Text } from '../../shared/text.ts';
import { ticketStateLabels } from '../../shared/ticket.ts';
import { fields, places, refusals } from './words.ts';

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const states: Record<string, string> = Object.fromEntries(
  Object.entries({ ...alarmStateLabels, ...ticketStateLabels }).map(([state, { zh }]) => [state, zh]),
);

interface Template {
  pattern: RegExp;
  /** Numbers of the places in the order of the English. */
  order: string[];
  zh: string;
}
/** Without a place at once; with places the one with most words of its own first. */
const templates: readonly Template[] = Object.entries(refusals)
  .filter(([en]) => /\{\d\}/.test(en))
  .sort(([a], [b]) => b.replace(/\{\d\}/g, '').length - a.replace(/\{\d\}/g, '').length)
  .map(([en, zh]) => ({
    pattern: new RegExp(
      `^${en
        .split(/\{\d\}/)
        .map(literal)
        .join('(.+?)')}$`,
      's',
    ),
    order: [...en.matchAll(/\{(\d)\}/g)].map(([, number]) => number as string),
    zh,
  }));

/** A pattern tries every place for its words: what is longer than any refusal of ours is not searched. */
const longest = 1_000;
const valueIn = (table: Readonly<Record<string, string>>, key: string) => (Object.hasOwn(table, key) ? table[key] : undefined);

/** In {1} may stand a word of ours, a refusal of its own, or something of the case, which stays. */
const placed = (text: string) => valueIn(places, text) ?? valueIn(states, text) ?? (text.includes(' ') ? (sentence(text) ?? text) : text);

function sentence(en: string): string | undefined {
  const known = valueIn(refusals, en);
  if (known !== undefined || en.length > longest) return known;
  for (const { pattern, order, zh } of templates) {
    const found = pattern.exec(en);
    if (!found) continue;
    const values = Object.fromEntries(order.map((number, at) => [number, placed(found[at + 1] as string)]));
    return zh.replace(/\{(\d)\}/g, (_, number: string) => values[number] ?? '');
  }
  return undefined;
}

/** A field's path: its last part that is a name says which. */
function fieldName(path: string): string {
  const named = path.split('.').findLast((part) => !/^\d+$/.test(part)) ?? path;
  return valueIn(fields, named) ?? named;
}

/** Undefined: nobody has put these words into Chinese. */
export function inChinese(detail: string, errors: readonly { field: string; message: string }[] = []): string | undefined {
  const whole = errors.length > 1 ? undefined : sentence(detail);
  if (whole !== undefined || errors.length === 0) return whole;
  const said = errors.map(({ field, message }) => {
    const words = sentence(message);
    return words === undefined ? undefined : `${fieldName(field)}：${words}`;
  });
  return said.some((one) => one === undefined) ? undefined : said.join('；');
}

/** Why something was not told or made, as it was noted; the words of a receiver stay as they are. */
export const reasonInBoth = (en: string | null): Text | null => (en === null ? null : { zh: inChinese(en) ?? en, en });
