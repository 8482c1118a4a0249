/**
 * The simulated hospital: one state of the plant, moved on in equal steps of plant time, the same for a seed however often it is asked. It
 * knows the truth: what every sensor sees before it becomes a register, and physical facts that no sensor shows.
 */
import type { Profile } from '../gateway/device.ts';
import { profileQuantities } from '../gateway/profiles.ts';
import { Fault } from '../shared/errors.ts';
import type { QuantityId } from '../shared/quantity.ts';
import type { BadReason } from '../shared/reading.ts';
import { type AnyDevice, devicesOf, isModbusDevice, type ModbusDevice, type PlacedDevice, type SiteConfig } from '../shared/site.ts';
import type { SimulatorFault } from '../shared/topic.ts';
import { calendarOf } from './calendar.ts';
import { createFaults, type Faults } from './faults.ts';
import { createKnobs, type DeviceKnobs } from './knobs.ts';
import type { CreatePart, Moment, Values } from './part.ts';
import { createBoilers } from './parts/boilers.ts';
import { createDrains } from './parts/drains.ts';
import { createElectricity } from './parts/electricity.ts';
import { createGenset } from './parts/genset.ts';
import { createHeating } from './parts/heating.ts';
import { createOxygen } from './parts/oxygen.ts';
import { createRooms } from './parts/rooms.ts';
import { createWastewater } from './parts/wastewater.ts';
import { createWater } from './parts/water.ts';
import { createWeather } from './parts/weather.ts';
import { newShared } from './plant.ts';
import { type RegisterImage, registerImage } from './registers.ts';
import type { Params, Scenario } from './scenario.ts';
import { countersOf, createSensors } from './sensors.ts';

/** Supply and weather first, then who lives from them; electricity last, it adds up what the others switched on. */
const allParts: Record<string, CreatePart> = {
  genset: createGenset,
  weather: createWeather,
  heating: createHeating,
  boilers: createBoilers,
  oxygen: createOxygen,
  water: createWater,
  wastewater: createWastewater,
  drains: createDrains,
  rooms: createRooms,
  electricity: createElectricity,
};

export interface HospitalOptions {
  /** By default that of the site file. */
  seed?: number;
  /** Plant time at which it begins, UTC ms. */
  start: number;
  scenarios?: ReadonlyMap<string, Scenario>;
  /** Plant seconds per step; 1 is right for pressures, slow studies of electricity alone may take 60. */
  stepS?: number;
  /** Only these parts, for studies; by default all. */
  parts?: readonly string[];
  /** Plant seconds that run before the start, so that temperatures and levels have settled; by default an hour. */
  settleS?: number;
  /** What the meters showed when an earlier run ended. They go on from there, as meters do, also for the time in between. */
  meters?: MeterMemory | undefined;
}

export interface MeterMemory {
  /** Plant time, UTC ms. */
  t: number;
  /** Counters by device. */
  counters: Record<string, Values>;
}

/** One device as a gateway would read it now: what it gives, what is bad; undefined when it does not answer. */
export interface DeviceReading {
  v: Partial<Record<QuantityId, number>>;
  bad: Partial<Record<QuantityId, BadReason>>;
}

export interface Hospital {
  /** Plant time of the last step. */
  readonly now: number;
  readonly devices: readonly AnyDevice[];
  /** Moves on to that time in whole steps; the rest waits for the next call. At most `mostSteps` steps. */
  advanceTo(t: number, mostSteps?: number): void;
  /** What the sensors of the device see now, noise and sensor faults included, before it becomes registers or JSON. */
  truth(device: string): Values;
  /** What really is there, without any sensor. */
  physical(device: string): Values;
  /** Physical facts by name, such as heat-or.leak_m3h, fd-lab.tripped, oxygen.level. */
  facts(): Record<string, number>;
  readDevice(device: string): DeviceReading | undefined;
  /** The registers of a Modbus device, filled with the present values. */
  image(device: string): RegisterImage;
  wrong(device: string): Readonly<DeviceKnobs>;
  startFault(name: string, params?: Params): void;
  stopFault(name: string): void;
  stopAllFaults(): void;
  faults(): SimulatorFault[];
  activeFaults(): ReturnType<Faults['active']>;
  /** What the counters of all meters show now. */
  meters(): MeterMemory;
  /** Called whenever a fault began or ended. */
  onFaults(tell: () => void): void;
}

