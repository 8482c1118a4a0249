/** A book as it is printed: the same columns as on the screen, or blank lines to write by hand when the power is gone. */
import { type Book, type BookField, type BookValue, type ChainedRecord, isFinding, sourceOf } from '../shared/book.ts';
import { quantity as quantityOf } from '../shared/quantity.ts';
import type { Language, Text } from '../shared/text.ts';
import { localTime } from '../shared/wording.ts';
import { type Content, type DocumentOptions, tableOf } from './pdf.ts';

export interface PrintedLine {
  due: number;
  device: string | null;
  state: 'due' | 'written' | 'late' | 'missed';
  entry: ChainedRecord | null;
  corrections: readonly ChainedRecord[];
  signatures: readonly ChainedRecord[];
}

export interface BookDocument {
  book: Book;
  lines: readonly PrintedLine[];
  language: Language;
  hospital: Text;
  timezone: string;
  from: number;
  to: number;
  /** Names of devices. */
  nameOf(device: string): Text;
  head: { seq: number; hash: string };
  printedAt: number;
  /** The live page of the book. */
  link?: string | undefined;
  /** So many empty lines instead of what is written. */
  blank?: number | undefined;
}

const words = {
  due: { zh: '时间', en: 'Time' },
  place: { zh: '设备', en: 'Device' },
  signed: { zh: '签名', en: 'Signed' },
  missed: { zh: '未记录', en: 'missed' },
  open: { zh: '未到填写', en: 'not yet written' },
  late: { zh: '补填于 {t}', en: 'entered later, {t}' },
  corrected: { zh: '更正：{reason}（{who}，{t}）', en: 'corrected: {reason} ({who}, {t})' },
  blank: { zh: '空白表（事后录入须注明录入人和时间）', en: 'Blank form (who types it in later says who and when)' },
  proof: { zh: '链尾第 {n} 条 {hash}；打印于 {t}；来源：{source}', en: 'Chain ends with no. {n} {hash}; printed {t}; source: {source}' },
  yes: { zh: '√', en: '✓' },
  no: { zh: '×', en: '✗' },
} satisfies Record<string, Text>;

const fill = (text: string, values: Record<string, string | number>) =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));

/** The options for `pdfOf`. */
export function bookDocument(document: BookDocument): DocumentOptions {
  const { book, language, hospital, timezone, from, to, head, printedAt, link, blank } = document;
  const time = (t: number) => localTime(t, timezone).slice(0, 16);
  const period = `${localTime(from, timezone).slice(0, 10)} – ${localTime(to - 1, timezone).slice(0, 10)}`;
  // Books of many words are printed as a list of records, one below the other: no form has columns that nobody can read.
  const wide = book.fields.length > (book.landscape ? 60 : 8) || book.fields.filter((field) => field.kind === 'text').length > 2;
  return {
    title: book.title[language],
    subtitle: `${hospital[language]}  ${period}${blank === undefined ? '' : `  ${words.blank[language]}`}`,
    language,
    landscape: book.landscape,
    link,
    foot: fill(words.proof[language], { n: head.seq, hash: head.hash.slice(0, 16), t: time(printedAt), source: sourceOf(book, language) }),
    content: blank === undefined ? (wide ? asSheets(document) : asTable(document)) : blankForm(document, blank, wide),
  };
}

/** Columns that fit beside each other and can still be written in by hand. */
const mostColumns = 20;
/** The fields of each table of a page: a book with more columns than fit is printed as several tables of the same lines. */
function partsOf(fields: Book['fields']): Book['fields'][] {
  const count = Math.ceil(fields.length / mostColumns);
  const size = Math.ceil(fields.length / count);
  return Array.from({ length: count }, (_, part) => fields.slice(part * size, (part + 1) * size));
}
/** Each field says its group, so that a table that begins within one says it too. */
const grouped = (fields: Book['fields']): Book['fields'] => {
  let group: Text | undefined;
  return fields.map((field) => {
    group = field.group ?? group;
    return group ? { ...field, group } : field;
  });
};
const inParts = (document: BookDocument): BookDocument[] =>
  partsOf(grouped(document.book.fields)).map((fields) => ({ ...document, book: { ...document.book, fields } }));
const apart: Content = { text: '', margin: [0, 0, 0, 12] };

const heading = ({ title, unit }: BookField, language: Language): Content => ({
  text: `${title[language]}${unit ? `\n${unit}` : ''}`,
  style: 'head',
});

/** Two rows: the groups of the form above the columns that belong to them. */
function tableHead({ book, language }: BookDocument): Content[][] {
  const head = (text: string): Content => ({ text, style: 'head' });
  const own = [head(words.due[language]), ...(book.each ? [head(words.place[language])] : [])];
  const columns = [...own, ...book.fields.map((field) => heading(field, language)), head(words.signed[language])];
  if (!book.fields.some(({ group }) => group)) return [columns];
  const groups: Content[] = own.map(() => head(''));
  for (const [index, { group }] of book.fields.entries()) {
    const begins = index === 0 || (group !== undefined && group[language] !== book.fields[index - 1]?.group?.[language]);
    if (!begins) {
      groups.push('');
      continue;
    }
    const rest = book.fields.slice(index + 1);
    const until = rest.findIndex((next) => next.group !== undefined && next.group[language] !== group?.[language]);
    groups.push({ text: group?.[language] ?? '', style: 'head', colSpan: 1 + (until < 0 ? rest.length : until) } as Content);
  }
  return [[...groups, head('')], columns];
}
const widthsOf = ({ book }: BookDocument) => [
  46,
  ...(book.each ? [52] : []),
  ...book.fields.map((field) => (field.kind === 'text' ? '*' : 'auto')),
  56,
];

