import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../desk/index.ts';
import { operationsFile } from '../shared/role.ts';
import { yearBefore } from '../shared/zone.ts';
import { type DashboardsApp, heatingAlarm, startDashboardsApp } from '../test/dashboards-app.ts';
import { siteOf } from '../test/site-of.ts';
import { checkUpload } from './upload.ts';

let app: DashboardsApp;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating']] }));
  for (const role of ['viewer', 'ward', 'technician', 'engineer', 'head', 'admin'] as const) tokens[role] = await app.signIn(role);
}, 240_000);
afterAll(() => app?.[Symbol.asyncDispose]());

const call = (role: string, method: string, path: string, body?: unknown) =>
  app.call(method, path, { token: tokens[role]!, ...(body === undefined ? {} : { body }) });
const move = (role: string, id: string, action: string, body: unknown = {}) => call(role, 'POST', `/api/tickets/${id}/${action}`, body);
let taps = 0;
const opened = async () =>
  (
    await call('ward', 'POST', '/api/tickets', {
      title: `Tap ${++taps} drips`,
      description: 'Tap drips',
      system: 'water',
      trade: 'plumbing',
      priority: 'high',
    })
  ).json.id as string;
const signature = async () =>
  `data:image/png;base64,${(
    await sharp({ create: { width: 200, height: 80, channels: 3, background: 'white' } })
      .png()
      .toBuffer()
  ).toString('base64')}`;

