import { describe, expect, it } from 'vitest';
import { passwordOf, startDashboardsApp } from '../test/dashboards-app.ts';
import { siteOf } from '../test/site-of.ts';
import { trustedProxies } from './trusted-proxies.ts';

const site = siteOf({ gw1: [['loop-1', 'heating']] });
const viaHttps = { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' };

async function cookieBehind(proxies: string[]): Promise<string> {
  await using app = await startDashboardsApp(site, { proxies });
  const answer = await app.call('POST', '/api/login', { body: { user: 'viewer', password: passwordOf('viewer') }, headers: viaHttps });
  expect(answer.status).toBe(200);
  return answer.headers.get('set-cookie') ?? '';
}

describe('reverse proxies', () => {
  it('that are named are believed about https', async () => {
    expect(await cookieBehind(['127.0.0.1'])).toMatch(/; Secure/i);
  });

  it('that nobody named are not', async () => {
    const cookie = await cookieBehind([]);
    expect(cookie).toContain('HttpOnly');
    expect(cookie).not.toMatch(/; Secure/i);
    expect(await cookieBehind(['192.0.2.1'])).not.toMatch(/; Secure/i);
  });

  it('keep the wrong passwords of their clients apart', async () => {
    await using app = await startDashboardsApp(site, { proxies: ['127.0.0.1'] });
    const attempt = (address: string, password: string) =>
      app.call('POST', '/api/login', { body: { user: 'viewer', password }, headers: { 'x-forwarded-for': address } });
    let status = 401;
    for (let tries = 0; tries < 50 && status === 401; tries++) ({ status } = await attempt('192.0.2.7', 'wrong'));
    expect(status).toBe(429);
    expect((await attempt('192.0.2.8', passwordOf('viewer'))).status).toBe(200);
  });

  it('guesses at one name from many addresses are slowed together; who is known there, or signed in, is not slowed by them', async () => {
    await using app = await startDashboardsApp(site, { proxies: ['127.0.0.1'] });
    const attempt = (address: string, password: string, token?: string) =>
      app.call('POST', '/api/login', {
        body: { user: 'manager', password },
        headers: { 'x-forwarded-for': address, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      });
    const { json } = await attempt('192.0.2.1', passwordOf('manager'));
    const statuses: number[] = [];
    for (let index = 0; index < 30; index++) statuses.push((await attempt(`198.51.100.${index}`, 'wrong')).status);
    expect(statuses.every((status) => status === 401)).toBe(true);
    // Even right ones are not tried out of turn from an unknown address: the limit tells a guesser nothing.
    const rest = await Promise.all(Array.from({ length: 20 }, (_, index) => attempt(`203.0.113.${index}`, passwordOf('manager'))));
    expect(rest.map(({ status }) => status)).toContain(429);
    expect((await attempt('192.0.2.1', passwordOf('manager'))).status).toBe(200);
    expect((await attempt('203.0.113.9', passwordOf('manager'), json.token)).status).toBe(200);
  }, 240_000);

  it('are named by address or network, everything else is told', () => {
    expect(trustedProxies(undefined)).toEqual([]);
    expect(trustedProxies(' 127.0.0.1, 10.0.0.0/8,fd00::/8')).toEqual(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']);
    for (const wrong of ['nginx', '10.0.0.0/40', '10.0.0.0/0', 'true', '1.2.3.4/8/9']) {
      expect(() => trustedProxies(wrong)).toThrow(`PLANTROOM_TRUST_PROXY: "${wrong}" is neither`);
    }
  });
});
