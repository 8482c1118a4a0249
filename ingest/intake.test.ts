import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { type Clock, manualClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { earliestMs, futureLimitMs } from '../shared/series-time.ts';
import { topics } from '../shared/topic.ts';
import { Intake, type IntakeDeps } from './intake.ts';
import { ingestMetrics } from './metrics.ts';

const depsOf = (clock: Clock, stored: number[], kept: string[]) =>
  ({
    placements: new Map([['gw', new Map([['m1', { gateway: 'gw', device: 'm1', measurement: 'electricity', tags: { device: 'm1' } }]])]]),
    batcher: { add: (points: { t: number }[]) => stored.push(...points.map(({ t }) => t)) > 0 },
    commits: { add: () => undefined },
    box: { keep: (letters: { reason: string }[]) => void kept.push(...letters.map(({ reason }) => reason)) },
    clock,
    log: silentLog(),
    metrics: ingestMetrics(new Registry()),
  }) as unknown as IntakeDeps;

test('the status of a device with an impossible time is kept aside and never stored: before 2020, or more than five minutes ahead', () => {
  const clock = manualClock();
  const now = clock.now();
  const stored: number[] = [];
  const kept: string[] = [];
  const intake = new Intake(depsOf(clock, stored, kept));
  const times = [earliestMs - 1, earliestMs, now, now + futureLimitMs, now + futureLimitMs + 1];
  for (const since of times) {
    intake.deviceStatus(topics.deviceStatus('demo', 'gw', 'm1'), Buffer.from(JSON.stringify({ online: true, since })));
  }
  intake.settle();
  expect(stored).toEqual(times.slice(1, 4));
  expect(kept).toHaveLength(2);
  for (const reason of kept) expect(reason).toMatch(/future or before 2020/);
});

test('B3 a reading from the future is stored as of when its gateway heard it, the same when sent again; without that it is kept aside', () => {
  const clock = manualClock();
  const now = clock.now();
  const stored: number[] = [];
  const kept: string[] = [];
  const intake = new Intake(depsOf(clock, stored, kept));
  const ahead = now + 2 * futureLimitMs;
  const send = (seq: number, times: { t: number; at?: number }) =>
    intake.readings(
      topics.readings('demo', 'gw', 'm1'),
      Buffer.from(JSON.stringify({ boot: 'b', seq, ...times, v: { active_power_kw: 1 } })),
    );
  send(0, { t: ahead, at: now - 3_000 });
  send(0, { t: ahead, at: now - 3_000 });
  send(1, { t: now + futureLimitMs, at: now });
  send(2, { t: ahead });
  send(3, { t: ahead, at: ahead });
  send(4, { t: earliestMs - 1, at: now });
  intake.settle();
  expect(stored).toEqual([now - 3_000, now - 3_000, now + futureLimitMs]);
  expect(kept).toHaveLength(3);
  expect(kept[0]).toMatch(/in the future: the clock of the gateway gw is wrong/);
  expect(kept[2]).toMatch(/before 2020: the clock of the device m1 is wrong/);
});
