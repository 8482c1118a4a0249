/**
 * A transport brings one bus to life: it polls or listens, decodes, and hands over results. One implementation per file in `transports/`,
 * its id is the bus type of the site file. It never throws through a device: a sick device yields bad readings and a device state.
 */
import type { Registry } from 'prom-client';
import type { Deps } from '../shared/deps.ts';
import type { QuantityId } from '../shared/quantity.ts';
import type { RawPayload } from '../shared/raw.ts';
import type { BadReason } from '../shared/reading.ts';
import type { Bus } from '../shared/site.ts';
import type { Profile } from './device.ts';

/** One poll (or one message) of one device. At least one of `v` and `bad` is not empty. */
export interface DeviceReadings {
  device: string;
  /** When the values were true, UTC ms: plant time at which the answer came in, or what the device's own clock says. */
  t: number;
  /** Plant time at which the gateway heard it; only where `t` is of the device's own clock. */
  at?: number;
  v: Partial<Record<QuantityId, number>>;
  bad: Partial<Record<QuantityId, BadReason>>;
}

export interface DeviceState {
  device: string;
  online: boolean;
  since: number;
  reason?: string;
  /** So far the device's own clock is ahead of ours (behind: negative), ms; absent while it is right. */
  clock_off_ms?: number;
}

/** Undefined: just now there is nothing whole to show; the next result will be. */
export type Look = () => RawPayload | undefined;

/** Where results go. Never blocks, never throws. */
export interface Sink {
  readings(result: DeviceReadings): void;
  device(state: DeviceState): void;
  /** Said once for each device: how to see what was read last of it, as it came. Called only while somebody looks. */
  raw?(device: string, look: Look): void;
}

export interface TransportContext extends Deps {
  sink: Sink;
  /** Profiles by id. */
  profiles: ReadonlyMap<string, Profile>;
  /** Plantroom's own broker, for MQTT buses that name no other; `keepsSessions`: not the embedded one, which forgets all when it ends. */
  mqtt?: { url: string; username?: string; password?: string; keepsSessions?: boolean };
  /** Time zone of the site; by default UTC. */
  timezone?: string;
  /** A name that is the same after each start and that no other gateway anywhere has: brokers keep messages for it meanwhile. */
  session?: string;
  environment?: NodeJS.ProcessEnv;
  /** Where a transport shows what it counts. */
  metrics?: Registry;
}

export interface Transport<B extends Bus = Bus> {
  id: B['type'];
  /** Starts at once and returns the undo; connecting happens in the background, for as long as it takes. */
  start(bus: B, context: TransportContext): AsyncDisposable;
}
