import { describe, expect, it } from 'vitest';
import { manualClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { formatPath, Unquoted } from '../shared/mistake.ts';
import { attributesSchema, siteSchema } from '../shared/site.ts';
import { random } from '../test/random.ts';
import { siteOf } from '../test/site-of.ts';
import { gatewayWarnings } from './check.ts';
import { profileSchema, type Table } from './device.ts';
import { deviceReader } from './device-reader.ts';
import type { Span } from './plan.ts';

const source = 'made for tests';
const profileOf = (point: object, more: object = {}) =>
  profileSchema.parse({
    id: 'split', vendor: 't', model: 't', title: { zh: '表', en: 'meter' }, system: 'electricity', kind: 'other', source, evidence: 'A',
    points: [point], samples: [{ from: source, words: {}, values: {} }], ...more,
  }); // biome-ignore format: short

/** A device whose registers `word` says at each request; `between` runs before each. */
function open(profile: ReturnType<typeof profileOf>, word: (table: Table, address: number) => number, between: (request: number) => void) {
  const asked: string[] = [];
  const reader = deviceReader(profile, { id: 'd', attributes: attributesSchema.parse({}) }, { clock: manualClock(), log: silentLog() });
  const ask = async ({ table, address, count }: Span) => {
    between(asked.length);
    asked.push(`${table} ${address}+${count}`);
    const data = Buffer.alloc(count * 2);
    for (let at = 0; at < count; at++) data.writeUInt16BE(word(table, address + at) & 0xffff, at * 2);
    return data;
  };
  const round = async () => {
    expect(await reader.round('full', ask, 0)).toBe('answered');
    return reader.collect();
  };
  return { asked, round };
}

describe('F19 a number and its scale factor', () => {
  const power = { quantity: 'active_power_kw', address: 40_257, type: 'int16', scale_register: { address: 40_283 } };

  it('are read in one request, over a gap wider than others', async () => {
    const { asked, round } = open(
      profileOf(power),
      (_table, address) => (address === 40_257 ? 6000 : address === 40_283 ? -1 : 0),
      () => {},
    );
    expect((await round()).v).toEqual({ active_power_kw: 600 });
    expect(asked).toEqual(['holding 40257+27']);
  });

  it('several numbers with one factor each come in one piece with it', async () => {
    const points = [0, 1, 2].map((at) => ({ ...power, quantity: `active_power_l${at + 1}_kw`, address: 40_200 + at * 40 }));
    const { asked, round } = open(
      profileOf(power, { points, max_registers: 90 }),
      (_t, address) => (address === 40_283 ? 0 : 7),
      () => {},
    );
    expect(Object.values((await round()).v)).toEqual([7, 7, 7]);
    for (const at of [0, 1, 2]) {
      const whole = asked.map((one) => one.split(/[ +]/).slice(1).map(Number) as [number, number]);
      expect(whole.some(([from, count]) => from <= 40_200 + at * 40 && from + count > 40_283)).toBe(true);
    }
  });

  const seed = Number(process.env.SEED ?? 11);
  it.each([
    ['in another table', { ...power, table: 'input' }, {}],
    ['too far away for one read', power, { max_registers: 20 }],
    ['behind a gap that the device does not take', power, { max_gap: 0 }],
    ['behind a hole', power, { holes: [{ from: 40_260, to: 40_270 }] }],
  ])(`where the factor stands %s: the right value or none, whenever it changes (seed ${seed})`, async (_where, point, more) => {
    const next = random(seed);
    let isFine = true;
    let changed = 0;
    const word = (_table: Table, address: number) =>
      address === 40_257 ? (isFine ? 6000 : 601) : address === 40_283 ? (isFine ? -1 : 0) : 0;
    const { round } = open(profileOf(point, more), word, (request) => {
      // No device changes a factor there and back within three requests.
      if (request - changed < 6 || next() > 0.3) return;
      isFine = !isFine;
      changed = request;
    });
    let good = 0;
    for (let at = 0; at < 500; at++) {
      const { v, bad } = await round();
      if (v.active_power_kw === undefined) expect(bad).toEqual({ active_power_kw: 'decode' });
      else {
        good++;
        expect([600, 601]).toContain(v.active_power_kw);
      }
    }
    expect(good).toBeGreaterThan(300);
  });

  it.each([{}, { max_registers: 20 }])('whole part and fraction never lose a whole: 1234.999 to 1235.000, %j', async (more) => {
    const next = random(seed);
    let thousandths = 1_234_990;
    const point = {
      quantity: 'volume_m3', address: 100, type: 'uint32', add: { address: 150, type: 'uint16', scale: 0.001 },
    }; // biome-ignore format: short
    const word = (_table: Table, address: number) =>
      address === 101 ? Math.floor(thousandths / 1_000) : address === 150 ? thousandths % 1_000 : 0;
    const { round } = open(profileOf(point, more), word, () => {
      thousandths += Math.floor(next() * 4);
    });
    let last = 0;
    for (let at = 0; at < 500; at++) {
      const before = thousandths / 1_000;
      const { v } = await round();
      if (v.volume_m3 === undefined) continue;
      expect(v.volume_m3).toBeGreaterThanOrEqual(Math.max(last, before));
      expect(v.volume_m3).toBeLessThanOrEqual(thousandths / 1_000 + 1e-9);
      last = v.volume_m3;
    }
    expect(last).toBeGreaterThan(1_235);
  });
});

describe('F19 check', () => {
  it('warns of a value that takes several requests, with its place, and of no other', () => {
    const site = siteOf({ gw: [] });
    const devices = ['split', 'whole'].map((profile, at) => ({ id: profile, name: { zh: '表', en: 'meter' }, profile, unit: at + 1 }));
    const bus = { id: 'b', type: 'modbus-tcp', host: '127.0.0.1', devices };
    const config = siteSchema.parse({
      site: site.config.site,
      gateways: [{ id: 'gw', name: { zh: '网关', en: 'Gateway' }, buses: [bus] }],
    });
    const power = { quantity: 'active_power_kw', address: 0, type: 'int16', scale_register: { address: 30 } };
    const profiles = new Map([
      ['split', profileOf(power, { max_registers: 20 })],
      ['whole', profileOf(power)],
    ]);
    const found = gatewayWarnings(
      {
        ...site,
        config,
        mistake: (path, what, allowed) => ({
          file: '',
          line: 0,
          column: 0,
          path: formatPath(path),
          found: what instanceof Unquoted ? what.text : '',
          allowed,
        }),
      },
      profiles,
    );
    expect(found.map(({ path }) => path)).toEqual(['gateways[0].buses[0].devices[0].profile']);
    expect(found[0]?.found).toBe('split, of which active_power_kw takes several requests');
  });
});
