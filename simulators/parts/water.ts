/** Cold water: branches by the day's habits, the main that feeds them, and what leaves unmetered. */
import type { AnyDevice } from '../../shared/site.ts';
import { type Calendar, dailyCurve } from '../calendar.ts';
import { clamp, type Moment, type Part, type PartContext, type Values, withRole } from '../part.ts';
import { type Stream, streamOf, wander } from '../random.ts';

interface Branch {
  id: string;
  building: string;
  meanM3h: number;
  curve: (calendar: Calendar) => number;
  /** Part that goes down the drain of its building. */
  drained: number;
  flowM3h: number;
  burstM3h: number;
  volumeM3: number;
  reverseM3: number;
  noise: number;
  stream: Stream;
  /** The meter stands still and shows what it showed. */
  stuckAt: { flowM3h: number; volumeM3: number } | undefined;
}

const inpatient = dailyCurve([
  0.45, 0.4, 0.36, 0.35, 0.4, 0.65, 1.25, 1.7, 1.65, 1.35, 1.2, 1.15, 1.1, 1, 0.95, 0.95, 1, 1.2, 1.4, 1.4, 1.25, 1, 0.75, 0.55,
]);
const dayOnly = dailyCurve([
  0.06, 0.05, 0.05, 0.05, 0.06, 0.15, 0.6, 1.6, 2.3, 2.4, 2.3, 2.1, 1.7, 1.6, 1.9, 2, 1.8, 1.3, 0.7, 0.4, 0.3, 0.2, 0.12, 0.08,
]);
const meals = dailyCurve([
  0.1, 0.05, 0.05, 0.2, 1.1, 2, 2.1, 1.7, 1.3, 1.5, 2, 2, 1.9, 1.5, 0.9, 0.9, 1.5, 1.8, 1.6, 1, 0.5, 0.25, 0.15, 0.1,
]);
const washing = dailyCurve([0, 0, 0, 0, 0, 0.2, 1.8, 2.8, 2.8, 2.6, 2.6, 2.4, 1.4, 2.2, 2.6, 2.4, 1.6, 0.5, 0.05, 0, 0, 0, 0, 0]);
const homes = dailyCurve([
  0.6, 0.45, 0.4, 0.4, 0.5, 0.9, 1.6, 1.5, 0.8, 0.6, 0.6, 0.9, 1.1, 0.7, 0.6, 0.7, 0.9, 1.4, 1.8, 1.9, 1.7, 1.5, 1.1, 0.8,
]);

/** Mean flow m³/h, habit, part that is drained again. Sums to about 200 m³ a day. */
const branches: Record<string, [mean: number, curve: (calendar: Calendar) => number, drained: number]> = {
  'water-front': [2.6, ({ hour }) => inpatient(hour), 0.9],
  'water-rear': [1.9, ({ hour }) => inpatient(hour), 0.9],
  'water-outpatient': [0.85, ({ hour, weekend }) => dayOnly(hour) * (weekend ? 0.5 : 1.1), 0.92],
  'water-medtech': [0.8, ({ hour, weekend }) => 0.4 * inpatient(hour) + 0.6 * dayOnly(hour) * (weekend ? 0.5 : 1.1), 0.9],
  'water-laundry': [0.55, ({ hour, weekend }) => washing(hour) * (weekend ? 0.4 : 1.1), 0.85],
  'water-kitchen': [0.6, ({ hour }) => meals(hour), 0.85],
  'water-dormitory': [0.5, ({ hour }) => homes(hour), 0.92],
  'water-plant': [0.35, ({ hour }) => 0.7 + 0.3 * dayOnly(hour), 0.2],
};
/** Losses between the main meter and the branches, part of the sum and always there. */
const lossPart = 0.015;
const lossM3h = 0.08;

