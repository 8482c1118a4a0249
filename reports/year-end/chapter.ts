/** A chapter of the year-end report, and what all of them write with. */

import { monthSpan } from '../../shared/month-span.ts';
import type { Language, Text } from '../../shared/text.ts';
import type { Block, Cell } from '../document.ts';
import type { Range, ReportFacts } from '../facts.ts';
import { registerRows, registerTable } from '../register-rows.ts';
import type { Period } from '../report.ts';
import { figure, row } from '../report.ts';

export interface Chapter {
  title: Text;
  build(writer: Writer): Block[] | Promise<Block[]>;
}

export interface Writer {
  facts: ReportFacts;
  period: Period;
  language: Language;
  zh: boolean;
  /** Of tables that put this year beside the last. */
  head: string[];
  say(text: Text): string;
  /** Names what was asked for and is not there. */
  lacks(what: Text): void;
  /** This year and the last of monthly registers; `elsewhere`: of these the report has the amount from another source. */
  registers(title: Text, names: readonly string[], elsewhere?: readonly string[]): Block[];
  table(title: Text, rows: Cell[][], head?: string[]): Block;
  /** The same of both years, and the change. */
  years(label: Text, one: (range: Range, at: 0 | 1) => ReturnType<typeof figure>): Cell[];
}

export function writerOf(facts: ReportFacts, period: Period, language: Language, missing: string[]): Writer {
  const zh = language === 'zh';
  const head = ['', ...(zh ? ['本年', '上年', '增减'] : ['This year', 'Last year', 'Change'])];
  const say = (text: Text) => text[language];
  /** Registers of a year that is running end with its last whole month. */
  const ofMonths = (title: Text, name: string | undefined): Text => {
    const months = period.running && name !== undefined ? facts.register(name, period, true).months.map(({ month }) => month) : [];
    if (months.length === 0) return title;
    return { zh: `${title.zh}（${monthSpan(months, 'zh')}）`, en: `${title.en}, ${monthSpan(months, 'en')}` };
  };
  return {
    ...{ facts, period, language, zh, head, say },
    lacks: (what) => void missing.push(say(what)),
    registers: (title, names, elsewhere) =>
      registerTable(ofMonths(title, names[0]), head, registerRows(facts, period, names, language, missing, elsewhere), language),
    table: (title, rows, own = head) => ({ kind: 'table', title: say(title), head: own, rows }),
    years: (label, one) => row(say(label), one(period, 0), one(period.before, 1)),
  };
}

export { figure, row };
