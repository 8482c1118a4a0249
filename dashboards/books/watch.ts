/** Sees what was not written down: a record that is so long overdue is seen as missed, in the book itself and as a ticket. Never back-dated. */
import type { Books, Desk } from '../../desk/index.ts';
import { dueBefore, dueTimes } from '../../desk/index.ts';
import type { Book } from '../../shared/book.ts';
import type { Clock } from '../../shared/clock.ts';
import { reasonOf } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { SiteConfig } from '../../shared/site.ts';
import { localTime } from '../../shared/wording.ts';
import { seriesOf } from './pages.ts';

export interface BookWatchOptions {
  site: SiteConfig;
  books: Books;
  definitions: ReadonlyMap<string, Book>;
  /** Books that the site file says are kept here. One that has a record is kept here from then on; the others are on paper and nobody misses them. */
  kept: ReadonlySet<string>;
  desk: Pick<Desk, 'createTicket'>;
  clock: Clock;
  log: Log;
  /** Books of `kept` are missed from here on. */
  since: number;
}

const dayMs = 86_400_000;
const who = { id: 'plantroom', admin: false };

/** Looks once; cheap, every minute is enough. @returns how many were seen as missed */
export function lookForMissed({ site, books, definitions, kept, desk, clock, log, since }: BookWatchOptions): number {
  const now = clock.now();
  let seen = 0;
  for (const book of definitions.values()) {
    const begun = books.firstDue(book.id) ?? (kept.has(book.id) ? since : undefined);
    if (begun === undefined) continue;
    const from = Math.max(begun, now - 2 * dayMs - book.grace);
    const due = dueTimes(book.schedule, site.site.timezone, from, now - book.grace + 1);
    if (due.length === 0) continue;
    for (const device of seriesOf(site, book)) {
      const written = books.written(book.id, device, from, now);
      for (const t of due) {
        if (written.has(t)) continue;
        seen++;
        books.add(book.id, {
          kind: 'missed',
          device,
          due: t,
          at: now,
          who: who.id,
          name: 'Plantroom',
          role: null,
          of: null,
          reason: null,
          values: {},
        });
        // One ticket for a run of them: whoever stopped writing is spoken to once.
        const before = due[due.indexOf(t) - 1] ?? dueBefore(book.schedule, site.site.timezone, t);
        if (
          books
            .written(book.id, device, before, before + 1)
            .get(before)
            ?.join() !== 'missed'
        )
          openTicket(book, t, device);
      }
    }
  }
  return seen;

  function openTicket(book: Book, due: number, device: string | null): void {
    const at = localTime(due, site.site.timezone).slice(0, 16);
    try {
      desk.createTicket(
        {
          title: { zh: `记录缺失：${book.title.zh}`, en: `Record missed: ${book.title.en}` },
          description: {
            zh: `${at} 应填写的《${book.title.zh}》没有记录。补填会注明补填时间，原缺失标记保留。`,
            en: `${book.title.en}: nothing was written for ${at}. What is written later says so; the mark stays.`,
          },
          system: book.system,
          trade: book.trade,
          priority: 'medium',
          ...(device === null ? {} : { device }),
        },
        who,
      );
    } catch (error) {
      log.error({ book: book.id, reason: reasonOf(error) }, 'no ticket could be opened for a missed record');
    }
  }
}
