import { expect, test } from 'vitest';
import { siteSchema } from '../shared/site.ts';
import type { History } from './history.ts';
import { type Proposal, proposalLines, propose } from './propose.ts';

const minute = 60_000;
const days = 73;
const start = Date.UTC(2026, 0, 1);
/** A room that swings by a degree around 24 °C, and goes up to 29 for half an hour on every tenth day. */
const roomC = (t: number) => {
  const since = t - start;
  const hot = Math.floor(since / 86_400_000) % 10 === 5 && since % 86_400_000 < 30 * minute;
  return hot ? 29 : 24 + Math.sin(since / (7 * minute));
};
const history: History = {
  async *blocks(_wanted, from, to) {
    const t: number[] = [];
    for (let at = Math.max(from, start); at < Math.min(to, start + days * 86_400_000); at += 5 * minute) t.push(at);
    yield {
      keys: [{ device: 'room', field: 'room_temp_c' }],
      key: new Uint32Array(t.length),
      t: Float64Array.from(t),
      value: Float64Array.from(t.map(roomC)),
      count: t.length,
    };
  },
};
const name = { zh: '试', en: 'Try' };
const room = { id: 'room', name, profile: 'none', unit: 1, system: 'environment', role: 'room', attributes: { room_max_c: 24 } };
const site = siteSchema.parse({
  site: { id: 's', name },
  gateways: [{ id: 'g', name, buses: [{ id: 'b', type: 'modbus-tcp', host: '192.0.2.1', devices: [room] }] }],
});
const all = { from: 0, to: start + 400 * 86_400_000 };

test('a limit is proposed from the spread of the place, with the alarms a year that it would have brought', async () => {
  const [found, ...more] = await propose(site, history, { ...all, rule: 'EN-HOT' });
  expect(more).toEqual([]);
  expect(found?.median).toBeCloseTo(24, 1);
  // The MAD of a sine is half the root of two.
  expect(found?.spread).toBeCloseTo(1.4826 * Math.SQRT1_2, 1);
  expect(found?.thousandth).toBe(29);
  // Today's limit is 24 + 5, which 29 does not pass; the hot half hour came 7 times in 73 days: 35 times a year.
  expect(found?.today).toEqual({ limit: 29, perYear: 0 });
  expect(found?.limits.map(({ limit, perYear, looser }) => [limit, Math.round(perYear), looser])).toEqual([
    [28.2, 35, false],
    [30.3, 0, true],
    [32.4, 0, true],
  ]);
  const lines = proposalLines('EN-HOT', [found as Proposal]).join('\n');
  expect(lines).toContain('limit=28.2: 35\n');
  expect(lines).toContain('limit=30.3: none, looser than today');
  expect(lines).not.toContain('guess');
});

test('a few days are called a guess, no readings propose nothing, another kind of rule is refused', async () => {
  const days3 = await propose(site, history, { from: start, to: start + 3 * 86_400_000, rule: 'EN-HOT' });
  expect(proposalLines('EN-HOT', days3)[1]).toMatch(/3\.0 days \(fewer than 28: a year told from them is a guess\)/);
  expect(await propose(site, history, { from: 0, to: start, rule: 'EN-HOT' })).toEqual([]);
  await expect(propose(site, history, { ...all, rule: 'SYS-COMM' })).rejects.toThrow('--propose takes rules of kind above or below');
});
