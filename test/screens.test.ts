/** The history that `npm run screens` measures on, short: it is what it says, and no panel of any board draws more points than it has room for. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillYear, type YearMade } from '../bench/screens/year.ts';
import { isReadings } from '../dashboards/board/board.ts';
import { loadBoards } from '../dashboards/board/boards.ts';
import { panelData } from '../dashboards/panel/data.ts';
import { openStore } from '../ingest/open-store.ts';
import type { Store } from '../ingest/store.ts';
import { demoSite } from './board-site.ts';
import { temporaryFolder } from './servers.ts';

const now = Date.UTC(2026, 0, 15, 8);
const day = 86_400_000;
const days = 4;
let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let made: YearMade;

beforeAll(async () => {
  folder = temporaryFolder('screens');
  store = await openStore({ url: `sqlite:${join(folder.path, 'readings.db')}`, site: 'demo' });
  made = await fillYear(store, { now, days, denseMs: 60_000, most: 5 });
}, 240_000);
afterAll(async () => {
  await store?.[Symbol.asyncDispose]();
  folder?.[Symbol.dispose]();
});

it('holds every device of the demo hospital up to now', async () => {
  const newest = await store.newest();
  expect(made.devices).toBe(131);
  expect(new Set(newest.map(({ device }) => device)).size).toBe(made.devices);
  expect(newest.filter(({ field }) => field !== 'online')).toHaveLength(made.series);
  expect(newest.filter(({ field, t }) => field !== 'online' && t < now - 20_000)).toEqual([]);
});

it('never gives a panel more points than pixels', async () => {
  const { config, devices, rules } = demoSite();
  const source = { site: config, store, devices, rules, newest: (ids: readonly string[]) => store.newest(ids), now };
  let drawn = 0;
  for (const board of (await loadBoards()).values()) {
    for (const panel of board.panels.filter(isReadings)) {
      for (const points of [60, 400]) {
        const { lines } = await panelData(panel, { from: now - days * day, to: now, points }, source);
        // The first and the last step may be cut by the range.
        for (const line of lines) expect(line.points.length, `${board.id}/${panel.id}`).toBeLessThanOrEqual(points + 1);
        drawn += lines.filter(({ figure }) => figure !== null).length;
      }
    }
  }
  expect(drawn).toBeGreaterThan(500);
}, 240_000);
