/** The plant as this screen knows it: loaded once, then kept by the live stream; loaded again after every break of the connection. */
import { useSyncExternalStore } from 'react';
import type { SeenValues } from '../../../desk/index.ts';
import type { Alarm } from '../../../shared/alarm.ts';
import type { QuantityId } from '../../../shared/quantity.ts';
import type { BadReason } from '../../../shared/reading.ts';
import { isClosed, type Ticket } from '../../../shared/ticket.ts';
import type { SimulatorFault } from '../../../shared/topic.ts';
import { keptStore } from '../offline/store.ts';
import { type AlarmPath, ApiError, api, type DeviceInfo, type SiteInfo } from './api.ts';

export interface Plant {
  site: SiteInfo;
  devices: ReadonlyMap<string, DeviceInfo>;
  /** Open ones. */
  alarms: ReadonlyMap<string, Alarm>;
  /** Open ones, with what this phone has still to send. */
  tickets: ReadonlyMap<string, Ticket>;
  /** Open ones as the server has them. */
  stored: ReadonlyMap<string, Ticket>;
  faults: readonly SimulatorFault[];
  connected: boolean;
  /** There was no connection since the page was opened: tickets as this phone kept them, and nothing else. */
  kept: boolean;
  /** Can people be told of alarms? Until the server has said so, it is not known. */
  path?: PathNow;
}

/** As the stream says it. */
export interface PathNow {
  state: AlarmPath['state'];
  failing: { channel: string; reason: string | null }[];
}

interface Change {
  alarm?: Alarm;
  ticket?: Ticket;
  fault?: SimulatorFault;
}

type ReadingsEvent = Record<string, Partial<Record<QuantityId, [number | null, number, BadReason?]>>>;

/** Three beats missed: the server is down or hangs, or the network between is gone. */
const silenceMs = 7_000;
/** No longer may it stay unnoticed that this screen shows and sounds no alarms any more; a restart of the server takes less. */
const lostMs = 8_000;
const retryMs = 2_000;
/** Longer than a tap; what is held longer does not hold back an alarm. */
const pressMs = 500;
const letGo = ['pointerup', 'pointercancel'] as const;

export class PlantLink {
  #plant: Plant | undefined;
  /** As the screen has it: behind by what comes in while something is pressed. */
  #shown: Plant | undefined;
  #source: EventSource | undefined;
  #listeners = new Set<() => void>();
  #plantAt = { now: 0, real: 0 };
  #stopped = false;
  #hand: Worker | undefined;
  /** Real time at which it is tried again; undefined while connected or being tried. */
  #retryAt: number | undefined;
  /** Real time at which the server was last heard. */
  #heardAt = 0;
  #openedAt = 0;
  #lostSince: number | undefined;
  /** The session has ended. */
  readonly onSignedOut: () => void;
  readonly #user: string;
  #pressedUntil = 0;
  #held = false;

