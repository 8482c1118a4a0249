/** A Modbus bus in simulated time with devices that behave as a test says; for the poller and what it learns of devices. */

import { type Profile, profileSchema } from '../gateway/device.ts';
import { exceptionFault } from '../gateway/modbus/exceptions.ts';
import type { Link } from '../gateway/modbus/link.ts';
import type { Request } from '../gateway/modbus/pdu.ts';
import { startPoller } from '../gateway/poller.ts';
import type { DeviceReadings, DeviceState } from '../gateway/transport.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { silentLog } from '../shared/log.ts';
import { type ModbusDevice, modbusDeviceSchema } from '../shared/site.ts';

/** Ten fast holding registers from 0, two slow ones from 50. */
const ids = ['voltage_l1_v', 'voltage_l2_v', 'voltage_l3_v', 'current_l1_a', 'current_l2_a', 'current_l3_a', 'current_n_a', 'current_avg_a', 'phase_angle_deg', 'load_pct']; // biome-ignore format: one line
export const profile: Profile = profileSchema.parse({
  id: 'meter', vendor: 't', model: 't', title: { zh: '表', en: 'meter' }, system: 'electricity', kind: 'electricity-meter', source: 'made for tests', evidence: 'A',
  points: [
    ...ids.map((quantity, address) => ({ quantity, address, type: 'uint16' })),
    { quantity: 'energy_import_kwh', address: 50, type: 'uint32', slow: true },
  ],
  samples: [{ from: 'made for tests', words: {}, values: {} }],
}); // biome-ignore format: one line

export type Behave = (
  unit: number,
  request: Extract<Request, { kind: 'registers' }>,
) => 'silent' | number | { exception: number; afterMs?: number };

export interface Plant {
  clock: ManualClock;
  results: DeviceReadings[];
  states: DeviceState[];
  asked: { unit: number; address: number; count: number; t: number; tookMs: number }[];
  of(device: string): DeviceReadings[];
  good(device: string): DeviceReadings[];
  link: Link;
  undo(): Promise<void>;
}

/** Timers of real machines may fire before the clock shows their time. */
const early = (clock: ManualClock, ms: number, aheadMs: () => number): ManualClock => ({
  ...clock,
  now: () => clock.now() + aheadMs(),
  after: (delayMs, work) => clock.after(delayMs > 10 ? delayMs - ms : delayMs, work),
});

/**
 * A bus in simulated time. `behave` says what a unit does with a request: silent, an exception, or an answer after so many ms, in which
 * each register holds its address. `aheadMs`: what the wall clock shows beyond the true time, as after `date -s`.
 */
export function plant(
  devices: Partial<Record<keyof ModbusDevice, unknown>>[],
  behave: Behave,
  bus: {
    timeout?: number;
    retries?: number;
    inFlight?: number;
    holdMs?: number;
    earlyMs?: number;
    aheadMs?: () => number;
    profile?: Profile;
  } = {},
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
  const results: DeviceReadings[] = [];
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
      clock: early(clock, bus.earlyMs ?? 0, bus.aheadMs ?? (() => 0)),
      log: silentLog(),
      profiles: new Map([['meter', bus.profile ?? profile]]),
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