export function createHospital(site: SiteConfig, profiles: ReadonlyMap<string, Profile>, options: HospitalOptions): Hospital {
  const { seed = site.site.seed, start, scenarios = new Map(), stepS = 1, settleS = 3_600 } = options;
  const stepMs = stepS * 1_000;
  const placed = new Map<string, PlacedDevice>(
    devicesOf(site)
      .filter(({ bus }) => 'simulated' in bus && bus.simulated)
      .map((one) => [one.device.id, one]),
  );
  const devices = [...placed.values()].map((one) => one.device);
  const calendarAt = calendarOf(site.site.timezone);
  const shared = newShared();
  const knobs = createKnobs();
  // whole steps since 1970, so that a run begun a moment later does not shift every sample
  const settle = Math.ceil(settleS / stepS);
  let now = Math.floor(start / stepMs) * stepMs - settle * stepMs;
  const context = { devices, seed, calendar: calendarAt(now), shared };
  const wanted = options.parts ?? Object.keys(allParts);
  const parts = Object.entries(allParts)
    .filter(([id]) => wanted.includes(id))
    .map(([, create]) => create(context));
  const sensors = createSensors(devices, seed);
  const moment: Moment = { dtS: stepS, step: 0, calendar: context.calendar, knobs, shared };
  const find = (id: string): AnyDevice => {
    const device = placed.get(id)?.device;
    if (!device) throw new Fault('api/unknown', `no simulated device "${id}"`);
    return device;
  };
  const physical = (id: string): Values => {
    for (const part of parts) {
      const values = part.values(id);
      if (values) return values;
    }
    return {};
  };
  const seen = (id: string): Values => sensors.see(find(id), physical(id), moment);
  const repair = () => {
    for (const part of parts) part.repair();
  };
  const faults = createFaults(scenarios, new Set(placed.keys()), {
    repair,
    resetCounters: (id) => sensors.setCounters(find(id), physical(id), {}),
  });
  const listeners: (() => void)[] = [];
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const step = () => {
    now += stepMs;
    moment.step = now / stepMs;
    moment.calendar = calendarAt(now);
    const changed = faults.turn(knobs, now);
    for (const part of parts) part.step(moment);
    if (changed || faults.active().length > 0) sensors.step(moment, physical);
    if (changed) tell();
  };
  const unsettled = new Map(devices.map(({ id }) => [id, countersOf(physical(id))]));
  for (let done = 0; done < settle; done++) step();
  if (options.meters) goOn(options.meters);

  /** Between the runs the meters counted as fast as while the plant settled. */
  function goOn(memory: MeterMemory): void {
    const settled = settle === 0 ? 0 : Math.max(0, now - memory.t) / (settle * stepMs);
    for (const device of devices) {
      const known = memory.counters[device.id];
      if (!known) continue;
      const there = physical(device.id);
      const shown: Values = {};
      for (const [name, value] of Object.entries(countersOf(there))) {
        const id = name as QuantityId;
        const counted = Math.max(0, value - (unsettled.get(device.id)?.[id] ?? value));
        shown[id] = (known[id] ?? value) + counted * settled;
      }
      sensors.setCounters(device, there, shown);
    }
  }

  const images = new Map<string, { image: RegisterImage; filledAt: number }>();
  const quantitiesOf = new Map<string, QuantityId[]>();
  const profileOf = (device: ModbusDevice): Profile => {
    const profile = profiles.get(device.profile);
    if (!profile) throw new Fault('profile/invalid', `device ${device.id}: no profile "${device.profile}"`);
    return profile;
  };
  const gives = (device: AnyDevice): QuantityId[] => {
    let known = quantitiesOf.get(device.id);
    if (!known) {
      known = isModbusDevice(device) ? profileQuantities(profileOf(device), device) : device.points.map((point) => point.quantity);
      quantitiesOf.set(device.id, known);
    }
    return known;
  };

  return {
    get now() {
      return now;
    },
    devices,
    advanceTo(t, mostSteps = Number.POSITIVE_INFINITY) {
      for (let done = 0; now + stepMs <= t && done < mostSteps; done++) step();
    },
    truth: seen,
    physical: (id) => physical(find(id).id),
    facts: () => Object.assign({}, ...parts.map((part) => part.facts())) as Record<string, number>,
    readDevice(id) {
      const device = find(id);
      const { dead, garbage, delayMs = 0 } = knobs.read(id);
      const bus = placed.get(id)?.bus;
      if (dead || garbage || (bus && 'timeout' in bus && delayMs > bus.timeout)) return undefined;
      const values = seen(id);
      const reading: DeviceReading = { v: {}, bad: {} };
      for (const name of gives(device)) {
        const value = values[name];
        if (value === undefined) continue;
        if (Number.isNaN(value)) reading.bad[name] = 'sensor';
        else reading.v[name] = value;
      }
      return reading;
    },
    image(id) {
      const device = find(id);
      if (!isModbusDevice(device)) throw new Fault('api/unknown', `${id} is no Modbus device`);
      const known = images.get(id) ?? { image: registerImage(profileOf(device), device), filledAt: Number.NaN };
      images.set(id, known);
      if (known.filledAt !== now) {
        known.filledAt = now;
        const values = seen(id);
        known.image.fill((name) => values[name]);
      }
      return known.image;
    },
    wrong: (id) => knobs.read(id),
    startFault(name, params = {}) {
      faults.start(name, params, now);
      tell();
    },
    stopFault(name) {
      faults.stop(name, now);
      tell();
    },
    stopAllFaults() {
      faults.stopAll(now);
      tell();
    },
    faults: () => faults.list(),
    activeFaults: () => faults.active(),
    meters: () => ({ t: now, counters: Object.fromEntries(devices.map(({ id }) => [id, countersOf(seen(id))])) }),
    onFaults: (listener) => void listeners.push(listener),
  };
}