describe('the life of a ticket over HTTP', () => {
  test('its words are neither empty nor a book, and it goes to somebody who is there', async () => {
    const body = { title: 'Tap drips', description: 'x'.repeat(5_000), system: 'water', trade: 'plumbing' };
    const both = (zh: string, en = zh) => ({ zh, en });
    for (const wrong of [{ title: both('') }, { title: both('x', '  ') }, { title: both('x'.repeat(201)) }, { title: '' }, { description: both('x'.repeat(5_001)) }, { description: both('x', '') }, { checks: [both('')] }]) // biome-ignore format: a list
      expect([wrong, (await call('ward', 'POST', '/api/tickets', { ...body, ...wrong })).status]).toEqual([wrong, 400]);
    const { status, json } = await call('ward', 'POST', '/api/tickets', { ...body, title: both('x'.repeat(200)) });
    expect(status).toBe(201);
    const nobody = await move('engineer', json.id, 'assign', { assignee: 'nobody-at-all' });
    expect([nobody.status, nobody.json.zh]).toEqual([400, '负责人：没有这个人员或用户']);
    expect((await move('engineer', json.id, 'assign', { assignee: 'technician' })).json.assignee).toBe('technician');
  });

  test('reported by the ward, on site, waiting for an approved contractor, repaired, signed by the department, closed', async () => {
    const id = await opened();
    expect((await move('technician', id, 'arrive')).json).toMatchObject({
      state: 'started',
      assignee: 'technician',
      life: { arrivedBy: 'technician' },
    });
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const early = await move('technician', id, 'wait', { reason: 'pump firm', kind: 'contractor', resumeAt: soon });
    expect([early.status, early.json.detail]).toEqual([409, expect.stringMatching(/approval of the head first/)]);
    expect((await move('technician', id, 'wait', { reason: 'pump firm', kind: 'approval' })).status).toBe(400);
    await move('technician', id, 'wait', { reason: 'pump firm', kind: 'approval', resumeAt: soon });
    expect((await move('engineer', id, 'approve')).status).toBe(403);
    expect((await move('head', id, 'approve', { note: 'up to 2000' })).json).toMatchObject({
      state: 'started',
      life: { approval: { by: 'head' } },
    });
    expect((await move('technician', id, 'wait', { reason: 'pump firm', kind: 'contractor', resumeAt: soon })).json.state).toBe('waiting');
    await move('technician', id, 'start');
    const absurd = [{ costYuan: 1e308 }, { costYuan: 1e7 + 1 }, { parts: [{ name: 'x', unit: 'x', quantity: 1e308 }] }, { parts: [{ name: 'x', unit: 'x', quantity: 1, costYuan: 1e308 }] }]; // biome-ignore format: a list
    for (const one of absurd) expect([one, (await move('technician', id, 'work', one)).status]).toEqual([one, 400]);
    const parts = [{ name: 'washer', quantity: 2, unit: '个', costYuan: 3.5 }];
    expect((await move('technician', id, 'work', { minutes: 40, parts, costYuan: 100 })).json.life.work).toMatchObject([
      { by: 'technician', minutes: 40 },
    ]);
    await move('technician', id, 'resolve', { resolution: 'new washer' });
    expect((await move('technician', id, 'sign', { name: 'Nurse Wang' })).status).toBe(409);
    expect((await move('viewer', id, 'sign', { name: 'Nurse Wang' })).status).toBe(403);
    const signed = await move('ward', id, 'sign', { name: 'Nurse Wang', signature: await signature(), stars: 5 });
    expect(signed.json).toMatchObject({
      state: 'verified',
      verifiedBy: 'ward',
      life: { signature: { name: 'Nurse Wang', by: 'ward', stars: 5 } },
    });
    const drawn = await fetch(`${app.url}/api/tickets/${id}/files/${signed.json.life.signature.file}`, {
      headers: { authorization: `Bearer ${tokens.viewer}` },
    });
    expect([drawn.headers.get('content-type'), drawn.headers.get('content-security-policy')]).toEqual([
      'image/png',
      expect.stringMatching(/sandbox/),
    ]);
    expect((await move('engineer', id, 'close')).json).toMatchObject({ state: 'closed', life: { closedBy: 'engineer' } });
    expect((await call('viewer', 'GET', '/api/tickets')).json.map((one: { id: string }) => one.id)).not.toContain(id);
    const again = (await move('technician', id, 'reopen', { reason: 'drips again' })).json;
    expect(again).toMatchObject({ state: 'assigned', life: { reopened: 1, signature: null, closedAt: null } });
  });

  test('a check list on which lives hang is ticked one at a time, any other as one likes', async () => {
    const words = { zh: '查阀门；查压力', en: 'Look at the valve; look at the gauge' };
    const raise = (id: string, lifeSafety: boolean) => {
      app.desk.raise(heatingAlarm('loop-1', { id, causeKey: id, lifeSafety, ticket: true, check: words }), {
        at: Date.now(),
        value: 1,
        limit: 2,
      });
      return app.desk.alarm(id)!.ticket as string;
    };
    const [danger, plain] = [raise('oxygen-low', true), raise('loop-low', false)];
    const items = ['check-1', 'check-2'];
    for (const done of [true, false]) {
      const both = await call('technician', 'POST', `/api/tickets/${danger}/check`, { items, done });
      expect(both.status).toBe(409);
      expect(both.json.zh).toContain('一次只能勾选一项');
      expect(both.json.detail).toContain('one at a time');
    }
    expect(app.desk.ticket(danger)!.life.checks.map(({ done }) => done)).toEqual([null, null]);
    // Gone, and still what it was about.
    app.desk.clear('oxygen-low', { at: Date.now(), value: 3 });
    expect((await move('technician', danger, 'check', { items })).status).toBe(409);
    for (const item of items) expect((await move('technician', danger, 'check', { items: [item, item] })).status).toBe(200);
    expect((await move('technician', plain, 'check', { items })).status).toBe(200);
    for (const id of [danger, plain]) expect(app.desk.ticket(id)!.life.checks.every(({ done }) => done !== null)).toBe(true);
  });

  test('on the phone of whoever repaired the department draws: never with his name, never an empty line, and it stands on the ticket', async () => {
    const id = await opened();
    await move('technician', id, 'arrive');
    const asked = await move('technician', id, 'check', { add: 'Look at the valve' });
    expect(asked.json.life.checks).toMatchObject([{ id: 'own-1', done: null }]);
    expect((await move('technician', id, 'check', {})).status).toBe(400);
    await move('technician', id, 'check', { items: ['own-1'] });
    await move('technician', id, 'resolve', { resolution: 'new washer', work: { minutes: 20, costYuan: 3 } });
    const line = await sharp(Buffer.from('<svg width="200" height="80"><path d="M10 10L190 70" stroke="black" stroke-width="4"/></svg>'))
      .png()
      .toBuffer();
    const drawn = `data:image/png;base64,${line.toString('base64')}`;
    const refused = async (body: object) => {
      const answer = await move('technician', id, 'sign', body);
      return [answer.status, answer.json.detail];
    };
    expect(await refused({ name: 'Nurse Wang', signature: drawn })).toEqual([409, expect.stringMatching(/another person/)]);
    expect(await refused({ name: ' TECHNICIAN ', signature: drawn, handed: true })).toEqual([400, expect.stringMatching(/does not sign/)]);
    expect(await refused({ name: 'Nurse Wang', signature: await signature(), handed: true })).toEqual([400, 'signature: is empty']);
    expect(await refused({ name: 'Nurse Wang', handed: true })).toEqual([400, expect.stringMatching(/drawn by/)]);
    const signed = (await move('technician', id, 'sign', { name: 'Nurse Wang', signature: drawn, handed: true })).json;
    expect(signed).toMatchObject({
      state: 'verified',
      verifiedBy: 'department',
      life: { work: [{ minutes: 20, costYuan: 3 }], checks: [{ done: { by: 'technician' } }] },
    });
    expect(signed.life.signature).toMatchObject({ name: 'Nurse Wang', by: 'department', phoneOf: 'technician' });
  });

  test('the next one of a crew, who could be given one, and a fault that comes again and again', async () => {
    const body = { title: 'x', description: 'x', system: 'lift', trade: 'medical-gas', department: 'icu', checks: ['Door'] };
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.push((await call('ward', 'POST', '/api/tickets', { ...body, title: `x ${n}` })).json.id);
    const again = () => call('ward', 'POST', '/api/tickets', { ...body, title: 'x 3' });
    expect((await Promise.all([again(), again(), again()])).map(({ status, json }) => [status, json.id])).toEqual(
      Array(3).fill([201, ids[3]]),
    );
    const next = (role: string, asked?: object) => call(role, 'POST', '/api/tickets/next', asked);
    expect((await next('ward')).status).toBe(403);
    expect((await next('technician', { trades: ['medical-gas'] })).json).toMatchObject({
      id: ids[0],
      assignee: 'technician',
      state: 'assigned',
    });
    expect((await next('engineer', { trades: ['medical-gas'] })).json).toMatchObject({ id: ids[1], assignee: 'engineer' });
    const nobody = await next('engineer', { trades: ['wastewater'] });
    expect([nobody.status, nobody.json.detail]).toEqual([409, expect.stringMatching(/no ticket/)]);
    const crew = (await call('engineer', 'GET', `/api/tickets/${ids[2]}/crew`)).json as { person: string; near: number }[];
    expect(crew.map(({ person }) => person)).toEqual(expect.arrayContaining(['technician', 'engineer', 'head']));
    expect(crew.find(({ person }) => person === 'technician')).toMatchObject({ near: 1 });
    expect(crew.map(({ person }) => person)).not.toContain('ward');
    const repeats = async (id: string) => (await call('viewer', 'GET', `/api/tickets/${id}`)).json.repeats;
    expect(await repeats(ids[2]!)).toEqual([]);
    expect(await repeats(ids[3]!)).toEqual(ids);
  });

  test('a step with a key is done once, however often it arrives; what was done earlier stands at its time, and the audit log has both', async () => {
    const id = await opened();
    const openedAt = app.desk.ticket(id)!.openedAt;
    const headers = { 'idempotency-key': 'k'.repeat(32), 'done-at': String(openedAt) };
    const send = (action: string, body: object, more: Record<string, string> = headers, role: 'technician' | 'engineer' = 'technician') =>
      app.call('POST', `/api/tickets/${id}/${action}`, { token: tokens[role]!, body, headers: more });
    const first = await send('arrive', {});
    expect(first.json).toMatchObject({ state: 'started', life: { arrivedAt: openedAt } });
    await move('engineer', id, 'comment', { comment: 'meanwhile' });
    const again = await send('arrive', {});
    expect([again.status, again.headers.get('idempotency-replayed'), again.json]).toEqual([200, 'true', first.json]);
    expect(app.desk.journal({ kind: 'ticket', id, event: 'arrive' })).toMatchObject([
      { t: openedAt, detail: { sentAt: expect.any(Number) } },
    ]);
    const audit = await call('admin', 'GET', `/api/audit?object=${id}`);
    const told = audit.json.filter(({ action }: { action: string }) => action === 'ticket.arrive');
    expect(told).toMatchObject([{ after: { doneAt: openedAt } }]);
    // The same key for something else, or of somebody else.
    expect((await send('comment', { comment: 'x' })).status).toBe(422);
    const { 'done-at': _, ...now } = headers;
    expect((await send('comment', { comment: 'mine' }, now, 'engineer')).status).toBe(200);
    const at = (t: number) => ({ 'done-at': new Date(t).toISOString() });
    const refused = async (t: number) => {
      const answer = await send('comment', { comment: 'x' }, at(t));
      return [answer.status, answer.json.detail];
    };
    expect(await refused(Date.now() + 10 * 60_000)).toEqual([400, expect.stringMatching(/future/)]);
    expect(await refused(Date.now() - 30 * 86_400_000)).toEqual([400, expect.stringMatching(/too long ago/)]);
    expect(await refused(openedAt - 60_000)).toEqual([409, expect.stringMatching(/before the ticket was there/)]);
    expect((await send('comment', { comment: 'x' }, { 'idempotency-key': 'short' })).status).toBe(400);
    await move('engineer', id, 'cancel', { reason: 'reported twice' });
    app.desk.reopen(id, { id: 'head' }, 'no, it drips');
    const late = await send('resolve', { resolution: 'new washer' }, { ...at(openedAt + 1), 'idempotency-key': 'z'.repeat(20) });
    expect([late.status, late.json.detail]).toEqual([409, expect.stringMatching(/by head/)]);
  });

  test('the clocks are on the ticket: paused with reason and actor while it waits, other urgency by who may', async () => {
    const id = await opened();
    await move('technician', id, 'start');
    const resumeAt = Date.now() + 3_600_000;
    await move('technician', id, 'wait', { reason: 'washer', kind: 'parts', resumeAt });
    expect((await move('technician', id, 'priority', { priority: 'low', reason: 'not urgent' })).status).toBe(403);
    expect((await move('engineer', id, 'priority', { priority: 'low', reason: 'not urgent' })).json.priority).toBe('low');
    const { sla, life } = (await call('viewer', 'GET', `/api/tickets/${id}`)).json;
    expect(life).toMatchObject({ waitingKind: 'parts', resumeAt });
    expect(sla.map(({ kind, ended, targetMs }: { kind: string; ended: string; targetMs: number }) => [kind, ended, targetMs])).toEqual([
      ['acknowledge', 'done', null],
      ['arrive', 'done', null],
      ['restore', null, 259_200_000],
    ]);
    expect(sla[2].segments.at(-1)).toMatchObject({ state: 'paused', reason: 'parts: washer', by: 'technician', to: null });
  });

  test('the same cause soon after the sign-off opens the ticket again', () => {
    const definition = {
      id: 'heat-low.loop-1', rule: 'HEAT-LOW', device: 'loop-1', quantity: 'pressure_kpa' as const, system: 'heating' as const, priority: 'critical' as const, trade: 'boiler' as const,
      lifeSafety: false, latching: false, unit: 'kPa', title: { zh: '低', en: 'Low' }, message: { zh: '低', en: 'Low' }, check: { zh: '查', en: 'Check' },
      location: { zh: '房', en: 'Room' }, building: null, department: null, source: 'proposal', ticket: true, causeKey: 'heat-low.loop-1',
    }; // biome-ignore format: a table
    const raise = () => app.desk.raise(definition, { at: Date.now(), value: 100, limit: 200 });
    const { ticket } = raise();
    app.desk.start(ticket!, { id: 'technician' });
    app.desk.clear(definition.id, { at: Date.now(), value: 300 });
    app.desk.resolve(ticket!, { id: 'technician' }, 'filled up');
    app.desk.verify(ticket!, { id: 'engineer' });
    expect(raise().ticket).toBe(ticket);
    expect(app.desk.ticket(ticket!)).toMatchObject({ state: 'assigned', alarmActive: true, life: { reopened: 1 } });
  });
});

