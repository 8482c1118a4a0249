/**
 * One loop for one bus: who is due is asked, at most as many at once as the bus allows, each by its own clock ticks (multiples of its poll
 * interval in plant time, so that meters are read together and never drift). A tick that could not be kept is skipped, never queued.
 * A dead device is only probed, and pays for its probes with rest.
 */
import type { Deps } from '../shared/deps.ts';
import type { ModbusBus, ModbusDevice } from '../shared/site.ts';
import type { Profile } from './device.ts';
import { type Ask, type DeviceReader, deviceReader, type Round } from './device-reader.ts';
import { answered, type Health, missedPoll, newHealth, noteLatency, onlyProbed, probeTimeoutMs, restAfterProbe } from './health.ts';
import type { Link } from './modbus/link.ts';
import type { Span } from './plan.ts';
import { requestOf } from './program.ts';
import type { DeviceReadings, Sink } from './transport.ts';

export type PollerBus = Pick<ModbusBus, 'id' | 'timeout' | 'pause' | 'retries'> & { devices: readonly ModbusDevice[] };

export interface PollerDeps extends Deps {
  sink: Sink;
  profiles: ReadonlyMap<string, Profile>;
}

export interface PollerCounts {
  requests: number;
  polls: number;
  missedPolls: number;
  /** Ticks that went by while the bus was busy. */
  skippedPolls: number;
  readonly asideRegisters: number;
}

export interface Poller extends AsyncDisposable {
  /** Kept up to date. */
  readonly counts: Readonly<PollerCounts>;
}

interface Polled {
  device: ModbusDevice;
  reader: DeviceReader;
  health: Health;
  periodMs: number;
  /** The tick that is due next, plant ms; and when that is, monotonic ms. */
  tick: number;
  dueAt: number;
  /** When the last poll began, monotonic ms. */
  servedAt: number;
  slowTick: number;
  busy: boolean;
  /** Shared by the devices of one unit id: they are asked one after the other. */
  unit: { busy: boolean };
  /** The poll under way, or the last one. */
  work: Promise<void> | undefined;
  ask: Ask;
  /** The last round failed because the connection was down. */
  closed: boolean;
}

/** What one device's request may have cost the next one: a gateway that waits in vain holds its bus. */
interface Hold {
  by: Polled;
  until: number;
}

/** More than this beyond the usual answer time of a device counts as held by the silent one before it, ms. */
const holdThresholdMs = 50;

