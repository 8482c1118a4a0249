/**
 * From the fault to the closed ticket with a phone in the hand: a pipe bursts in the simulated hospital, every kind of channel brings the notice to a
 * server of ours, the link in it takes the ticket, the console on the phone does the rest; once on line, once without a network. Taps are counted.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import mqttPacket, { type Packet } from 'mqtt-packet';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Registry } from 'prom-client';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { completeSite } from '../../commands/complete-site.ts';
import { buildConsoleIfStale } from '../../dashboards/console/build.ts';
import { channelTypes, type Notifier, openNotifier } from '../../notify/index.ts';
import { systemClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import { operationsFile } from '../../shared/role.ts';
import { channelBaseSchema } from '../../shared/site.ts';
import { loadSite } from '../../shared/site-file.ts';
import type { Language } from '../../shared/text.ts';
import { accessibilityTrouble, launchBrowser, openPage, picture } from '../browser.ts';
import { type DashboardsApp, startDashboardsApp } from '../dashboards-app.ts';
import { hangMs } from '../hang.ts';
import { type HttpReceiver, startHttpReceiver } from '../http-receiver.ts';
import { until } from '../program.ts';
import { needs } from '../servers.ts';
import { type SmtpServer, startSmtpServer } from '../smtp-server.ts';
import { openPlantRun, type PlantRun } from './plant-run.ts';

const minute = 60_000;
const mostTaps = 12;
const loops: Record<Language, string> = { zh: 'heat-or', en: 'heat-front' };
const secret = (env: string) => ({ env });
const environment = {
  HOOK: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  ANY: 'a-secret-of-this-test-0123456789',
};

/** What each service answers when all is well. */
const answers = ({ path }: { path: string }) => {
  const json = (body: object) => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  if (path.startsWith('/cgi-bin/gettoken')) return json({ errcode: 0, errmsg: 'ok', access_token: 'accesstoken000001', expires_in: 7_200 });
  if (path.startsWith('/cgi-bin') || path.startsWith('/robot')) return json({ errcode: 0, errmsg: 'ok' });
  if (path.startsWith('/open-apis')) return json({ StatusCode: 0, code: 0, msg: 'success', data: {} });
  if (path.startsWith('/api/v2/alerts')) return {};
  if (path.startsWith('/sms')) return json({ code: 0 });
  return json({ id: 'hwQ2YpKdmg', event: 'message', ok: true });
};

