/** Wastewater: what the drains bring, an equalisation tank, eight hours of treatment a day, chlorine dosed and used up. */
import { clamp, lag, type Moment, type Part, type PartContext, withRole } from '../part.ts';
import { streamOf, wander } from '../random.ts';

/** Equalisation tank m³; pumped out during the shift. */
const tankM3 = 220;
const pumpM3h = 24;
const shift = { from: 8, to: 16 } as const;
/** Effective volume of the contact tank where the site does not tell it. */
const usualContactM3 = 31;
/** Demand of the treated water and wanted rest, mg/L; sodium hypochlorite of 10 %. */
const demandMgl = 18;
const wantedMgl = 5;
const strengthGl = 100;
const drugTankL = 500;
const mixTanks = 4;

/** Fills from the end of one shift to the beginning of the next. */
const usualLevel = (hour: number) =>
  hour >= shift.from && hour < shift.to ? 132 - (hour - shift.from) * 14 : 20 + ((hour - shift.to + 24) % 24) * 7;

export function createWastewater({ devices, seed, calendar: start, shared }: PartContext): Part {
  const [plant] = withRole(devices, 'wastewater');
  const [analyser] = withRole(devices, 'wastewater-analyser');
  const contactM3 = plant?.attributes.contact_m3 ?? usualContactM3;
  const stream = streamOf(seed, 'wastewater');
  const state = {
    levelM3: usualLevel(start.hour),
    running: false,
    inflowM3h: 6,
    outflowM3h: 0,
    doseLh: 0,
    drugL: drugTankL * (0.55 + 0.35 * stream.uniform()),
    /** Chlorine along the contact tank, mg/L: a row of mixed tanks is nearly plug flow. */
    chlorine: new Float64Array(mixTanks).fill(wantedMgl),
    ph: 7.2,
    phNoise: 0,
    noise: 0,
    volumeM3: 181_200 + (seed % 500),
    hours: 11_830,
    overflowM3: 0,
  };
  return {
    id: 'wastewater',
    step: (moment) => step(moment),
    values(device) {
      if (device === plant?.id) {
        return {
          outflow_m3h: state.outflowM3h,
          inflow_m3h: state.inflowM3h,
          dosing_flow_lh: state.doseLh,
          disinfectant_level_pct: (state.drugL / drugTankL) * 100,
          level_pct: (state.levelM3 / tankM3) * 100,
          plant_running: state.running ? 1 : 0,
          dosing_pump_running: state.doseLh > 0.2 ? 1 : 0,
          blower_running: state.running ? 1 : 0,
          pump_fault: 0,
          outflow_volume_m3: state.volumeM3,
          run_hours_h: state.hours,
        };
      }
      if (device !== analyser?.id) return undefined;
      const chlorine = state.chlorine[mixTanks - 1] ?? 0;
      return {
        ph: state.ph,
        residual_chlorine_mgl: chlorine,
        orp_mv: 420 + 45 * Math.log10(Math.max(0.05, chlorine)),
        water_temp_c: clamp(14 + shared.outdoorC * 0.25, 8, 24),
        analyser_status: 0,
        device_failure: 0,
        sensor_failure: 0,
      };
    },
    facts: () => ({
      'wastewater.chlorine_mgl': state.chlorine[mixTanks - 1] ?? 0,
      'wastewater.ph': state.ph,
      'wastewater.overflow_m3': state.overflowM3,
      'wastewater.level_part': state.levelM3 / tankM3,
      'wastewater.drug_l': state.drugL,
    }),
    repair() {
      state.overflowM3 = 0;
      state.drugL = Math.max(state.drugL, drugTankL * 0.5);
    },
  };

  function step({ dtS, calendar, knobs }: Moment): void {
    const wrong = plant ? knobs.read(plant.id) : {};
    const probe = analyser ? knobs.read(analyser.id) : {};
    state.noise = wander(state.noise, dtS, 120, stream);
    state.phNoise = wander(state.phNoise, dtS, 4 * 3_600, stream);
    let inflow = 0;
    for (const flow of Object.values(shared.drainM3h)) inflow += flow;
    state.inflowM3h = lag(state.inflowM3h, inflow, dtS, 600);
    const inShift = calendar.hour >= shift.from && calendar.hour < shift.to;
    const power = shared.mainsOn;
    const able = power && !wrong.pumpFailed;
    state.running = able && (inShift || !!wrong.forcedRun || (state.running && state.levelM3 > tankM3 * 0.35));
    // the pump is throttled so that the tank lasts to the end of the shift
    const share = clamp(state.levelM3 / (tankM3 * 0.32), 0.3, 1);
    const pumped = state.running && state.levelM3 > 6 ? pumpM3h * share * (1 + 0.02 * state.noise) : 0;
    state.outflowM3h = lag(state.outflowM3h, pumped, dtS, 10);
    if (!state.running && state.outflowM3h < 0.05) state.outflowM3h = 0;
    state.levelM3 += ((state.inflowM3h - state.outflowM3h) / 3_600) * dtS;
    if (state.levelM3 > tankM3) {
      state.overflowM3 += state.levelM3 - tankM3;
      state.levelM3 = tankM3;
    }
    state.levelM3 = Math.max(0, state.levelM3);
    state.volumeM3 += (state.outflowM3h / 3_600) * dtS;
    if (state.running) state.hours += dtS / 3_600;
    dose(dtS, wrong);
    contact(dtS);
    state.ph = lag(state.ph, 7.2 + 0.16 * state.phNoise + (probe.acidPh ?? 0), dtS, 900);
    shared.wastewaterOn = state.running;
  }

  /** The dosing pump follows the flow: g/h = Q·(wanted + demand). */
  function dose(dtS: number, wrong: { dosingStopped?: number; drugEmpty?: number; overdose?: number }): void {
    if (wrong.drugEmpty) state.drugL = Math.min(state.drugL, drugTankL * 0.16 * (1 - Math.min(1, wrong.drugEmpty)));
    const wanted = (state.outflowM3h * (wantedMgl + demandMgl) * (1 + (wrong.overdose ?? 0))) / strengthGl;
    const goal = wrong.dosingStopped || state.drugL < 1 ? 0 : wanted;
    state.doseLh = lag(state.doseLh, goal, dtS, 5);
    if (goal === 0 && state.doseLh < 0.05) state.doseLh = 0;
    state.drugL = Math.max(0, state.drugL - (state.doseLh / 3_600) * dtS);
    // the wastewater crew fills up at 30 %
    if (state.drugL < drugTankL * 0.3 && !wrong.drugEmpty && !wrong.dosingStopped) state.drugL = drugTankL * 0.92;
  }

  function contact(dtS: number): void {
    const q = state.outflowM3h;
    const enters = q > 0.5 ? Math.max(0, (state.doseLh * strengthGl) / q - demandMgl) : 0;
    const eachM3 = contactM3 / mixTanks;
    // the cell at the outlet reads water at rest when nothing flows, and chlorine there is used up slowly
    const decay = Math.exp(-((q > 0.5 ? 0.08 : 0.012) * dtS) / 3_600);
    let before = enters;
    for (let at = 0; at < mixTanks; at++) {
      const here = (state.chlorine[at] as number) * decay;
      const next = q > 0.5 ? here + (before - here) * clamp((q * dtS) / 3_600 / eachM3, 0, 1) : here;
      before = here;
      state.chlorine[at] = next;
    }
  }
}
