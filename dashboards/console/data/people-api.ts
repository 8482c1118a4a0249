/** Duty rosters and books of records, as the console calls them. */
import type { AuditEntry } from '../../../access/index.ts';
import type { Book, BookValue, ChainedRecord, FieldValue } from '../../../shared/book.ts';
import type { OnCall, RosterChange, RosterDefinition } from '../../../shared/roster.ts';
import type { Language } from '../../../shared/text.ts';
import { call } from './api.ts';
import { postOnce } from './once.ts';

export interface DutyChange {
  id: number;
  change: RosterChange;
  madeAt: number;
  madeBy: string;
}
export interface DutyRoster extends RosterDefinition {
  version: number;
  source: 'site' | 'console';
  /** Before, nobody knows who was on call. */
  recordedSince: number;
  now: OnCall[];
  /** What begins in the next 14 days. */
  coming: OnCall[];
  changes: DutyChange[];
  people: { id: string; name: string; phone: string | null }[];
}
export interface BookHead {
  definition: Book;
  series: (string | null)[];
  records: number;
  head: string;
  missed: number;
  unsigned: number;
}
export interface BookLine {
  due: number;
  device: string | null;
  state: 'due' | 'written' | 'late' | 'missed';
  entry: ChainedRecord | null;
  missed: ChainedRecord | null;
  corrections: ChainedRecord[];
  signatures: ChainedRecord[];
  unsigned: string[];
  findings: string[];
}
export type Said = 'as-read' | { v: FieldValue; reason?: string };
export interface Verdict {
  records: number;
  head: string;
  breaks: { seq: number; what: string }[];
}

export interface CalendarFeedInfo {
  madeAt: number;
  readAt: number | null;
}

const rosterAt = (id: string) => `/api/rosters/${encodeURIComponent(id)}`;
const bookAt = (id: string) => `/api/books/${encodeURIComponent(id)}`;

export const peopleApi = {
  rosters: async () => call<DutyRoster[]>('GET', '/api/rosters'),
  takeOver: (id: string) => call<DutyChange>('POST', `${rosterAt(id)}/take-over`, {}),
  offerSwap: (id: string, body: object) => call<DutyChange>('POST', `${rosterAt(id)}/swaps`, body),
  confirmSwap: (id: string, change: number) => call<DutyChange>('POST', `${rosterAt(id)}/swaps/${change}/confirm`),
  onCall: (id: string, from: number, to: number) => call<OnCall[]>('GET', `${rosterAt(id)}/on-call?from=${from}&to=${to}`),
  saveRoster: (id: string, body: object) => call<DutyRoster>('PUT', rosterAt(id), body),
  removeRoster: (id: string) => call<null>('DELETE', rosterAt(id)),
  previewRoster: (id: string, body: object) => call<OnCall[]>('POST', `${rosterAt(id)}/preview`, body),
  rosterHistory: (id: string) => call<AuditEntry[]>('GET', `${rosterAt(id)}/history`),
  /** @param what overrides, exchanges, temporary, absences or swaps */
  changeRoster: (id: string, what: string, body: object) => call<unknown>('POST', `${rosterAt(id)}/${what}`, body),
  withdraw: (id: string, change: number) => call<null>('DELETE', `${rosterAt(id)}/changes/${change}`),
  calendarOf: (id: string, person?: string) =>
    `${rosterAt(id)}/calendar.ics${person === undefined ? '' : `?person=${encodeURIComponent(person)}`}`,
  feed: () => call<CalendarFeedInfo | null>('GET', '/api/calendar-feed'),
  /** The address is told here and never again. */
  makeFeed: () => call<CalendarFeedInfo & { url: string }>('POST', '/api/calendar-feed'),
  endFeed: () => call<void>('DELETE', '/api/calendar-feed'),
  books: async () => call<BookHead[]>('GET', '/api/books'),
  bookLines: async (id: string, from: number, to: number) => call<BookLine[]>('GET', `${bookAt(id)}/pages?from=${from}&to=${to}`),
  draft: (id: string, due: number, device: string | null, lang: Language) =>
    call<{ values: Record<string, BookValue> }>(
      'GET',
      `${bookAt(id)}/draft?due=${due}&lang=${lang}${device === null ? '' : `&device=${encodeURIComponent(device)}`}`,
    ),
  writeRecord: (id: string, body: object) => postOnce<ChainedRecord>(`${bookAt(id)}/entries`, body),
  signRecord: (id: string, seq: number, role: string) => postOnce<ChainedRecord>(`${bookAt(id)}/entries/${seq}/sign`, { role }),
  verifyBook: (id: string) => call<Verdict>('GET', `${bookAt(id)}/verify`),
  printOf: (id: string, from: number, to: number, language: string, blank?: number) =>
    `${bookAt(id)}/print?from=${from}&to=${to}&lang=${language}${blank === undefined ? '' : `&blank=${blank}`}`,
};
