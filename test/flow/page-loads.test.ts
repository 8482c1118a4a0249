/** Every page of the console that asks the server for something says that it waits, says when it could not be read, and asks again when told to. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildConsoleIfStale } from '../../dashboards/console/build.ts';
import { launchBrowser, openPage, signIn } from '../browser.ts';
import { type DashboardsApp, passwordOf, startDashboardsApp } from '../dashboards-app.ts';
import { hangMs } from '../hang.ts';
import { needs } from '../servers.ts';
import { siteOf } from '../site-of.ts';

const pagesFolder = join(import.meta.dirname, '../../dashboards/console/pages');
/** Pages that show only what the live stream keeps, or have a way of their own to wait. */
const others = ['alarms', 'devices', 'overview', 'wall', 'sign-in', 'device', 'alarm', 'ticket', 'tickets', 'entries'];
/** Routes that are not called as their file. */
const routes: Record<string, string> = {
  'alarm-figures': 'figures',
  asset: 'assets/x',
  book: 'books/boiler-log',
  round: 'rounds/1',
  rule: 'rules/HT-BURST',
};
/** Of things that this site does not have: the server says no. */
const refused = ['asset', 'round', 'media'];
const asking = readdirSync(pagesFolder)
  .flatMap((file) => /^([a-z-]+)\.tsx$/.exec(file)?.[1] ?? [])
  .filter((page) => !others.includes(page));

it('no page of the console loads in a way of its own', () => {
  const own = readdirSync(pagesFolder)
    .filter((file) => file.endsWith('.tsx'))
    .filter((file) => /useEffect\([^;]*?\bact\(/s.test(readFileSync(join(pagesFolder, file), 'utf8')));
  expect(own).toEqual([]);
});

describe.runIf(needs('chromium'))('a page that asks the server', () => {
  let app: DashboardsApp;
  let browser: Browser;
  beforeAll(async () => {
    await buildConsoleIfStale();
    [app, browser] = await Promise.all([startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating']] })), launchBrowser()]);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await app?.[Symbol.asyncDispose]();
  });

  it('waits, fails and asks again, each of them', async () => {
    const { page } = await openPage(browser, app.url, { width: 1440, height: 900, language: 'en' });
    await signIn(page, 'admin', passwordOf('admin'));
    let answer: 'hold' | 'fail' | 'pass' = 'pass';
    const held: Route[] = [];
    const fail = (route: Route) =>
      route
        .fulfill({ status: 503, contentType: 'application/problem+json', body: '{"title":"made to fail","status":503}' })
        .catch(() => undefined);
    await page.route(
      (url) => url.pathname.startsWith('/api/') && !/^\/api\/(live|session|site|me|login)$/.test(url.pathname),
      (route) => (answer === 'hold' ? void held.push(route) : answer === 'fail' ? fail(route) : route.fallback()),
    );
    const wrong: string[] = [];
    for (const name of asking) {
      const expectThere = (what: string, selector: string, state: 'attached' | 'detached') =>
        page.waitForSelector(selector, { state, timeout: hangMs }).catch(() => wrong.push(`${name}: ${what}`));
      answer = 'hold';
      await page.evaluate((hash) => location.assign(hash), `#/${routes[name] ?? name}`);
      await expectThere('does not say that it waits', '.load-waiting', 'attached');
      answer = 'fail';
      while (held.length > 0) await fail(held.pop() as Route);
      await expectThere('does not say that it failed', '.load-failed', 'attached');
      if (refused.includes(name)) continue;
      answer = 'pass';
      await page.click('[data-step=load-again]').catch(() => wrong.push(`${name}: cannot be asked again`));
      await expectThere('does not come back', '.load-failed', 'detached');
    }
    expect(wrong).toEqual([]);
  }, 240_000);
});
