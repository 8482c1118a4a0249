/** The check list of a ticket, from what the rule says to look at. */
import type { Text } from '../shared/text.ts';
import type { TicketCheck } from '../shared/ticket.ts';

const split = (text: string, at: RegExp) =>
  text
    .split(at)
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** One item for each part between semicolons, where both languages have as many; else one item. */
export function checksOf({ zh, en }: Text): Text[] {
  const [chinese, english] = [split(zh, /[；;。]/), split(en, /;\s|\.\s|[;.]$/)];
  if (chinese.length === 0 || chinese.length !== english.length) return zh.trim() === '' ? [] : [{ zh, en }];
  return chinese.map((part, index) => ({ zh: part, en: capital(english[index] as string) }));
}
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const checkList = (texts: readonly Text[]): TicketCheck[] =>
  texts.map((text, index) => ({ id: `check-${index + 1}`, text, done: null }));
