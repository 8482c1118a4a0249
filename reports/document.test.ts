import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { pathOf } from '../test/servers.ts';
import { figureColumns, type ReportDocument, shownFigure, sourceLines } from './document.ts';
import { reportPdf } from './render-pdf.ts';
import { change, figure, row } from './report.ts';

const formula = { zh: '表', en: 'meter' };
const of = (value: number | null) => figure(value, 'kWh', 1, '/api/x', formula);
const report = (blocks: ReportDocument['blocks']): ReportDocument => ({
  kind: 'x',
  title: 'T',
  subtitle: 's',
  language: 'en',
  blocks,
  missing: [],
});
const tableOfRows = (rows: number) => ({
  kind: 'table' as const,
  title: 'Title of the table',
  head: ['', 'Used'],
  rows: Array.from({ length: rows }, (_, i) => [`row ${i}`, of(i)]),
});

test('a change says which way, is never -0.0, and against nothing there is none', () => {
  expect(shownFigure(change(of(110), of(100)), 'en')).toBe('+10.0 %');
  expect(shownFigure(change(of(99.99), of(100)), 'en')).toBe('0.0 %');
  expect(shownFigure(of(-0.01), 'en')).toBe('0.0 kWh');
  expect(row('open', of(4), of(0)).at(-1)).toBe('–');
  expect(row('open', of(4), of(null)).at(-1)).toMatchObject({ value: null });
});

test('heads stand where the figures do; of many rows that are all meant none is named', () => {
  expect(figureColumns(tableOfRows(3))).toEqual([false, true]);
  expect(sourceLines(report([tableOfRows(3)]))[0]?.[0]).toBe('Title of the table: row 0, row 1, row 2 (Used)');
  expect(sourceLines(report([tableOfRows(9)]))[0]?.[0]).toBe('Title of the table: all rows (Used)');
});

test('of many rows that are not all the first are named, and their number', () => {
  const rest = { ...of(1), formula: { zh: '其他', en: 'other' } };
  const block = { ...tableOfRows(12), rows: [...tableOfRows(12).rows, ['rest', rest]] };
  expect(sourceLines(report([block]))[0]?.[0]).toBe('Title of the table: row 0, row 1, row 2 and others, 12 rows (Used)');
});

test('a figure stands in one line', async () => {
  const perBedDay = figure(27.72, 'kWh/bed-day', 2, '/api/x', formula);
  const pdf = await reportPdf(report([{ kind: 'table', title: 'T', head: ['', 'This year', 'Last year', 'Change'], rows: [['Electricity', perBedDay, perBedDay, change(of(1), of(2))]] }]), 'foot'); // biome-ignore format: one
  const text = execFileSync(pathOf('pdftotext'), ['-layout', '-', '-'], { input: pdf }).toString();
  expect(text).toMatch(/Electricity +27\.72 kWh\/bed-day +27\.72 kWh\/bed-day +-50\.0 %/);
});

test('no heading and no title of a table stands alone at the foot of a page', async () => {
  for (const rows of [3, 40])
    for (let filler = 29; filler < 37; filler++) {
      const text = Array.from({ length: filler }, () => ({ kind: 'text' as const, text: 'filler' }));
      const pdf = await reportPdf(report([...text, { kind: 'heading', level: 1, text: 'Heading' }, tableOfRows(rows)]), 'foot');
      const pages = execFileSync(pathOf('pdftotext'), ['-layout', '-', '-'], { input: pdf }).toString().split('\f');
      const page = pages.findIndex((one) => one.includes('Heading'));
      expect(pages[page], `${filler} lines, ${rows} rows`).toMatch(/Heading[\s\S]*Title of the table[\s\S]*Used[\s\S]*row 0/);
    }
});
