/** What third-party devices really send; the numbers are those under which it was found. */
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import { mqttBusSchema } from '../../shared/site.ts';
import type { DeviceReadings, DeviceState } from '../transport.ts';
import { Listener } from './listener.ts';
import { parsePayload } from './payload.ts';

const temp = { quantity: 'room_temp_c', path: '$.temperature' };
const humidity = { quantity: 'humidity_pct', path: '$.humidity' };

function open(device: object, start = Date.UTC(2026, 10, 27, 1, 31, 55)) {
  const bus = mqttBusSchema.parse({
    id: 'b', type: 'mqtt',
    devices: [{ id: 'd', name: { zh: '设备', en: 'device' }, system: 'environment', topic: 'x/text', points: [temp, humidity], ...device }],
  }); // biome-ignore format: short
  const clock = manualClock(start);
  const results: DeviceReadings[] = [];
  const states: DeviceState[] = [];
  const sink = { readings: (one: DeviceReadings) => void results.push(one), device: (one: DeviceState) => void states.push(one) };
  const listener = new Listener(bus, clock, silentLog(), sink, 'Asia/Shanghai');
  const receive = (payload: string | Buffer, retain = false) =>
    listener.receive({ topic: 'x/text', payload: Buffer.from(payload), retain, dup: false });
  return { listener, clock, results, states, receive };
}
/** What one message gives. */
function once(device: object, payload: string | Buffer, start?: number): DeviceReadings {
  const { receive, results } = open(device, start);
  receive(payload);
  expect(results).toHaveLength(1);
  return results[0] as DeviceReadings;
}

describe('F5 what a broker kept while the gateway was away', () => {
  const timed = {
    expire: '60s',
    time: { path: '$.last_seen', unit: 'iso' },
    points: [{ quantity: 'leak_detected', path: '$.water_leak' }],
  };
  const kept = (t: number) => JSON.stringify({ water_leak: true, last_seen: new Date(t).toISOString() });

  it('a retained message that carries its time is taken, with that time, once', () => {
    const { receive, results, states, clock } = open(timed);
    const t = clock.now() - 20_000;
    receive(kept(t), true);
    receive(kept(t), true);
    expect(results).toEqual([{ device: 'd', t, v: { leak_detected: 1 }, bad: {} }]);
    expect(states.map(({ online }) => online)).toEqual([true]);
  });

  it('is no sign of life when it is older than the device may be silent', async () => {
    const { receive, results, states, clock, listener } = open(timed);
    receive(kept(clock.now() - 3_600_000), true);
    expect(results).toHaveLength(1);
    expect(states).toEqual([]);
    await clock.advance(61_000);
    listener.expire();
    expect(states.map(({ online }) => online)).toEqual([false]);
  });

  it('without a time of its own, or a week old, it stays out and is counted', () => {
    const { receive, results, clock, listener } = open(timed);
    receive('{"water_leak":true}', true);
    receive(kept(clock.now() - 8 * 86_400_000), true);
    expect(results).toEqual([]);
    expect(listener.counts.retained).toBe(2);
  });
});

describe('F6 numbers that are none', () => {
  it.each(['nan', 'NaN', '-nan', 'NAN', 'Infinity', '-inf', '1.#QNAN', 'nan(0x8000)'])('%s spoils its own field only', (text) => {
    const { v, bad } = once({}, `{"temperature":${text},"humidity":45.0}`);
    expect(v).toEqual({ humidity_pct: 45 });
    expect(Object.keys(bad)).toEqual(['room_temp_c']);
  });

  it('what is mended is counted, and so is what is bad', () => {
    const { receive, listener } = open({});
    receive('{"temperature":nan,"humidity":45.0}');
    expect(listener.counts).toMatchObject({ mended: 1, badFields: 1, junk: 0 });
  });
});

