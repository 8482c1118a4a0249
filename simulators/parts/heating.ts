/** Heating loops: water in pipes under pressure, heat into buildings, and the holes through which the water leaves. */
import { clamp, lag, type Moment, type Part, type PartContext, withRole } from '../part.ts';
import { type Stream, streamOf, wander } from '../random.ts';

interface Loop {
  id: string;
  building: string;
  nominalKpa: number;
  volumeM3: number;
  flowMostM3h: number;
  kpa: number;
  makeupM3h: number;
  flowM3h: number;
  leakM3h: number;
  supplyC: number;
  returnC: number;
  /** Lost since the pressure was last whole, m³. */
  lostM3: number;
  emptyAtS: number;
  zoneC: number;
  /** Of the building: heat loss kW/K, stored heat kWh/K, radiators kW/K. */
  lossKwK: number;
  storeKwhK: number;
  radiatorKwK: number;
  /** Through its heat meter. */
  heatKw: number;
  heatKwh: number;
  stream: Stream;
  noise: number;
}

/** Expansion vessel and air: litres that one kPa takes in (domain 4.2 gives 1-3). */
const complianceL = 2;
/** The make-up pump and its valve give no more, m³/h. */
const makeupMostM3h = 4;
/** Air gets in and circulation breaks down below this part of the nominal pressure. */
const emptyPart = 0.3;
/** Lost between the boiler house and the buildings, part of what arrives. */
const pipeLoss = 0.05;

/**
 * Part of its nominal flow that a loop circulates: the pumps follow the valves, down to 45 % above 10 °C. With radiators for a spread of 17 K at
 * -10 °C outdoors the spread stays between 10 and 20 K in all weathers.
 */
export const flowPart = (outdoorC: number) => clamp(0.45 + (0.55 * (10 - outdoorC)) / 20, 0.45, 1);
/** Nominal flow as a part of what pump and meter are made for. */
const nominalFlow = 0.6;

/** Weather curve of the supply temperature (domain 4.2). */
export const curveC = (outdoorC: number) => clamp(20 + 2.2 * Math.max(0, 20 - outdoorC) ** 0.85, 35, 75);

/** Flow out of a hole, m³/h: Cd 0.6, gauge pressure in kPa. 20 mm at 300 kPa makes 16.6. */
export function holeM3h(mm: number, kpa: number): number {
  const areaM2 = (Math.PI / 4) * (mm / 1_000) ** 2;
  return 0.6 * areaM2 * Math.sqrt((2 * Math.max(0, kpa) * 1_000) / 1_000) * 3_600;
}

