import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { manualClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { earliestMs, futureLimitMs } from '../shared/series-time.ts';
import { topics } from '../shared/topic.ts';
import { Intake, type IntakeDeps } from './intake.ts';
import { ingestMetrics } from './metrics.ts';

test('the status of a device with an impossible time is kept aside and never stored: before 2020, or more than five minutes ahead', () => {
  const clock = manualClock();
  const now = clock.now();
  const stored: number[] = [];
  const kept: string[] = [];
  const deps = {
    placements: new Map([['gw', new Map([['m1', { gateway: 'gw', device: 'm1', measurement: 'electricity', tags: { device: 'm1' } }]])]]),
    batcher: { add: (points: { t: number }[]) => stored.push(...points.map(({ t }) => t)) > 0 },
    commits: { add: () => undefined },
    box: { keep: (letters: { reason: string }[]) => void kept.push(...letters.map(({ reason }) => reason)) },
    clock,
    log: silentLog(),
    metrics: ingestMetrics(new Registry()),
  } as unknown as IntakeDeps;
  const intake = new Intake(deps);
  const times = [earliestMs - 1, earliestMs, now, now + futureLimitMs, now + futureLimitMs + 1];
  for (const since of times) {
    intake.deviceStatus(topics.deviceStatus('demo', 'gw', 'm1'), Buffer.from(JSON.stringify({ online: true, since })));
  }
  intake.settle();
  expect(stored).toEqual(times.slice(1, 4));
  expect(kept).toHaveLength(2);
  for (const reason of kept) expect(reason).toMatch(/future or before 2020/);
});
