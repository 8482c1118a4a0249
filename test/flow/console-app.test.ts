/** The console on the real dashboards role and a real desk, without a plant: what roles see, the alarm desk by hand, the installed app. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { may, type UserRole, userRoles } from '../../access/permissions.ts';
import { buildConsoleIfStale } from '../../dashboards/console/build.ts';
import { infoOf, type PageId, pages } from '../../dashboards/console/pages.ts';
import type { Priority } from '../../shared/alarm.ts';
import { accessibilityTrouble, launchBrowser, openPage, picture, signIn } from '../browser.ts';
import { openConsoleProxy } from '../console-proxy.ts';
import { type DashboardsApp, heatingAlarm, passwordOf, startDashboardsApp } from '../dashboards-app.ts';
import { hangMs } from '../hang.ts';
import { until } from '../program.ts';
import { needs } from '../servers.ts';
import { siteOf } from '../site-of.ts';

const screen = { width: 1440, height: 900, language: 'en' } as const;

describe.runIf(needs('chromium'))('the console without a plant', () => {
  let app: DashboardsApp;
  let browser: Browser;
  const raise = (device: string, priority: Priority, rule = 'HEAT-LOOP-LOW') => {
    const id = `${rule.toLowerCase()}.${device}`;
    app.desk.raise(heatingAlarm(device, { id, rule, priority, causeKey: id }), { at: Date.now(), value: 95, limit: 150 });
    return id;
  };
  const row = (page: Page, id: string) => page.locator(`.alarm-row[data-alarm="${id}"]`);
  const open = async (role: UserRole, hash = '#/') => {
    const opened = await openPage(browser, app.url, screen);
    await signIn(opened.page, role, passwordOf(role));
    await opened.page.goto(`${app.url}/${hash}`);
    return opened;
  };

  beforeAll(async () => {
    await buildConsoleIfStale();
    [app, browser] = await Promise.all([
      startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating'], ['loop-2', 'heating'], ['loop-3', 'heating'], ['loop-4', 'heating']] })), // biome-ignore format: short
      launchBrowser(),
    ]);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await app?.[Symbol.asyncDispose]();
  });

  // The others with PLANTROOM_TEST_LONG=1; what each may do is held by access.test.ts for every route.
  const shown = process.env.PLANTROOM_TEST_LONG ? userRoles : (['ward', 'technician', 'engineer', 'head'] as const);
  it.each(shown)('shows %s the pages and the steps of the role, and no other', async (role) => {
    const id = raise('loop-1', 'high', `ROLE-${role.toUpperCase()}`);
    const ticket = app.desk.alarm(id)?.ticket;
    const { page } = await open(role, `#/alarms/${id}`);
    await row(page, id).waitFor();
    const steps = () => page.$$eval('main [data-step]', (all) => all.map((one) => one.getAttribute('data-step')).sort());
    const expected = {
      viewer: [],
      ward: [],
      technician: ['acknowledge', 'comment', 'shelve'],
      engineer: ['acknowledge', 'comment', 'out-of-service', 'shelve', 'suppress'],
    };
    const rank = role === 'viewer' || role === 'ward' || role === 'technician' ? role : 'engineer';
    expect(await steps()).toEqual(expected[rank]);

    await page.goto(`${app.url}/#/tickets/${ticket}`);
    await page.waitForSelector('.ticket-head');
    const onTicket = {
      viewer: ['sheet'],
      ward: ['comment', 'sheet'],
      technician: ['assign', 'check-add', 'comment', 'sheet'],
      engineer: ['assign', 'cancel', 'check-add', 'comment', 'hand-over', 'sheet'],
    };
    const approves = ['head', 'manager', 'admin'].includes(role) ? ['approve'] : [];
    expect(await steps()).toEqual([...approves, ...onTicket[rank]]);
    await page.goto(`${app.url}/#/maintenance`);
    await page.waitForSelector('main .panel');
    expect(await steps()).toEqual(rank === 'engineer' ? ['begin'] : []);

    await page.click('[data-page=more]');
    await page.waitForSelector('[role=menu]');
    const named = await page.$$eval('.top [data-page], [role=menu] [data-page]', (all) => all.map((one) => one.getAttribute('data-page')));
    const allowed = (id: PageId) => {
      const { permission } = infoOf(id);
      return !permission || may(role, permission);
    };
    const outside = (Object.keys(pages) as PageId[]).filter((id) => ['main', 'more'].includes(infoOf(id).place));
    expect(named.filter((id) => id !== 'more').sort()).toEqual(outside.filter(allowed).sort());
    await page.keyboard.press('Escape');
    // By hand-made address neither.
    for (const id of (Object.keys(pages) as PageId[]).filter((one) => !allowed(one))) {
      await page.goto(`${app.url}/#/${id}`);
      await page.getByText('You may not do this').waitFor();
      expect(await page.locator('main table').count()).toBe(0);
    }
    app.desk.acknowledge(id, { id: 'test' });
    app.desk.clear(id, { at: Date.now(), value: 300 });
    await page.context().close();
  });

  it('works the alarm desk: filter in the address, several at once but no critical one, shelve, suppress, out of service, back', async () => {
    const critical = raise('loop-1', 'critical');
    const others = ['loop-2', 'loop-3'].map((device) => raise(device, 'medium'));
    const { page, trouble } = await open('engineer', '#/alarms');
    for (const id of [critical, ...others]) await row(page, id).waitFor();
    expect(await row(page, critical).locator('input[type=checkbox]').count()).toBe(0);
    await page.keyboard.press('/');
    await page.keyboard.type('loop-3');
    await until(async () => (await page.locator('.alarm-row').count()) === 1);
    expect(page.url()).toContain('text=loop-3');
    await page.reload();
    await row(page, others[1] as string).waitFor();
    expect(await page.locator('.alarm-row').count()).toBe(1);
    await page.fill('[data-search]', '');

    await page.click('.bulk button >> nth=0');
    await page.click('[data-step=bulk]');
    await page.fill('[role=dialog] textarea', '一起看过');
    expect(await accessibilityTrouble(page)).toEqual([]);
    await page.click('[role=dialog] button[type=submit]');
    await until(async () => others.every((id) => app.desk.alarm(id)?.state === 'ACKED'));
    expect(app.desk.alarm(critical)?.state).toBe('UNACK');
    expect(app.desk.journal({ kind: 'alarm', id: others[0] as string, event: 'acknowledge' })[0]).toMatchObject({
      who: 'engineer',
      why: '一起看过',
    });

    await row(page, critical).locator('[data-step=more]').click();
    await page.waitForSelector('[role=menu]');
    expect(await accessibilityTrouble(page)).toEqual([]);
    await page.keyboard.press('Escape');
    const step = async (id: string, action: string, words?: string) => {
      await row(page, id).locator('[data-step=more]').click();
      await page.click(`[role=menu] [data-step=${action}]`);
      if (words === undefined) return;
      await page.fill('[role=dialog] textarea', words);
      await page.click('[role=dialog] button[type=submit]');
      await page.waitForSelector('[role=dialog]', { state: 'detached' });
    };
    const becomes = (id: string, state: string) => page.waitForSelector(`.alarm-row[data-alarm="${id}"][data-state=${state}]`);
    const [one = '', two = ''] = others;
    await step(one, 'shelve', '等备件');
    await becomes(one, 'SHLVD');
    expect(app.desk.alarm(one)?.shelvedReason).toBe('等备件');
    await step(one, 'unshelve');
    await becomes(one, 'UNACK');
    await step(two, 'suppress', '施工');
    await becomes(two, 'DSUPR');
    await step(two, 'unsuppress', '完工');
    await becomes(two, 'UNACK');
    await step(two, 'out-of-service', '更换变送器');
    await becomes(two, 'OOSRV');
    await step(two, 'return', '已更换');
    await becomes(two, 'UNACK');

    // The journal has it all, with who and which words; as a file too.
    await page.goto(`${app.url}/#/journal?device=loop-3`);
    await page.getByText('已更换').waitFor();
    expect(await page.locator('.journal-rows li').count()).toBe(app.desk.journal({ kind: 'alarm', id: two }).length);
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('[data-step=csv]')]);
    const csv = readFileSync(await file.path(), 'utf8');
    expect(csv.split('\r\n').filter((line) => line.endsWith(',engineer,已更换'))).toHaveLength(1);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('calls without colour and without motion too, and says when the browser keeps it silent', async () => {
    const { page } = await open('technician');
    const id = raise('loop-4', 'critical');
    await row(page, id).waitFor();
    expect(await row(page, id).locator('.row-calling').textContent()).toBe('Unacknowledged');
    expect(await page.title()).toMatch(/^\(\d+\)/);
    await until(async () => (await page.locator('.unseen').textContent())?.includes('Loop pressure low'));
    const flash = () =>
      row(page, id)
        .locator('.flash')
        .evaluate((mark) => getComputedStyle(mark).animationName);
    expect(await flash()).toBe('flash');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await flash()).toBe('none');
    await page.click('.sound');
    await page.getByRole('switch', { name: 'Sound on this screen' }).click({ force: true });
    await page.waitForSelector('.sound[data-sounding=critical]');
    expect(await accessibilityTrouble(page)).toEqual([]);
    await page.getByRole('button', { name: 'Silence until the next alarm' }).click();
    await page.waitForSelector('.sound:not([data-sounding])');
    raise('loop-4', 'high', 'SECOND');
    await page.waitForSelector('.sound[data-sounding]');
    // A browser that lets nothing be heard until the page is touched; the debugger that drives this one counts as a touch.
    const fresh = await page.context().newPage();
    await fresh.addInitScript(() => {
      window.AudioContext = class extends AudioContext {
        #woken = false;
        override get state() {
          return this.#woken ? super.state : 'suspended';
        }
        override resume() {
          this.#woken = true;
          return super.resume();
        }
      };
    });
    await fresh.goto(app.url);
    await fresh.waitForSelector('.sound-blocked', { timeout: hangMs });
    await fresh.mouse.click(5, 400);
    await fresh.waitForSelector('.sound-blocked', { state: 'detached', timeout: hangMs });
    await page.context().close();
  });

  it('begins and ends maintenance of a device', async () => {
    const { page } = await open('engineer', '#/maintenance');
    await page.click('[data-step=begin]');
    await page.click('[role=dialog] input[placeholder], [role=dialog] .mantine-MultiSelect-input');
    await page.keyboard.type('loop-2');
    await page.getByRole('option', { name: /loop-2/ }).click();
    await page.fill('[role=dialog] textarea', '季度保养');
    expect(await accessibilityTrouble(page)).toEqual([]);
    await page.click('[role=dialog] button[type=submit]');
    await page.waitForSelector('[data-device=loop-2]');
    expect(app.desk.maintenance()).toMatchObject([{ device: 'loop-2', reason: '季度保养', who: 'engineer' }]);
    await page.click('[data-device=loop-2] [data-step=end]');
    await page.waitForSelector('[data-device=loop-2]', { state: 'detached' });
    expect(app.desk.maintenance()).toEqual([]);
    await page.context().close();
  });

  it('lets a person open a ticket and change the own password, which ends the session', async () => {
    const { page } = await open('manager', '#/tickets');
    await page.click('[data-step=new]');
    await page.getByLabel('What is wrong').fill('Tap drips');
    expect(await accessibilityTrouble(page)).toEqual([]);
    await page.click('[role=dialog] button[type=submit]');
    await page.getByText('Tap drips').waitFor();
    expect(app.desk.tickets()[0]).toMatchObject({ title: { en: 'Tap drips' }, openedBy: 'manager' });

    await page.click('.user');
    await page.click('[role=menu] [data-step=password]');
    const fill = async (old: string, next: string) => {
      await page.getByLabel('Old password').fill(old);
      for (const nth of [0, 1]) await page.locator('input[autocomplete=new-password]').nth(nth).fill(next);
      await page.click('[role=dialog] button[type=submit]');
    };
    await page.waitForSelector('[role=dialog]');
    expect(await accessibilityTrouble(page)).toEqual([]);
    await fill('wrong-password-1', 'manager-password-2');
    await page.waitForSelector('[role=dialog] [role=alert]');
    await fill(passwordOf('manager'), 'manager-password-2');
    await page.waitForSelector('input[autocomplete=username]');
    await page.goto(`${app.url}/#/`);
    await signIn(page, 'manager', 'manager-password-2');
    await page.context().close();
  });

  it('can be installed: manifest, icons of the size they say, a worker that keeps the shell and nothing of the API', async () => {
    const { page, trouble } = await openPage(browser, app.url, screen);
    await signIn(page, 'viewer', passwordOf('viewer'));
    const session = await page.context().newCDPSession(page);
    const manifest = await session.send('Page.getAppManifest');
    expect(manifest.errors).toEqual([]);
    const { icons } = JSON.parse(manifest.data ?? '{}') as { icons: { src: string; sizes: string; type: string; purpose: string }[] };
    for (const { src, sizes } of icons.filter(({ type }) => type === 'image/png')) {
      const png = Buffer.from(await (await fetch(app.url + src)).arrayBuffer());
      expect([src, `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`]).toEqual([src, sizes]);
    }
    expect(icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`)).toEqual(
      expect.arrayContaining(['192x192 any', '512x512 any', '192x192 maskable', '512x512 maskable']),
    );
    // The test's own window is a private one, which is the only thing that may stand in the way.
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
    await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
    await page.reload();
    await page.waitForSelector('.tile');
    const kept = await page.evaluate(async () => {
      const found: string[] = [];
      for (const name of await caches.keys())
        for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
      return found;
    });
    expect(kept).toContain('/');
    expect(kept.filter((path) => !/^\/($|assets\/|[\w-]+\.(png|svg|webmanifest)$)/.test(path))).toEqual([]);
    // What a push service would bring: shown by the worker, with the words that notify/channels/push.ts sends.
    await page.context().grantPermissions(['notifications'], { origin: app.url });
    let registrationId = '';
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      registrationId = registrations.at(-1)?.registrationId ?? registrationId;
    });
    await session.send('ServiceWorker.enable');
    await until(async () => registrationId !== '');
    const message = { key: 'k', title: '【紧急】环路压力低', body: '住院后楼', tag: 'thread', urgent: true, calm: false, language: 'zh' };
    await session.send('ServiceWorker.deliverPushMessage', { origin: app.url, registrationId, data: JSON.stringify(message) });
    const shown = () =>
      page.evaluate(async () =>
        (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body, tag, requireInteraction }) => [
          title,
          body,
          tag,
          requireInteraction,
        ]),
      );
    await until(async () => (await shown()).length === 1);
    expect(await shown()).toEqual([['【紧急】环路压力低', '住院后楼', 'thread', true]]);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('on the wall: says when values are old, shows none offline, comes back by itself with the new build and still signed in', async () => {
    await using proxy = await openConsoleProxy(app.url);
    const { page } = await openPage(browser, proxy.url, { width: 1920, height: 1080, language: 'zh' });
    await signIn(page, 'viewer', passwordOf('viewer'));
    await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
    await page.goto(`${proxy.url}/#/wall`);
    await page.waitForSelector('.wall .tile');
    await page.evaluate(() => localStorage.setItem('plantroom.sound', 'on'));
    await page.reload();
    await page.waitForSelector('.wall .tile');
    // What called before must not be what sounds.
    for (const { id, acknowledged } of app.desk.alarms()) if (!acknowledged) app.desk.acknowledge(id, { id: 'test' });
    await page.waitForSelector('.sound:not([data-sounding])');
    proxy.cut();
    await page.waitForSelector('.old-values');
    await picture(page, 'wall-old-values');
    // It has lost its server: shown and sounded within 10 s.
    await page.waitForSelector('[data-lost]', { timeout: hangMs });
    await page.waitForSelector('.sound[data-sounding=high]', { timeout: hangMs });
    await picture(page, 'wall-lost');
    await page.reload();
    // The installed console too, where it is opened without a server.
    await page.waitForSelector('.unreachable[data-sounding]');
    expect(await page.locator('.tile').count()).toBe(0);
    await picture(page, 'wall-unreachable');
    const builds = () => page.$$eval('script[type=module][src]', ([script]) => script?.getAttribute('src'));
    expect(await builds()).not.toContain('night');
    proxy.offerBuild('night');
    proxy.restore();
    await page.waitForSelector('.wall .tile', { timeout: hangMs });
    await page.waitForFunction(() => document.querySelector('script[type=module][src*=night]') !== null, undefined, { timeout: hangMs });
    await page.waitForSelector('.wall .tile');
    expect(page.url()).toContain('#/wall');
    // The worker of the old build has made room.
    await until(() => page.evaluate(async () => (await caches.keys()).every((name) => name.includes('night'))));
    // And a person who loads the page gets the newest at once, not the one before it.
    proxy.offerBuild('noon');
    await page.reload();
    expect(await builds()).toContain('noon');
    await page.waitForSelector('.wall .tile');
    const { clientHeight, scrollHeight } = await page.evaluate(() => document.documentElement);
    expect(scrollHeight).toBe(clientHeight);
    await page.context().close();
  });

  it('at the desk: a server that hangs is shown and sounded within 10 s, silenced by hand, and forgotten when it answers again', async () => {
    await using proxy = await openConsoleProxy(app.url);
    const { page } = await openPage(browser, proxy.url, { width: 390, height: 844, language: 'en' });
    await signIn(page, 'technician', passwordOf('technician'));
    await page.evaluate(() => localStorage.setItem('plantroom.sound', 'on'));
    await page.goto(`${proxy.url}/#/tickets`);
    await page.reload();
    await page.waitForSelector('.sound');
    for (const { id, acknowledged } of app.desk.alarms()) if (!acknowledged) app.desk.acknowledge(id, { id: 'test' });
    await page.waitForSelector('.sound:not([data-sounding])');
    proxy.hang();
    await page.waitForSelector('[data-lost]', { timeout: hangMs });
    await page.waitForSelector('.sound[data-sounding=high]', { timeout: hangMs });
    expect(await accessibilityTrouble(page)).toEqual([]);
    await picture(page, 'phone-lost');
    await page.click('.sound');
    await page.getByRole('button', { name: 'Silence until the next alarm' }).click();
    await page.waitForSelector('.sound:not([data-sounding])');
    proxy.restore();
    await page.waitForSelector('[data-lost]', { state: 'detached', timeout: hangMs });
    await page.context().close();
  });

  it('on the wall: boards take turns with the plant, which stays while something calls', async () => {
    for (const { id, acknowledged } of app.desk.alarms()) if (!acknowledged) app.desk.acknowledge(id, { id: 'test' });
    const { page, trouble } = await open('viewer', '#/wall?boards=oxygen&seconds=5');
    await page.waitForSelector('.wall .tile');
    await page.waitForSelector('.wall .board-panel');
    expect(await page.locator('.wall .board-list:visible').count()).toBe(0);
    const id = raise('loop-3', 'critical', 'WALL-TEST');
    await page.waitForSelector('.wall .wall-alarm');
    await row(page, id).waitFor();
    expect(await page.locator('.wall .board-panel').count()).toBe(0);
    // What and where are read in full, however long.
    await page.setViewportSize({ width: 1_010, height: 800 });
    const place = page.locator(`.wall-alarm[data-wall-alarm="${id}"] > span`).first();
    const cut = await place.evaluate((span) => {
      span.textContent = 'Operating and imaging building, intensive care unit, nurse station, panel beside the door';
      const line = span.parentElement as HTMLElement;
      return span.scrollWidth > span.clientWidth + 1 && getComputedStyle(span).overflow !== 'visible'
        ? 'cut'
        : line.scrollWidth > line.clientWidth + 1
          ? 'out'
          : '';
    });
    expect(cut).toBe('');
    expect(trouble).toEqual([]);
    await page.context().close();
  });
});
