import type { ScanBlock, ScanRow } from './store.ts';

/** Blocks of columns as single rows. */
export async function* rowsOf(blocks: AsyncIterable<ScanBlock>): AsyncIterable<ScanRow> {
  for await (const { keys, key, t, value, count } of blocks) {
    for (let i = 0; i < count; i++) {
      const { device, field } = keys[key[i] as number] as { device: string; field: string };
      yield { device, field, t: t[i] as number, value: value[i] as number };
    }
  }
}