describe('F7 bytes around the JSON', () => {
  it.each([
    ['a NUL behind it', Buffer.from('{"temperature":22.5,"humidity":45}\0')],
    ['the rest of a buffer behind a NUL', Buffer.from('{"temperature":22.5,"humidity":45}\0midity":99}')],
    ['a byte order mark before it', Buffer.from('\uFEFF{"temperature":22.5,"humidity":45}')],
    ['both', Buffer.from('\uFEFF{"temperature":22.5,"humidity":45}\0')],
    ['line ends', Buffer.from('\r\n{"temperature":22.5,"humidity":45}\r\n')],
    ['no quotes at names, a comma before the end', Buffer.from('{temperature:22.5,humidity:+045,}')],
    ['single quotes, as Python prints them', Buffer.from("{'temperature': 22.5, 'humidity': 45, 'error': None}")],
  ])('%s', (_what, payload) => {
    expect(once({}, payload).v).toEqual({ room_temp_c: 22.5, humidity_pct: 45 });
  });

  it('half a message is none: its last number may be the beginning of another', () => {
    expect(once({}, '{"temperature":22.5,"humidity":4').v).toEqual({});
    expect(once({}, '{"temperature":23,5}').v).toEqual({});
  });
});

describe('F8 no JSON at all', () => {
  const leak = { points: [{ quantity: 'leak_detected', path: '$', states: { OFF: 0, ON: 1 } }] };
  it.each([
    ['ON', 1],
    ['OFF\r\n', 0],
    ['"ON"', 1],
  ])('%j', (payload, wanted) => {
    expect(once(leak, payload).v).toEqual({ leak_detected: wanted });
  });
  it('another word is bad', () => expect(once(leak, 'ONLINE').bad).toEqual({ leak_detected: 'decode' }));
  it('00288.5 is 288.5', () =>
    expect(once({ points: [{ quantity: 'pressure_kpa', path: '$' }] }, '00288.5').v).toEqual({ pressure_kpa: 288.5 }));
  it('a word where fields are expected is junk', () => expect(parsePayload('ON')).toMatchObject({ bare: true }));
});

describe('F9 times without a zone', () => {
  const points = [{ quantity: 'room_temp_c', path: '$.AM2301.Temperature' }];
  const payload = (Time: string) => JSON.stringify({ Time, AM2301: { Temperature: 23.9 } });
  const timed = (zone?: string) => ({ points, time: { path: '$.Time', unit: 'iso', ...(zone ? { zone } : {}) } });
  const t = Date.UTC(2026, 10, 27, 1, 31, 55);

  it('by a key they are read in the zone of the site, or in another', () => {
    expect(once(timed('site'), payload('2026-11-27T09:31:55'))).toMatchObject({ t, v: { room_temp_c: 23.9 } });
    expect(once(timed('Europe/Berlin'), payload('2026-11-27 02:31:55.250'))).toMatchObject({ t: t + 250, v: { room_temp_c: 23.9 } });
    expect(once(timed('site'), payload('2026/11/27 9:31:55'))).toMatchObject({ t, v: { room_temp_c: 23.9 } });
  });
  it('never silently', () => expect(once(timed(), payload('2026-11-27T09:31:55'))).toMatchObject({ v: {}, bad: { room_temp_c: 'path' } }));
  it.each(['+08', '+0800', '+08:00'])('%s is an offset, whatever the key says', (offset) => {
    expect(once(timed('Europe/Berlin'), payload(`2026-11-27T09:31:55${offset}`)).t).toBe(t);
  });
  it.each(['2026-02-30T00:00:00', '2026-11-27T25:00:00', '2026-11-27T09:61:00', '2026-11-27'])('%s is no time', (text) => {
    expect(once(timed('site'), payload(text)).v).toEqual({});
  });
  it('in the hour that comes twice the moment nearest to the arrival is meant', () => {
    const arrived = Date.UTC(2026, 9, 25, 1, 30, 2);
    expect(once(timed('Europe/Berlin'), payload('2026-10-25T02:30:00'), arrived).t).toBe(Date.UTC(2026, 9, 25, 1, 30));
    expect(once(timed('Europe/Berlin'), payload('2026-10-25T02:30:00'), arrived - 3_600_000).t).toBe(Date.UTC(2026, 9, 25, 0, 30));
  });
  it('micro- and nanoseconds are units too', () => {
    const at = (unit: string, value: number) =>
      once({ ...timed(), points: [temp], time: { path: '$.t', unit } }, JSON.stringify({ t: value, temperature: 1 })).t;
    expect(at('us', t * 1_000)).toBe(t);
    expect(at('ns', t * 1_000_000)).toBe(t);
  });
});

