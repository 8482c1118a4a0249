/** A form that is pressed twice, or tries again, sends the same key; other words, or the same words later, another one. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { peopleApi } from './people-api.ts';
import { plantApi } from './plant-api.ts';

const sent: { path: string; key: string | null }[] = [];
let away = false;
beforeEach(() => {
  vi.useFakeTimers();
  sent.length = 0;
  vi.stubGlobal('fetch', (path: string, { headers }: RequestInit) => {
    sent.push({ path, key: new Headers(headers).get('idempotency-key') });
    return away ? Promise.reject(new TypeError('away')) : Promise.resolve(new Response('{}', { status: 201 }));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
const keys = () => sent.map(({ key }) => key);

it('a press twice is one, and so is a try again after the server was away', async () => {
  const body = { quantity: -1 };
  away = true;
  await expect(plantApi.move('lamp', body)).rejects.toThrow();
  vi.advanceTimersByTime(60_000);
  away = false;
  await Promise.all([plantApi.move('lamp', body), plantApi.move('lamp', body)]);
  expect(keys()[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(keys()).size).toBe(1);
  await plantApi.move('lamp', { quantity: -2 });
  await plantApi.move('tap', body);
  vi.advanceTimersByTime(2_000);
  await plantApi.move('lamp', body);
  expect(new Set(keys()).size).toBe(4);
});

it('every form of parts, assets, books and rounds bears one', async () => {
  await plantApi.put('parts', {});
  await plantApi.put('assets', {});
  await plantApi.put('plans', {});
  await plantApi.report('lift-1', {});
  await plantApi.answer({});
  await peopleApi.writeRecord('oxygen-duty', {});
  await peopleApi.signRecord('oxygen-duty', 1, 'leaving');
  expect(sent.filter(({ key }) => key === null)).toEqual([]);
  expect(new Set(keys()).size).toBe(7);
});