export function createHeating({ devices, seed, calendar, shared }: PartContext): Part {
  const areas: Record<string, number> = { medtech: 6_900, front: 9_800, rear: 7_200 };
  const loops = new Map<string, Loop>();
  for (const device of withRole(devices, 'heating-loop')) {
    const { nominal_kpa = 300, volume_m3 = 6, max_flow_m3h = 60 } = device.attributes;
    const building = device.building ?? device.id;
    const area = areas[building] ?? 6_000;
    const lossKwK = area * 0.0014;
    loops.set(device.id, {
      id: device.id,
      building,
      nominalKpa: nominal_kpa,
      volumeM3: volume_m3,
      flowMostM3h: max_flow_m3h,
      kpa: nominal_kpa,
      makeupM3h: 0,
      flowM3h: 0,
      leakM3h: 0,
      supplyC: calendar.heatingSeason ? curveC(shared.outdoorC) : 25,
      returnC: calendar.heatingSeason ? curveC(shared.outdoorC) - 12 : 25,
      lostM3: 0,
      emptyAtS: -1,
      zoneC: calendar.heatingSeason ? 21.5 : clamp(shared.outdoorC, 21, 26),
      lossKwK,
      storeKwhK: area * 0.055,
      radiatorKwK: lossKwK * 1.35,
      heatKw: 0,
      heatKwh: lossKwK * 90_000,
      stream: streamOf(seed, `loop ${device.id}`),
      noise: 0,
    });
  }
  const heatMeters = withRole(devices, 'heat-meter').map(({ id, building }) => ({
    id,
    loop: [...loops.values()].find((one) => one.building === building),
  }));
  /** Of the boiler house: all loops, what the pipes lose, and the hot water. */
  const main = { kw: 0, kwh: [...loops.values()].reduce((sum, one) => sum + one.heatKwh, 0) * (1 + pipeLoss) + 900_000 };
  let clockS = 0;
  return {
    id: 'heating',
    step(moment) {
      clockS += moment.dtS;
      for (const loop of loops.values()) {
        stepWater(loop, moment, clockS);
        stepHeat(loop, moment);
        shared.zoneC[loop.building] = loop.zoneC;
        shared.spillM3h[loop.building] = loop.leakM3h;
      }
      main.kw = shared.hotWaterKw;
      for (const { heatKw } of loops.values()) main.kw += heatKw * (1 + pipeLoss);
      main.kwh += (main.kw * moment.dtS) / 3_600;
    },
    values(device) {
      const loop = loops.get(device);
      if (!loop) {
        const meter = heatMeters.find(({ id }) => id === device);
        if (!meter) return undefined;
        const { loop: of } = meter;
        return { heat_power_kw: of ? of.heatKw : main.kw, heat_energy_kwh: of ? of.heatKwh : main.kwh };
      }
      return {
        pressure_kpa: loop.kpa,
        supply_temp_c: loop.supplyC,
        return_temp_c: loop.returnC,
        flow_m3h: loop.flowM3h,
        return_flow_m3h: Math.max(0, loop.flowM3h - Math.min(loop.leakM3h, loop.flowM3h)),
        makeup_flow_m3h: loop.makeupM3h,
        makeup_pump_running: loop.makeupM3h > 0.2 ? 1 : 0,
        circulation_pump_running: loop.flowM3h > 1 ? 1 : 0,
      };
    },
    facts() {
      const facts: Record<string, number> = {};
      for (const loop of loops.values()) {
        facts[`${loop.id}.leak_m3h`] = loop.leakM3h;
        facts[`${loop.id}.lost_m3`] = loop.lostM3;
        facts[`${loop.id}.empty`] = loop.kpa < loop.nominalKpa * emptyPart ? 1 : 0;
        facts[`${loop.id}.empty_at_s`] = loop.emptyAtS;
        facts[`${loop.building}.zone_c`] = loop.zoneC;
      }
      return facts;
    },
    counters: {
      devices: heatMeters.map(({ id }) => id),
      read(into, at) {
        for (const { loop } of heatMeters) into[at++] = loop ? loop.heatKwh : main.kwh;
      },
    },
    repair() {
      for (const loop of loops.values()) {
        // after the repair the crew bleeds the loop down to its pressure
        loop.kpa = Math.min(loop.kpa, loop.nominalKpa * 1.08);
        loop.lostM3 = 0;
        loop.emptyAtS = -1;
      }
    },
  };
}

/** Pressures move within seconds: steps of many minutes see them at rest. */
const longStepS = 120;
function stepLong(loop: Loop, heats: boolean, outdoorC: number): void {
  loop.kpa = loop.nominalKpa;
  loop.leakM3h = 0.02;
  loop.makeupM3h = 0.02;
  loop.flowM3h = heats ? loop.flowMostM3h * nominalFlow * flowPart(outdoorC) : 0;
}

