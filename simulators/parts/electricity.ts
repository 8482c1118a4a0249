/** Feeders and ward boards: what is switched on, what the breakers make of it, and the meter tree up to the 10 kV supply. */

import { curveValues, type Load, loadOf } from '../loads.ts';
import {
  countedKwh,
  hoursInService,
  importedKwh,
  integrate,
  type Meter,
  meterValues,
  newMeter,
  type Three,
  tariffPeriod,
  totalKw,
} from '../meter.ts';
import { clamp, type Moment, type Part, type PartContext } from '../part.ts';
import { type Stream, streamOf, wander } from '../random.ts';
import { createSubstation } from '../substation.ts';

export interface Feeder {
  meter: Meter;
  load: Load;
  /** The meter upstream. */
  fedBy: string | undefined;
  circuit: string | undefined;
  ratingA: number;
  /** Of the load: reactive power as a part of the active power. */
  tan: number;
  children: Feeder[];
  stream: Stream;
  /** How the load lies on the phases; sums to 1. */
  share: Three;
  noise: number;
  pulseS: number;
  /** Heaters switched on, 2 kW each, by thermostat. */
  heaters: number;
  faultHeaters: number;
  /** Thermal state of the breaker: (I/In)² in the long run. */
  theta: number;
  tripped: boolean;
  trips: number;
}

/** IEC 60898 / 60947-2 as a first-order thermal image: trips at 1.28 In in the long run (domain: theta 1.638). */
export const tripTheta = 1.638;
const thermalTauS = (ratingA: number) => (ratingA <= 63 ? 150 : 600);
const heaterKw = 2;
/** The day's curves and the tariff are looked up so often, s. */
const curveEveryS = 10;
/** Cable loss between a board and the feeder above it, part of the board's power. */
const cableLoss = 0.012;
const roles = ['feeder', 'department-meter', 'tenant-meter'];

export function createElectricity({ devices, seed, calendar, shared }: PartContext): Part {
  const feeders = new Map<string, Feeder>();
  for (const device of devices) {
    if (!roles.includes(device.role ?? '')) continue;
    const ratingA = device.attributes.rating_a ?? 100;
    const load = loadOf(device.id, ratingA);
    const stream = streamOf(seed, `feeder ${device.id}`);
    const tilt: Three = [stream.normal() * 0.008, stream.normal() * 0.008, stream.normal() * 0.008];
    const middle = (tilt[0] + tilt[1] + tilt[2]) / 3;
    feeders.set(device.id, {
      meter: newMeter(device.id, load.base + load.day * 0.5, (load.base + load.day * 0.5) * hoursInService),
      load,
      fedBy: device.fed_by,
      circuit: device.circuit,
      ratingA,
      tan: Math.tan(Math.acos(load.cosPhi ?? 0.93)),
      children: [],
      stream,
      share: tilt.map((one) => 1 / 3 + one - middle) as Three,
      noise: 0,
      pulseS: 0,
      heaters: 0,
      faultHeaters: 0,
      theta: 0.1,
      tripped: false,
      trips: 0,
    });
  }
  for (const feeder of feeders.values()) feeders.get(feeder.fedBy ?? '')?.children.push(feeder);
  // leaves first, so that a feeder adds up boards that are already known
  const depth = (feeder: Feeder): number => (feeders.has(feeder.fedBy ?? '') ? 1 + depth(feeders.get(feeder.fedBy ?? '')!) : 0);
  const order = [...feeders.values()].sort((a, b) => depth(b) - depth(a));
  for (const feeder of order) {
    const below = feeder.children.reduce((sum, child) => sum + importedKwh(child.meter), 0) * (1 + cableLoss);
    const { id } = feeder.meter;
    const meanKw = feeder.load.base + feeder.load.day * 0.5;
    if (below > 0) feeder.meter = newMeter(id, meanKw + below / hoursInService, meanKw * hoursInService + below);
  }
  const parents = new Map(order.map((feeder) => [feeder, feeders.get(feeder.fedBy ?? '')]));
  let curve = curveValues(calendar);
  let period = tariffPeriod(calendar.hour, new Date(calendar.t).getUTCMonth());
  let curveAgeS = 0;
  const substation = createSubstation({ devices, seed, calendar, shared }, order);

  return {
    id: 'electricity',
    step(moment) {
      curveAgeS += moment.dtS;
      if (curveAgeS >= curveEveryS) {
        curve = curveValues(moment.calendar);
        period = tariffPeriod(moment.calendar.hour, new Date(moment.calendar.t).getUTCMonth());
        curveAgeS = 0;
      }
      substation.supply(moment);
      let essentialKw = 0;
      for (const feeder of order) {
        const parent = parents.get(feeder);
        stepFeeder(feeder, moment, curve[feeder.load.curve], substation.voltsFor(feeder, parent));
        integrate(feeder.meter, moment.dtS, period);
        stepBreaker(feeder, moment);
        if (feeder.load.essential && !parent) essentialKw += totalKw(feeder.meter);
      }
      shared.essentialKw = essentialKw;
      substation.step(moment, period);
    },
    values(device) {
      const feeder = feeders.get(device);
      if (!feeder) return substation.values(device);
      return { ...meterValues(feeder.meter), breaker_closed: feeder.tripped ? 0 : 1, breaker_tripped: feeder.tripped ? 1 : 0 };
    },
    facts() {
      const facts: Record<string, number> = { ...substation.facts() };
      for (const [id, feeder] of feeders) {
        facts[`${id}.load_ratio`] = Math.max(...feeder.meter.amps) / feeder.ratingA;
        facts[`${id}.thermal_state`] = feeder.theta / tripTheta;
        facts[`${id}.tripped`] = feeder.tripped ? 1 : 0;
        facts[`${id}.trips`] = feeder.trips;
      }
      return facts;
    },
    counters: {
      devices: [...order.map(({ meter }) => meter.id), ...substation.meters.map(({ id }) => id)],
      read(into, at) {
        for (const { meter } of order) into[at++] = countedKwh(meter);
        for (const meter of substation.meters) into[at++] = countedKwh(meter);
      },
    },
    repair() {
      for (const feeder of order) {
        if (feeder.tripped) feeder.theta = Math.min(feeder.theta, 0.5);
        feeder.tripped = false;
      }
    },
  };
}

