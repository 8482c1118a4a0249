/** Readings and other columns from CSV files, gzip by name. Every mistake is told with its line, all at once, and then nothing is taken. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { Fault, reasonOf } from '../shared/errors.ts';
import { momentOf } from '../shared/zone.ts';
import type { RegisterReadings } from './counter.ts';

const mostMistakes = 50;

/** Rows by column name, or a list of mistakes. */
export interface Table {
  file: string;
  header: string[];
  rows: { line: number; cells: string[] }[];
}

/** @throws Fault payload/invalid */
export function readText(file: string): string {
  try {
    const raw = readFileSync(file);
    const bytes = raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw;
    return decode(bytes);
  } catch (error) {
    throw new Fault('payload/invalid', `${file}: ${reasonOf(error)}`, { cause: error });
  }
}

/** UTF-8, or what spreadsheets in China write when it is not. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return iconv.decode(Buffer.from(bytes), 'gb18030');
  }
}

/** `aliases`: by column, the names that files give it. @throws Fault payload/invalid */
export function readTable(file: string, aliases: Record<string, readonly string[]>, needed: readonly string[]): Table {
  const lines = readText(file).split(/\r?\n/);
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0) throw new Fault('payload/invalid', `${file}: is empty`);
  const header = cellsOf(lines[first] as string).map((cell) => {
    const name = cell.toLowerCase().replace(/[\s-]+/g, '_');
    return Object.keys(aliases).find((column) => column === name || aliases[column]?.includes(name)) ?? name;
  });
  const missing = needed.filter((column) => !header.includes(column));
  if (missing.length > 0)
    throw new Fault(
      'payload/invalid',
      `${file}:${first + 1}: the header is "${(lines[first] as string).slice(0, 80)}"; it must name ${needed.join(', ')} (missing: ${missing.join(', ')})`,
    );
  const rows = [];
  for (let i = first + 1; i < lines.length; i++) {
    const line = lines[i] as string;
    if (line !== '' && line.trim() !== '') rows.push({ line: i + 1, cells: line.includes('"') ? cellsOf(line) : line.split(',') });
  }
  return { file, header, rows };
}

function cellsOf(line: string): string[] {
  const cells = line.replace(/^﻿/, '').match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? [];
  const out = cells.map((cell) => cell.replace(/,$/, '').trim().replace(/^"|"$/g, '').replaceAll('""', '"').trim());
  if (line.endsWith(',') || out.length === 1) return out;
  return cells.at(-1) === '' ? out.slice(0, -1) : out;
}

export class Mistakes {
  readonly #file: string;
  readonly #found: string[] = [];
  #count = 0;

  constructor(file: string) {
    this.#file = file;
  }

  add(line: number, what: string): void {
    if (this.#count++ < mostMistakes) this.#found.push(`${this.#file}:${line}: ${what}`);
  }

  /** @throws Fault payload/invalid when there is one */
  end(): void {
    if (this.#count === 0) return;
    const more = this.#count > mostMistakes ? [`and ${this.#count - mostMistakes} more`] : [];
    throw new Fault('payload/invalid', [...this.#found, ...more, 'nothing was taken'].join('\n'));
  }
}

/** ISO 8601 or ms; without an offset it is the time of the zone. NaN when it is no time. */
export function timeOf(text: string, timezone: string): number {
  if (/^-?\d{9,}(\.\d+)?$/.test(text)) return Number(text);
  const match = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i.exec(
    text.trim(),
  );
  if (!match) return Number.NaN;
  const [, year, month, date, hour = '0', minute = '0', second = '0', fraction = '0', zone] = match;
  const [y, mo, d, h, mi] = [Number(year), Number(month), Number(date), Number(hour), Number(minute)];
  const wall = Date.UTC(y, mo - 1, d, h, mi, Number(second), Number(fraction) * 1000);
  const back = new Date(wall);
  if (back.getUTCMonth() !== mo - 1 || back.getUTCDate() !== d || h > 24 || mi > 59) return Number.NaN;
  if (!zone) return momentOf(timezone, wall);
  if (/^z$/i.test(zone)) return wall;
  const sign = zone.startsWith('-') ? -1 : 1;
  return wall - sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000;
}

/** A plain number; NaN for anything else, so for thousands commas, units and formulas. */
export const numberOf = (text: string): number => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN);

export interface Series extends RegisterReadings {
  device: string;
  quantity: string;
  t: number[];
  v: number[];
  manual: number[];
}

const readingColumns = {
  time: ['t', 'timestamp', 'date', '时间'],
  device: ['meter', 'device_id', '设备', '表计'],
  quantity: ['field', 'name', '量'],
  value: ['v', 'reading', '读数', '值'],
  quality: ['source', '质量'],
};

/** `time,device,quantity,value[,quality]`, in any order of columns and rows. An empty value is a bad one. @throws Fault payload/invalid */
export function readReadings(file: string, timezone: string): Series[] {
  const { header, rows } = readTable(file, readingColumns, ['time', 'device', 'quantity', 'value']);
  const at = (name: string) => header.indexOf(name);
  const [time, device, quantity, value, quality] = [at('time'), at('device'), at('quantity'), at('value'), at('quality')];
  const mistakes = new Mistakes(file);
  const series = new Map<string, Series>();
  let stamp = '';
  let t = Number.NaN;
  for (const { line, cells } of rows) {
    const [timeText = '', id = '', name = '', text] = [cells[time], cells[device]?.trim(), cells[quantity]?.trim(), cells[value]?.trim()];
    if (timeText !== stamp) {
      stamp = timeText;
      t = timeOf(timeText, timezone);
    }
    if (text === undefined) mistakes.add(line, `has ${cells.length} columns, the header ${header.length}`);
    else if (Number.isNaN(t)) mistakes.add(line, `"${timeText}" is no time (2026-01-15T08:00:00+08:00, or ms)`);
    else if (id === '' || name === '') mistakes.add(line, 'names no device or no quantity');
    else {
      const bad = text === '' || /^(nan|null|inf|-inf|infinity|-infinity)$/i.test(text);
      const number = bad ? Number.NaN : numberOf(text);
      if (!bad && Number.isNaN(number)) {
        mistakes.add(line, text.startsWith('=') ? `"${text}" is a formula; give its value` : `"${text}" is no number`);
        continue;
      }
      const key = `${id}\n${name}`;
      let one = series.get(key);
      if (!one) {
        one = { device: id, quantity: name, t: [], v: [], manual: [], length: 0 };
        series.set(key, one);
      }
      one.t.push(t);
      one.v.push(number);
      one.manual.push(cells[quality]?.trim() === 'manual' ? 1 : 0);
      one.length++;
    }
  }
  mistakes.end();
  return [...series.values()];
}
