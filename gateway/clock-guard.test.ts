import { describe, expect, it } from 'vitest';
import type { Clock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { ClockGuard } from './clock-guard.ts';
import type { DeviceReadings } from './transport.ts';

/** A machine whose wall clock and monotonic clock are set apart by hand. */
function machine(wall: number) {
  let monotonic = 1_000;
  const state = { wall };
  const clock: Clock = { now: () => state.wall, monotonic: () => monotonic, after: () => () => {}, sleep: async () => {} };
  const passed: DeviceReadings[] = [];
  const jumps: number[] = [];
  const stamp = new ClockGuard({ clock, log: silentLog(), pass: (result) => passed.push(result), jumped: (ms) => jumps.push(ms) });
  const poll = (t = state.wall) => stamp.add({ device: 'm', t, v: { frequency_hz: 50 }, bad: {} });
  const run = (ms: number) => {
    state.wall += ms;
    monotonic += ms;
  };
  const set = (to: number) => {
    state.wall = to;
  };
  return { stamp, passed, jumps, poll, run, set };
}
const today = Date.UTC(2026, 10, 22);

describe('stamping readings', () => {
  it('passes readings of a right clock unchanged, and past ones too', () => {
    const { poll, passed, run } = machine(today);
    poll();
    run(5_000);
    poll(today - 3_600_000);
    expect(passed.map(({ t }) => t)).toEqual([today, today - 3_600_000]);
  });

  it('holds readings while the clock stands in 1970 and stamps them anew once it is set', () => {
    const { poll, passed, run, set, stamp, jumps } = machine(60_000);
    poll();
    run(10_000);
    poll();
    run(10_000);
    expect(passed).toEqual([]);
    expect(stamp.isSet).toBe(false);
    set(today);
    stamp.check();
    expect(passed.map(({ t }) => t)).toEqual([today - 20_000, today - 10_000]);
    expect(jumps).toHaveLength(1);
  });

  it('notes a jump back and goes on with the new time', () => {
    const { poll, passed, set, stamp } = machine(today);
    poll();
    set(today - 3_600_000);
    poll();
    expect(passed.at(-1)?.t).toBe(today - 3_600_000);
    expect(stamp.jumps).toBe(1);
  });

  it('moves what was stamped just before the clock was set back, and loses none of it', () => {
    const { poll, passed, set, run, stamp } = machine(today);
    poll();
    run(2_000);
    const stamped = today + 1_900;
    set(today - 3_600_000);
    poll(stamped);
    poll();
    expect(passed.map(({ t }) => t)).toEqual([today, stamped - 3_602_000, today - 3_600_000]);
    run(61_000);
    poll(stamped + 3_600_000);
    expect(passed).toHaveLength(3);
    expect(stamp.future).toBe(1);
  });

  it('does not pass what claims to be more than five minutes ahead by our own clock, and counts it', () => {
    const { poll, passed, stamp } = machine(today);
    poll(today + 299_000);
    poll(today + 301_000);
    expect(passed).toHaveLength(1);
    expect(stamp.future).toBe(1);
  });
});

describe('F21 whose clock is wrong', () => {
  it('what a device stamped by its own right clock keeps its time, although ours stood in 1970 when it came', () => {
    const { passed, set, stamp, run } = machine(60_000);
    stamp.add({ device: 'm', t: today, at: 60_000, v: { frequency_hz: 50 }, bad: {} });
    run(10_000);
    set(today + 12_000);
    stamp.check();
    expect(passed).toEqual([{ device: 'm', t: today, at: today + 2_000, v: { frequency_hz: 50 }, bad: {} }]);
  });

  it('what a device stamped more than five minutes ahead goes on with the time at which it was heard', () => {
    const { passed, stamp } = machine(today);
    const ahead = { device: 'm', t: today + 600_000, at: today, v: { leak_detected: 1 }, bad: {} };
    stamp.add(ahead);
    expect(passed).toEqual([ahead]);
    expect(stamp.future).toBe(1);
  });
});
