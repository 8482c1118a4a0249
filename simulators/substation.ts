/** The substation: supply voltage, transformers with losses and windings, busbar joints, residual currents. */

import { hoursInService, importedKwh, integrate, type Meter, meterValues, newMeter, type Three, totalKw } from './meter.ts';
import { clamp, lag, type Moment, type PartContext, type Values, withRole } from './part.ts';
import type { Feeder } from './parts/electricity.ts';
import { type Stream, streamOf, wander } from './random.ts';

interface Transformer {
  meter: Meter;
  capacityKva: number;
  feeders: Feeder[];
  /** Rise of the windings above the room, K; the middle one is the hottest. */
  riseK: number;
  fanOn: boolean;
}
interface Joint {
  device: string;
  /** What flows through it: the feeder or transformer of the same circuit. */
  of: { amps: Three; ratingA: number };
  riseK: Three;
  /** Resistance of each contact against a good one. */
  contact: Three;
  stream: Stream;
}

interface Residual {
  naturalMa: number;
  noise: number;
  faultMa: number;
  stream: Stream;
  setting: number;
  of: Joint['of'] | undefined;
}

/** Between the feeders and their transformer's meter; and what a transformer takes without any load, part of its rating. */
const busbarLoss = 0.004;
const ironLoss = 0.0017;
/** Rise of a sound busbar joint at rated current, K. */
const jointRiseK = 26;
const jointTauS = 480;
const windingTauS = 75 * 60;
/** Rise at rated power: class F windings run about 100 K (domain 14). */
const windingRiseK = 100;

