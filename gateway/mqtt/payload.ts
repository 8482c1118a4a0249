/**
 * The text of a message to a value. What devices really send: JSON; JSON of a firmware that prints `nan`, `00288.5` or `ON` without quotes, with
 * a byte order mark before it or the rest of a buffer behind a NUL; or no JSON at all but one word. Pure. Only forms with one meaning are
 * mended: half a message is none, for `4` may be the beginning of `45`.
 */
import type { JSONValue } from 'json-p3';

const longestWord = 200;

export interface Payload {
  value: JSONValue;
  /** Not JSON as it came. */
  mended: boolean;
  /** Nothing but a text without quotes: of use only where the whole payload is the value. */
  bare: boolean;
}

/** Undefined: it cannot be read. */
export function parsePayload(text: string): Payload | undefined {
  const nul = text.indexOf('\0');
  const plain = (nul < 0 ? text : text.slice(0, nul)).replace(/^\uFEFF/, '');
  const value = parsed(plain);
  if (value !== undefined) return { value, mended: plain !== text, bare: false };
  const mended = parsed(mend(plain));
  if (mended !== undefined) return { value: mended, mended: true, bare: typeof mended === 'string' };
  const word = plain.trim();
  return word === '' || word.length > longestWord || /[{}[\]"\n]/.test(word) ? undefined : { value: word, mended: true, bare: true };
}

/** A JSON text within a JSON text. */
export function parseInner(value: JSONValue | undefined): JSONValue | undefined {
  return typeof value === 'string' ? parsePayload(value)?.value : value;
}

function parsed(text: string): JSONValue | undefined {
  try {
    return JSON.parse(text) as JSONValue;
  } catch {
    return undefined;
  }
}

/** Texts; words and numbers; commas before an end. */
const tokens = /"(?:[^"\\]|\\.)*"|'(?:[^'\\"]|\\.)*'|,(?=\s*[}\]])|[^\s"'[\]{}:,]+/g;
const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const notANumber = /^[+-]?(?:nan(?:\([^)]*\))?|1\.#(?:q?nan|snan|ind)\d*)$/i;
const infinite = /^[+-]?(?:inf(?:inity)?|1\.#inf\d*)$/i;
const words: Readonly<Record<string, string>> = {
  true: 'true', false: 'false', null: 'null', True: 'true', False: 'false', None: 'null', nil: 'null', undefined: 'null',
}; // biome-ignore format: a table

function mend(text: string): string {
  return text.replace(tokens, (token) => {
    if (token.startsWith('"')) return token;
    if (token === ',') return '';
    if (token.startsWith("'") && token.length > 1) return JSON.stringify(token.slice(1, -1));
    if (number.test(token)) return JSON.stringify(Number(token));
    if (notANumber.test(token)) return 'null';
    if (infinite.test(token)) return '"Infinity"';
    return Object.hasOwn(words, token) ? (words[token] as string) : JSON.stringify(token);
  });
}
