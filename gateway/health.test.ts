import { expect, test } from 'vitest';
import { newHealth, probeTimeoutMs, restAfterProbe } from './health.ts';

test('a dead device costs its bus no more than the 1 % that was promised for probes, however long a probe takes', () => {
  for (const costMs of [20, 300, 1_000, 5_000]) {
    const health = newHealth(0);
    const hour = 3_600_000 * 10;
    let now = 0;
    let cost = 0;
    while (now < hour) {
      if (now < health.nextProbeAt) now = health.nextProbeAt;
      cost += costMs;
      now += costMs;
      restAfterProbe(health, now, costMs);
    }
    expect((cost - costMs) / now, `${costMs} ms each`).toBeLessThanOrEqual(0.01);
    // And it is asked at all: a repaired device comes back within minutes.
    expect(health.nextProbeAt - now, `${costMs} ms each`).toBeLessThanOrEqual(100 * costMs);
  }
});

test('a probe waits three times what the device usually needs, never longer than its bus allows', () => {
  expect(probeTimeoutMs({ ...newHealth(0), latencyMs: 30 }, 500, 1_000)).toBe(90);
  expect(probeTimeoutMs({ ...newHealth(0), latencyMs: 2 }, 500, 1_000)).toBe(20);
  expect(probeTimeoutMs({ ...newHealth(0), latencyMs: 900 }, 500, 1_000)).toBe(1_000);
  expect(probeTimeoutMs(newHealth(0), 0, 1_000)).toBe(1_000);
});