export function createSubstation({ devices, seed, shared }: PartContext, feeders: Feeder[]) {
  const stream = streamOf(seed, 'substation');
  const transformers = withRole(devices, 'transformer')
    .filter((device) => device.attributes.rating_a !== undefined)
    .map((device): Transformer & { id: string; circuit: string | undefined; ratingA: number } => {
      const own = feeders.filter((feeder) => feeder.fedBy === device.id);
      const counted = own.reduce((sum, { meter }) => sum + importedKwh(meter), 0) * (1 + busbarLoss);
      return {
        id: device.id,
        circuit: device.circuit,
        ratingA: device.attributes.rating_a ?? 1_000,
        meter: newMeter(device.id, 240, counted),
        capacityKva: device.attributes.capacity_kva ?? 1_000,
        feeders: own,
        riseK: 28,
        fanOn: false,
      };
    });
  const counted = transformers.reduce(
    (sum, { meter, capacityKva }) => sum + importedKwh(meter) + capacityKva * ironLoss * hoursInService,
    0,
  );
  const incomers = withRole(devices, 'incomer').map((device) => ({ id: device.id, meter: newMeter(device.id, 490, counted) }));
  const windings = new Map(
    withRole(devices, 'transformer')
      .filter((device) => device.attributes.rating_a === undefined)
      .map((device) => [device.id, transformers.find((one) => one.circuit === device.circuit)]),
  );
  const carrier = (circuit: string | undefined) => {
    const feeder = feeders.find((one) => one.circuit === circuit);
    if (feeder) return { amps: feeder.meter.amps, ratingA: feeder.ratingA };
    const transformer = transformers.find((one) => one.circuit === circuit);
    return transformer && { amps: transformer.meter.amps, ratingA: transformer.ratingA };
  };
  const joints = new Map<string, Joint>();
  for (const device of withRole(devices, 'joint-temperature')) {
    const own = streamOf(seed, `joint ${device.id}`);
    joints.set(device.id, {
      device: device.id,
      of: carrier(device.circuit) ?? { amps: [0, 0, 0], ratingA: 100 },
      riseK: [4, 4, 4],
      contact: [0.95 + 0.1 * own.uniform(), 0.95 + 0.1 * own.uniform(), 0.95 + 0.1 * own.uniform()],
      stream: own,
    });
  }
  const residuals = new Map(
    withRole(devices, 'residual-current').map((device) => {
      const own = streamOf(seed, `residual ${device.id}`);
      const setting = device.attributes.setting_ma ?? 300;
      return [
        device.id,
        { naturalMa: 35 + 30 * own.uniform(), noise: 0, faultMa: 0, stream: own, setting, of: carrier(device.circuit) },
      ] as [string, Residual];
    }),
  );
  let sag = 0;
  let wave = 0;
  const volts: Three = [0, 0, 0];
  const essentialVolts: Three = [0, 0, 0];
  const dead: Three = [0, 0, 0];
  const room = () => clamp(22 + (shared.outdoorC - 15) * 0.35, 12, 38);
  const hottest = (transformer: Transformer) => room() + transformer.riseK;

  const addUp = (meter: Meter, from: readonly Meter[], loss: number) => {
    for (let phase = 0; phase < 3; phase++) {
      let kw = 0;
      let kvar = 0;
      for (const one of from) {
        kw += one.kw[phase as 0];
        kvar += one.kvar[phase as 0];
      }
      meter.kw[phase as 0] = kw * (1 + loss);
      meter.kvar[phase as 0] = kvar;
    }
  };

  return {
    /** Transformers and incomers, that order. */
    meters: [...transformers, ...incomers].map(({ meter }) => meter),
    /** Voltages of this step. */
    supply({ dtS, calendar }: Moment): void {
      sag = wander(sag, dtS, 300, stream);
      wave = wander(wave, dtS, 20, stream);
      const evening = calendar.hour > 8 && calendar.hour < 22 ? -1.6 : 1.4;
      const level = 228.6 + evening + sag * 0.9;
      shared.frequencyHz = shared.onGenerator ? 50.1 + wave * 0.05 : 50 + wave * 0.015;
      for (let phase = 0; phase < 3; phase++) {
        const town = level + [0.3, -0.4, 0.1][phase]! + wave * 0.1;
        volts[phase as 0] = shared.mainsOn ? town : 0;
        essentialVolts[phase as 0] = !shared.essentialOn ? 0 : shared.onGenerator ? 229.5 + wave * 0.4 : volts[phase as 0];
      }
    },
    /** A board lives from the feeder above it. */
    voltsFor(feeder: Feeder, parent: Feeder | undefined): Three {
      if (parent?.tripped) return dead;
      return feeder.load.essential ? essentialVolts : volts;
    },
    step(moment: Moment, period: 0 | 1 | 2 | 3): void {
      const { dtS, knobs } = moment;
      const fromTown = shared.mainsOn && !shared.onGenerator;
      for (const transformer of transformers) {
        const wrong = knobs.read(transformer.id);
        const carried = transformer.feeders
          .filter((feeder) => shared.mainsOn && (fromTown || !feeder.load.essential))
          .map((one) => one.meter);
        const { meter } = transformer;
        addUp(meter, carried, busbarLoss);
        if (wrong.overload) {
          const missingKw = Math.max(0, wrong.overload * transformer.capacityKva * 0.955 - totalKw(meter));
          for (let phase = 0; phase < 3; phase++) meter.kw[phase as 0] += missingKw / 3;
        }
        compensate(meter);
        meter.hz = shared.mainsOn ? shared.frequencyHz : 0;
        for (let phase = 0; phase < 3; phase++) meter.volts[phase as 0] = wrong.lostPhase === phase + 1 ? 0 : volts[phase as 0];
        integrate(meter, dtS, period);
        stepWinding(transformer, dtS, !!knobs.read(transformer.id).fanFailed || windingFanFailed(transformer, moment));
      }
      for (const { meter } of incomers) {
        addUp(
          meter,
          transformers.map((one) => one.meter),
          0,
        );
        for (let phase = 0; phase < 3; phase++) {
          for (const { capacityKva, meter: low } of transformers) {
            // no-load and load loss of a dry transformer of this size
            const load = totalKw(low) / capacityKva;
            if (shared.mainsOn) meter.kw[phase as 0] += (capacityKva * (ironLoss + 0.0085 * load * load)) / 3;
            if (shared.mainsOn) meter.kvar[phase as 0] += (capacityKva * (0.008 + 0.06 * load * load)) / 3;
          }
          meter.volts[phase as 0] = shared.mainsOn ? 5_774 * (volts[phase as 0] / 229.5) : 0;
        }
        meter.hz = shared.mainsOn ? shared.frequencyHz : 0;
        integrate(meter, dtS, period);
      }
      for (const joint of joints.values()) stepJoint(joint, dtS, knobs.read(joint.device).looseFactor ?? 1);
      for (const [id, residual] of residuals) {
        residual.noise = wander(residual.noise, dtS, 90, residual.stream);
        residual.faultMa = knobs.read(id).leakageMa ?? 0;
      }
    },
    values(device: string): Values | undefined {
      const transformer = transformers.find((one) => one.id === device) ?? incomers.find((one) => one.id === device);
      if (transformer) return meterValues(transformer.meter);
      const winding = windings.get(device);
      if (winding) {
        const top = hottest(winding);
        return {
          winding_temp_l1_c: top - 2.5,
          winding_temp_l2_c: top,
          winding_temp_l3_c: top - 1.6,
          fan_running: winding.fanOn ? 1 : 0,
          device_failure: 0,
        };
      }
      const joint = joints.get(device);
      if (joint) {
        const air = room() + 4;
        return { joint_temp_l1_c: air + joint.riseK[0], joint_temp_l2_c: air + joint.riseK[1], joint_temp_l3_c: air + joint.riseK[2] };
      }
      const residual = residuals.get(device);
      if (!residual) return undefined;
      const load = residual.of ? Math.max(...residual.of.amps) / residual.of.ratingA : 0;
      const ma = Math.max(0, residual.naturalMa * (0.8 + 0.5 * load) + residual.noise * 2.5 + residual.faultMa);
      return {
        residual_current_ma: ma,
        residual_current_state: ma >= residual.setting ? 2 : ma >= residual.setting * 0.8 ? 1 : 0,
        residual_current_setting_ma: residual.setting,
      };
    },
    facts(): Record<string, number> {
      const facts: Record<string, number> = {};
      for (const transformer of transformers) facts[`${transformer.id}.winding_c`] = hottest(transformer);
      return facts;
    },
  };

  function windingFanFailed(transformer: Transformer, { knobs }: Moment): boolean {
    for (const [device, of] of windings) if (of === transformer && knobs.read(device).fanFailed) return true;
    return false;
  }
}

