/**
 * `npm run screens`: the console on a year of data. First paint of the overview, every board over thirteen months from click to drawn, and what
 * fifty viewers cost the dashboards role. Real program, real Chromium. Options: --store sqlite|influx1, --days N, --keep FOLDER (SQLite), --url of a
 * store that was filled before, --viewers N, --only paint,boards,viewers.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../test/browser.ts';
import { median } from './row.ts';
import { chooseRange, openBoard, paintOverview, type Signed, signedPage } from './screens/pages.ts';
import { type StoreName, startYearPlant, type YearPlant } from './screens/plant.ts';
import { cpuSeconds, memoryMb, pidOfRole } from './screens/process.ts';
import { startViewers } from './screens/viewers.ts';

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    days: { type: 'string', default: '396' },
    keep: { type: 'string' },
    url: { type: 'string' },
    viewers: { type: 'string', default: '50' },
    only: { type: 'string', default: 'paint,boards,viewers' },
  },
});
const parts = values.only.split(',');
const reach = { paintMs: 1_000, boardMs: 500, cpu: 0.5, memoryMb: 250 };
/** Real pages among the viewers; each costs the machine some 150 MB of Chromium. */
const realPages = ['', 'boards/electricity', 'boards/heating', 'boards/oxygen', 'boards/energy', 'boards/water'];
const windowMs = 60_000;
const results: { title: string; ours: string; reach: string; ok: boolean; raw: Record<string, readonly number[]> }[] = [];

function report(title: string, ours: string, wanted: string, ok: boolean, raw: Record<string, readonly number[]>): void {
  results.push({ title, ours, reach: wanted, ok, raw });
  process.stdout.write(`${ok ? 'reached' : 'SHORT  '}  ${title}\n     ours ${ours}  to reach: ${wanted}\n`);
  for (const [name, all] of Object.entries(raw))
    process.stdout.write(`     ${name}: ${all.map((one) => Number(one.toPrecision(4))).join(' ')}\n`);
}

async function paint(browser: Browser, { program }: YearPlant): Promise<void> {
  const cold: number[] = [];
  const again: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i <= 5; i++) {
    const signed = await signedPage(browser, program, 1_440);
    const bareMs = await barePaint(signed, program.url);
    const coldMs = await paintOverview(signed, program.url);
    await signed.page.goto('about:blank');
    const againMs = await paintOverview(signed, program.url);
    await signed.context.close();
    // The first round warms Chromium and the server's code.
    if (i > 0) for (const [list, ms] of [[bare, bareMs], [cold, coldMs], [again, againMs]] as const) list.push(ms); // biome-ignore format: short
  }
  report(
    'overview: start of the navigation to its figures painted, nothing in the browser cache',
    `${median(cold).toFixed(0)} ms, with a warm cache ${median(again).toFixed(0)} ms; an icon alone takes ${median(bare).toFixed(0)} ms in the same browser`,
    `≤ ${reach.paintMs} ms`,
    median(cold) <= reach.paintMs,
    { 'nothing cached, ms': cold, 'cached, ms': again, 'icon, ms': bare },
  );
}

/** What the browser and the machine take for a page that is nothing but a picture. */
async function barePaint({ page }: Signed, url: string): Promise<number> {
  await page.goto(`${url}/icon.svg`);
  return page.evaluate(
    () => new Promise<number>((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now()), 0))),
  );
}

async function boards(browser: Browser, { program }: YearPlant): Promise<void> {
  const raw: Record<string, number[]> = {};
  const signed = await signedPage(browser, program, 1_440);
  const list = await program.list<{ id: string }>('/api/boards');
  for (const { id } of list) {
    if (id === 'alarms' || id === 'tickets') continue;
    await openBoard(signed.page, program.url, id);
    // Some boards open with the year.
    await chooseRange(signed.page, 'week');
    const { ms, requests } = await chooseRange(signed.page, 'year');
    raw[`${id}: ms, panels in view`] = [ms, requests];
  }
  const worst = Math.max(...Object.values(raw).map(([ms]) => ms as number));
  const over = signed.drawn.filter(({ points, room }) => points > room);
  const circuits = raw['electricity: ms, panels in view']?.[0] ?? Number.POSITIVE_INFINITY;
  report(
    'boards: click on thirteen months to all panels in view drawn, nobody asked before',
    `electricity ${circuits.toFixed(0)} ms, slowest ${worst.toFixed(0)} ms; most points in a line ${Math.max(...signed.drawn.map(({ points }) => points))}, lines with more points than pixels: ${over.length} of ${signed.drawn.length} panels`,
    `≤ ${reach.boardMs} ms, never more points than pixels`,
    worst <= reach.boardMs && over.length === 0,
    { ...raw, 'largest answer, kB': [Math.max(...signed.drawn.map(({ bytes }) => bytes)) / 1_000] },
  );
  await signed.context.close();
}

