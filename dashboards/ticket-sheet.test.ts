import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';
import { needs } from '../test/servers.ts';
import { siteOf } from '../test/site-of.ts';

let app: DashboardsApp;
beforeAll(async () => {
  app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating']] }, { public_url: 'https://plant.example' }));
}, 240_000);
afterAll(() => app?.[Symbol.asyncDispose]());

const picture = (background: string, type: 'png' | 'jpeg' | 'webp') =>
  sharp({ create: { width: 300, height: 120, channels: 3, background } })
    .toFormat(type)
    .toBuffer();

/** Where a line breaks and how wide a gap is, is not what this is about. */
const bare = (text: string) => text.replace(/\s/g, '');

/** Text of the pages, as a reader would find it. */
async function sheetOf(id: string, lang: string) {
  const token = await app.signIn('viewer');
  const answer = await fetch(`${app.url}/api/tickets/${id}/sheet.pdf?lang=${lang}`, { headers: { authorization: `Bearer ${token}` } });
  const file = join(app.dataDir, `${id}-${lang}.pdf`);
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  const images = execFileSync('pdfimages', ['-list', file], { encoding: 'utf8' }).trim().split('\n').length - 2;
  return {
    type: answer.headers.get('content-type'),
    text: execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }),
    images,
  };
}

// Poppler reads the pages back; the project itself does not need it.
describe.skipIf(!needs('pdftotext', 'pdfimages'))('the repair sheet', () => {
  test('shows report, times, promises, work, cost, photos, signature and history; zh and en', async () => {
    const move = async (role: 'ward' | 'technician' | 'head', id: string, action: string, body: unknown = {}) => {
      const answer = await app.call('POST', `/api/tickets/${id}/${action}`, { token: await app.signIn(role), body });
      expect([action, answer.status]).toEqual([action, 200]);
    };
    const opened = await app.call('POST', '/api/tickets', {
      token: await app.signIn('ward'),
      body: {
        title: '水龙头漏水',
        description: '水龙头漏水，三楼处置室',
        system: 'water',
        trade: 'plumbing',
        priority: 'high',
        device: 'loop-1',
        checks: [{ zh: '查阀门', en: 'Look at the valve' }],
      },
    });
    const id = opened.json.id as string;
    await move('technician', id, 'arrive');
    await move('technician', id, 'check', { items: ['check-1'] });
    const resumeAt = new Date(Date.now() + 3_600_000).toISOString();
    await move('technician', id, 'wait', { reason: '等密封圈', kind: 'parts', resumeAt });
    await move('technician', id, 'start');
    for (const [index, type] of (['jpeg', 'webp'] as const).entries()) {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(await picture(index ? 'green' : 'red', type))]), `p.${type}`);
      const headers = { authorization: `Bearer ${await app.signIn('technician')}` };
      const sent = await fetch(`${app.url}/api/tickets/${id}/files?purpose=${index ? 'after' : 'before'}`, {
        method: 'POST',
        headers,
        body: form,
      });
      expect(sent.status).toBe(201);
    }
    const parts = [{ name: '密封圈', quantity: 2, unit: '个', costYuan: 3.5 }];
    await move('technician', id, 'work', { minutes: 40, parts, costYuan: 100 });
    await move('technician', id, 'resolve', { resolution: '更换密封圈' });
    const unsigned = await sheetOf(id, 'en');
    expect(unsigned.text).toMatch(/Not signed yet/);
    const signature = `data:image/png;base64,${(await picture('white', 'png')).toString('base64')}`;
    await move('ward', id, 'sign', { name: '王护士', signature, stars: 4 });

    const [zh, en] = [await sheetOf(id, 'zh'), await sheetOf(id, 'en')];
    // The code, its mask, two photos, the signature.
    expect([zh.type, zh.images, en.images]).toEqual(['application/pdf', 5, 5]);
    const both = ['水龙头漏水', '更换密封圈', '密封圈 2 个', '3.50', '100.00', '¥ 103.50', '王护士', '4 / 5', '等密封圈', id];
    for (const wanted of [
      ...both,
      '维修签单',
      '报修内容',
      '处理时间',
      '时限',
      '按时',
      '维修前',
      '维修后',
      '科室签收',
      '到场',
      '第 1 页',
      '等配件',
      '检查清单',
      '查阀门',
    ]) {
      expect(bare(zh.text)).toContain(bare(wanted));
    }
    for (const wanted of [...both, 'Repair sheet', 'On site', 'kept', 'Before', 'After', 'Department sign-off', 'Page 1 of', 'Parts · ']) {
      expect(bare(en.text)).toContain(bare(wanted));
    }
    expect((await app.call('GET', '/api/tickets/T-9999/sheet.pdf', { token: await app.signIn('viewer') })).status).toBe(404);
  }, 240_000);
});
