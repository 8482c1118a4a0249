/** An engineer at the real console: raw registers as another program reads them, a limit tried on the past, the tree of meters. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ruleOverrideSchema } from '../../shared/rule.ts';
import { devicesOf, isModbusDevice } from '../../shared/site.ts';
import { loadSite } from '../../shared/site-file.ts';
import { accessibilityTrouble, launchBrowser, openPage, picture, signIn, type View } from '../browser.ts';
import { hangMs } from '../hang.ts';
import { type Program, startProgram, until } from '../program.ts';
import { needs, pathOf } from '../servers.ts';

const root = join(import.meta.dirname, '..', '..');
const desk: View = { width: 1440, height: 900, language: 'zh' };
const phone: View = { width: 360, height: 800, language: 'en', dark: true };
const feeder = 'fd-icu';

/** Where the simulated device answers: its port in the site file, moved as the program was told at its start. */
function addressOf(device: string, program: Program): { port: number; unit: number } {
  const found = devicesOf(loadSite(join(root, 'sites', 'demo.yaml')).config).find((one) => one.device.id === device)!;
  if (!isModbusDevice(found.device) || !('port' in found.bus)) throw new Error(`${device} is no Modbus TCP device`);
  const child = readFileSync(`/proc/${program.child.pid}/task/${program.child.pid}/children`, 'utf8').split(' ')[0];
  const shift = /PLANTROOM_SIM_SHIFT=(\d+)/.exec(readFileSync(`/proc/${child}/environ`, 'utf8'))![1];
  return { port: found.bus.port + Number(shift), unit: found.device.unit };
}

function mbpoll(device: string, program: Program, address: number, count: number): number[] {
  const { port, unit } = addressOf(device, program);
  const args = [
    '-m',
    'tcp',
    '-p',
    String(port),
    '-a',
    String(unit),
    '-0',
    '-r',
    String(address),
    '-c',
    String(count),
    '-t',
    '4:hex',
    '-1',
    '-q',
    '127.0.0.1',
  ];
  const out = execFileSync(pathOf('mbpoll'), args, { encoding: 'utf8' });
  return [...out.matchAll(/^\[\d+\]:\s+0x([0-9A-F]+)/gm)].map(([, hex]) => Number.parseInt(hex!, 16));
}

const counts = async (page: Page) => [
  await page.locator('[data-today="try.fired"]').textContent(),
  await page.locator('[data-trial="try.fired"]').textContent(),
];

