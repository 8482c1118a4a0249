/** Readings of the past, from the store or from a file, in blocks and in time order. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Measurement, ScanBlock, Store } from '../ingest/store.ts';
import { Fault, reasonOf } from '../shared/errors.ts';

/** Series that somebody wants to see; a source may leave out all others. */
export interface Wanted {
  device: string;
  measurement: Measurement;
  /** All of the device when absent. */
  quantities: string[] | undefined;
}

export interface History {
  /** Rows from `from` to before `to`. A value that is NaN is a bad one. */
  blocks(wanted: readonly Wanted[], from: number, to: number): AsyncIterable<ScanBlock>;
}

const blockRows = 16_384;

export function storeHistory(store: Store): History {
  return {
    async *blocks(wanted, from, to) {
      const series = wanted.map(({ device, measurement, quantities }) => ({
        device,
        measurement,
        ...(quantities ? { fields: quantities } : {}),
      }));
      if (series.length === 0) return;
      if (store.scanBlocks) {
        yield* store.scanBlocks({ series, from, to });
        return;
      }
      const out = openBlock();
      for await (const row of store.scan({ series, from, to })) {
        if (out.add(row.device, row.field, row.t, row.value)) yield out.take();
      }
      if (out.count > 0) yield out.take();
    },
  };
}

/**
 * `time,device,quantity,value` with a header in any order of columns; time as ISO 8601 or in ms; an empty value is a bad one; gzip by its name.
 * @throws Fault payload/invalid with file and line
 */
export function fileHistory(file: string): History {
  return {
    async *blocks(_wanted, from, to) {
      const out = openBlock();
      let line = 0;
      let columns: [time: number, device: number, quantity: number, value: number] | undefined;
      const bad = (why: string) => new Fault('payload/invalid', `${file}:${line}: ${why}`);
      // Neighbouring lines mostly share their time: reading a date a million times is what costs.
      let timeText = '';
      let time = Number.NaN;
      try {
        for await (const text of linesOf(file)) {
          line++;
          if (text === '') continue;
          const cells = text.split(',');
          if (!columns) {
            const at = (name: string) => cells.findIndex((cell) => cell.trim() === name);
            columns = [at('time'), at('device'), at('quantity'), at('value')];
            if (columns.includes(-1)) throw bad(`the header is "${text.slice(0, 80)}"; it must name time, device, quantity, value`);
            continue;
          }
          const stamp = cells[columns[0]] as string;
          if (stamp !== timeText) {
            timeText = stamp;
            time = /^-?\d+$/.test(stamp) ? Number(stamp) : Date.parse(stamp);
          }
          if (!Number.isFinite(time)) throw bad(`"${stamp}" is no time (ISO 8601 or ms)`);
          if (time < from || time >= to) continue;
          const device = cells[columns[1]];
          const quantity = cells[columns[2]];
          const value = cells[columns[3]];
          if (device === undefined || quantity === undefined || value === undefined) throw bad('fewer columns than the header');
          const number = value === '' ? Number.NaN : Number(value);
          if (Number.isNaN(number) && value !== '' && value !== 'NaN') throw bad(`"${value}" is no number`);
          if (out.add(device, quantity, time, number)) yield out.take();
        }
      } catch (error) {
        if (error instanceof Fault) throw error;
        throw new Fault('payload/invalid', `${file}: ${reasonOf(error)}`, { cause: error });
      }
      if (out.count > 0) yield out.take();
    },
  };
}

async function* linesOf(file: string): AsyncIterable<string> {
  const raw = createReadStream(file, { highWaterMark: 1 << 18 });
  const unpack = file.endsWith('.gz') ? createGunzip() : undefined;
  if (unpack) raw.on('error', (error) => unpack.destroy(error)).pipe(unpack);
  const stream: Readable = unpack ?? raw;
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() as string;
    for (const one of lines) yield one.endsWith('\r') ? one.slice(0, -1) : one;
  }
  if (rest !== '') yield rest;
}

function openBlock() {
  const keys: { device: string; field: string }[] = [];
  const index = new Map<string, Map<string, number>>();
  let key = new Uint32Array(blockRows);
  let t = new Float64Array(blockRows);
  let value = new Float64Array(blockRows);
  let count = 0;
  return {
    get count() {
      return count;
    },
    /** True when the block is full. */
    add(device: string, field: string, at: number, number: number): boolean {
      let fields = index.get(device);
      if (!fields) {
        fields = new Map();
        index.set(device, fields);
      }
      let id = fields.get(field);
      if (id === undefined) {
        id = keys.push({ device, field }) - 1;
        fields.set(field, id);
      }
      key[count] = id;
      t[count] = at;
      value[count] = number;
      return ++count === blockRows;
    },
    take(): ScanBlock {
      const block = { keys, key, t, value, count };
      key = new Uint32Array(blockRows);
      t = new Float64Array(blockRows);
      value = new Float64Array(blockRows);
      count = 0;
      return block;
    },
  };
}