/** A broker of MQTT 5 that takes everything. */
async function startBroker() {
  const received: string[] = [];
  const server = createServer((socket) => {
    const parser = mqttPacket.parser({ protocolVersion: 5 });
    const answer = (packet: object) => socket.write(mqttPacket.generate(packet as Packet, { protocolVersion: 5 }));
    parser.on('packet', (packet: Packet) => {
      if (packet.cmd === 'connect') answer({ cmd: 'connack', reasonCode: 0, sessionPresent: false });
      if (packet.cmd === 'pingreq') answer({ cmd: 'pingresp' });
      if (packet.cmd !== 'publish') return;
      received.push(packet.payload.toString());
      answer({ cmd: 'puback', messageId: packet.messageId, reasonCode: 0 });
    });
    socket.on('data', (data) => parser.parse(data)).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { received, server, port: (server.address() as AddressInfo).port };
}

describe.runIf(needs('chromium', 'pdftotext', 'aiosmtpd'))('a repair, from the notice to the closed ticket', () => {
  let app: DashboardsApp;
  let browser: Browser;
  let receiver: HttpReceiver;
  let mail: SmtpServer;
  let broker: Awaited<ReturnType<typeof startBroker>>;
  let notifier: Notifier;
  let plant: PlantRun;
  let admin: string;
  const photo = () => join(app.dataDir, 'photo.jpg');

  beforeAll(async () => {
    [receiver, mail, broker, browser] = await Promise.all([
      startHttpReceiver(answers),
      startSmtpServer(),
      startBroker(),
      launchBrowser(),
      buildConsoleIfStale(),
    ]);
    const { url } = receiver;
    const site = completeSite(loadSite(join(import.meta.dirname, '../../sites/demo.yaml')));
    const settings: Record<string, object> = {
      alertmanager: { url },
      dingtalk: { url: `${url}/robot/send`, token: secret('ANY'), secret: secret('ANY') },
      feishu: { url: `${url}/open-apis/bot/v2/hook/`, hook: secret('ANY'), secret: secret('ANY') },
      mqtt: { url: `mqtt://127.0.0.1:${broker.port}`, topic: 'hospital/notices' },
      ntfy: { url: `${url}/ntfy`, topic: 'plantroom', token: secret('ANY') },
      sms: { url: `${url}/sms`, body: '{"to":"{phone}","content":"{text}","key":"{secret}"}', success: '"code":0', secret: secret('ANY') },
      smtp: { host: '127.0.0.1', port: mail.port, from: 'plantroom@hospital.example', security: 'none' },
      webhook: { url: `${url}/hook`, secret: secret('HOOK') },
      wecom: { url: `${url}/cgi-bin/webhook/send`, key: secret('ANY') },
      'wecom-app': { url, corp: 'ww0123', agent: 1_000_002, secret: secret('ANY') },
    };
    site.config.channels = [...channelTypes.keys()]
      .filter((type) => settings[type])
      .map((type) => channelBaseSchema.parse({ id: type, type, ...settings[type] }));
    site.config.people = site.config.people.map((one) => ({ ...one, email: `${one.id}@hospital.example`, wecom: one.id }));
    app = await startDashboardsApp(site);
    site.config.public_url = app.url;
    admin = await app.signIn('admin');
    const account = { name: 'wang', fullName: '王海涛', role: 'technician', password: 'password-of-wang-1' };
    expect((await app.call('POST', '/api/users', { token: admin, body: account })).status).toBe(201);
    const clock = systemClock();
    plant = openPlantRun({ start: Date.now() - 10 * minute, desk: app.desk, only: Object.values(loops) });
    plant.run(5 * minute);
    notifier = openNotifier({ site, file: operationsFile(app.dataDir), desk: app.desk, clock, log: silentLog(), metrics: new Registry(), environment }); // biome-ignore format: one call
    const taken = sharp({ create: { width: 4_000, height: 3_000, channels: 3, background: 'steelblue' } });
    writeFileSync(photo(), await taken.jpeg().toBuffer());
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await notifier?.[Symbol.asyncDispose]();
    plant?.[Symbol.dispose]();
    await app?.[Symbol.asyncDispose]();
    await mail?.[Symbol.asyncDispose]();
    broker?.server.close();
    await receiver?.[Symbol.asyncDispose]();
  });

  /** The pipe bursts, and the one on call is told; the link of his short message. */
  async function notice(loop: string): Promise<{ link: string; ticket: string }> {
    receiver.posts.length = 0;
    mail.mails.length = 0;
    broker.received.length = 0;
    plant.hospital.startFault('burst-heating-pipe', { loop });
    plant.run(3 * minute, () => app.desk.alarm(`ht-burst.${loop}`)?.active === true);
    const { ticket } = app.desk.alarm(`ht-burst.${loop}`)!;
    notifier.kick();
    const told = (path: string, text: RegExp) => receiver.posts.find((post) => post.path.startsWith(path) && text.test(post.body));
    const wanted = {
      alertmanager: () => told('/api/v2/alerts', /HT-BURST/),
      dingtalk: () => told('/robot/send', /markdown|actionCard/),
      feishu: () => told('/open-apis/bot/v2/hook/', /interactive/),
      ntfy: () => told('/ntfy', /plantroom/),
      sms: () => told('/sms', /\+86 ?000 ?0000 ?0003/),
      webhook: () => told('/hook', /raised/),
      wecom: () => told('/cgi-bin/webhook/send', /markdown/),
      'wecom-app': () => told('/cgi-bin/message/send', /wang/),
      smtp: () => mail.mails.find(({ to }) => to.includes('wang@hospital.example')),
      mqtt: () => broker.received[0],
    };
    await vi.waitFor(() => expect(Object.entries(wanted).flatMap(([kind, found]) => (found() ? [] : [kind]))).toEqual([]), {
      timeout: hangMs,
      interval: 50,
    });
    const link = /http:\/\/[^\s"\\]+\/a\/[A-Za-z0-9_-]{22}/.exec(wanted.sms()!.body)?.[0];
    expect(link, wanted.sms()!.body).toBeDefined();
    return { link: link!, ticket: ticket! };
  }

  /** The repair holds: the alarm clears. */
  function mended(loop: string): void {
    plant.hospital.stopFault('burst-heating-pipe');
    plant.run(60 * minute, () => app.desk.alarm(`ht-burst.${loop}`)?.active === false);
    expect(app.desk.alarm(`ht-burst.${loop}`)?.active).toBe(false);
  }

  /** His phone: the console installed, he is signed in. */
  async function phone(language: Language, dark = false) {
    const watched = await openPage(browser, app.url, { width: 360, height: 800, language, dark });
    const { page } = watched;
    page.setDefaultTimeout(hangMs);
    const login = await page.context().request.post(`${app.url}/api/login`, { data: { user: 'wang', password: 'password-of-wang-1' } });
    expect(login.ok()).toBe(true);
    await page.reload();
    await page.waitForSelector('.tile');
    let taps = 0;
    const tap = async (selector: string) => {
      taps++;
      await page.click(selector);
    };
    return { ...watched, tap, counted: (more: number) => (taps += more), taps: () => taps };
  }
  type Phone = Awaited<ReturnType<typeof phone>>;

  const state = (page: Page, name: string) => page.waitForSelector(`.ticket-head .ticket-row[data-state=${name}]`);
  async function look({ page, settled }: Pick<Phone, 'page' | 'settled'>, name: string): Promise<void> {
    await settled();
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      `${name} fits`,
    ).toBeLessThanOrEqual(0);
    await picture(page, `repair-${name}`, { fullPage: true });
  }

  async function takePhoto({ page, counted }: Phone, purpose: 'before' | 'after'): Promise<void> {
    // The button, and the camera's own.
    counted(2);
    await page.setInputFiles(`[data-camera=${purpose}]`, photo());
  }
  async function drawSignature({ page, counted }: Phone, name: string): Promise<void> {
    await page.locator('[data-panel=sign] canvas').scrollIntoViewIfNeeded();
    await page.fill('[data-panel=sign] input', name);
    const box = (await page.locator('[data-panel=sign] canvas').boundingBox())!;
    counted(1);
    await page.mouse.move(box.x + 30, box.y + 40);
    await page.mouse.down();
    for (const [x, y] of [[90, 120], [140, 50], [200, 110], [270, 60]] as const) await page.mouse.move(box.x + x, box.y + y, { steps: 4 }); // biome-ignore format: a line
    await page.mouse.up();
  }

  test('on line, in Chinese: at most 12 taps from the notice to the signature; the sheet shows it all', async () => {
    const loop = loops.zh;
    const { link, ticket } = await notice(loop);
    const mine = await phone('zh');
    const { page, tap, trouble } = mine;
    // The notice itself.
    mine.counted(1);
    await page.goto(link);
    await tap('button.first');
    await page.waitForSelector('a.go');
    expect(app.desk.ticket(ticket)).toMatchObject({ state: 'assigned', assignee: 'wang' });
    await tap('a.go');
    await state(page, 'assigned');
    await page.waitForSelector('[data-clock=restore]');
    await look(mine, '360-zh-assigned');
    expect(await accessibilityTrouble(page)).toEqual([]);
    const next = await page.locator('.next-step button').boundingBox();
    expect(next!.height).toBeGreaterThanOrEqual(56);
    expect(next!.width).toBeGreaterThanOrEqual(280);
    await tap('.next-step [data-step=arrive]');
    await state(page, 'started');
    await tap('[data-panel=checks] .check');
    await page.waitForSelector('.check[aria-pressed=true]');
    await takePhoto(mine, 'before');
    await page.waitForSelector('[data-file=before] img');
    await look(mine, '360-zh-started');
    mended(loop);
    await tap('.next-step [data-step=resolve]');
    await page.fill('[role=dialog] textarea', '更换 DN50 管段并试压');
    await look(mine, '360-zh-repaired');
    await tap('[role=dialog] [data-step=repaired-send]');
    await state(page, 'resolved');
    expect(await page.locator('.ticket-head [data-step=verify]').count()).toBe(0);
    await page.waitForSelector('[data-panel=sign] canvas');
    await drawSignature(mine, '刘护士长');
    await look(mine, '360-zh-sign');
    expect(await accessibilityTrouble(page)).toEqual([]);
    await tap('[data-panel=sign] [data-step=sign]');
    await state(page, 'verified');
    console.log(`taps from the notice to the signature: ${mine.taps()}`);
    expect(mine.taps()).toBeLessThanOrEqual(mostTaps);
    await look(mine, '360-zh-signed');
    const files = await app.call('GET', `/api/tickets/${ticket}/files`, { token: admin });
    expect(files.json).toMatchObject([{ purpose: 'before', type: 'image/jpeg', width: 1_600, height: 1_200 }, { purpose: 'signature' }]);

    // The engineer at his desk closes it.
    const desk = await openPage(browser, app.url, { width: 1440, height: 900, language: 'en' });
    await desk.page.context().request.post(`${app.url}/api/login`, { data: { user: 'engineer', password: 'engineer-password-1' } });
    await desk.page.goto(`${app.url}/#/tickets/${ticket}`);
    await desk.page.reload();
    await state(desk.page, 'verified');
    await look(desk, '1440-en-signed');
    await desk.page.click('.next-step [data-step=close]');
    await state(desk.page, 'closed');
    // The page shows it before the server has it.
    await until(async () => (await app.call('GET', `/api/tickets/${ticket}`, { token: admin })).json.state === 'closed');
    expect(desk.trouble).toEqual([]);
    await desk.page.context().close();

    const sheet = await fetch(`${app.url}/api/tickets/${ticket}/sheet.pdf?lang=zh`, { headers: { authorization: `Bearer ${admin}` } });
    const file = join(app.dataDir, 'sheet.pdf');
    writeFileSync(file, Buffer.from(await sheet.arrayBuffer()));
    const printed = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).replace(/\s/g, '');
    for (const words of [
      '维修签单',
      '供暖管道疑似爆管',
      '王海涛',
      '检查清单',
      '更换DN50管段并试压',
      '刘护士长',
      '手机上手写签名',
      '维修前',
      '已关闭',
      '到场',
    ])
      expect(printed).toContain(words);
    expect(execFileSync('pdfimages', ['-list', file], { encoding: 'utf8' }).trim().split('\n').length - 2).toBeGreaterThanOrEqual(3);
    // The link is used up.
    await page.goto(link);
    expect(await page.textContent('main')).toContain('已使用过');
    expect(trouble.filter((one) => !/410/.test(one))).toEqual([]);
    await page.context().close();
  }, 240_000);

  test('without a network, in English: worked through, looked at again after a reload, sent once when it is back', async () => {
    const loop = loops.en;
    const { link, ticket } = await notice(loop);
    const mine = await phone('en', true);
    const { page, tap } = mine;
    const context: BrowserContext = page.context();
    mine.counted(1);
    await page.goto(`${link}?lang=en`);
    await tap('button.first');
    await tap('a.go');
    await state(page, 'assigned');
    await until(() => page.evaluate(async () => (await caches.keys()).length > 0 && navigator.serviceWorker.controller !== null));
    mended(loop);
    // Asked again from here: waitForFunction takes the promise of an answer for the answer.
    const isKept = async (id: string) => {
      const { indexedDB } = globalThis as unknown as { indexedDB: IDBFactory };
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const asked = indexedDB.open('plantroom');
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
      });
      const kept = await new Promise<{ tickets: { id: string; assignee: string; alarmActive: boolean }[] } | undefined>((resolve) => {
        const asked = db.transaction('plant').objectStore('plant').get('now');
        asked.onsuccess = () => resolve(asked.result);
      });
      db.close();
      return kept?.tickets.some((one) => one.id === id && one.assignee === 'wang' && !one.alarmActive);
    };
    await until(() => page.evaluate(isKept, ticket));
    await context.setOffline(true);
    const cutAt = Date.now();
    await tap('.next-step [data-step=arrive]');
    await state(page, 'started');
    await page.waitForSelector('.outbox-chip[data-waiting="1"]');
    await tap('[data-panel=checks] .check');
    await takePhoto(mine, 'before');
    await page.waitForSelector('[data-file=waiting] img');
    await look(mine, '360-en-offline');
    expect(await accessibilityTrouble(page)).toEqual([]);

    // The phone was in the pocket; the page comes from it, and so does the work.
    await page.reload();
    await page.waitForSelector('.outbox-chip[data-waiting="3"]');
    await state(page, 'started');
    await page.waitForSelector('[data-file=waiting] img');
    await tap('.next-step [data-step=resolve]');
    await page.fill('[role=dialog] textarea', 'New pipe, tested');
    await tap('[role=dialog] [data-step=repaired-send]');
    await state(page, 'resolved');
    await drawSignature(mine, 'Nurse Liu');
    await tap('[data-panel=sign] [data-step=sign]');
    await state(page, 'verified');
    await page.waitForSelector('.outbox-chip[data-waiting="5"]');
    console.log(`taps without a network: ${mine.taps()}`);
    expect(mine.taps()).toBeLessThanOrEqual(mostTaps);
    await page.evaluate(() => window.scrollTo(0, 0));
    await look(mine, '360-en-offline-signed');
    // What is no ticket is not shown as if it were of now.
    await page.evaluate(() => {
      window.location.hash = '#/devices';
    });
    await page.waitForSelector('.unreachable');
    await page.click('[data-step=offline-tickets]');
    await page.waitForSelector(`[data-ticket="${ticket}"]`);
    await look(mine, '360-en-offline-list');
    expect(app.desk.ticket(ticket)?.state).toBe('assigned');

    // The first answer is lost on its way: the step arrives twice.
    let lost = 0;
    await context.route(`**/api/tickets/${ticket}/arrive`, async (route) => {
      await route.fetch();
      lost++;
      await route.abort();
      await context.unroute(`**/api/tickets/${ticket}/arrive`);
    });
    const untilMs = Date.now() - cutAt;
    await context.setOffline(false);
    await page.waitForSelector('.outbox-chip', { state: 'detached', timeout: hangMs });
    expect(lost).toBe(1);
    const signed = app.desk.ticket(ticket)!;
    expect(signed).toMatchObject({
      state: 'verified',
      resolution: 'New pipe, tested',
      life: { signature: { name: 'Nurse Liu', phoneOf: 'wang' } },
    });
    const journal = app.desk.journal({ kind: 'ticket', id: ticket });
    for (const event of ['arrive', 'check', 'resolve', 'verify'] as const) {
      const found = journal.filter((entry) => entry.event === event);
      expect([event, found.length]).toEqual([event, 1]);
      // The time at which it was done, and beside it the time at which it came in.
      expect(found[0]!.t).toBeLessThan(cutAt + untilMs + 2_000);
      expect(found[0]!.detail.sentAt as number).toBeGreaterThanOrEqual(found[0]!.t);
    }
    expect(signed.life.arrivedAt! - cutAt).toBeLessThan(10_000);
    const files = await app.call('GET', `/api/tickets/${ticket}/files`, { token: admin });
    expect(files.json.map(({ purpose }: { purpose: string }) => purpose)).toEqual(['before', 'signature']);
    await context.close();
  }, 240_000);

  test('closed meanwhile by somebody else: said so, nothing is lost, and it can be kept as a comment', async () => {
    const text = { zh: '水龙头漏水', en: 'Tap drips' };
    const { id } = app.desk.createTicket({ title: text, description: text, system: 'water', trade: 'plumbing', priority: 'medium', assignee: 'wang' }, { id: 'ward' }); // biome-ignore format: one call
    const mine = await phone('zh');
    const { page } = mine;
    await page.goto(`${app.url}/#/tickets/${id}`);
    await state(page, 'assigned');
    await page.context().setOffline(true);
    await page.click('.next-step [data-step=arrive]');
    await state(page, 'started');
    await page.click('.next-step [data-step=resolve]');
    await page.fill('[role=dialog] textarea', '更换密封圈');
    await page.click('[role=dialog] [data-step=repaired-send]');
    await state(page, 'resolved');
    app.desk.cancel(id, { id: 'engineer' }, '重复报修');
    await page.context().setOffline(false);
    await page.waitForSelector('[data-panel=refused]', { timeout: hangMs });
    await page.waitForSelector('.refused-chip');
    await look(mine, '360-zh-refused');
    expect(await accessibilityTrouble(page)).toEqual([]);
    expect(await page.textContent('[data-panel=refused]')).toContain('已作废');
    await page.click('[data-panel=refused] [data-step=discard]');
    await page.waitForFunction(() => document.querySelector('[data-panel=refused]')?.textContent?.includes('更换密封圈'));
    await page.click('[data-panel=refused] [data-step=as-comment]');
    await page.waitForSelector('.outbox-chip', { state: 'detached' });
    expect(app.desk.ticket(id)?.state).toBe('cancelled');
    expect(app.desk.journal({ kind: 'ticket', id })[0]).toMatchObject({
      event: 'comment',
      who: 'wang',
      why: expect.stringContaining('更换密封圈'),
    });
    await page.context().close();
  }, 240_000);
});
