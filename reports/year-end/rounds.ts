/** Rounds and records that were kept, drills and training. */
import type { Block, Cell } from '../document.ts';
import { type Chapter, figure } from './chapter.ts';

export const rounds: Chapter = {
  title: { zh: '巡检记录与培训演练', en: 'Rounds, records, drills' },
  build({ facts, period, zh, say, lacks, registers, table }) {
    const books = facts.books(period);
    if (books.length === 0) lacks({ zh: '运行记录：本期没有电子记录', en: 'records: none were kept here in the period' });
    const times = (value: number, id: string) =>
      figure(value, zh ? '次' : '', 0, `/api/books/${id}/pages?from=${period.from}&to=${Math.min(period.to, facts.now)}`, {
        zh: '记录簿中的条数',
        en: 'lines of the book',
      });
    const written: Block =
      books.length === 0
        ? { kind: 'text', tone: 'quiet', text: zh ? '本期没有电子记录。' : 'No records were kept here in the period.' }
        : table(
            { zh: '记录簿', en: 'Books' },
            books.map((one): Cell[] => [say(one.title), times(one.written, one.id), times(one.late, one.id), times(one.missed, one.id)]),
            ['', zh ? '已记录' : 'Written', zh ? '补填' : 'Late', zh ? '缺失' : 'Missed'],
          );
    return [
      written,
      ...registers({ zh: '演练与培训', en: 'Drills and training' }, ['drills', 'training', 'training-people']),
      { kind: 'fill', label: zh ? '培训、演练的内容' : 'What was trained and drilled' },
    ];
  },
};