function stepFeeder(feeder: Feeder, { dtS, calendar, knobs, shared }: Moment, curve: number, supply: Three): void {
  const { meter, load, stream } = feeder;
  const wrong = knobs.read(meter.id);
  const outdoor = shared.outdoorC;
  feeder.noise = wander(feeder.noise, dtS, 120, stream);
  let kw = load.base + load.day * curve;
  if (load.cool) kw += load.cool * Math.max(0, (outdoor - 22) / 10) * (0.55 + 0.45 * curve);
  if (load.season && calendar.heatingSeason) kw += load.season;
  kw *= wrong.loadFactor ?? 1;
  kw *= 1 + feeder.noise * (load.noise ?? 0.02);
  if (load.pulse) kw += pulse(feeder, dtS, curve) * (wrong.loadFactor ?? 1);
  if (load.heat) {
    // thermostats: each minute or so one heater more or less, towards what the cold asks for
    const wanted = (load.heat * Math.max(0, (14 - outdoor) / 10) * (0.4 + 0.6 * curve)) / heaterKw;
    if (stream.uniform() < dtS / 60) feeder.heaters += wanted + stream.uniform() - 0.5 > feeder.heaters ? 1 : feeder.heaters > 0 ? -1 : 0;
    kw += feeder.heaters * heaterKw;
  }
  if (meter.id === 'fd-wastewater' && shared.wastewaterOn) kw += 13;
  const { tan } = feeder;
  let resistiveKw = 0;
  if (wrong.loadRatio) {
    const limitKw = wrong.loadRatio * feeder.ratingA * 3 * 0.228;
    const before = Math.hypot(kw, kw * tan);
    feeder.faultHeaters = Math.max(0, Math.round((limitKw - before) / heaterKw));
    resistiveKw = feeder.faultHeaters * heaterKw;
  }
  const live = feeder.tripped || wrong.tripped ? 0 : 1;
  for (let phase = 0; phase < 3; phase++) {
    const volts = wrong.lostPhase === phase + 1 ? 0 : supply[phase as 0];
    const on = live && volts > 100 ? 1 : 0;
    const share = feeder.share[phase as 0];
    let p = (kw * share + resistiveKw / 3) * on;
    let q = kw * tan * share * on;
    for (const child of feeder.children) {
      p += child.meter.kw[phase as 0] * (1 + cableLoss);
      q += child.meter.kvar[phase as 0];
    }
    meter.volts[phase as 0] = volts;
    meter.sign[phase as 0] = wrong.reversedPhase === 4 || wrong.reversedPhase === phase + 1 ? -1 : 1;
    meter.kw[phase as 0] = p;
    meter.kvar[phase as 0] = q;
  }
  meter.hz = supply[0] > 100 ? shared.frequencyHz : 0;
}

/** Lift runs and exposures: on for about `onS`, so many times an hour at the height of the curve. */
function pulse(feeder: Feeder, dtS: number, curve: number): number {
  const { kw, onS, perHour } = feeder.load.pulse as NonNullable<Load['pulse']>;
  // long steps cannot show single runs, only their mean
  if (dtS > onS) return kw * Math.min(1, (perHour * curve * onS) / 3_600);
  if (feeder.pulseS > 0) {
    feeder.pulseS -= dtS;
    return kw;
  }
  if (feeder.stream.uniform() < (perHour * curve * dtS) / 3_600) feeder.pulseS = onS * (0.6 + 0.8 * feeder.stream.uniform());
  return 0;
}

function stepBreaker(feeder: Feeder, { dtS, knobs }: Moment): void {
  const [a, b, c] = feeder.meter.amps;
  const ratio = Math.max(a, b, c) / feeder.ratingA;
  feeder.theta += (ratio * ratio - feeder.theta) * clamp(dtS / thermalTauS(feeder.ratingA), 0, 1);
  if (knobs.read(feeder.meter.id).tripped && !feeder.tripped) trip(feeder);
  if (feeder.theta >= tripTheta && !feeder.tripped) trip(feeder);
}

function trip(feeder: Feeder): void {
  feeder.tripped = true;
  feeder.trips++;
}