async function viewers(browser: Browser, { program }: YearPlant, wanted: number): Promise<void> {
  const pid = pidOfRole('dashboards', program.dataDir);
  const before = memoryMb(pid);
  await using undo = new AsyncDisposableStack();
  const real: Signed[] = [];
  for (const path of realPages) {
    const signed = await signedPage(browser, program, 1_440);
    undo.defer(() => signed.context.close());
    await signed.page.goto(`${program.url}/#/${path}`);
    real.push(signed);
  }
  await sleep(8_000);
  const asked = real.map(({ asked: all }) => firstOfEach(all));
  const bare = Array.from({ length: wanted - real.length }, (_, i) => asked[i % asked.length] as string[]);
  const group = undo.use(await startViewers(program, bare));
  await sleep(20_000);
  const memory: { pss: number; rss: number }[] = [];
  const [cpu, count, startedAt] = [cpuSeconds(pid), { ...group.count }, performance.now()];
  while (performance.now() - startedAt < windowMs) {
    memory.push(memoryMb(pid));
    await sleep(2_000);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const share = (cpuSeconds(pid) - cpu) / seconds;
  const answers = (group.count.answers - count.answers) / seconds;
  const rss = Math.max(...memory.map((one) => one.rss));
  const pss = Math.max(...memory.map((one) => one.pss));
  report(
    `${wanted} viewers on live boards: ${real.length} pages of Chromium, ${bare.length} bare clients with the same requests and streams`,
    `${(share * 100).toFixed(1)} % of a core; at most RSS ${rss.toFixed(0)} MB, PSS ${pss.toFixed(0)} MB; ${answers.toFixed(0)} answers/s to the bare ones, ${group.count.failed} failed`,
    `< ${reach.cpu * 100} % of a core, < ${reach.memoryMb} MB`,
    share < reach.cpu && rss < reach.memoryMb && group.count.failed === 0,
    {
      'RSS, MB': memory.map((one) => one.rss),
      'PSS, MB': memory.map((one) => one.pss),
      'before: RSS, PSS, MB': [before.rss, before.pss],
      'kB/s to the bare ones': [(group.count.bytes - count.bytes) / seconds / 1_000],
    },
  );
}

/** A page asks the same again and again: one of each, whatever the time. */
function firstOfEach(paths: readonly string[]): string[] {
  const found = new Map<string, string>();
  for (const path of paths) {
    const key = path.replace(/(from|to)=\d+/g, '');
    if (!found.has(key)) found.set(key, path);
  }
  return [...found.values()];
}

process.stdout.write(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? '?'}, load ${loadavg()[0]?.toFixed(1)}\n`);
await using undo = new AsyncDisposableStack();
const begin = performance.now();
const plant = undo.use(
  await startYearPlant({ store: values.store as StoreName, days: Number(values.days), keep: values.keep, url: values.url }),
);
const { made } = plant;
const density = made
  ? `${made.devices} devices, ${made.series} series, ${(made.values / 1e6).toFixed(1)} million values since ${new Date(made.from).toISOString().slice(0, 10)} (hours; circuits every 15 min; the last 6 h every 10 s)`
  : 'filled before';
process.stdout.write(`store ${values.store}: ${density}; ready after ${((performance.now() - begin) / 1_000).toFixed(0)} s\n`);
const browser = undo.adopt(await launchBrowser(), (one) => one.close());
if (parts.includes('paint')) await paint(browser, plant);
if (parts.includes('boards')) await boards(browser, plant);
if (parts.includes('viewers')) await viewers(browser, plant, Number(values.viewers));
mkdirSync(join(import.meta.dirname, '..', 'artefacts'), { recursive: true });
writeFileSync(join(import.meta.dirname, '..', 'artefacts', `screens-${values.store}.json`), JSON.stringify(results, null, 2));
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
