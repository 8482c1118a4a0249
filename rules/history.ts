/** Readings of the past, in blocks and in time order. */
import type { Measurement, ScanBlock, Store } from '../ingest/store.ts';

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

/** Rows one by one into blocks. */
export function openBlock() {
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
