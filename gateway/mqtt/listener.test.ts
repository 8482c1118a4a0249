import { describe, expect, it } from 'vitest';
import { manualClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import { type MqttBus, mqttBusSchema } from '../../shared/site.ts';
import type { DeviceReadings, DeviceState } from '../transport.ts';
import { Listener } from './listener.ts';

function open(devices: unknown[]) {
  const bus: MqttBus = mqttBusSchema.parse({ id: 'b', type: 'mqtt', devices });
  const clock = manualClock();
  const results: DeviceReadings[] = [];
  const states: DeviceState[] = [];
  const listener = new Listener(
    bus,
    clock,
    silentLog(),
    {
      readings: (result) => results.push(result),
      device: (state) => states.push(state),
    },
    'Asia/Shanghai',
  );
  const receive = (topic: string, payload: unknown, flags: { retain?: boolean; dup?: boolean } = {}) =>
    listener.receive({
      topic,
      payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
      retain: false,
      dup: false,
      ...flags,
    });
  return { listener, clock, results, states, receive };
}

const room = (more: object = {}) => ({
  id: 'room',
  name: { zh: '房间', en: 'Room' },
  system: 'environment',
  topic: 'sensors/room',
  points: [
    { quantity: 'room_temp_c', path: '$.data.temp' },
    { quantity: 'humidity_pct', path: "$.list[?@.k == 'rh'].v" },
  ],
  ...more,
});
const good = {
  data: { temp: 21.5 },
  list: [
    { k: 'x', v: 1 },
    { k: 'rh', v: 44 },
  ],
};

describe('a device that publishes JSON', () => {
  it('gives values by path, stamped at arrival', () => {
    const { receive, results, states, clock } = open([room()]);
    receive('sensors/room', good);
    receive('sensors/another', good);
    expect(results).toEqual([{ device: 'room', t: clock.now(), v: { room_temp_c: 21.5, humidity_pct: 44 }, bad: {} }]);
    expect(states).toEqual([{ device: 'room', online: true, since: clock.now() }]);
  });

  it('makes a missing field, a null, a text that is no number and an impossible value bad, each with its reason', () => {
    const { receive, results } = open([room()]);
    receive('sensors/room', { list: [] });
    receive('sensors/room', { data: { temp: null }, list: [{ k: 'rh', v: 'wet' }] });
    receive('sensors/room', { data: { temp: 9_999 }, list: [{ k: 'rh', v: '' }] });
    receive('sensors/room', { data: { temp: true }, list: [{ k: 'rh', v: ' 5e1 ' }] });
    expect(results.map(({ v, bad }) => [v, bad])).toEqual([
      [{}, { room_temp_c: 'path', humidity_pct: 'path' }],
      [{}, { room_temp_c: 'sentinel', humidity_pct: 'decode' }],
      [{}, { room_temp_c: 'range', humidity_pct: 'decode' }],
      [{ humidity_pct: 50 }, { room_temp_c: 'decode' }],
    ]);
  });

  it('scales, offsets and translates states', () => {
    const points = [
      { quantity: 'room_temp_c', path: '$.f', scale: 5 / 9, offset: -160 / 9 },
      { quantity: 'leak_detected', path: '$.leak', states: { dry: 0, wet: 1, true: 1 } },
    ];
    const { receive, results } = open([room({ points })]);
    receive('sensors/room', { f: 50, leak: 'wet' });
    receive('sensors/room', { f: '212', leak: true });
    receive('sensors/room', { f: 32, leak: 'soaked' });
    expect(results[0]?.v.room_temp_c).toBeCloseTo(10, 9);
    expect(results[0]?.v.leak_detected).toBe(1);
    expect(results[1]?.v.leak_detected).toBe(1);
    expect(results[2]?.bad).toEqual({ leak_detected: 'decode' });
  });

  it('never passes a retained message as new', () => {
    const { receive, results, states, listener } = open([room()]);
    receive('sensors/room', good, { retain: true });
    expect(results).toEqual([]);
    expect(states).toEqual([]);
    expect(listener.counts.retained).toBe(1);
  });

  it('counts junk and oversize payloads, calls their values bad and goes on: who sends junk is there all the same', () => {
    const { receive, results, states, listener } = open([room()]);
    receive('sensors/room', 'not json');
    receive('sensors/room', `"${'x'.repeat(70_000)}"`);
    receive('sensors/room', '"text"');
    receive('sensors/room', '');
    receive('sensors/room', good);
    expect(listener.counts).toMatchObject({ junk: 2, badFields: 2 });
    expect(results.map(({ bad }) => bad)).toEqual([
      { room_temp_c: 'decode', humidity_pct: 'decode' },
      { room_temp_c: 'decode', humidity_pct: 'decode' },
      { room_temp_c: 'path', humidity_pct: 'path' },
      {},
    ]);
    expect(states.map(({ online }) => online)).toEqual([true]);
  });

  it('reads the time of the payload in ms, s and ISO, and makes all bad without it', () => {
    const t = Date.UTC(2026, 0, 14, 23, 59, 58);
    for (const [unit, value] of [
      ['ms', t],
      ['s', t / 1_000],
      ['iso', '2026-01-15T07:59:58+08:00'],
    ] as const) {
      const { receive, results, clock } = open([room({ time: { path: '$.at', unit } })]);
      receive('sensors/room', { ...good, at: value });
      expect(results[0]?.t, unit).toBe(t);
      receive('sensors/room', good);
      expect(results[1]).toEqual({ device: 'room', t: clock.now(), v: {}, bad: { room_temp_c: 'path', humidity_pct: 'path' } });
    }
    const { receive, results } = open([room({ time: { path: '$.at', unit: 'iso' } })]);
    receive('sensors/room', { ...good, at: '2026-01-15 07:59:58' });
    expect(results[0]?.v).toEqual({});
  });

  it('takes the same message once, older ones in any order', () => {
    const { receive, results, listener } = open([room({ time: { path: '$.at', unit: 'ms' } })]);
    for (const at of [3_000, 1_000, 3_000, 2_000, 1_000]) receive('sensors/room', { ...good, at });
    expect(results.map(({ t }) => t)).toEqual([3_000, 1_000, 2_000]);
    expect(listener.counts.duplicate).toBe(2);
  });

  it('without payload time takes a repeated delivery once, and a steady value as often as it comes', () => {
    const { receive, results } = open([room()]);
    receive('sensors/room', good);
    receive('sensors/room', good, { dup: true });
    receive('sensors/room', good);
    expect(results).toHaveLength(2);
  });

  it('is offline after `expire` without a message, also when none ever came, and online with the next', async () => {
    const { receive, states, clock, listener } = open([
      room({ expire: '60s' }),
      room({ id: 'mute', topic: 'sensors/mute', expire: '30s' }),
    ]);
    receive('sensors/room', good);
    await clock.advance(31_000);
    listener.expire();
    listener.expire();
    expect(states.map(({ device, online }) => [device, online])).toEqual([
      ['room', true],
      ['mute', false],
    ]);
    await clock.advance(30_000);
    listener.expire('no connection to the broker');
    expect(states.at(-1)).toMatchObject({ device: 'room', online: false, reason: 'no connection to the broker' });
    receive('sensors/room', good);
    expect(states.at(-1)).toMatchObject({ device: 'room', online: true });
  });

  it('hears points on topics of their own and topics with wildcards', () => {
    const { receive, results, listener } = open([
      room({
        points: [
          { quantity: 'room_temp_c', path: '$' },
          { quantity: 'humidity_pct', path: '$', topic: 'sensors/room/rh' },
        ],
      }),
      room({ id: 'any', topic: 'shelly/+/status', points: [{ quantity: 'room_temp_c', path: '$.t' }] }),
    ]);
    expect(listener.topics.map(({ topic }) => topic).sort()).toEqual(['sensors/room', 'sensors/room/rh', 'shelly/+/status']);
    receive('sensors/room', '21.25');
    receive('sensors/room/rh', '40');
    receive('shelly/abc/status', { t: 5 });
    expect(results.map(({ device, v }) => [device, v])).toEqual([
      ['room', { room_temp_c: 21.25 }],
      ['room', { humidity_pct: 40 }],
      ['any', { room_temp_c: 5 }],
    ]);
  });
});

describe('F21 the clock of a device', () => {
  const timed = () => open([room({ time: { path: '$.at', unit: 'ms' }, expire: '60s' })]);

  it('behind by 90 s: values keep their own time, each says when it was heard, the device is online and its clock is told once', async () => {
    const { receive, results, states, clock, listener } = timed();
    for (let second = 0; second < 120; second++) {
      receive('sensors/room', { ...good, at: clock.now() - 90_000 });
      await clock.advance(1_000);
      listener.expire();
    }
    expect(results.every(({ t, at }) => at === t + 90_000)).toBe(true);
    expect(states.map(({ online, clock_off_ms }) => [online, clock_off_ms])).toEqual([
      [true, undefined],
      [true, -90_000],
    ]);
    receive('sensors/room', { ...good, at: clock.now() });
    expect(states.at(-1)).toEqual({ device: 'room', online: true, since: states[0]?.since });
  });

  it('ahead by an hour is told at once; a buffer that is emptied is no wrong clock', async () => {
    const ahead = timed();
    ahead.receive('sensors/room', { ...good, at: ahead.clock.now() + 3_600_000 });
    expect(ahead.states.at(-1)?.clock_off_ms).toBe(3_600_000);
    const late = timed();
    for (let minute = 200; minute >= 0; minute--) {
      late.receive('sensors/room', { ...good, at: late.clock.now() - minute * 60_000 });
      await late.clock.advance(1_000);
    }
    expect(late.states.filter(({ clock_off_ms }) => clock_off_ms !== undefined)).toEqual([]);
  });

  it('is forgotten by nobody when the device falls silent', async () => {
    const { receive, states, clock, listener } = timed();
    for (let second = 0; second < 60; second++) {
      receive('sensors/room', { ...good, at: clock.now() - 600_000 });
      await clock.advance(1_000);
    }
    await clock.advance(61_000);
    listener.expire();
    expect(states.at(-1)).toMatchObject({ online: false, clock_off_ms: -600_000 });
  });
});
