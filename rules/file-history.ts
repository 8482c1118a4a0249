/** Readings of the past from a CSV file (RFC 4180, gzip by its name). What cannot be meant is refused with its line; what is left out is counted. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse as parseCsv } from 'csv-parse/sync';
import { Fault, reasonOf } from '../shared/errors.ts';
import { writtenNumber, writtenTime } from '../shared/written-time.ts';
import { type History, openBlock } from './history.ts';

export interface FileHistoryOptions {
  /** The clock of times without an offset. */
  timezone: string;
  /** Later than this (and five minutes) is left out: a wrong clock. */
  now: number;
  /** Rows of other devices are left out, and named. */
  knows(device: string): boolean;
}

/** Rows that were read and not handed on. */
export interface LeftOut {
  future: number;
  /** A second row of one device, quantity and time; the first counts. */
  repeated: number;
  unknown: number;
  /** Some of the unknown devices. */
  unknownDevices: string[];
  /** The file was not in time order; it was sorted. */
  sorted: boolean;
}

/** A file up to this many rows need not be in time order; a longer one must. */
const mostSorted = 5_000_000;
const aheadMs = 300_000;
const mostNames = 5;
const columnNames = ['time', 'device', 'quantity', 'value'] as const;

interface Row {
  line: number;
  t: number;
  device: string;
  quantity: string;
  value: number;
}

/** `time,device,quantity,value` in any order of columns; an empty value or NaN is a bad one. @throws Fault payload/invalid with file and line */
export function fileHistory(file: string, options: FileHistoryOptions): History & { leftOut: LeftOut } {
  const leftOut: LeftOut = { future: 0, repeated: 0, unknown: 0, unknownDevices: [], sorted: false };
  const isUnknown = (device: string) => {
    if (options.knows(device)) return false;
    leftOut.unknown++;
    if (leftOut.unknownDevices.length < mostNames && !leftOut.unknownDevices.includes(device)) leftOut.unknownDevices.push(device);
    return true;
  };
  return {
    leftOut,
    async *blocks(_wanted, from, to) {
      const out = openBlock();
      const last = new Map<string, number>();
      const add = ({ t, device, quantity, value }: Omit<Row, 'line'>): boolean => {
        const series = `${device}\n${quantity}`;
        if (last.get(series) === t) {
          leftOut.repeated++;
          return false;
        }
        last.set(series, t);
        return out.add(device, quantity, t, value);
      };
      let held: Omit<Row, 'line'>[] | undefined = [];
      let newest = Number.NEGATIVE_INFINITY;
      const release = function* () {
        if (!held) return;
        const rows = held;
        held = undefined;
        if (leftOut.sorted) rows.sort((a, b) => a.t - b.t);
        for (const row of rows) if (add(row)) yield out.take();
      };
      for await (const { line, ...row } of rowsOf(file, options.timezone)) {
        if (row.t < from || row.t >= to || isUnknown(row.device)) continue;
        if (row.t > options.now + aheadMs) {
          leftOut.future++;
          continue;
        }
        if (row.t < newest) {
          if (!held) {
            const why = `the time goes back, and the file has more than ${mostSorted.toLocaleString('en')} rows: sort it by time first`;
            throw new Fault('payload/invalid', `${file}:${line}: ${why}`);
          }
          leftOut.sorted = true;
        } else newest = row.t;
        if (held) {
          held.push(row);
          if (held.length >= mostSorted) yield* release();
        } else if (add(row)) yield out.take();
      }
      yield* release();
      if (out.count > 0) yield out.take();
    },
  };
}

async function* rowsOf(file: string, timezone: string): AsyncIterable<Row> {
  let columns: number[] | undefined;
  let width = 0;
  let line = 0;
  const bad = (why: string) => new Fault('payload/invalid', `${file}:${line}: ${why}`);
  // Neighbouring lines mostly share their time: reading a date a million times is what costs.
  let timeText = '';
  let time = Number.NaN;
  try {
    for await (const record of recordsOf(file)) {
      line = record.line;
      const cells = record.cells;
      if (!columns) {
        const header = cells.map((cell) => cell.trim().toLowerCase());
        columns = columnNames.map((name) => header.indexOf(name));
        width = cells.length;
        if (columns.includes(-1)) throw bad(`the header is "${cells.join(',').slice(0, 80)}"; it must name time, device, quantity, value`);
        continue;
      }
      if (cells.length !== width) {
        const hint = cells.length > width ? '; a decimal comma? write 5.9, or put "5,9" in quotes to have it refused as a number' : '';
        throw bad(`${cells.length} cells where the header has ${width}${hint}`);
      }
      const [timeCell, device, quantity, valueCell] = columns.map((at) => (cells[at] as string).trim()) as [string, string, string, string];
      if (timeCell !== timeText) {
        const read = writtenTime(timeCell, timezone);
        if (typeof read !== 'number') throw bad(read.wrong);
        timeText = timeCell;
        time = read;
      }
      const value = writtenNumber(valueCell);
      if (Number.isNaN(value) && valueCell !== '' && valueCell !== 'NaN') {
        throw bad(`"${valueCell}" is no number (digits, a point, perhaps an exponent; empty or NaN for a bad value)`);
      }
      if (device === '' || quantity === '') throw bad('device or quantity is empty');
      yield { line, t: time, device, quantity, value };
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('payload/invalid', `${file}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Most lines have no quotes and are cut at their commas; a record with quotes, which may go over several lines, goes to the library. */
async function* recordsOf(file: string): AsyncIterable<{ line: number; cells: string[] }> {
  let line = 0;
  let open = '';
  let openLine = 0;
  for await (const text of linesOf(file)) {
    line++;
    if (open === '') {
      if (text === '') continue;
      if (!text.includes('"')) {
        yield { line, cells: text.split(',') };
        continue;
      }
      openLine = line;
    }
    open = open === '' ? text : `${open}\n${text}`;
    if ((open.match(/"/g)?.length ?? 0) % 2 !== 0) continue;
    const [cells] = parseCsv(open, { relax_column_count: true }) as string[][];
    open = '';
    if (cells) yield { line: openLine, cells };
  }
  if (open !== '') throw new Fault('payload/invalid', `${file}:${openLine}: a quote that is opened here is never closed`);
}

async function* linesOf(file: string): AsyncIterable<string> {
  const raw = createReadStream(file, { highWaterMark: 1 << 18 });
  const unpack = file.endsWith('.gz') ? createGunzip() : undefined;
  if (unpack) raw.on('error', (error) => unpack.destroy(error)).pipe(unpack);
  const stream: Readable = unpack ?? raw;
  stream.setEncoding('utf8');
  let rest = '';
  let first = true;
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (rest + (first ? chunk.replace(/^\uFEFF/, '') : chunk)).split('\n');
    first = false;
    rest = lines.pop() as string;
    for (const one of lines) yield one.endsWith('\r') ? one.slice(0, -1) : one;
  }
  if (rest !== '') yield rest.endsWith('\r') ? rest.slice(0, -1) : rest;
}
