/** The boards as a person uses them: laid beside yesterday, sent as a link, taken along as files. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../ingest/open-store.ts';
import { readingsFile } from '../../shared/role.ts';
import { accessibilityTrouble, launchBrowser, openPage, picture, signIn, type View } from '../browser.ts';
import { type Program, startProgram, until } from '../program.ts';
import { needs } from '../servers.ts';

const desk: View = { width: 1440, height: 900, language: 'zh' };
const hour = 3_600_000;
const panel = '[data-panel="demand"]';

/** Two days of the incoming supply: 300 kW until yesterday at this time and for an hour more, then 450 kW. */
async function writeDays(dataDir: string): Promise<void> {
  await using store = await openStore({ url: `sqlite:${readingsFile(dataDir)}`, site: 'demo' });
  const now = Date.now();
  const points = Array.from({ length: 48 * 12 }, (_, index) => {
    const t = now - 48 * hour + index * 300_000;
    const tags = { site: 'demo', device: 'incomer', gateway: 'gw-power' };
    return { measurement: 'electricity' as const, tags, t, fields: { active_power_kw: t < now - 23 * hour ? 300 : 450 } };
  });
  expect(await store.write(points)).toEqual([]);
}

describe.runIf(needs('chromium'))('boards', () => {
  let folder: string;
  let program: Program;
  let browser: Browser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plantroom-boards-'));
    await writeDays(folder);
    [program, browser] = await Promise.all([startProgram({ dataDir: folder }), launchBrowser()]);
    await until(async () => (await fetch(`${program.url}/healthz`)).ok, 'all roles');
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await program?.[Symbol.asyncDispose]();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const legend = (page: Page) => page.locator(`${panel} .legend-earlier`);
  const taken = async (page: Page, choose: () => Promise<void>) => {
    const [download] = await Promise.all([page.waitForEvent('download'), choose()]);
    return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
  };

  it('compares with yesterday, and both go into the files', async () => {
    const { page, trouble } = await openPage(browser, program.url, desk);
    await signIn(page, 'admin', program.password);
    await page.goto(`${program.url}/#/boards/electricity`);
    await page.waitForSelector(`${panel} canvas`);
    expect(await legend(page).count()).toBe(0);
    await page.getByRole('combobox', { name: '对比' }).click();
    await page.getByRole('option', { name: '昨日' }).click();
    await legend(page).waitFor();
    expect(page.url()).toContain('#/boards/electricity?compare=day');
    await page.waitForFunction(() => /昨日 300/.test(document.querySelector('[data-panel="power"] .difference')?.textContent ?? ''));
    expect(await accessibilityTrouble(page)).toEqual([]);
    await picture(page, 'board-compared');

    // By keyboard alone: to the menu, into it, down to the entry. Whether the menu opens on its first entry depends on who is quicker.
    const menu = page.locator(`${panel} .panel-menu`);
    await menu.focus();
    await page.keyboard.press('Enter');
    const entry = page.getByRole('menuitem', { name: 'CSV' });
    await entry.waitFor();
    const isThere = () => entry.evaluate((element) => element === document.activeElement);
    for (let presses = 0; presses < 4 && !(await isThere()); presses++) await page.keyboard.press('ArrowDown');
    const csv = await taken(page, () => page.keyboard.press('Enter'));
    expect(csv.name).toBe('electricity-demand.csv');
    const [header, ...rows] = csv.content.toString('utf8').trimEnd().split('\r\n');
    expect(header).toMatch(/^\ufeff时间 \(Asia\/Shanghai\),.+ \(%\),.+ · 昨日 \(%\)$/);
    const middle = rows.filter((row) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:00\+08:00,[\d.]+,[\d.]+$/.test(row))[40]!.split(',');
    expect(Number(middle[1]) / Number(middle[2])).toBeCloseTo(1.5, 3);

    await menu.click();
    const png = await taken(page, () => page.getByRole('menuitem', { name: 'PNG' }).click());
    expect(png.name).toBe('electricity-demand.png');
    expect(png.content.subarray(1, 4).toString()).toBe('PNG');
    expect(png.content.readUInt32BE(16)).toBeGreaterThan(1_000);
    // A blank picture of this size has some kilobytes.
    expect(png.content.length).toBeGreaterThan(20_000);
    expect(trouble).toEqual([]);
    await page.context().close();
  }, 240_000);

  it('gives the same files on the page of a device', async () => {
    const { page, trouble } = await openPage(browser, program.url, desk);
    await signIn(page, 'admin', program.password);
    await page.goto(`${program.url}/#/devices/incomer`);
    await page.getByText('24小时', { exact: true }).click();
    await page.waitForSelector('.chart-box canvas');
    const csv = await taken(page, () => page.getByRole('button', { name: 'CSV' }).click());
    expect(csv.name).toBe('incomer-active_power_kw.csv');
    const [header, first] = csv.content.toString('utf8').split('\r\n');
    expect(header).toBe('\ufeff时间 (Asia/Shanghai),有功功率 (kW),最低 (kW),最高 (kW)');
    expect(first).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00,[\d.]+,[\d.]+,[\d.]+$/);
    const png = await taken(page, () => page.getByRole('button', { name: 'PNG' }).click());
    expect(png.content.length).toBeGreaterThan(20_000);
    expect(trouble).toEqual([]);
    await page.context().close();
  }, 240_000);

  it('a link carries what one looks at, and Back brings it back', async () => {
    const { page, trouble } = await openPage(browser, program.url, desk);
    await signIn(page, 'admin', program.password);
    await page.goto(`${program.url}/#/boards/electricity?compare=week&building=substation`);
    await legend(page).waitFor();
    expect(await legend(page).textContent()).toBe('上周');
    const wasLive = page.url();
    await page.getByRole('button', { name: '放大（时段减半）' }).click();
    await page.waitForURL(/from=\d{4}-\d\d-\d\dT[\d:.]+Z&to=/);
    const zoomed = page.url();
    await page.getByRole('button', { name: '向前一段' }).click();
    await page.waitForURL((url) => url.href !== zoomed);
    await page.goBack();
    await page.waitForURL(zoomed);
    await page.goBack();
    await page.waitForURL(wasLive);

    await page.getByRole('button', { name: '自定义时段' }).click();
    await page.getByLabel('从').fill('2026-01-15T08:00');
    await page.getByLabel('到').fill('2026-01-15T07:00');
    await page.getByText('结束须晚于开始').waitFor();
    await page.getByLabel('到').fill('2026-01-15T20:00');
    await page.getByRole('button', { name: '显示', exact: true }).click();
    await page.waitForURL(/from=2026-01-15T00:00:00Z&to=2026-01-15T12:00:00Z/);
    expect(trouble).toEqual([]);
    await page.context().close();
  }, 240_000);
});
