/** What returns every day is no alarm for ever, and what happens only now and then stays one: rules of the packs over weeks. */
import { describe, expect, test } from 'vitest';
import { random } from '../test/random.ts';
import { openEngine } from './engine.ts';
import { type Instance, loadPacks, openInstance } from './pack.ts';
import { examplePlace } from './try-kind.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Midnight in Shanghai, a Monday. */
const start = Date.UTC(2026, 0, 4, 16);

function packed(id: string, attributes: Record<string, number> = {}, pollMs = minute): Instance {
  const rule = loadPacks()
    .flatMap(({ rules }) => rules)
    .find((one) => one.id === id);
  if (!rule) throw new Error(id);
  const place = examplePlace(rule.quantity, attributes);
  return openInstance(rule, { ...place, device: { ...place.device, pollMs } }) as Instance;
}
/** Days on which it was raised; `valueAt`: by day and hour of the day. */
function raisedOn(subject: Instance, days: number, valueAt: (day: number, hour: number) => number): number[] {
  const raised: number[] = [];
  const engine = openEngine([subject], ({ active, at }) => void (active && raised.push(Math.floor((at - start) / day))));
  const quantity = subject.place.quantity as string;
  for (let t = 0; t < days * day; t += subject.place.device.pollMs) {
    engine.reading('example', quantity, start + t, valueAt(Math.floor(t / day), (t % day) / hour));
  }
  return raised;
}
const noise = random(7);

describe('a sharp step at the same hour of every day', () => {
  test('of water (2 to 9 m³/h at 06:00) is usual after three days, and a burst on top of it is still found', () => {
    const flow = (d: number, h: number) => (h >= 6 && h < 22 ? 9 : 2) + noise() * 0.2 + (d === 50 && h >= 11 ? 12 : 0);
    const days = raisedOn(packed('WT-BURST'), 60, flow);
    expect(days.filter((one) => one !== 50)).toEqual([0, 1, 2]);
    expect(days).toContain(50);
  });
  test('that begins after weeks of another habit is learned too', () => {
    const flow = (d: number, h: number) => (d >= 30 && h >= 6 && h < 22 ? 9 : 2) + noise() * 0.2;
    expect(raisedOn(packed('WT-BURST'), 60, flow)).toEqual([30, 31, 32]);
  });
  test('a feeder that is switched off each evening, some minutes earlier or later', () => {
    const amps = (d: number, h: number) => (h >= 7 && h < 18 + ((d * 7) % 10) / 60 ? 40 + noise() : 0);
    expect(raisedOn(packed('EL-DEAD', { rating_a: 100 }, 10_000), 30, amps).length).toBeLessThanOrEqual(3);
  });
});

test('a trip at another hour is an alarm each time', () => {
  const amps = (d: number, h: number) => (d >= 10 && h >= 9 + ((d * 5) % 12) && h < 9.5 + ((d * 5) % 12) ? 0 : 40 + noise());
  expect(raisedOn(packed('EL-DEAD', { rating_a: 100 }, 10_000), 20, amps)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
});

test.each([
  ['WT-BURST', {}, 10 * minute, 3, 9],
  ['WT-BURST', {}, 30 * minute, 3, 9],
  ['EL-DEAD', { rating_a: 100 }, 5 * minute, 40, 0],
])('%s is not mute where the device is read slowly (%j, every %d ms)', (id, attributes, pollMs, usual, now) => {
  expect(raisedOn(packed(id, attributes, pollMs), 2, (d, h) => (d === 1 && h >= 12 ? now : usual) + noise() * 0.1)).toEqual([1]);
});
