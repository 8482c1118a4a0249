/** What stands in a book, and what a person says of it. Pure. */

import type { Book, BookField, BookValue, FieldValue } from '../../../shared/book.ts';
import { isFinding } from '../../../shared/book-finding.ts';
import type { BookLine, Said } from '../data/people-api.ts';

export interface Shown {
  v: FieldValue;
  /** What stood there before, oldest first, with the reason why it does not hold: struck through, never gone. */
  struck: { v: FieldValue; reason: string }[];
  finding: boolean;
}

/** What holds for a field of a line, with all that was corrected. */
export function shownValue(field: BookField, { entry, corrections }: Pick<BookLine, 'entry' | 'corrections'>): Shown | undefined {
  let current: BookValue | undefined = entry?.values[field.id];
  const struck: Shown['struck'] = [];
  if (current?.from === 'corrected') struck.push({ v: current.was ?? null, reason: current.reason ?? '' });
  for (const correction of corrections) {
    const next = correction.values[field.id];
    if (!next) continue;
    if (current) struck.push({ v: current.v, reason: correction.reason ?? '' });
    current = next;
  }
  return current && { v: current.v, struck, finding: isFinding(field, current.v) };
}

/** A person's own answer to a field; `reason` only where a reading stood there. */
export interface Answer {
  v: FieldValue;
  reason: string;
}

/** Fields that still want something: what must be seen, what is required, another value than the one read without a reason. */
export function openFields(book: Book, read: Record<string, BookValue>, answers: Record<string, Answer>): string[] {
  return book.fields
    .filter((field) => {
      const answer = answers[field.id];
      if (answer && read[field.id] && answer.v !== read[field.id]?.v) return answer.v === null || answer.reason.trim() === '';
      if (answer && answer.v !== null) return false;
      const seen = field.observe && (field.kind === 'check' || field.kind === 'choice');
      return !read[field.id] && (seen || field.required);
    })
    .map(({ id }) => id);
}

/** What is sent: readings confirmed, the rest as the person wrote it. */
export function saidOf(book: Book, read: Record<string, BookValue>, answers: Record<string, Answer>): Record<string, Said> {
  const said: Record<string, Said> = {};
  for (const { id } of book.fields) {
    const answer = answers[id];
    if (answer && answer.v !== null)
      said[id] = answer.reason.trim() === '' ? { v: answer.v } : { v: answer.v, reason: answer.reason.trim() };
    else if (read[id]) said[id] = 'as-read';
  }
  return said;
}

/** Only what differs from what holds now. */
export function changedOf(answers: Record<string, Answer>, held: Record<string, FieldValue>, reason: string): Record<string, Said> {
  return Object.fromEntries(
    Object.entries(answers)
      .filter(([id, { v }]) => v !== (held[id] ?? null))
      .map(([id, { v }]) => [id, { v, reason }]),
  );
}

/** Whether what a person confirmed is still what the platform would write. */
export const sameReadings = (a: Record<string, BookValue>, b: Record<string, BookValue>): boolean =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].every((id) => a[id]?.v === b[id]?.v);

/** What was typed as a number; null for nothing, undefined for what is none. */
export function numberTyped(text: string): number | null | undefined {
  const trimmed = text.trim().replace(',', '.');
  if (trimmed === '') return null;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

/** The last record of each series that is due and not written: what a person comes for. */
export function waiting<L extends Pick<BookLine, 'due' | 'device' | 'entry'>>(lines: readonly L[], now: number): L[] {
  const last = new Map<string | null, L>();
  for (const line of lines) if (line.due <= now && line.due >= (last.get(line.device)?.due ?? line.due)) last.set(line.device, line);
  return [...last.values()].filter(({ entry }) => entry === null);
}
