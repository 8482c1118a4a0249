/** What the chat robots have in common: an HTTP answer whose body has a code, markdown that no text can break out of, and a length in bytes. */
import { z } from 'zod';
import { Fault } from '../shared/errors.ts';
import type { Notice, Receipt } from './channel.ts';
import { type Answer, shortly } from './post.ts';

/** What the codes of one service mean. A code that stands nowhere is tried again: better late than never. */
export interface Codes {
  /** Names of the fields in the answer. */
  code: string;
  message: string;
  fine: readonly number[];
  /** Too many messages; the channel stands still for so long. */
  limited: Readonly<Record<number, number>>;
  denied: readonly number[];
  refused: readonly number[];
  busy: readonly number[];
}

const minuteMs = 60_000;
const answered = z.record(z.string(), z.unknown());

/** @throws Fault notify/limited, notify/denied, notify/refused, notify/unreachable, as the answer says */
export function receiptOf(answer: Answer, name: string, codes: Codes): Receipt {
  const unknown = new Fault('notify/unreachable', `HTTP ${answer.status}, no answer of ${name}`, { detail: { uncertain: true } });
  if (answer.status === 429) throw new Fault('notify/limited', 'HTTP 429', { detail: { retryAfterMs: answer.retryAfterMs ?? minuteMs } });
  const parsed = answered.safeParse(asJson(answer.text));
  const code = parsed.success ? parsed.data[codes.code] : undefined;
  if (!parsed.success || typeof code !== 'number' || !Number.isInteger(code)) throw unknown;
  const message = parsed.data[codes.message];
  const said = `${codes.code} ${code} ${typeof message === 'string' ? shortly(message) : ''}`.trim();
  if (codes.fine.includes(code)) return { answer: said };
  const heldMs = codes.limited[code];
  if (heldMs !== undefined) throw new Fault('notify/limited', said, { detail: { retryAfterMs: heldMs } });
  if (codes.denied.includes(code)) throw new Fault('notify/denied', said);
  if (codes.refused.includes(code)) throw new Fault('notify/refused', said);
  throw new Fault('notify/unreachable', codes.busy.includes(code) ? said : `unknown ${said}`);
}

/** Undefined when it is none. */
export function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const fullWidth: Record<string, string> = {
  '<': '＜', '>': '＞', '[': '［', ']': '］', '`': '｀', '*': '＊', _: '＿', '#': '＃', '\\': '＼', '@': '＠', '~': '～', '|': '｜',
}; // biome-ignore format: a table

/** Names and texts come from site files and people; none may make links, colours or calls of its own. */
export const plain = (text: string): string =>
  text.replace(/[<>[\]`*_#\\~|]/g, (sign) => fullWidth[sign] ?? sign).replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ');
/** The same where an @ would call everybody. */
export const uncalling = (text: string): string => plain(text).replace(/@/g, '＠');

export function cut(text: string, mostCharacters: number): string {
  const characters = [...text];
  return characters.length > mostCharacters ? `${characters.slice(0, mostCharacters - 1).join('')}…` : text;
}

/** Lines of the notice, as many as fit: `whole` makes the message of the first `count` of them, with a word on how many are left out. */
export function fitted(
  notice: Notice,
  mostBytes: number,
  line: (label: string, text: string) => string,
  whole: (lines: string[]) => string,
) {
  const zh = notice.language === 'zh';
  const lines = notice.lines.map(({ label, text }) => line(label === '' ? '' : `${label}${zh ? '：' : ': '}`, cut(text, 600)));
  const rest = (count: number) => (zh ? `另有 ${count} 行未列出，详见平台` : `${count} more lines, see the console`);
  const made = (count: number) =>
    whole([...lines.slice(0, count), ...(count < lines.length ? [line('', rest(lines.length - count))] : [])]);
  let count = lines.length;
  while (count > 0 && Buffer.byteLength(made(count)) > mostBytes) count--;
  return made(count);
}
