/** The roster calendar in a real browser: dragged with the mouse, tapped on a phone, moved with keys; a swap that both confirm; a gap in red. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildConsoleIfStale } from '../../dashboards/console/build.ts';
import { accessibilityTrouble, launchBrowser, openPage, signInByRequest, type View } from '../browser.ts';
import { type DashboardsApp, passwordOf, startDashboardsApp } from '../dashboards-app.ts';
import { needs } from '../servers.ts';
import { siteOf } from '../site-of.ts';

const dayMs = 86_400_000;
const people = [
  { id: 'technician', name: '张建国', phone: '13800138000' },
  { id: 'engineer', name: '李卫东', phone: '13800138001' },
  { id: 'zhou', name: '周志强' },
];

describe.runIf(needs('chromium'))('the rosters page', () => {
  let app: DashboardsApp;
  let browser: Browser;
  beforeAll(async () => {
    await buildConsoleIfStale();
    const turns = [[{ person: 'technician' }], [{ person: 'engineer' }]];
    const layer = { kind: 'daily' as const, length: 1, start: '2026-01-05T08:00', turns };
    const roster = { id: 'electrical', name: { zh: '电工班', en: 'Electricians' }, trades: ['electrical' as const], areas: [] };
    const rosters = [{ ...roster, rank: 'duty' as const, layers: [layer] }];
    app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating']] }, { people, rosters }));
    browser = await launchBrowser();
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await app?.[Symbol.asyncDispose]();
  });

  /** The week after this one, so that every shift is still to come. */
  const nextWeek = () => new Date(Date.now() + 7 * dayMs).toISOString().slice(0, 10);
  const open = async (role: 'head' | 'technician', view: View) => {
    const watched = await openPage(browser, app.url, view);
    await signInByRequest(watched, role, passwordOf(role));
    await watched.page.evaluate((hash) => {
      window.location.hash = hash;
    }, `#/rosters?roster=electrical&day=${nextWeek()}`);
    await watched.page.waitForSelector('.roster-piece');
    await watched.settled();
    return watched;
  };
  const piece = (page: Page, day: number, person: string) =>
    page.locator(`.roster-row:nth-of-type(${day + 1}) .roster-piece[data-person="${person}"]`).first();
  const changes = async () => (await app.call('GET', '/api/rosters/electrical', { token: await app.signIn('head') })).json.changes;
  const kept = (page: Page) => page.waitForSelector('[role=dialog]', { state: 'detached' });

  test('a head drags one shift onto another: in force at once, with the reason on record', async () => {
    const { page, trouble, settled } = await open('head', { width: 1440, height: 1000, language: 'zh' });
    const [from, onto] = [piece(page, 2, 'technician'), piece(page, 3, 'engineer')];
    await from.dragTo(onto);
    await page.fill('[role=dialog] input[data-field=reason]', '培训');
    await page.click('[role=dialog] [data-step=save]');
    await kept(page);
    const made = await changes();
    expect(made.map(({ change }: { change: object }) => change)).toMatchObject([
      { kind: 'override', remove: 'technician', add: 'engineer', reason: '培训' },
      { kind: 'override', remove: 'engineer', add: 'technician', reason: '培训' },
    ]);
    await page.waitForSelector('.roster-piece[data-by=override]');
    await page.click('summary:has-text("修改记录")');
    expect(await page.textContent('details .roster-lines li')).toMatch(/head · .*接替.*培训/);
    await settled();
    expect(await accessibilityTrouble(page)).toEqual([]);
    expect(trouble).toEqual([]);
    for (const { id } of made) await app.call('DELETE', `/api/rosters/electrical/changes/${id}`, { token: await app.signIn('head') });
    await page.context().close();
  }, 240_000);

  test('on a phone two taps and one more ask for a swap; the other one confirms it', async () => {
    const { page, trouble, settled } = await open('technician', { width: 360, height: 740, language: 'en' });
    const phones = await page.$$eval('.roster-head a[href^="tel:"]', (links) => links.map((link) => link.getAttribute('href')));
    expect(phones.sort()).toEqual(['tel:13800138000', 'tel:13800138001']);
    const mine = piece(page, 2, 'technician');
    await mine.click();
    await page.waitForSelector('.roster-picked');
    await piece(page, 5, 'engineer').click();
    await page.click('[role=dialog] [data-step=save]');
    await kept(page);
    const [made] = await changes();
    expect(made.change).toMatchObject({ kind: 'swap', person: 'technician', other: 'engineer', confirmedBy: ['technician'] });
    expect(made.change.back.from).toBeGreaterThan(made.change.from);
    expect(await page.textContent('[data-change] span')).toMatch(/not yet confirmed by both/);
    const engineer = await app.signIn('engineer');
    await app.call('POST', `/api/rosters/electrical/swaps/${made.id}/confirm`, { token: engineer, body: {} });
    const [then] = (await app.call('GET', `/api/rosters/electrical/on-call?at=${made.change.from}`, { token: engineer })).json;
    expect(then).toMatchObject({ person: 'engineer', by: 'swap' });
    await settled();
    expect(await accessibilityTrouble(page)).toEqual([]);
    expect(trouble).toEqual([]);
    await app.call('DELETE', `/api/rosters/electrical/changes/${made.id}`, { token: engineer });
    await page.context().close();
  }, 240_000);

  test('with keys alone the same; a hole that nobody fills stands first, in red, until somebody is put in', async () => {
    const { page, trouble } = await open('head', { width: 1440, height: 1000, language: 'en' });
    await piece(page, 3, 'engineer').focus();
    await page.keyboard.press('Enter');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-person'));
    for (let n = 0; n < 3 && (await focused()) !== 'technician'; n++) await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('technician');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=dialog] [data-step=save]');
    await page.keyboard.press('Escape');
    await kept(page);

    const span = {
      from: new Date(Date.now() + dayMs).toISOString(),
      to: new Date(Date.now() + 1.2 * dayMs).toISOString(),
      reason: 'drill',
    };
    const head = await app.signIn('head');
    for (const remove of ['technician', 'engineer'])
      await app.call('POST', '/api/rosters/electrical/overrides', { token: head, body: { ...span, remove, add: null } });
    await page.reload();
    await page.waitForSelector('[data-gaps="1"] .roster-gap');
    await page.click('.roster-gap button');
    await page.locator('.roster-piece[data-nobody]:not([data-over])').first().click();
    await page.click('[data-step=fill]');
    await page.click('[role=dialog] [data-field=add]');
    await page.click('[role=option]:visible:has-text("周志强")');
    await page.fill('[role=dialog] input[data-field=reason]', 'covers');
    await page.click('[role=dialog] [data-step=save]');
    await kept(page);
    await page.waitForSelector('[data-gaps]', { state: 'detached' });
    expect(trouble).toEqual([]);
    await page.context().close();
  }, 240_000);

  test('the rotation is edited with a look at what it would mean; a week is planned by itself', async () => {
    const { page, trouble } = await open('head', { width: 1440, height: 1000, language: 'en' });
    await page.click('[data-step=edit]');
    await page.click('[role=dialog] [data-step=add-turn]');
    await page.click('[role=dialog] [data-step=preview]');
    await page.waitForSelector('[data-preview]:not([data-preview="0"])');
    await page.click('[role=dialog] [data-turn="2"]');
    await page.click('[role=option]:visible:has-text("周志强")');
    await page.keyboard.press('Tab');
    await page.click('[role=dialog] [data-step=preview]');
    await page.waitForSelector('[data-preview="0"]');
    await page.click('[role=dialog] [data-step=save]');
    await kept(page);
    const head = await app.signIn('head');
    const { json } = await app.call('GET', '/api/rosters/electrical', { token: head });
    expect([json.version, json.source, json.layers[0].turns[2]]).toEqual([2, 'console', [{ person: 'zhou' }]]);

    await page.click('[data-step=week-plan]');
    await page.fill('[role=dialog] [data-field=times]', '8:00 20:00');
    await page.fill('[role=dialog] [data-field=reason]', 'holiday');
    await page.click('[role=dialog] [data-step=save]');
    await kept(page);
    const plan = (await changes()).find(({ change }: { change: { kind: string } }) => change.kind === 'temporary');
    expect(plan.change.shifts.length).toBe(14);
    expect(plan.change.shifts.every(({ people: on }: { people: string[] }) => on.length > 0)).toBe(true);
    await page.waitForSelector('.roster-piece[data-by=temporary]');
    expect(trouble).toEqual([]);
    await page.context().close();
  }, 240_000);
});