/** C·dP/dt = make-up - leak; the make-up pump follows the pressure. */
function stepWater(loop: Loop, { dtS, calendar, knobs, shared }: Moment, clockS: number): void {
  if (dtS > longStepS) {
    stepLong(loop, calendar.heatingSeason, shared.outdoorC);
    return;
  }
  const wrong = knobs.read(loop.id);
  loop.noise = wander(loop.noise, dtS, 45, loop.stream);
  const pumping = calendar.heatingSeason && !wrong.pumpStopped && shared.mainsOn && loop.kpa > loop.nominalKpa * 0.2;
  loop.flowM3h = lag(loop.flowM3h, pumping ? loop.flowMostM3h * nominalFlow * flowPart(shared.outdoorC) : 0, dtS, 8);
  // packings and vents always lose a little
  loop.leakM3h = 0.02 + (wrong.holeMm ? holeM3h(wrong.holeMm, loop.kpa) : 0);
  const wanted = (loop.nominalKpa - loop.kpa) * 0.35 + 0.02;
  const most = shared.mainsOn ? makeupMostM3h : 0;
  const goal = wrong.makeupStuckOpen ? most * Math.min(1, wrong.makeupStuckOpen) : clamp(wanted, 0, most);
  loop.makeupM3h = lag(loop.makeupM3h, goal, dtS, 3);
  const liters = ((loop.makeupM3h - loop.leakM3h) / 3.6) * dtS;
  // the safety valve opens at 1.6 times the nominal pressure
  loop.kpa = clamp(loop.kpa + liters / complianceL, 2, loop.nominalKpa * 1.6);
  // water that warms up or cools down takes the pressure with it a little
  loop.kpa += loop.noise * 0.02;
  loop.lostM3 += (Math.max(0, loop.leakM3h - 0.02) / 3_600) * dtS;
  if (loop.kpa < loop.nominalKpa * emptyPart) {
    if (loop.emptyAtS < 0) loop.emptyAtS = clockS;
  } else if (loop.kpa > loop.nominalKpa * 0.6) loop.emptyAtS = -1;
}

/** Radiators give what the difference drives through them; thermostatic valves close towards 22 °C. */
function stepHeat(loop: Loop, { dtS, calendar, knobs, shared }: Moment): void {
  const wrong = knobs.read(loop.id);
  const goal =
    calendar.heatingSeason && !wrong.heatingFailed
      ? curveC(shared.outdoorC) * shared.boilerHealth + loop.zoneC * (1 - shared.boilerHealth)
      : loop.zoneC;
  loop.supplyC = lag(loop.supplyC, loop.flowM3h > 1 ? goal : loop.zoneC, dtS, loop.flowM3h > 1 ? 300 : 5_400);
  const valve = clamp((22.6 - loop.zoneC) / 1.4, 0.12, 1);
  const meanC = (loop.supplyC + loop.returnC) / 2;
  const heatKw = loop.flowM3h > 1 ? Math.max(0, loop.radiatorKwK * valve * (meanC - loop.zoneC)) : 0;
  loop.heatKw = heatKw;
  loop.heatKwh += (heatKw * dtS) / 3_600;
  const dropK = loop.flowM3h > 1 ? heatKw / (loop.flowM3h * 1.163) : 0;
  loop.returnC = lag(loop.returnC, loop.supplyC - dropK, dtS, loop.flowM3h > 1 ? 240 : 5_400);
  // people, lamps and sun; in summer the cooling holds 26 °C
  const gainsKw = loop.lossKwK * (calendar.hour > 8 && calendar.hour < 18 ? 4.5 : 3);
  const open = wrong.windowOpen ?? 0;
  let flowKw = heatKw + gainsKw - loop.lossKwK * (1 + 2 * open) * (loop.zoneC - shared.outdoorC);
  if (loop.zoneC > 25.6 && shared.mainsOn) flowKw -= loop.lossKwK * 14 * Math.min(1, loop.zoneC - 25.6);
  // between the seasons the split units heat a little
  if (loop.zoneC < 20.8 && !calendar.heatingSeason && shared.mainsOn) flowKw += loop.lossKwK * 14 * Math.min(1, 20.8 - loop.zoneC);
  loop.zoneC += (flowKw * (dtS / 3_600)) / loop.storeKwhK;
}
