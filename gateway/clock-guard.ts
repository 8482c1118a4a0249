/**
 * Watches the clock that readings are stamped with. A box without a battery wakes up in 1970 until its time is set: until then readings
 * wait in memory and are stamped anew from the monotonic clock once the time is right. Jumps are noted. Nothing leaves for the future
 * but what a device stamped itself, which says beside it when it was heard.
 */
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { earliestMs, futureLimitMs } from '../shared/series-time.ts';
import type { DeviceReadings } from './transport.ts';

/** No plant ran this program before; a clock that shows less was not set. */
export const clockFloor = earliestMs;
export { futureLimitMs };

/** NTP slews what is less; readings are not disturbed by it. */
const jumpMs = 2_000;
const mostWaiting = 20_000;
/** A poll that was under way when the clock was set is over after so long. */
const stampedBeforeMs = 60_000;

export interface ClockGuardDeps {
  clock: Clock;
  log: Log;
  pass(result: DeviceReadings): void;
  jumped(ms: number): void;
  /** Plant time of a simulated site runs faster than the machine's clocks can tell apart, and is never set. */
  simulated?: boolean;
}

export class ClockGuard {
  readonly #deps: ClockGuardDeps;
  #offset: number;
  #waiting: { result: DeviceReadings; offset: number }[] = [];
  #futureLogged = new Set<string>();
  /** The last jump, and when it was noticed. */
  #jump = { ms: 0, at: Number.NEGATIVE_INFINITY };
  jumps = 0;
  /** Readings more than five minutes ahead of the clock, and readings given up while the clock was not set. */
  future = 0;
  unset = 0;

  constructor(deps: ClockGuardDeps) {
    this.#deps = deps;
    this.#offset = deps.clock.now() - deps.clock.monotonic();
    if (!this.isSet) deps.log.error('the clock of this machine is not set; readings wait until it is');
  }

  get isSet(): boolean {
    return this.#deps.clock.now() >= clockFloor;
  }

  add(result: DeviceReadings): void {
    const now = this.check();
    if (now < clockFloor) {
      this.#waiting.push({ result, offset: this.#offset });
      if (this.#waiting.length > mostWaiting) {
        this.#waiting.shift();
        this.unset++;
      }
      return;
    }
    if (result.t > now + futureLimitMs) {
      // Stamped by our own clock before it was set back, and heard of after it: the reading is new, its stamp is of the clock that was.
      const byMs = result.at === undefined ? this.#jumpSince(now, result.t) : undefined;
      if (byMs !== undefined) {
        this.#deps.pass(stampedAnew(result, byMs));
        return;
      }
      this.future++;
      // What a device stamped itself may be the only word of a danger: it goes on with the time at which we heard it, and its clock is told of.
      const heard = result.at !== undefined;
      if (!this.#futureLogged.has(result.device)) {
        this.#futureLogged.add(result.device);
        this.#deps.log.error(
          { device: result.device, t: result.t },
          heard
            ? 'readings from the future are taken as of their arrival; set the clock of the device'
            : 'readings from the future are not passed on; set the clock of the device',
        );
      }
      if (!heard) return;
    }
    this.#deps.pass(result);
  }

  /** The jump that a stamp of before it must be moved by; undefined when that does not explain it. */
  #jumpSince(now: number, t: number): number | undefined {
    const { ms, at } = this.#jump;
    const recent = this.#deps.clock.monotonic() - at <= stampedBeforeMs;
    return recent && ms < 0 && t + ms <= now + jumpMs ? ms : undefined;
  }

  /** Notices jumps and lets go what waited for the right time; returns plant time. Call it now and then when nothing is added. */
  check(): number {
    const { clock, log } = this.#deps;
    const now = clock.now();
    const offset = now - clock.monotonic();
    const jump = offset - this.#offset;
    this.#offset = offset;
    if (Math.abs(jump) > jumpMs && !this.#deps.simulated) {
      this.jumps++;
      log.warn({ jumpMs: Math.round(jump) }, 'the clock of this machine was set');
      this.#deps.jumped(jump);
      this.#jump = { ms: jump, at: clock.monotonic() };
    }
    if (now >= clockFloor && this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const { result, offset: then } of waiting) this.#deps.pass(stampedAnew(result, offset - then));
    }
    return now;
  }
}

/** What the device stamped by its own clock keeps its time; ours was wrong only in when we heard it. */
function stampedAnew(result: DeviceReadings, byMs: number): DeviceReadings {
  if (result.at === undefined) return { ...result, t: Math.round(result.t + byMs) };
  return { ...result, at: Math.round(result.at + byMs) };
}