const asTable = (document: BookDocument): Content[] => inParts(document).flatMap((part) => [...tableOfLines(part), apart]);

function tableOfLines(document: BookDocument): Content[] {
  const { book, lines, language, timezone, nameOf } = document;
  const time = (t: number) => localTime(t, timezone).slice(5, 16);
  const rows = lines.map((line): Content[] => [
    time(line.due),
    ...(book.each ? [line.device === null ? '' : nameOf(line.device)[language]] : []),
    ...(line.entry ? book.fields.map((field) => cellOf(field, line, document)) : stateCells(line, document)),
    signedCell(line, document),
  ]);
  const head = tableHead(document);
  return [tableOf(widthsOf(document), [...head, ...rows], head.length)];
}

/** A line without an entry says so over its whole width. */
function stateCells(line: PrintedLine, { book, language }: BookDocument): Content[] {
  const text =
    line.state === 'missed' ? { text: words.missed[language], style: 'finding' } : { text: words.open[language], style: 'quiet' };
  return [{ ...text, colSpan: book.fields.length } as Content, ...book.fields.slice(1).map(() => '')];
}

/** What was corrected stays legible, struck through, with the reason. */
function cellOf(field: BookField, line: PrintedLine, { language, timezone }: BookDocument): Content {
  const parts: Content[] = [];
  const versions = [line.entry?.values[field.id], ...line.corrections.map((one) => one.values[field.id])].filter(
    (one) => one !== undefined,
  );
  for (const [index, version] of versions.entries()) {
    const last = index === versions.length - 1;
    parts.push({
      text: `${written(field, version, language)}${version.from === 'corrected' && version.was !== undefined ? ` (${written(field, { v: version.was, from: 'reading' }, language)})` : ''}`,
      ...(last ? (isFinding(field, version.v) ? { style: 'finding' } : {}) : { decoration: 'lineThrough' as const, style: 'quiet' }),
    });
  }
  for (const one of line.corrections) {
    if (one.values[field.id] === undefined) continue;
    const t = localTime(one.at, timezone).slice(5, 16);
    parts.push({ text: fill(words.corrected[language], { reason: one.reason ?? '', who: one.name, t }), style: 'quiet', fontSize: 6 });
  }
  return parts.length === 0 ? '' : parts.length === 1 ? (parts[0] as Content) : { stack: parts };
}

function written(field: BookField, value: BookValue, language: Language): string {
  const { v } = value;
  if (v === null) return '–';
  if (typeof v === 'boolean') return v ? words.yes[language] : words.no[language];
  if (typeof v === 'string') return field.choices?.find((one) => one.id === v)?.title[language] ?? v;
  const states = field.point ? quantityOf(field.point.quantity).states : undefined;
  // A value beyond its limit bears a sign as well as a colour.
  return (states?.[v]?.[language] ?? String(v)) + (isFinding(field, v) ? ' !' : '');
}

function signedCell(line: PrintedLine, { language, timezone }: BookDocument): Content {
  const names = line.signatures.map((one) => `${one.name} ${localTime(one.at, timezone).slice(11, 16)}`);
  const late =
    line.state === 'late' && line.entry ? [fill(words.late[language], { t: localTime(line.entry.at, timezone).slice(5, 16) })] : [];
  return { text: [...names, ...late].join('\n'), fontSize: 7 };
}

function asSheets(document: BookDocument): Content[] {
  const { book, lines, language, timezone, nameOf } = document;
  return lines.map((line) => {
    const title = `${localTime(line.due, timezone).slice(0, 16)}${line.device === null ? '' : `  ${nameOf(line.device)[language]}`}`;
    const rows: Content[][] = line.entry
      ? book.fields.map((field) => [heading(field, language), cellOf(field, line, document)])
      : [
          [
            { text: '', style: 'head' },
            stateCells(line, { ...document, book: { ...book, fields: book.fields.slice(0, 1) } })[0] as Content,
          ],
        ];
    rows.push([{ text: words.signed[language], style: 'head' }, signedCell(line, document)]);
    return { stack: [{ text: title, style: 'h2' }, tableOf([150, '*'], rows, 0)], unbreakable: book.fields.length < 24 };
  });
}

/** A line of some 7 mm: high enough to write in. */
const blankLine = 14;

function blankForm(document: BookDocument, count: number, wide: boolean): Content[] {
  const { book, language } = document;
  if (!wide) {
    return inParts(document).flatMap((part) => {
      const head = tableHead(part);
      // Each cell an object of its own: the layout writes into them.
      const empty = () => (head[0] ?? []).map((): Content => ({ text: ' ', fontSize: blankLine }));
      const widths = widthsOf(part).map((width) => (width === 'auto' ? '*' : width));
      return [tableOf(widths, [...head, ...Array.from({ length: count }, empty)], head.length), apart];
    });
  }
  const sheet = (): Content => {
    const line: Content[] = [{ text: words.due[language], style: 'head' }, ' '];
    const rows = [
      line,
      ...book.fields.map((field): Content[] => [heading(field, language), { text: ' ', fontSize: blankLine }]),
      [
        { text: words.signed[language], style: 'head' },
        { text: ' ', fontSize: blankLine },
      ] as Content[],
    ];
    return { stack: [tableOf([150, '*'], rows, 0)], margin: [0, 0, 0, 10] };
  };
  return Array.from({ length: Math.min(count, 4) }, sheet);
}