/** Capacitor banks behind each transformer hold the power factor near 0.95. */
function compensate(meter: Meter): void {
  for (let phase = 0; phase < 3; phase++) {
    const kw = meter.kw[phase as 0];
    const most = Math.abs(kw) * 0.31;
    meter.kvar[phase as 0] = clamp(meter.kvar[phase as 0], -most, most);
  }
}

function stepWinding(transformer: Transformer, dtS: number, fanFailed: boolean): void {
  const { meter, capacityKva } = transformer;
  const kva = Math.hypot(totalKw(meter), meter.kvar[0] + meter.kvar[1] + meter.kvar[2]);
  const goal = windingRiseK * (kva / capacityKva) ** 1.6 + 6;
  transformer.riseK = lag(transformer.riseK, transformer.fanOn ? goal * 0.72 : goal, dtS, windingTauS);
  if (transformer.riseK > 62) transformer.fanOn = true;
  if (transformer.riseK < 45) transformer.fanOn = false;
  if (fanFailed) transformer.fanOn = false;
}

function stepJoint(joint: Joint, dtS: number, loose: number): void {
  for (let phase = 0; phase < 3; phase++) {
    const ratio = joint.of.amps[phase as 0] / joint.of.ratingA;
    // one bad contact, on phase B, is how it usually shows
    const contact = joint.contact[phase as 0] * (phase === 1 ? loose : 1);
    // a glowing contact gives off ever more heat: the rise does not grow without end
    const soundK = jointRiseK * contact * ratio * ratio;
    joint.riseK[phase as 0] = lag(joint.riseK[phase as 0], soundK / (1 + soundK / 250), dtS, jointTauS);
  }
}