describe('files of a ticket', () => {
  const upload = async (id: string, name: string, content: Uint8Array, role = 'technician') => {
    const form = new FormData();
    form.append('file', new Blob([content as Uint8Array<ArrayBuffer>]), name);
    const response = await fetch(`${app.url}/api/tickets/${id}/files?purpose=before`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens[role]}` },
      body: form,
    });
    return {
      status: response.status,
      json: (await response.json()) as { id: number; type: string; width: number; detail: string; errors: { message: string }[] },
    };
  };

  test('a photo is kept upright, without where it was taken, once however often it is sent', async () => {
    const id = await opened();
    const photo = await sharp({ create: { width: 4_000, height: 3_000, channels: 3, background: 'red' } })
      .withExif({ IFD0: { Copyright: 'secret place' } })
      .jpeg()
      .toBuffer();
    const first = await upload(id, 'photo.jpg', photo);
    expect([first.status, first.json]).toMatchObject([201, { type: 'image/jpeg', width: 2_560, purpose: 'before', madeBy: 'technician' }]);
    expect((await upload(id, 'photo.jpg', photo)).json.id).toBe(first.json.id);
    const kept = await fetch(`${app.url}/api/tickets/${id}/files/${first.json.id}`, {
      headers: { authorization: `Bearer ${tokens.viewer}` },
    });
    expect(Buffer.from(await kept.arrayBuffer()).includes('secret place')).toBe(false);
    expect((await call('viewer', 'GET', `/api/tickets/${id}/files`)).json).toHaveLength(1);
  });

  const picture = () =>
    sharp({ create: { width: 10, height: 10, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer();
  const half = async () => {
    const whole = await picture();
    return whole.subarray(0, whole.length / 2);
  };
  const elf = Buffer.from('\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0');
  test.each<[string, string, () => Uint8Array | Promise<Uint8Array>, number, RegExp]>([
    ['a file of 50 MB', 'a.jpg', () => new Uint8Array(50 * 1024 * 1024), 413, /at most 10 MB/],
    ['HTML named .jpg', 'a.jpg', () => Buffer.from('<!doctype html><script>alert(1)</script>'), 415, /its content is/],
    ['a program named .pdf', 'a.pdf', () => elf, 415, /its content is application/],
    ['an SVG', 'a.png', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 415, /its content is/],
    ['an image bomb', 'a.png', bomb, 413, /million pixels/],
    ['half a picture', 'a.jpg', half, 400, /damaged/],
    ['a path in the name', '../../etc/passwd', picture, 400, /without a path/],
    ['a path of Windows', 'C:\\a.jpg', picture, 400, /without a path/],
  ])(
    '%s is refused in words; nothing is kept',
    async (_what, name, content, status, words) => {
      const id = await opened();
      const answer = await upload(id, name, await content());
      expect([answer.status, answer.json.detail]).toEqual([status, expect.stringMatching(words)]);
      expect((await call('viewer', 'GET', `/api/tickets/${id}/files`)).json).toEqual([]);
    },
    30_000,
  );

  test('a file for no ticket, by nobody who may, or as no form is refused', async () => {
    const id = await opened();
    expect((await upload('T-9999', 'a.jpg', await picture())).status).toBe(404);
    expect((await upload(id, 'a.jpg', await picture(), 'viewer')).status).toBe(403);
    expect((await call('technician', 'POST', `/api/tickets/${id}/files`, { file: 'x' })).status).toBe(415);
    expect((await call('viewer', 'GET', `/api/tickets/${id}/files`)).json).toEqual([]);
  });

  test('a photo that is sent twice with its key is one file with the time at which it was taken', async () => {
    const id = await opened();
    const takenAt = app.desk.ticket(id)!.openedAt;
    const picture = await sharp({ create: { width: 10, height: 10, channels: 3, background: 'blue' } })
      .png()
      .toBuffer();
    const answers: [number, string | null, object][] = [];
    for (let n = 0; n < 2; n++) {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(picture)]), 'a.png');
      const headers = { authorization: `Bearer ${tokens.technician}`, 'idempotency-key': 'photo-of-a-drip-01', 'done-at': String(takenAt) };
      const sent = await fetch(`${app.url}/api/tickets/${id}/files?purpose=before`, { method: 'POST', headers, body: form });
      answers.push([sent.status, sent.headers.get('idempotency-replayed'), (await sent.json()) as object]);
    }
    expect(answers).toMatchObject([
      [201, null, { madeAt: takenAt }],
      [201, 'true', { madeAt: takenAt }],
    ]);
    expect((await call('viewer', 'GET', `/api/tickets/${id}/files`)).json).toHaveLength(1);
  });

  test('a file of another ticket is not shown under this one', async () => {
    const [mine, other] = [await opened(), await opened()];
    const picture = await sharp({ create: { width: 10, height: 10, channels: 3, background: 'blue' } })
      .png()
      .toBuffer();
    const { json } = await upload(mine, 'a.png', picture);
    expect((await call('viewer', 'GET', `/api/tickets/${other}/files/${json.id}`)).status).toBe(404);
  });

  test('a dot is no name', async () => {
    await expect(checkUpload('..', Buffer.from('x'))).rejects.toMatchObject({ code: 'api/invalid' });
  });
});

/** A PNG of a few kB that claims 30,000 by 30,000 pixels. */
function bomb(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(30_000, 0);
  head.writeUInt32BE(30_000, 4);
  head.set([1, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.alloc(1 << 20))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
function crc(data: Buffer): number {
  let value = 0xffffffff;
  for (const byte of data) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

test('the ward that finds it not repaired sends it back with its words, and adds what it knows', async () => {
  const id = await opened();
  await move('technician', id, 'arrive');
  await move('technician', id, 'resolve', { resolution: 'new washer' });
  expect((await move('ward', id, 'comment', { comment: 'it still drips at night' })).status).toBe(200);
  expect((await move('viewer', id, 'reopen', { reason: 'x' })).status).toBe(403);
  const back = await move('ward', id, 'reopen', { reason: 'it still drips' });
  expect(back.json).toMatchObject({ state: 'assigned', life: { reopened: 1 } });
  // In Chinese for whoever reads the console: the same refusal in both languages.
  const twice = await move('ward', id, 'reopen', { reason: 'again' });
  expect(twice.json).toMatchObject({
    detail: 'a ticket in state assigned cannot be moved by "reopen"',
    zh: '工单处于“已派单”状态，不能执行“重新打开”',
  });
});

test('statistics of a year that runs: as much of last year beside it, what is overdue by trade, on the page and in each file', async () => {
  const day = 86_400_000;
  const now = Date.now();
  using db = openDatabase(operationsFile(app.dataDir));
  const at = async (t: number, trade: string) => {
    const text = { title: 'Lamp', description: 'Lamp', system: 'electricity', priority: 'high' };
    const { id } = (await call('ward', 'POST', '/api/tickets', { ...text, trade })).json as { id: string };
    const number = Number(id.slice(2));
    db.run("UPDATE tickets SET opened_at = ?, ticket = json_set(ticket, '$.openedAt', ?) WHERE number = ?", t, t, number);
    db.run("UPDATE journal SET t = ? WHERE kind = 'ticket' AND id = ?", t, id);
    return id;
  };
  const lastYear = yearBefore('Asia/Shanghai', now);
  await at(lastYear - day, 'wastewater');
  await at(lastYear + day, 'wastewater');
  const late = await at(now - 2 * day, 'wastewater');
  await at(now - 60_000, 'wastewater');
  const range = `from=${now - 90 * day}&to=${now + 90 * day}`;
  const { json } = await call('viewer', 'GET', `/api/tickets/statistics?${range}&by=trade`);
  const ours = (all: { rows: { key: string }[] }) => all.rows.find(({ key }) => key === 'wastewater');
  expect(ours(json)).toMatchObject({ opened: 2, open: 2, overdue: 1, overdueOpen: 1 });
  // A day on of last year has not come yet this year.
  expect(ours(json.before)).toMatchObject({ opened: 1 });
  const csv = async (more: string) =>
    (
      await fetch(`${app.url}/api/tickets/export?${range}&lang=zh${more}`, { headers: { authorization: `Bearer ${tokens.viewer}` } })
    ).text();
  const columnOf = (text: string, name: string, row: RegExp) => {
    const [head, ...lines] = text.replace(/^\uFEFF/, '').split('\r\n').map((line) => line.split(',')) as [string[], ...string[][]]; // biome-ignore format: one
    return lines.find(([first]) => row.test(first as string))?.[head.indexOf(name)];
  };
  expect(columnOf(await csv('&by=trade'), '超时', /污水站/)).toBe('1');
  // Two days less the four hours that were promised.
  expect(Number(columnOf(await csv(''), '超时（分钟）', new RegExp(`^${late}$`)))).toBeCloseTo(44 * 60, -1);
  const book = await fetch(`${app.url}/api/tickets/export?${range}&format=xlsx`, { headers: { authorization: `Bearer ${tokens.viewer}` } });
  expect(
    Buffer.from(await book.arrayBuffer())
      .subarray(0, 2)
      .toString(),
  ).toBe('PK');
});

test('an address that cannot be read, or is too long, is answered like every refusal', async () => {
  for (const [path, status] of [
    ['%zz', 400],
    ['x'.repeat(300), 414],
  ] as const) {
    const answer = await app.call('GET', `/api/tickets/${path}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json; charset=utf-8']);
    expect(answer.json).toMatchObject({ type: 'urn:plantroom:api/invalid', status, zh: '请求内容不正确' });
  }
});

test('nobody signs in under a name that the program writes into its books', async () => {
  const token = await app.signIn('admin');
  for (const name of ['plantroom', 'system', 'engine', 'department', 'simulated-history']) {
    const { status, json } = await app.call('POST', '/api/users', { token, body: { name, role: 'viewer', password: 'a-long-password-1' } });
    expect([name, status, json.zh]).toEqual([name, 400, '该用户名为系统保留']);
  }
});

test('an upload that broke off is told so', async () => {
  const id = await opened();
  const body = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\ncontent-type: image/jpeg\r\n\r\nhalf of';
  const response = await fetch(`${app.url}/api/tickets/${id}/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.technician}`, 'content-type': 'multipart/form-data; boundary=b' },
    body,
  });
  expect([response.status, ((await response.json()) as { zh: string }).zh]).toEqual([400, '文件：上传中断，请重新上传']);
});