describe.runIf(needs('chromium', 'mbpoll'))("the console's pages for engineers", () => {
  let program: Program;
  let browser: Browser;

  beforeAll(async () => {
    [program, browser] = await Promise.all([startProgram(), launchBrowser()]);
    await until(async () => (await fetch(`${program.url}/healthz`)).ok, 'all roles');
    await program.api('/api/users', { method: 'POST', body: { name: 'guest', role: 'viewer', password: 'guest-password-1' } });
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await program?.[Symbol.asyncDispose]();
  });

  it('show the words that are on the wire, as mbpoll reads them', async () => {
    const { page, trouble } = await openPage(browser, program.url, desk);
    await signIn(page, 'admin', program.password);
    await page.goto(`${program.url}/#/devices/${feeder}`);
    await page.click('.raw-panel button');
    const row = page.locator('tr[data-register="energy_import_kwh"]');
    const shown = async () => {
      const text = (await row.locator('.words').textContent()) ?? '';
      return /^[0-9A-F]{4} [0-9A-F]{4}$/.test(text) && text.split(' ').map((word) => Number.parseInt(word, 16));
    };
    const before = await until(shown, 'words of the energy counter');
    const [, address] = /03 · (\d+)/.exec((await row.textContent()) ?? '') as unknown as [string, string];
    const wire = mbpoll(feeder, program, Number(address), 2);
    const joined = ([high, low]: number[]) => high! * 65_536 + low!;
    // The counter counts on between the two reads, by a few steps at most: the high word is the same.
    expect(wire).toHaveLength(2);
    expect(wire[0]).toBe(before[0]);
    expect(joined(wire) - joined(before)).toBeGreaterThanOrEqual(0);
    expect(joined(wire) - joined(before)).toBeLessThan(50);
    await page.locator('.raw-panel').scrollIntoViewIfNeeded();
    expect(await accessibilityTrouble(page)).toEqual([]);
    await picture(page, 'raw-registers');
    expect(trouble).toEqual([]);
    await page.context().close();
  }, 240_000);

  it('try another limit on what is stored, and give the text for the site file', async () => {
    const { page, trouble } = await openPage(browser, program.url, desk);
    await signIn(page, 'admin', program.password);
    // Two readings are a past that a backtest can run on.
    await until(async () => {
      const { points } = await program.api<{ points: unknown[] }>(`/api/series?device=${feeder}&quantity=current_l1_a`);
      return points.length >= 2;
    });
    await page.goto(`${program.url}/#/rules/EL-OVER-WARN/${feeder}`);
    const parameter = (name: string) => page.locator(`[data-parameter="${name}"] input`);
    await parameter('on_delay').focus();
    await page.keyboard.press('Home');
    await page.waitForSelector('[data-trial="try.fired"]', { timeout: hangMs });
    expect(await counts(page)).toEqual(['0', '0']);
    await parameter('limit').focus();
    await page.keyboard.press('Home');
    // The line moves at once; the backtest follows.
    expect(Number(await page.locator('[data-tried]').getAttribute('data-tried'))).toBeCloseTo(1.6, 5);
    await until(async () => (await counts(page)).join() === '0,1', 'the trial fires');
    expect(await page.locator('.episodes li').count()).toBe(1);
    await page.fill('.override input', '重症医学科负荷小');
    const [override] = parse(await page.inputValue('.override-text')).rules.overrides;
    expect(ruleOverrideSchema.parse(override)).toMatchObject({
      rule: 'EL-OVER-WARN',
      devices: [feeder],
      params: { limit: '1 % of rating_a' },
      on_delay: 0,
      reason: '重症医学科负荷小',
    });
    await page.locator('.override-copy button').click();
    await page.locator('.override-copy [role=status]:not(:empty)').waitFor();
    // Limits from the spread of this place, with the alarms a year; one of them is tried by a press.
    await page.locator('.proposals button').first().click();
    await page.waitForSelector('[data-per-year="today"]', { timeout: hangMs });
    const proposed = page.locator('.proposals [data-per-year]:not([data-per-year="today"])');
    expect(await proposed.count()).toBe(3);
    await page.locator('.proposals td button').first().click();
    const turned = JSON.stringify(parse(await page.inputValue('.override-text')).rules.overrides[0].params.limit);
    expect(turned).toBe(await proposed.first().getAttribute('data-per-year'));
    expect(await accessibilityTrouble(page)).toEqual([]);
    await picture(page, 'try-rule', { fullPage: true });
    expect(trouble).toEqual([]);
    await page.context().close();
  }, 240_000);

  it.each([desk, phone])(
    'walk through the trees with keys ($width, $language)',
    async (view) => {
      const { page, trouble } = await openPage(browser, program.url, view);
      await signIn(page, 'admin', program.password);
      await page.goto(`${program.url}/#/site?period=7d`);
      await page.locator('.tree-row[data-node="fd-icu"]').waitFor({ timeout: hangMs });
      expect(await accessibilityTrouble(page)).toEqual([]);
      await page.goto(`${program.url}/#/site?view=places`);
      const row = (id: string) => page.locator(`.tree-row[data-node="${id}"]`);
      await row('building substation').focus();
      expect(await row('building medtech').getAttribute('aria-expanded')).toBe('false');
      await row('building medtech').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      expect(await accessibilityTrouble(page)).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(wide).toBe(0);
      await picture(page, `${view.width}-${view.language}-places`);
      const device = await page.evaluate(() => document.activeElement?.getAttribute('data-node'));
      expect(device).toMatch(/^device /);
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/#/devices/${device!.slice('device '.length)}`);
      for (const path of [`rules/EL-OVER-WARN/${feeder}`, `devices/${feeder}`]) {
        await page.goto(`${program.url}/#/${path}`);
        await page.locator('.u-wrap, .chart-box').first().waitFor();
        expect([path, await accessibilityTrouble(page)]).toEqual([path, []]);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect([path, over]).toEqual([path, 0]);
      }
      expect(trouble).toEqual([]);
      await page.context().close();
    },
    240_000,
  );

  it('offer a viewer neither raw registers nor a backtest', async () => {
    const { page, trouble } = await openPage(browser, program.url, { ...desk, language: 'en' });
    await signIn(page, 'guest', 'guest-password-1');
    await page.goto(`${program.url}/#/rules/EL-OVER-WARN/${feeder}`);
    await page.waitForSelector('.legend-line');
    expect(await page.locator('.try-rule').count()).toBe(0);
    await page.goto(`${program.url}/#/devices/${feeder}`);
    await page.waitForSelector('.value-grid');
    expect(await page.locator('.raw-panel').count()).toBe(0);
    expect(trouble).toEqual([]);
    await page.context().close();
  }, 240_000);
});
