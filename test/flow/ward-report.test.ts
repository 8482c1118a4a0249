/** A nurse with a phone: scans the code, reports with a photo, and later signs, in a real browser. Taps are counted. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, openPlaces } from '../../desk/index.ts';
import { systemClock } from '../../shared/clock.ts';
import { operationsFile } from '../../shared/role.ts';
import { accessibilityTrouble, launchBrowser } from '../browser.ts';
import { type DashboardsApp, startDashboardsApp } from '../dashboards-app.ts';
import { siteOf } from '../site-of.ts';

let app: DashboardsApp;
let browser: Browser;
beforeAll(async () => {
  const places = [{ id: 'ward-3', name: { zh: '三病区', en: 'Ward 3' }, phone: '8120' }];
  app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating']] }, { places }));
  browser = await launchBrowser();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await app?.[Symbol.asyncDispose]();
});

test.each([
  ['zh', '水'],
  ['en', 'Water'],
])(
  'reported in at most 4 taps, signed on the same page (%s)',
  async (lang, water) => {
    using db = openDatabase(operationsFile(app.dataDir));
    const code = openPlaces(db, systemClock()).codeOf('ward-3', 'test');
    const photo = join(app.dataDir, 'photo.jpg');
    const taken = sharp({ create: { width: 4_000, height: 3_000, channels: 3, background: 'red' } });
    writeFileSync(photo, await taken.jpeg().toBuffer());
    const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${app.url}/r/${code}?lang=${lang}`);
    expect(await accessibilityTrouble(page)).toEqual([]);

    let taps = 0;
    const tap = async (selector: string) => {
      taps++;
      await page.click(selector);
    };
    await tap(`label:has-text("${water}")`);
    // Opening the camera and taking the picture.
    taps += 2;
    await page.setInputFiles('input[type=file]', photo);
    await tap('button');
    await page.waitForURL(/\/r\/[^/]+\/[^/]+/);
    expect(taps).toBeLessThanOrEqual(4);
    const [ticket] = app.desk.tickets();
    const files = await app.call('GET', `/api/tickets/${ticket!.id}/files`, { token: await app.signIn('viewer') });
    expect(files.json).toMatchObject([{ type: 'image/jpeg', width: 1_280, height: 960 }]);

    app.desk.arrive(ticket!.id, { id: 'technician' });
    app.desk.resolve(ticket!.id, { id: 'technician' }, '更换密封圈');
    await page.reload();
    expect(await accessibilityTrouble(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.fill('input[name=name]', '王护士');
    const box = (await page.locator('#pad').boundingBox())!;
    await page.mouse.move(box.x + 30, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + 200, box.y + 90, { steps: 5 });
    await page.mouse.up();
    await page.click('label:has-text("5★")');
    await page.click('button');
    await page.waitForSelector('#sign', { state: 'detached' });
    const signed = app.desk.ticket(ticket!.id)!;
    expect(signed).toMatchObject({ state: 'verified', life: { signature: { name: '王护士', stars: 5, file: expect.any(Number) } } });
    expect(errors).toEqual([]);
    await page.close();
  },
  60_000,
);
