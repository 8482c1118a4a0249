/** Readings as CSV, made while it is sent: a year of raw readings is gigabytes, of which a few blocks are in memory. */
import type { ScanQuery, Store } from '../ingest/store.ts';
import { csvLine } from '../shared/csv.ts';

/** Rows in one piece of text: large enough to be quick, small enough to be held. */
const rowsAtOnce = 5_000;

/** Header, then one row per reading in time order: time (ISO 8601, UTC), device, quantity, value. Nothing is read before it is wanted. */
export async function* csvOf(store: Store, query: ScanQuery): AsyncGenerator<string> {
  yield csvLine(['time', 'device', 'quantity', 'value']);
  if (!store.scanBlocks) {
    let text = '';
    let rows = 0;
    for await (const { t, device, field, value } of store.scan(query)) {
      // The value as it is stored: `csvLine` rounds what was calculated.
      text += `${csvLine([new Date(t).toISOString(), device, field]).trimEnd()},${value}\r\n`;
      if (++rows % rowsAtOnce !== 0) continue;
      yield text;
      text = '';
    }
    if (text !== '') yield text;
    return;
  }
  for await (const block of store.scanBlocks(query)) {
    // What is the same in thousands of rows is written once.
    const names = block.keys.map(({ device, field }) => csvLine([device, field]).trimEnd());
    for (let start = 0; start < block.count; start += rowsAtOnce) {
      const end = Math.min(block.count, start + rowsAtOnce);
      let text = '';
      for (let i = start; i < end; i++)
        text += `${new Date(block.t[i] as number).toISOString()},${names[block.key[i] as number]},${block.value[i]}\r\n`;
      yield text;
    }
  }
}