export function startPoller(bus: PollerBus, link: Link, deps: PollerDeps): Poller {
  const { clock, sink, profiles, log } = deps;
  const counts: PollerCounts = {
    requests: 0,
    polls: 0,
    missedPolls: 0,
    skippedPolls: 0,
    get asideRegisters() {
      return all.reduce((sum, { reader }) => sum + reader.asideCount, 0);
    },
  };
  /** Polls under way. Counted and not kept in a set: hundreds of small sets that fill and empty each second are a good part of this role's work. */
  let running = 0;
  const units = new Map<number, { busy: boolean }>();
  let ended = false;
  let hold: Hold | undefined;
  let cancelTimer = () => {};

  const all: Polled[] = bus.devices.flatMap((device) => {
    const profile = profiles.get(device.profile);
    if (!profile) {
      log.error({ device: device.id, profile: device.profile }, 'no such profile; the device is not read');
      return [];
    }
    const reader = deviceReader(profile, device, { clock, log });
    sink.raw?.(device.id, () => {
      const registers = reader.raw();
      return registers && { type: 'modbus', t: clock.now(), unit: device.unit, registers };
    });
    const periodMs = reader.hasFast ? device.poll : Math.max(device.poll, device.slow_poll);
    const unit = units.get(device.unit) ?? { busy: false };
    units.set(device.unit, unit);
    const polled: Polled = {
      device,
      reader,
      health: newHealth(clock.now()),
      periodMs,
      tick: clock.now(),
      dueAt: clock.monotonic(),
      servedAt: Number.NEGATIVE_INFINITY,
      slowTick: 0,
      busy: false,
      unit,
      work: undefined,
      ask: (span) => askOf(polled, span, bus.timeout),
      closed: false,
    };
    return [polled];
  });

  /** The usual answer time on this bus, for devices of which nothing is known. */
  const usualMs = () => all.reduce((most, { health }) => (health.online ? Math.max(most, health.latencyMs) : most), 0);
  const othersLive = (polled: Polled) =>
    all.some((other) => other !== polled && other.health.online === true && other.health.failures === 0);

  const askOf = async (polled: Polled, span: Span, timeoutMs: number): Promise<Uint8Array> => {
    const startedAt = clock.monotonic();
    const request = requestOf(span);
    const held = hold;
    // Behind a silent device on a gateway the answer may have to wait for that one's timeout.
    const extraMs = held && held.by !== polled ? Math.max(0, held.until - startedAt) : 0;
    counts.requests++;
    try {
      const data = await link.read(polled.device.unit, request, timeoutMs + extraMs);
      const tookMs = clock.monotonic() - startedAt - link.lineTimeMs(request);
      chargeHold(held, polled, tookMs);
      if (extraMs === 0) noteLatency(polled.health, tookMs);
      return data;
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code === 'transport/timeout') hold = { by: polled, until: startedAt + bus.timeout };
      throw error;
    } finally {
      if (bus.pause > 0) await clock.sleep(bus.pause);
    }
  };

  /** The answer after a silence took longer than usual: the silent device pays. */
  const chargeHold = (held: Hold | undefined, polled: Polled, tookMs: number) => {
    if (!held || hold !== held || held.by === polled) return;
    hold = undefined;
    const excessMs = tookMs - (polled.health.latencyMs || usualMs());
    if (excessMs > holdThresholdMs && held.by.health.failures > 0) restAfterProbe(held.by.health, clock.monotonic(), excessMs);
  };

  const pollOnce = async (polled: Polled) => {
    const { reader, health } = polled;
    const tick = polled.tick;
    const probing = onlyProbed(health);
    const startedAt = clock.monotonic();
    if (probing && link.open) {
      if (health.nextProbeAt > startedAt && othersLive(polled)) return missed(polled, reader.oddity ?? 'no answer');
      const timeoutMs = othersLive(polled) ? probeTimeoutMs(health, usualMs(), bus.timeout) : bus.timeout;
      const life = await reader.probe((span) => askOf(polled, span, timeoutMs));
      if (life !== 'answered') return failed(polled, life, startedAt, 1);
    }
    const kind = !reader.hasFast || tick >= polled.slowTick ? 'full' : 'fast';
    const retries = health.everAnswered && health.failures === 0 ? bus.retries : 0;
    counts.polls++;
    const result = await reader.round(kind, polled.ask, retries);
    if (result !== 'answered') return failed(polled, result, startedAt, 1 + retries);
    if (kind === 'full') polled.slowTick = (Math.floor(tick / polled.device.slow_poll) + 1) * polled.device.slow_poll;
    polled.closed = false;
    const now = clock.now();
    const wasOffline = health.online === false;
    if (answered(health, now) === 'online') {
      // At the start all answer for the first time, hundreds of them: that is no news. Coming back is.
      log[wasOffline ? 'info' : 'debug']({ device: polled.device.id }, 'device answers');
      sink.device({ device: polled.device.id, online: true, since: now });
    }
    const { v, bad } = reader.collect();
    const out: DeviceReadings = { device: polled.device.id, t: now, v, bad };
    for (const _ in out.v) return sink.readings(out);
    for (const _ in out.bad) return sink.readings(out);
  };

  const failed = (polled: Polled, result: Exclude<Round, 'answered'>, startedAt: number, requests: number) => {
    const { health } = polled;
    polled.closed = result === 'closed';
    health.heard = false;
    if (result === 'silent') {
      health.failures += requests;
      if (onlyProbed(health)) restAfterProbe(health, clock.monotonic(), clock.monotonic() - startedAt);
    }
    missed(polled, result === 'closed' ? 'no connection' : (polled.reader.oddity ?? 'no answer'));
  };

  const missed = (polled: Polled, reason: string) => {
    if (ended) return;
    counts.missedPolls++;
    const { health, device, reader } = polled;
    const now = clock.now();
    const change = missedPoll(health, now);
    if (change === 'none') return;
    // Bad once when it is lost and once when it counts as gone; in between and after there is simply nothing new.
    sink.readings({ device: device.id, t: now, v: {}, bad: Object.fromEntries(reader.quantities.map((id) => [id, 'comm'])) });
    if (change === 'offline') {
      log.warn({ device: device.id, reason }, 'device is offline');
      sink.device({ device: device.id, online: false, since: health.lastAnswer, reason });
    }
  };

  /** The next tick after the one just served; ticks that went by meanwhile are skipped. */
  const schedule = (polled: Polled) => {
    const now = clock.now();
    const period = polled.periodMs;
    // Half a period of tolerance: a timer that fires a millisecond early must not serve the same tick twice.
    let next = (Math.floor(now / period) + 1) * period;
    if (next - polled.tick < period / 2) next += period;
    // Late by a whole tick or more: the newest of the missed ticks is due at once, the others are lost.
    const owed = Math.floor(now / period) * period;
    if (owed - polled.tick >= period && owed < next) {
      counts.skippedPolls += Math.round((owed - polled.tick) / period) - 1;
      next = owed;
    }
    polled.tick = next;
    // A clock that was set makes no device late: two answers in one millisecond would be one reading.
    polled.dueAt = Math.max(clock.monotonic() + Math.max(0, next - now), polled.servedAt + period / 2);
  };

  const serve = (polled: Polled) => {
    polled.busy = true;
    polled.unit.busy = true;
    polled.servedAt = clock.monotonic();
    running++;
    polled.work = poll(polled);
  };

  const poll = async (polled: Polled) => {
    try {
      await pollOnce(polled);
    } catch (error) {
      log.error({ device: polled.device.id, err: error }, 'poll failed in our own code');
    } finally {
      running--;
      polled.busy = false;
      polled.unit.busy = false;
      schedule(polled);
      pump();
    }
  };

  const pump = () => {
    if (ended) return;
    const now = clock.monotonic() + 0.5;
    while (running < link.inFlight) {
      let first: Polled | undefined;
      for (const polled of all) {
        if (polled.busy || polled.dueAt > now || polled.unit.busy) continue;
        if (!first || polled.dueAt < first.dueAt) first = polled;
      }
      if (!first) break;
      serve(first);
    }
    cancelTimer();
    if (running >= link.inFlight) return;
    let soonest = Number.POSITIVE_INFINITY;
    for (const polled of all) if (!polled.busy && !polled.unit.busy) soonest = Math.min(soonest, polled.dueAt);
    if (soonest !== Number.POSITIVE_INFINITY) cancelTimer = clock.after(Math.max(0, soonest - clock.monotonic()), pump);
  };

  /** Ask these at once, not at their next tick. */
  const hurry = (chosen: (polled: Polled) => boolean) => {
    for (const polled of all) {
      if (polled.busy || !chosen(polled) || polled.dueAt <= clock.monotonic()) continue;
      polled.dueAt = clock.monotonic();
      polled.tick = clock.now();
    }
    pump();
  };
  link.onState = (open) => {
    if (open) hurry((polled) => polled.closed);
    else pump();
  };
  link.onLate = (unit) => {
    for (const polled of all) {
      if (polled.device.unit !== unit || polled.health.failures === 0) continue;
      polled.health.heard = true;
      hurry((one) => one === polled);
    }
  };
  // Not before the connection stands or is refused: a start is no failure.
  cancelTimer = clock.after(link.open ? 0 : bus.timeout, pump);

  return {
    counts,
    async [Symbol.asyncDispose]() {
      ended = true;
      cancelTimer();
      link.onState = undefined;
      link.onLate = undefined;
      await Promise.all(all.map(({ work }) => work));
    },
  };
}
