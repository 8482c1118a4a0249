import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../ingest/open-store.ts';
import type { Store } from '../ingest/store.ts';
import { readTransfers } from './transfers.ts';

const hour = 3_600_000;
const t0 = Date.UTC(2026, 0, 15);
let folder: string;
let store: Store;

/** A switch that is read every five seconds around what happens, every minute else. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-transfers-'));
  store = await openStore({ url: `sqlite:${join(folder, 'readings.db')}`, site: 'demo' });
  const tags = { site: 'demo', device: 'ats', gateway: 'gw' };
  const points = [];
  for (let t = t0; t < t0 + 40 * hour; t += 5_000) {
    const at = t - t0;
    // An outage of ten minutes across the hour, supplied after 10 s; one of 20 hours that was never supplied; one that is not over.
    const first = at >= 0.95 * hour && at < 0.95 * hour + 600_000;
    const second = at >= 5 * hour && at < 25 * hour;
    const third = at >= 39 * hour;
    const supplied = (first && at >= 0.95 * hour + 10_000) || (third && at >= 39 * hour + 15_000);
    const fields = {
      mains_available: first || second || third ? 0 : 1,
      transfer_position: supplied ? 2 : first || second || third ? 0 : 1,
    };
    points.push({ measurement: 'generator' as const, tags, t, fields });
  }
  expect(await store.write(points)).toEqual([]);
});
afterAll(async () => {
  await store?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

it('finds each failure of the mains once, with the time until the generator carried the load', async () => {
  const found = await readTransfers(store, { id: 'ats', system: 'generator' }, { from: t0 - 24 * hour, to: t0 + 40 * hour });
  expect(found).toEqual([
    { device: 'ats', lostAt: t0 + 39 * hour, suppliedAt: t0 + 39 * hour + 15_000, restoredAt: null },
    { device: 'ats', lostAt: t0 + 5 * hour, suppliedAt: null, restoredAt: t0 + 25 * hour },
    { device: 'ats', lostAt: t0 + 0.95 * hour, suppliedAt: t0 + 0.95 * hour + 10_000, restoredAt: t0 + 0.95 * hour + 600_000 },
  ]);
});