describe('F10 several readings in one message, and numbers as people write them', () => {
  const rows = { rows: '$[*]', time: { path: '$.ts', unit: 's' }, points: [{ quantity: 'room_temp_c', path: '$.temp' }] };

  it('each row is a reading with its time, the oldest first, taken once', () => {
    const { receive, results, clock } = open(rows);
    const s = clock.now() / 1_000;
    const message = JSON.stringify([{ ts: s, temp: 20.3 }, { ts: s - 120, temp: 20.1 }, { ts: s - 60, temp: 20.2 }]); // biome-ignore format: short
    receive(message);
    receive(message);
    expect(results.map(({ t, v }) => [clock.now() - t, v.room_temp_c])).toEqual([
      [120_000, 20.1],
      [60_000, 20.2],
      [0, 20.3],
    ]);
  });
  it('a row without its time is bad, the others are not', () => {
    const { receive, results, clock } = open(rows);
    receive(JSON.stringify([{ temp: 1 }, { ts: clock.now() / 1_000 - 60, temp: 20.2 }]));
    expect(results.map(({ v, bad }) => [v, bad])).toEqual([
      [{ room_temp_c: 20.2 }, {}],
      [{}, { room_temp_c: 'path' }],
    ]);
  });

  const text = (payload: unknown, more: object) => once({ points: [{ ...temp, ...more }] }, JSON.stringify({ temperature: payload }));
  it('a comma before the decimals, by a key', () => {
    expect(text('23,5', { decimal: ',' }).v).toEqual({ room_temp_c: 23.5 });
    expect(text('23,5', {}).bad).toEqual({ room_temp_c: 'decode' });
    expect(text('1.023,5', { decimal: ',' }).bad).toEqual({ room_temp_c: 'decode' });
  });
  it('a unit behind the number, by a key, and no other unit', () => {
    expect(text('6.3 °C', { suffix: '°C' }).v).toEqual({ room_temp_c: 6.3 });
    expect(text('6.3 °F', { suffix: '°C' }).bad).toEqual({ room_temp_c: 'decode' });
    expect(text('6.3 °C', {}).bad).toEqual({ room_temp_c: 'decode' });
  });
});

describe('F22 messages that carry only what changed, and JSON within JSON', () => {
  it('by a key what is absent is unchanged; null and junk are not', () => {
    const { receive, results, states } = open({ partial: true });
    receive('{"temperature":21.5}');
    receive('{"humidity":40}');
    receive('{"wifi":-60}');
    receive('{"temperature":null}');
    expect(results.map(({ v, bad }) => [v, bad])).toEqual([
      [{ room_temp_c: 21.5 }, {}],
      [{ humidity_pct: 40 }, {}],
      [{}, { room_temp_c: 'sentinel' }],
    ]);
    expect(states.map(({ online }) => online)).toEqual([true]);
  });
  it('every message is a sign of life, also one that says nothing new', async () => {
    const { receive, states, clock, listener } = open({ partial: true, expire: '60s' });
    for (let n = 0; n < 5; n++) {
      receive('{"wifi":-60}');
      await clock.advance(50_000);
      listener.expire();
    }
    expect(states.map(({ online }) => online)).toEqual([true]);
  });
  it('a JSON text is opened by `inside`, for values and for the time', () => {
    const t = Date.UTC(2026, 0, 1);
    const payload = JSON.stringify({ data: JSON.stringify({ temp: 21.5, at: t }) });
    const points = [{ quantity: 'room_temp_c', path: '$.data', inside: '$.temp' }];
    expect(once({ points, time: { path: '$.data', inside: '$.at', unit: 'ms' } }, payload)).toMatchObject({ t, v: { room_temp_c: 21.5 } });
    expect(once({ points }, '{"data":"{broken"}').bad).toEqual({ room_temp_c: 'path' });
  });
});
