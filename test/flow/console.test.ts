/** A person at the real console of the real program: sign in, start a fault, see it flash, acknowledge, follow to the ticket, close it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pages } from '../../dashboards/console/pages.ts';
import { accessibilityTrouble, launchBrowser, openPage, signIn, type View } from '../browser.ts';
import { type Program, startProgram, until } from '../program.ts';
import { needs } from '../servers.ts';

const pictures = join(import.meta.dirname, '..', '..', 'artefacts', 'console');
const desk: View = { width: 1440, height: 900, language: 'zh' };
const phone: View = { width: 360, height: 800, language: 'en', dark: true };

describe.runIf(needs('chromium'))('the console', () => {
  let program: Program;
  let browser: Browser;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    [program, browser] = await Promise.all([startProgram(), launchBrowser()]);
    await until(async () => (await fetch(`${program.url}/healthz`)).ok, 60_000, 'all roles');
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await program?.[Symbol.asyncDispose]();
  });

  it('takes a fault from start to signed-off ticket', async () => {
    const { page, trouble } = await openPage(browser, program.url, desk);
    await page.screenshot({ path: join(pictures, 'sign-in.png') });
    expect(await accessibilityTrouble(page)).toEqual([]);
    await signIn(page, 'admin', program.password);
    await page.waitForFunction(() => document.querySelectorAll('.tile .value.large:not(.none)').length >= 10, undefined, {
      timeout: 60_000,
    });
    await page.screenshot({ path: join(pictures, 'overview-calm.png') });

    await page.click('.fault-button');
    await page.click('[data-fault="burst-heating-pipe"] button');
    await page.waitForSelector('[data-fault="burst-heating-pipe"].running');
    expect(await accessibilityTrouble(page)).toEqual([]);
    await page.keyboard.press('Escape');

    const row = page.locator('.alarm-row[data-system="heating"][data-state="UNACK"]').first();
    await row.waitFor({ timeout: 60_000 });
    expect(await row.locator('.flash').count()).toBe(1);
    expect(await page.locator('.tile[data-system="heating"].calling').count()).toBe(1);
    const alarmId = (await row.getAttribute('data-alarm')) as string;
    await page.screenshot({ path: join(pictures, 'overview-alarm.png') });
    expect(await accessibilityTrouble(page)).toEqual([]);

    await row.locator('.row-actions button').click();
    await page.fill('[role=dialog] textarea', '马上去看');
    await page.click('[role=dialog] button[type=submit]');
    const acknowledged = page.locator(`.alarm-row[data-alarm="${alarmId}"][data-state="ACKED"]`);
    await acknowledged.waitFor();
    expect(await acknowledged.locator('.flash').count()).toBe(0);

    await acknowledged.locator('a[href^="#/tickets/"]').click();
    const ticket = page.locator('.ticket-row').first();
    const step = () => ticket.locator('.row-actions button').click();
    const state = (name: string) => page.locator(`.ticket-row[data-state="${name}"]`).waitFor();
    await step();
    await state('assigned');
    await step();
    await state('started');
    await step();
    await page.fill('[role=dialog] textarea', '已更换爆裂管段，系统补水排气正常');
    await page.click('[role=dialog] button[type=submit]');
    await state('resolved');
    await step();
    await page.click('[role=dialog] button[type=submit]');
    await state('verified');
    await until(async () => (await page.locator('.journal li').count()) >= 5);
    await page.screenshot({ path: join(pictures, 'ticket.png') });

    await program.api('/api/faults/burst-heating-pipe', { method: 'DELETE' });
    expect(trouble).toEqual([]);
    await page.context().close();
  }, 150_000);

  it.each([desk, phone])(
    'every page is accessible, fits the screen and asks nothing of the outside ($width, $language)',
    async (view) => {
      const { page, trouble } = await openPage(browser, program.url, view);
      await signIn(page, 'admin', program.password);
      for (const path of [...Object.keys(pages), 'boards/oxygen', 'devices/incomer']) {
        await page.goto(`${program.url}/#/${path}`);
        await page.waitForSelector('main .panel, main .tile');
        await page.waitForTimeout(300);
        expect([path, await accessibilityTrouble(page)]).toEqual([path, []]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect([path, wide]).toEqual([path, 0]);
        await page.screenshot({ path: join(pictures, `${view.width}-${view.language}-${path.replace('/', '-')}.png`) });
      }
      expect(trouble).toEqual([]);
      await page.context().close();
    },
    90_000,
  );

  it('offers a viewer no step that he may not take', async () => {
    await program.api('/api/users', { method: 'POST', body: { name: 'guest', role: 'viewer', password: 'guest-password-1' } });
    const { page } = await openPage(browser, program.url, { ...desk, language: 'en' });
    await signIn(page, 'guest', 'guest-password-1');
    expect(await page.locator('.fault-button, .row-actions button').count()).toBe(0);
    await page.goto(`${program.url}/#/tickets`);
    await page.waitForSelector('main .panel');
    expect(await page.locator('.row-actions button').count()).toBe(0);
    await page.context().close();
  }, 60_000);
});
