import { describe, expect, it } from 'vitest';
import { manualClock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { silentLog } from '../shared/log.ts';
import { type RawPayload, rawPayload, rawRegister } from '../shared/raw.ts';
import { mqttBusSchema } from '../shared/site.ts';
import { type Profile, profileSchema } from './device.ts';
import { type Ask, deviceReader } from './device-reader.ts';
import { exceptionFault } from './modbus/exceptions.ts';
import { Listener } from './mqtt/listener.ts';
import { RawWatch, watchLimits } from './raw-watch.ts';

const profile: Profile = profileSchema.parse({
  id: 'meter', vendor: 't', model: 't', title: { zh: '表', en: 'meter' }, system: 'electricity', kind: 'electricity-meter', source: 'made for tests', evidence: 'A',
  base: 1, order: 'CDAB', max_gap: 0,
  points: [
    { quantity: 'active_power_kw', address: 101, type: 'float32', scale: 0.001 },
    { quantity: 'power_factor', address: 201, type: 'int16', scale_register: { address: 301 } },
    { quantity: 'breaker_closed', table: 'discrete', address: 11, type: 'bit' },
    { quantity: 'energy_import_kwh', table: 'input', address: 401, type: 'uint32', order: 'big', slow: true },
    { text: 'serial-number', address: 501, type: 'string', length: 4 },
  ],
  samples: [{ from: 'made for tests', words: {}, values: {} }],
}); // biome-ignore format: one line

/** Wire address to word, as a device holds them. */
const memory = new Map([['holding 100', 0x2000], ['holding 101', 0x44fa], ['holding 200', 953], ['holding 300', 0xfffd], ['discrete 10', 1], ['input 400', 0x0001], ['input 401', 0x86a0]]); // biome-ignore format: one line
function ask(alter: (table: string, address: number) => Error | undefined = () => undefined): Ask {
  return async ({ table, address, count }) => {
    const trouble = alter(table, address);
    if (trouble) throw trouble;
    const words = Array.from({ length: count }, (_, at) => memory.get(`${table} ${address + at}`) ?? 0);
    return table === 'discrete' ? Uint8Array.of(words[0]!) : Uint8Array.from(words.flatMap((word) => [word >> 8, word & 255]));
  };
}

describe('raw registers of a device', () => {
  const clock = manualClock();
  const open = () => deviceReader(profile, { id: 'm' }, { clock, log: silentLog() });
  const byName = (registers: ReturnType<ReturnType<typeof open>['raw']>) =>
    new Map(registers!.map((one) => [one.name, rawRegister.parse(one)]));

  it('are the words that came over the wire, beside what they mean', async () => {
    const reader = open();
    expect(byName(reader.raw()).get('active_power_kw')).toMatchObject({ value: null, bad: null, t: null, cells: [{ words: null }] });
    await reader.round('full', ask(), 0);
    const found = byName(reader.raw());
    expect(found.get('active_power_kw')).toEqual({
      name: 'active_power_kw', quantity: 'active_power_kw', number: 101, type: 'float32', order: 'CDAB', polled: true,
      cells: [{ table: 'holding', address: 100, words: [0x2000, 0x44fa] }], value: 2.001, bad: null, t: clock.now(),
    }); // biome-ignore format: short
    expect(found.get('power_factor')).toMatchObject({
      value: 0.953,
      cells: [
        { address: 200, words: [953] },
        { address: 300, words: [0xfffd] },
      ],
    });
    expect(found.get('breaker_closed')).toMatchObject({ value: 1, cells: [{ table: 'discrete', address: 10, words: [1] }] });
    expect(found.get('energy_import_kwh')).toMatchObject({ value: 100_000, cells: [{ table: 'input', words: [1, 0x86a0] }] });
    expect(found.get('serial-number')).toMatchObject({ polled: false, quantity: null, value: null, bad: null, t: null });
  });

  it('keep what is read slowly with its own time, and say why there is no value', async () => {
    const reader = open();
    await reader.round('full', ask(), 0);
    const first = clock.now();
    await clock.advance(5_000);
    const silentAt = (_table: string, address: number) => (address === 200 ? new Fault('transport/timeout') : undefined);
    await reader.round('fast', ask(silentAt), 0);
    const found = byName(reader.raw());
    expect(found.get('power_factor')).toMatchObject({ value: null, bad: 'comm', t: clock.now(), cells: [{ words: null }, {}] });
    expect(found.get('energy_import_kwh')).toMatchObject({ value: 100_000, t: first });
  });

  it('name the register that the device refuses, and show nothing half read', async () => {
    const reader = open();
    const refusing = ask((_table, address) => (address === 200 ? exceptionFault(2) : undefined));
    for (let round = 0; round < 4; round++) await reader.round('full', refusing, 0);
    expect(byName(reader.raw()).get('power_factor')).toMatchObject({
      value: null,
      bad: 'exception',
      cells: [{ address: 200, words: null }, {}],
    });
    let during: unknown = 'not asked';
    await reader.round('full', async (span) => {
      during = reader.raw();
      return ask()(span);
    }, 0); // biome-ignore format: short
    expect(during).toBeUndefined();
  });
});

describe('who looks', () => {
  const payload: RawPayload = { type: 'modbus', t: 0, unit: 1, registers: [] };
  function open() {
    const clock = manualClock();
    const shown: string[] = [];
    let looks = 0;
    const watch = new RawWatch(clock, (device) => shown.push(device));
    for (let n = 0; n < 20; n++) {
      watch.offer(`m${n}`, () => {
        looks++;
        return payload;
      });
    }
    return { clock, shown, watch, looks: () => looks };
  }

  it('is shown what was read last at once, then each poll, at most once a second, until he stops asking', async () => {
    const { clock, shown, watch, looks } = open();
    watch.polled('m1');
    expect(looks()).toBe(0);
    expect(watch.request('m1', { seconds: 10 })).toBe(true);
    expect(shown.length).toBe(1);
    for (let poll = 0; poll < 50; poll++) {
      watch.polled('m1');
      await clock.advance(100);
    }
    expect(shown.length).toBe(6);
    await clock.advance(6_000);
    watch.polled('m1');
    await clock.advance(2_000);
    expect(shown.length).toBe(6);
  });

  it('cannot look at more devices than agreed, nor for longer, nor at strangers', async () => {
    const { clock, shown, watch } = open();
    expect(watch.request('nobody', { seconds: 10 })).toBe(false);
    for (let n = 0; n < watchLimits.devices; n++) expect(watch.request(`m${n}`, { seconds: 600 })).toBe(true);
    expect(watch.request('m19', { seconds: 10 })).toBe(false);
    expect(shown.length).toBe(watchLimits.devices);
    await clock.advance(watchLimits.longestMs);
    watch.polled('m1');
    expect(shown.length).toBe(watchLimits.devices);
    expect(watch.request('m19', { seconds: 10 })).toBe(true);
  });
});

describe('a device that publishes JSON', () => {
  it('shows topic, path and what stood there', () => {
    const clock = manualClock();
    let look: (() => RawPayload | undefined) | undefined;
    const bus = mqttBusSchema.parse({
      id: 'b', type: 'mqtt',
      devices: [{
        id: 'room', name: { zh: '房', en: 'Room' }, system: 'environment', topic: 'sensors/room',
        points: [{ quantity: 'room_temp_c', path: '$.temp', scale: 0.1 }, { quantity: 'humidity_pct', path: '$.rh', topic: 'sensors/rh' }],
      }],
    }); // biome-ignore format: short
    const listener = new Listener(
      bus,
      clock,
      silentLog(),
      {
        readings: () => {},
        device: () => {},
        raw: (_device, one) => {
          look = one;
        },
      },
      'Asia/Shanghai',
    );
    listener.receive({ topic: 'sensors/room', payload: Buffer.from('{"temp": 215, "key": "secret"}'), retain: false, dup: false });
    expect(rawPayload.parse(look?.())).toEqual({
      type: 'mqtt', t: clock.now(),
      fields: [
        { quantity: 'room_temp_c', topic: 'sensors/room', path: '$.temp', found: '215', value: 21.5, bad: null, t: clock.now() },
        { quantity: 'humidity_pct', topic: 'sensors/rh', path: '$.rh', found: null, value: null, bad: null, t: null },
      ],
    }); // biome-ignore format: short
  });
});
