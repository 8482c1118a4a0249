/** Books as people see them: what was due, what was written, what is missing. Pure but for the books it reads. */
import type { Books } from '../../desk/index.ts';
import { dueTimes } from '../../desk/index.ts';
import { type Book, type ChainedRecord, isFinding } from '../../shared/book.ts';
import { devicesOf, type SiteConfig } from '../../shared/site.ts';

/** A line of a page. Corrections and signatures stand with the entry that they speak of. */
export interface PageLine {
  due: number;
  device: string | null;
  /** due: not yet written, still in time. missed: seen as missed, and never written. late: written after it was seen as missed. */
  state: 'due' | 'written' | 'late' | 'missed';
  entry: ChainedRecord | null;
  missed: ChainedRecord | null;
  corrections: ChainedRecord[];
  signatures: ChainedRecord[];
  /** Who has not signed yet. */
  unsigned: string[];
  findings: string[];
}

/** The devices whose series the book has; a single null for a book of the whole site. */
export function seriesOf(site: SiteConfig, book: Book): (string | null)[] {
  if (book.each === undefined) return [null];
  return devicesOf(site)
    .filter(({ device }) => device.role === book.each)
    .map(({ device }) => device.id);
}

export function pageLines(site: SiteConfig, books: Books, book: Book, from: number, to: number): PageLine[] {
  const { timezone } = site.site;
  const due = dueTimes(book.schedule, timezone, from, to);
  const records = books.records(book.id, from, to);
  const lines: PageLine[] = [];
  for (const device of seriesOf(site, book)) {
    const own = records.filter((record) => record.device === device);
    const times = new Set([...due, ...own.map((record) => record.due)]);
    for (const t of [...times].sort((a, b) => a - b)) {
      const here = own.filter((record) => record.due === t);
      const entries = here.filter((record) => record.kind === 'entry');
      const missed = here.find((record) => record.kind === 'missed') ?? null;
      if (entries.length === 0) lines.push(lineOf(book, t, device, null, missed, here));
      for (const entry of entries) lines.push(lineOf(book, t, device, entry, missed, here));
    }
  }
  return lines.sort((a, b) => a.due - b.due);
}

function lineOf(
  book: Book,
  due: number,
  device: string | null,
  entry: ChainedRecord | null,
  missed: ChainedRecord | null,
  here: ChainedRecord[],
): PageLine {
  const about = here.filter((record) => entry !== null && record.of === entry.seq);
  const corrections = about.filter((record) => record.kind === 'correction');
  const signatures = [...(entry ? [entry] : []), ...about.filter((record) => record.kind === 'signature')];
  const values = { ...entry?.values, ...Object.assign({}, ...corrections.map((one) => one.values)) } as ChainedRecord['values'];
  return {
    due,
    device,
    state: entry ? (missed && missed.seq < entry.seq ? 'late' : 'written') : missed ? 'missed' : 'due',
    entry,
    missed,
    corrections,
    signatures,
    unsigned: entry ? book.signers.filter(({ id }) => !signatures.some((one) => one.role === id)).map(({ id }) => id) : [],
    findings: book.fields.filter((field) => isFinding(field, values[field.id]?.v ?? null)).map(({ id }) => id),
  };
}
