import { describe, expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { silentLog } from '../shared/log.ts';
import { type ModbusDevice, modbusDeviceSchema } from '../shared/site.ts';
import { type Profile, profileSchema } from './device.ts';
import type { Link } from './modbus/link.ts';
import { exceptionFault, type Request } from './modbus/pdu.ts';
import { startPoller } from './poller.ts';
import type { DeviceState, PollResult } from './transport.ts';

/** Ten fast holding registers from 0, two slow ones from 50. */
const ids = ['voltage_l1_v', 'voltage_l2_v', 'voltage_l3_v', 'current_l1_a', 'current_l2_a', 'current_l3_a', 'current_n_a', 'current_avg_a', 'phase_angle_deg', 'load_pct']; // biome-ignore format: one line
const profile: Profile = profileSchema.parse({
  id: 'meter', vendor: 't', model: 't', title: { zh: '表', en: 'meter' }, system: 'electricity', kind: 'electricity-meter', source: 'made for tests', evidence: 'A',
  points: [
    ...ids.map((quantity, address) => ({ quantity, address, type: 'uint16' })),
    { quantity: 'energy_import_kwh', address: 50, type: 'uint32', slow: true },
  ],
  samples: [{ from: 'made for tests', words: {}, values: {} }],
}); // biome-ignore format: one line

type Behave = (
  unit: number,
  request: Extract<Request, { kind: 'registers' }>,
) => 'silent' | number | { exception: number; afterMs?: number };

interface Plant {
  clock: ManualClock;
  results: PollResult[];
  states: DeviceState[];
  asked: { unit: number; address: number; count: number; t: number; tookMs: number }[];
  of(device: string): PollResult[];
  good(device: string): PollResult[];
  link: Link;
  undo(): Promise<void>;
}

/** Timers of real machines may fire before the clock shows their time. */
const early = (clock: ManualClock, ms: number): ManualClock => ({
  ...clock,
  after: (delayMs, work) => clock.after(delayMs > 10 ? delayMs - ms : delayMs, work),
});

/**
 * A bus in simulated time. `behave` says what a unit does with a request: silent, an exception, or an answer after so many ms, in which
 * each register holds its address.
 */
function plant(
  devices: Partial<Record<keyof ModbusDevice, unknown>>[],
  behave: Behave,
  bus: { timeout?: number; retries?: number; inFlight?: number; holdMs?: number; earlyMs?: number } = {},
): Plant {
  const clock = manualClock();
  const asked: Plant['asked'] = [];
  let freeAt = 0;
  const link: Link = {
    counts: { late: 0, foreign: 0, garbled: 0, timeouts: 0, reconnects: 0 },
    inFlight: bus.inFlight ?? 1,
    open: true,
    onLate: undefined,
    onState: undefined,
    lineTimeMs: () => 0,
    async read(unit, request, timeoutMs) {
      if (request.kind !== 'registers') throw new Error('only registers');
      if (!link.open) throw new Fault('transport/closed');
      const startedAt = clock.monotonic();
      const entry = { unit, address: request.address, count: request.count, t: clock.now(), tookMs: 0 };
      asked.push(entry);
      const does = behave(unit, request);
      // A gateway that waits in vain for a dead unit holds all others meanwhile.
      const begins = bus.holdMs === undefined ? startedAt : Math.max(freeAt, startedAt);
      const needs = does === 'silent' ? Number.POSITIVE_INFINITY : typeof does === 'number' ? does : (does.afterMs ?? 5);
      if (bus.holdMs !== undefined) freeAt = begins + Math.min(needs, bus.holdMs);
      const afterMs = begins + needs - startedAt;
      await clock.sleep(Math.min(afterMs, timeoutMs));
      entry.tookMs = clock.monotonic() - startedAt;
      if (afterMs > timeoutMs) throw new Fault('transport/timeout');
      if (typeof does === 'object') throw exceptionFault(does.exception);
      const data = new Uint8Array(request.count * 2);
      for (let at = 0; at < request.count; at++) data[at * 2 + 1] = (request.address + at) & 255;
      return data;
    },
    async [Symbol.asyncDispose]() {},
  };
  Object.defineProperty(link, 'open', { value: true, writable: true });
  const results: PollResult[] = [];
  const states: DeviceState[] = [];
  const poller = startPoller(
    {
      id: 'bus',
      timeout: bus.timeout ?? 1_000,
      pause: 0,
      retries: bus.retries ?? 1,
      devices: devices.map((device, index) =>
        modbusDeviceSchema.parse({ id: `m${index + 1}`, name: { zh: '表', en: 'm' }, profile: 'meter', unit: index + 1, ...device }),
      ),
    },
    link,
    {
      clock: early(clock, bus.earlyMs ?? 0),
      log: silentLog(),
      profiles: new Map([['meter', profile]]),
      sink: { readings: (one) => results.push(one), device: (one) => states.push(one) },
    },
  );
  const of = (device: string) => results.filter((one) => one.device === device);
  return {
    clock,
    results,
    states,
    asked,
    link,
    of,
    good: (device) => of(device).filter(({ v }) => Object.keys(v).length > 0),
    async undo() {
      const ended = poller[Symbol.asyncDispose]();
      await clock.advance(5_000);
      await ended;
    },
  };
}

describe('the schedule', () => {
  it('readings fall on the ticks of plant time, hour after hour, and slow points on theirs', async () => {
    const { clock, good, asked, undo } = plant([{ poll: '5s', slow_poll: '60s' }], () => 7);
    await clock.advance(3_600_100);
    const times = good('m1').map(({ t }) => t % 5_000);
    expect(times.length).toBe(721);
    expect(new Set(times.slice(1))).toEqual(new Set([7, 14]));
    const slow = good('m1').filter(({ v }) => v.energy_import_kwh !== undefined);
    expect(slow.length).toBe(61);
    expect(new Set(slow.slice(1).map(({ t }) => t % 60_000))).toEqual(new Set([14]));
    // One request for ten neighbours, one more for the counter.
    expect(asked.length).toBe(721 + 61);
    await undo();
  });

  it('a timer that fires early serves no tick twice', async () => {
    const { clock, good, undo } = plant([{ poll: '1s' }], () => 0.1, { earlyMs: 0.4 });
    await clock.advance(60_500);
    expect(good('m1').length).toBeGreaterThanOrEqual(60);
    expect(good('m1').length).toBeLessThanOrEqual(61);
    await undo();
  });

  it('a poll that cannot be kept is skipped, not queued, and devices take turns', async () => {
    const { clock, good, undo } = plant(
      [{}, {}, {}].map(() => ({ poll: '1s' })),
      () => 900,
    );
    await clock.advance(60_000);
    const counts = ['m1', 'm2', 'm3'].map((device) => good(device).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(counts[0]! + counts[1]! + counts[2]!).toBeGreaterThan(55);
    await undo();
  });

  it('requests to different units go together where the bus allows it, to one unit never', async () => {
    const { clock, asked, undo } = plant(
      [{}, {}, {}, { unit: 1 }].map((device) => ({ poll: '1s', ...device })),
      () => 300,
      { inFlight: 3 },
    );
    await clock.advance(900);
    expect(asked.slice(0, 3).map(({ unit }) => unit)).toEqual([1, 2, 3]);
    expect(new Set(asked.slice(0, 3).map(({ t }) => t)).size).toBe(1);
    const ofOne = asked.filter(({ unit }) => unit === 1).map(({ t }) => t);
    for (let at = 1; at < ofOne.length; at++) expect(ofOne[at]! - ofOne[at - 1]!).toBeGreaterThanOrEqual(300);
    await undo();
  });
});

describe('registers that do not exist', () => {
  it('one of ten: found at once, its neighbours flow in the same round, later rounds ask around it', async () => {
    const { clock, good, asked, of, undo } = plant([{ poll: '5s', slow_poll: '60s' }], (_unit, { address, count }) =>
      address <= 3 && address + count > 3 ? { exception: 2 } : 5,
    );
    await clock.advance(1_000);
    const first = good('m1')[0]!;
    expect(Object.keys(first.v).length).toBe(10);
    expect(first.bad).toEqual({ current_l1_a: 'exception' });
    expect(first.v.current_l2_a).toBe(4);
    expect(asked.length).toBeLessThanOrEqual(10);
    asked.length = 0;
    await clock.advance(600_000);
    expect(asked.some(({ address, count }) => address <= 3 && address + count > 3)).toBe(false);
    expect(good('m1').at(-1)!.v.current_n_a).toBe(6);
    // Fast rounds: registers 0 to 2 and 4 to 9; each twelfth also the counter.
    expect(asked.length).toBe(120 * 2 + 10);
    expect(of('m1').filter(({ bad }) => bad.current_l1_a === 'exception').length).toBe(11);
    await undo();
  });

  it('is tried again a day later, and used from then on', async () => {
    let fitted = false;
    const { clock, good, undo } = plant([{ poll: '60s', slow_poll: '60s' }], (_unit, { address, count }) =>
      !fitted && address <= 3 && address + count > 3 ? { exception: 2 } : 5,
    );
    await clock.advance(3_600_000);
    fitted = true;
    await clock.advance(22 * 3_600_000);
    expect(good('m1').at(-1)!.v.current_l1_a).toBeUndefined();
    await clock.advance(2 * 3_600_000);
    expect(good('m1').at(-1)!.v.current_l1_a).toBe(3);
    await undo();
  }, 60_000);

  it('a register missing in a gap costs a cut, not a value', async () => {
    const gappy = { ...profile, id: 'meter', points: profile.points.filter(({ address }) => address !== 5) };
    const { clock, good, undo } = plant([{ poll: '5s' }], (_unit, { address, count }) =>
      address <= 5 && address + count > 5 ? { exception: 2 } : 5,
    );
    expect(gappy.points.length).toBe(10);
    await clock.advance(20_000);
    expect(Object.keys(good('m1').at(-1)!.v).length).toBe(9);
    await undo();
  });

  it('a device that gives at most four registers at once is read in fours', async () => {
    const { clock, good, asked, undo } = plant([{ poll: '5s', slow_poll: '5s' }], (_unit, { count }) => (count > 4 ? { exception: 3 } : 5));
    await clock.advance(30_000);
    asked.length = 0;
    await clock.advance(5_000);
    expect(Object.keys(good('m1').at(-1)!.v).length).toBe(11);
    expect(asked.length).toBeLessThanOrEqual(5);
    await undo();
  });

  it('one request that gets no answer while others do makes only its own values bad, never old, and may not hold up the bus', async () => {
    let silent = false;
    const { clock, good, asked, undo } = plant([{ poll: '5s', slow_poll: '5s' }], (_unit, { address }) =>
      silent && address >= 50 ? 'silent' : 5,
    );
    await clock.advance(11_000);
    expect(good('m1').at(-1)!.v.energy_import_kwh).toBe(50 * 65_536 + 51);
    silent = true;
    await clock.advance(60_000);
    asked.length = 0;
    await clock.advance(600_000);
    const last = good('m1').at(-1)!;
    expect(Object.keys(last.v).length).toBe(10);
    expect(last.bad).toEqual({ energy_import_kwh: 'comm' });
    expect(asked.filter(({ address }) => address >= 50).reduce((sum, { tookMs }) => sum + tookMs, 0)).toBeLessThanOrEqual(0.02 * 600_000);
    silent = false;
    await clock.advance(250_000);
    expect(good('m1').at(-1)!.v.energy_import_kwh).toBe(50 * 65_536 + 51);
    await undo();
  });

  it('busy and device failure set nothing aside', async () => {
    let busy = true;
    const { clock, good, of, undo } = plant([{ poll: '5s' }], () => (busy ? { exception: 6 } : 5));
    await clock.advance(20_000);
    expect(of('m1').at(-1)!.bad.voltage_l1_v).toBe('exception');
    busy = false;
    await clock.advance(5_100);
    expect(Object.keys(good('m1').at(-1)!.v).length).toBeGreaterThanOrEqual(10);
    await undo();
  });
});

describe('a dead device', () => {
  const mates = [{}, {}, {}, {}].map(() => ({ poll: '5s' }));

  it('is bad once when lost and once when it counts as gone, then there is silence; values never get old', async () => {
    let dead = false;
    const { clock, of, good, states, undo } = plant(mates, (unit) => (dead && unit === 2 ? 'silent' : 10));
    await clock.advance(12_000);
    expect(states.map(({ device, online }) => `${device} ${online}`)).toEqual(['m1 true', 'm2 true', 'm3 true', 'm4 true']);
    dead = true;
    const before = good('m2').length;
    await clock.advance(600_000);
    expect(good('m2').length).toBe(before);
    const bad = of('m2').slice(before);
    expect(bad.length).toBe(2);
    for (const { v, bad: reasons } of bad) {
      expect(v).toEqual({});
      expect(Object.values(reasons)).toEqual(Array(11).fill('comm'));
    }
    const gone = states.at(-1)!;
    expect(gone).toMatchObject({ device: 'm2', online: false, reason: 'no answer' });
    // Three missed polls would be 15 s; a minute is later.
    expect(bad[1]!.t - gone.since).toBeGreaterThanOrEqual(60_000);
    expect(bad[1]!.t - gone.since).toBeLessThanOrEqual(66_000);
    await undo();
  });

  it('costs its bus at most 2 % after three failures, loses its mates nothing, and is back within two rounds', async () => {
    let dead = false;
    const { clock, good, asked, states, undo } = plant(mates, (unit) => (dead && unit === 2 ? 'silent' : 10));
    await clock.advance(60_000);
    dead = true;
    await clock.advance(30_000);
    asked.length = 0;
    const rounds = good('m1').length;
    await clock.advance(600_000);
    const cost = asked.filter(({ unit }) => unit === 2).reduce((sum, { tookMs }) => sum + tookMs, 0);
    expect(cost / 600_000).toBeLessThanOrEqual(0.02);
    expect(cost).toBeGreaterThan(0);
    expect(good('m1').length - rounds).toBe(120);
    expect(states.at(-1)).toMatchObject({ device: 'm2', online: false });
    dead = false;
    const returned = clock.now();
    const before = good('m2').length;
    await clock.advance(60_000);
    const back = good('m2').slice(before);
    expect(back[0]!.t - returned).toBeLessThanOrEqual(2 * 5_000);
    expect(back.length).toBeGreaterThanOrEqual(11);
    expect(states.at(-1)).toMatchObject({ device: 'm2', online: true });
    await undo();
  });

  it('behind a gateway that holds the bus for it, pays for the time of the others too', async () => {
    const ten = Array.from({ length: 10 }, () => ({ poll: '1s' }));
    const { clock, good, of, undo } = plant(ten, (unit) => (unit === 4 ? 'silent' : 10), { holdMs: 1_500, retries: 0 });
    await clock.advance(600_000);
    for (const device of ['m1', 'm5', 'm10']) {
      expect(good(device).length).toBeGreaterThanOrEqual(0.95 * 600);
      // Who has to wait behind the dead one is given the time, and not taken for dead too.
      expect(of(device).filter(({ bad }) => Object.keys(bad).length > 0)).toEqual([]);
    }
    await undo();
  });

  it('alone on its bus, is asked at each of its ticks', async () => {
    let dead = true;
    const { clock, good, asked, undo } = plant([{ poll: '5s' }], () => (dead ? 'silent' : 10));
    await clock.advance(100_000);
    expect(asked.length).toBeGreaterThanOrEqual(19);
    dead = false;
    await clock.advance(10_100);
    expect(good('m1').length).toBeGreaterThanOrEqual(2);
    await undo();
  });

  it('one lost answer is asked again at once and nobody notices', async () => {
    let lose = 0;
    const { clock, results, states, undo } = plant([{ poll: '5s' }], () => (lose-- > 0 ? 'silent' : 10));
    await clock.advance(11_000);
    lose = 1;
    await clock.advance(20_000);
    expect(results.every(({ bad }) => Object.keys(bad).length === 0)).toBe(true);
    expect(states.length).toBe(1);
    await undo();
  });

  it('that answers late is asked in full as soon as it is heard', async () => {
    let dead = true;
    const { clock, good, link, undo } = plant([{ poll: '60s' }, { poll: '1s' }], (unit) => (dead && unit === 1 ? 'silent' : 10));
    await clock.advance(90_000);
    dead = false;
    link.onLate?.(1);
    await clock.advance(100);
    expect(good('m1').length).toBe(1);
    await undo();
  });
});

describe('a lost connection', () => {
  it('makes values bad once, takes devices offline after a minute, and asks all at once when it is back', async () => {
    const { clock, link, results, states, good, undo } = plant([{ poll: '5s' }, { poll: '60s' }], () => 10);
    await clock.advance(10_100);
    Object.assign(link, { open: false });
    link.onState?.(false, 'gone');
    const before = results.length;
    await clock.advance(200_000);
    expect(results.slice(before).map(({ device, v }) => [device, Object.keys(v).length])).toEqual([
      ['m1', 0],
      ['m2', 0],
      ['m1', 0],
      ['m2', 0],
    ]);
    expect(
      states
        .slice(2)
        .map(({ device, online }) => `${device} ${online}`)
        .sort(),
    ).toEqual(['m1 false', 'm2 false']);
    Object.assign(link, { open: true });
    const goods = good('m2').length;
    link.onState?.(true, '');
    await clock.advance(100);
    expect(good('m2').length).toBe(goods + 1);
    await undo();
  });
});