export function createWater({ devices, seed, shared }: PartContext): Part {
  const all = withRole(devices, 'water-branch').map((device) => newBranch(device, seed));
  const [main] = withRole(devices, 'water-main');
  const total = { flowM3h: 0, volumeM3: 118_400 + (seed % 900) };
  return {
    id: 'water',
    step(moment) {
      let flow = lossM3h;
      const drain: Record<string, number> = {};
      for (const branch of all) {
        stepBranch(branch, moment);
        flow += branch.flowM3h * (1 + lossPart);
        // what a burst spills runs into the floor drains as well
        drain[branch.building] = (drain[branch.building] ?? 0) + Math.max(0, branch.flowM3h) * branch.drained;
      }
      const wrong = main ? moment.knobs.read(main.id) : {};
      flow += wrong.burstM3h ?? 0;
      total.flowM3h = moment.shared.mainsOn || flow < 1 ? flow : flow * 0.85;
      total.volumeM3 += (Math.max(0, total.flowM3h) * moment.dtS) / 3_600;
      shared.drainM3h = drain;
    },
    values(device): Values | undefined {
      if (device === main?.id) return meterValues(total.flowM3h, total.volumeM3, 0, shared.outdoorC);
      const branch = all.find((one) => one.id === device);
      if (!branch) return undefined;
      const { flowM3h, volumeM3 } = branch.stuckAt ?? branch;
      return meterValues(flowM3h, volumeM3, branch.reverseM3, shared.outdoorC);
    },
    facts() {
      const facts: Record<string, number> = { 'water.main_m3h': total.flowM3h, 'water.loss_m3h': lossM3h };
      for (const branch of all) {
        facts[`${branch.id}.burst_m3h`] = branch.burstM3h;
        facts[`${branch.id}.flow_m3h`] = branch.flowM3h;
        facts[`${branch.id}.volume_m3`] = branch.volumeM3;
      }
      return facts;
    },
    counters: {
      devices: [...(main ? [main.id] : []), ...all.map(({ id }) => id)],
      read(into, at) {
        if (main) into[at++] = total.volumeM3;
        for (const { volumeM3 } of all) into[at++] = volumeM3;
      },
    },
    repair: () => undefined,
  };
}

function newBranch(device: AnyDevice, seed: number): Branch {
  const [mean, curve, drained] = branches[device.id] ?? [0.5, ({ hour }: Calendar) => inpatient(hour), 0.85];
  const stream = streamOf(seed, `water ${device.id}`);
  return {
    id: device.id,
    building: device.building ?? '',
    meanM3h: mean,
    curve,
    drained,
    flowM3h: mean,
    burstM3h: 0,
    volumeM3: mean * 24 * (500 + Math.floor(stream.uniform() * 300)),
    reverseM3: 0,
    noise: 0,
    stream,
    stuckAt: undefined,
  };
}

function stepBranch(branch: Branch, { dtS, calendar, knobs }: Moment): void {
  const wrong = knobs.read(branch.id);
  branch.noise = wander(branch.noise, dtS, 40, branch.stream);
  const wanted = branch.meanM3h * branch.curve(calendar);
  branch.burstM3h = wrong.burstM3h ?? 0;
  branch.flowM3h = Math.max(0, wanted + branch.noise * 0.16 * Math.sqrt(wanted * branch.meanM3h)) + branch.burstM3h;
  if (wrong.reverseM3h) branch.flowM3h = -wrong.reverseM3h;
  const passed = (branch.flowM3h * dtS) / 3_600;
  if (passed > 0) branch.volumeM3 += passed;
  else branch.reverseM3 -= passed;
  if (!wrong.meterStuck) branch.stuckAt = undefined;
  else branch.stuckAt ??= { flowM3h: 0, volumeM3: branch.volumeM3 };
}

const meterValues = (flowM3h: number, volumeM3: number, reverseM3: number, outdoorC: number): Values => ({
  flow_m3h: flowM3h,
  velocity_ms: flowM3h / 28,
  volume_m3: volumeM3,
  volume_reverse_m3: reverseM3,
  volume_net_m3: volumeM3 - reverseM3,
  water_temp_c: clamp(8 + outdoorC * 0.35, 5, 20),
  signal_quality_pct: 82,
  meter_error: 0,
});