  constructor(user: string, onSignedOut: () => void) {
    this.#user = user;
    this.onSignedOut = onSignedOut;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly get = (): Plant | undefined => this.#shown;

  /** Plant time now; runs faster on a simulated site. */
  now(): number {
    return this.#plantAt.now + (performance.now() - this.#plantAt.real) * (this.#plant?.site.speed ?? 1);
  }

  /** Plant time since which the server has not been heard, once that is longer than a restart takes; undefined as long as it is there. */
  readonly lostSince = (): number | undefined => this.#lostSince;

  start(): void {
    this.#stopped = false;
    this.#heardAt = performance.now();
    this.#hand = new Worker(new URL('./second-hand.ts', import.meta.url), { type: 'module' });
    this.#hand.onmessage = this.#tick;
    window.addEventListener('offline', this.#break);
    window.addEventListener('online', this.#again);
    window.addEventListener('pointerdown', this.#press, true);
    for (const name of letGo) window.addEventListener(name, this.#release, true);
    void this.#open();
  }

  stop(): void {
    this.#stopped = true;
    this.#retryAt = undefined;
    this.#hand?.terminate();
    window.removeEventListener('offline', this.#break);
    window.removeEventListener('online', this.#again);
    window.removeEventListener('pointerdown', this.#press, true);
    for (const name of letGo) window.removeEventListener(name, this.#release, true);
    this.#source?.close();
  }

  /** A connection can go silent without breaking: in a stairwell, or when the server hangs. */
  readonly #tick = (): void => {
    const now = performance.now();
    const silent = now - this.#heardAt;
    if (this.#retryAt === undefined && Math.min(silent, now - this.#openedAt) > silenceMs) this.#break();
    else if (this.#retryAt !== undefined && now >= this.#retryAt) void this.#open();
    if (this.#plant?.connected || silent <= lostMs || this.#lostSince !== undefined) return;
    this.#lostSince = this.now() - silent * (this.#plant?.site.speed ?? 1);
    this.#tell();
  };
  readonly #heard = (): void => {
    this.#heardAt = performance.now();
  };
  readonly #break = (): void => {
    this.#source?.close();
    this.#source = undefined;
    this.#lost();
  };
  readonly #again = (): void => {
    if (!this.#plant?.connected) void this.#open();
  };

  /** After an action its answer is shown at once; the stream repeats it for everybody. */
  put(change: Change): void {
    this.#change(change);
    this.#show();
  }

  #change(change: Change): void {
    if (!this.#plant) return;
    const next = { ...this.#plant };
    if (change.alarm) next.alarms = withAlarm(next.alarms, change.alarm);
    if (change.ticket) next.stored = next.tickets = withTicket(next.stored, change.ticket);
    if (change.fault) next.faults = next.faults.map((fault) => (fault.name === change.fault?.name ? change.fault : fault));
    this.#set(next);
  }

  async #open(): Promise<void> {
    this.#source?.close();
    this.#retryAt = undefined;
    this.#openedAt = performance.now();
    const source = new EventSource('/api/live');
    this.#source = source;
    source.onerror = () => {
      source.close();
      if (source === this.#source) this.#break();
    };
    source.addEventListener('beat', (event) => {
      this.#heard();
      this.#beat(JSON.parse(event.data) as { now: number });
    });
    // What happens while the lists are loaded is applied after them.
    let early: (() => void)[] | undefined = [];
    const on = <T>(name: string, apply: (data: T) => void) =>
      source.addEventListener(name, (event) => {
        this.#heard();
        const data = JSON.parse((event as MessageEvent<string>).data) as T;
        if (early) early.push(() => apply(data));
        else apply(data);
      });
    on<ReadingsEvent>('readings', (data) => this.#readings(data));
    on<{ id: string; online: boolean | null; since: number | null; reason: string | null }>('devices', ({ id, ...state }) =>
      this.#device(id, state),
    );
    on<Alarm>('alarms', (alarm) => this.#change({ alarm }));
    on<Record<string, SeenValues>>('seen', (seen) => this.#seen(seen));
    on<Ticket>('tickets', (ticket) => this.#change({ ticket }));
    on<PathNow>('path', (path) => this.#plant && this.#set({ ...this.#plant, path }));
    on<SimulatorFault[]>('faults', (faults) => this.#plant && this.#set({ ...this.#plant, faults }));
    try {
      // All at once: on the radio net of a ward each wait for the one before is felt.
      const asked = api.site();
      const [site, devices, alarms, tickets, faults] = await Promise.all([
        asked,
        api.devices(),
        api.alarms(),
        api.tickets(),
        asked.then(({ simulated }) => (simulated ? api.faults() : [])),
      ]);
      if (this.#stopped || source !== this.#source) return;
      this.#heard();
      this.#lostSince = undefined;
      this.#beat(site);
      this.#set({
        site,
        devices: new Map(devices.map((device) => [device.id, device])),
        alarms: new Map(alarms.map((alarm) => [alarm.id, alarm])),
        ...both(tickets),
        faults,
        connected: true,
        kept: false,
      });
      for (const apply of early) apply();
      early = undefined;
    } catch (error) {
      source.close();
      if (error instanceof ApiError && error.status === 401) this.onSignedOut();
      else if (source === this.#source) this.#break();
    }
  }

  #lost(): void {
    if (this.#stopped) return;
    if (this.#plant?.connected) this.#set({ ...this.#plant, connected: false });
    if (!this.#plant) void this.#fromPhone();
    this.#retryAt = performance.now() + retryMs;
  }

  /** Opened without a connection: the tickets as they were; no value of a device, which would look like one of now. */
  async #fromPhone(): Promise<void> {
    const found = await keptStore.plant(this.#user).catch(() => undefined);
    if (!found || this.#plant || this.#stopped) return;
    const { site, tickets, now, real } = found;
    this.#beat({ now: now + (Date.now() - real) * site.speed });
    this.#set({ site, devices: new Map(), alarms: new Map(), ...both(tickets), faults: [], connected: false, kept: true });
  }

  #beat({ now }: { now: number }): void {
    this.#plantAt = { now, real: performance.now() };
  }

  #readings(data: ReadingsEvent): void {
    if (!this.#plant) return;
    const devices = new Map(this.#plant.devices);
    for (const [id, values] of Object.entries(data)) {
      const device = devices.get(id);
      if (!device) continue;
      const latest = { ...device.latest };
      let { lastReadingAt } = device;
      for (const [quantity, [value, t, reason]] of Object.entries(values) as [QuantityId, [number | null, number, BadReason?]][]) {
        const unit = this.#plant.site.quantities[quantity]?.unit ?? '';
        latest[quantity] = { value, t, unit, quality: value === null ? 'bad' : 'good', ...(reason ? { reason } : {}) };
        if (value !== null) lastReadingAt = Math.max(lastReadingAt ?? 0, t);
      }
      devices.set(id, { ...device, latest, lastReadingAt });
    }
    this.#set({ ...this.#plant, devices });
  }

  #device(id: string, state: Pick<DeviceInfo, 'online' | 'since' | 'reason'>): void {
    const device = this.#plant?.devices.get(id);
    if (!this.#plant || !device) return;
    this.#set({ ...this.#plant, devices: new Map(this.#plant.devices).set(id, { ...device, ...state }) });
  }

  #seen(seen: Record<string, SeenValues>): void {
    if (!this.#plant) return;
    const alarms = new Map(this.#plant.alarms);
    for (const [id, { occurrence, live, worst }] of Object.entries(seen)) {
      const alarm = alarms.get(id);
      if (alarm?.occurrence === occurrence) alarms.set(id, { ...alarm, live, worst: worst ?? alarm.worst });
    }
    this.#set({ ...this.#plant, alarms });
  }

  #set(plant: Plant): void {
    this.#plant = plant;
    this.#tell();
  }

  #tell(): void {
    if (performance.now() < this.#pressedUntil) this.#held = true;
    else this.#show();
  }

  #show(): void {
    this.#held = false;
    this.#shown = this.#plant;
    for (const listener of this.#listeners) listener();
  }

  /** What is being pressed does not move away under the finger: what comes in meanwhile is shown when it is let go. */
  readonly #press = (): void => {
    this.#pressedUntil = performance.now() + pressMs;
    setTimeout(this.#letGo, pressMs + 1);
  };
  readonly #release = (): void => {
    // The click comes after the finger is up.
    setTimeout(() => {
      this.#pressedUntil = 0;
      this.#letGo();
    }, 0);
  };
  readonly #letGo = (): void => {
    if (this.#held && performance.now() >= this.#pressedUntil) this.#show();
  };
}

const both = (list: readonly Ticket[]) => {
  const tickets = new Map(list.map((ticket) => [ticket.id, ticket]));
  return { tickets, stored: tickets };
};

/** @returns plant time since which the server is away */
export function useLost(link: PlantLink): number | undefined {
  return useSyncExternalStore(link.subscribe, link.lostSince);
}

export function usePlant(link: PlantLink): Plant | undefined {
  return useSyncExternalStore(link.subscribe, link.get);
}

function withAlarm(alarms: ReadonlyMap<string, Alarm>, alarm: Alarm): ReadonlyMap<string, Alarm> {
  const known = alarms.get(alarm.id);
  if (known && known.version > alarm.version) return alarms;
  const next = new Map(alarms);
  if (alarm.state === 'NORM') next.delete(alarm.id);
  else next.set(alarm.id, alarm);
  return next;
}

export function withTicket(tickets: ReadonlyMap<string, Ticket>, ticket: Ticket): ReadonlyMap<string, Ticket> {
  const known = tickets.get(ticket.id);
  if (known && known.version > ticket.version) return tickets;
  const next = new Map(tickets);
  if (isClosed(ticket)) next.delete(ticket.id);
  else next.set(ticket.id, ticket);
  return next;
}
