/** Gas boilers and hot water. The boilers burn what loops and hot water ask for; the second one helps when the first is full. */
import { clamp, lag, type Moment, type Part, type PartContext, withRole } from '../part.ts';
import { streamOf, wander } from '../random.ts';
import { curveC } from './heating.ts';

interface Boiler {
  id: string;
  firing: number;
  supplyC: number;
  returnC: number;
  flueC: number;
  on: boolean;
  lockout: number;
  hours: number;
  cycles: number;
  gasM3: number;
  sootK: number;
}
interface HotWater {
  id: string;
  outletC: number;
  returnC: number;
  tapC: number;
  noise: number;
}

export function createBoilers({ devices, seed, calendar, shared }: PartContext): Part {
  const stream = streamOf(seed, 'boilers');
  const boilers = withRole(devices, 'boiler').map(
    (device, index): Boiler => ({
      id: device.id,
      firing: 0.4,
      supplyC: 70,
      returnC: 55,
      flueC: 120,
      on: index === 0,
      lockout: 0,
      hours: 6_400 + index * 900 + Math.floor(stream.uniform() * 400),
      cycles: 2_100 + Math.floor(stream.uniform() * 300),
      gasM3: 310_000,
      sootK: 0,
    }),
  );
  const stations = withRole(devices, 'hotwater').map(
    (device): HotWater => ({ id: device.id, outletC: 63, returnC: 55, tapC: 44, noise: 0 }),
  );
  const gasMeters = new Set(withRole(devices, 'gas-meter').map(({ id }) => id));
  const gas = (of: (boiler: Boiler) => number) => boilers.reduce((sum, one) => sum + of(one), 0);
  const draw = (hour: number) => 0.3 + 0.7 * Math.exp(-(((hour - 7) / 2) ** 2)) + 0.6 * Math.exp(-(((hour - 19.5) / 2.2) ** 2));

  return {
    id: 'boilers',
    step(moment) {
      const { calendar: now, shared: plant } = moment;
      const heating = now.heatingSeason ? clamp((18 - plant.outdoorC) / 30, 0.05, 1.2) : 0;
      let wanted = heating * 1.15 + 0.1 + 0.08 * draw(now.hour);
      let able = 0;
      for (const boiler of boilers) {
        const lead = boiler === boilers.find((one) => one.lockout === 0);
        const forced = moment.knobs.read(boiler.id).forcedRun ? 0.6 : 0;
        const share = clamp(Math.max(forced, lead ? wanted : wanted - 0.75), 0, 1);
        stepBoiler(boiler, moment, share, lead);
        if (boiler.lockout === 0 && plant.mainsOn) able += 1;
        wanted -= boiler.firing;
      }
      plant.hotWaterKw = able > 0 ? 1_250 * (0.1 + 0.08 * draw(now.hour)) : 0;
      plant.firing = boilers.reduce((sum, boiler) => sum + boiler.firing, 0) / Math.max(1, boilers.length);
      // one boiler of two carries most winter days, none carries nothing
      plant.boilerHealth = lag(
        plant.boilerHealth,
        able === 0 ? 0 : Math.min(1, able / boilers.length / Math.max(0.1, heating * 0.6)),
        moment.dtS,
        1_800,
      );
      for (const station of stations) stepHotWater(station, moment, draw(now.hour), able > 0);
    },
    values(device) {
      if (gasMeters.has(device)) return { flow_m3h: gas((one) => one.firing * 150), volume_m3: gas((one) => one.gasM3) };
      const boiler = boilers.find((one) => one.id === device);
      if (boiler) return boilerValues(boiler, shared.outdoorC);
      const station = stations.find((one) => one.id === device);
      return station && { heater_outlet_temp_c: station.outletC, return_temp_c: station.returnC, tap_temp_c: station.tapC };
    },
    counters: {
      devices: [...gasMeters],
      read(into, at) {
        for (let i = 0; i < gasMeters.size; i++) into[at++] = gas((one) => one.gasM3);
      },
    },
    facts: () =>
      Object.fromEntries(
        boilers.flatMap((boiler) => [
          [`${boiler.id}.firing`, boiler.firing],
          [`${boiler.id}.soot_k`, boiler.sootK],
        ]),
      ),
    repair() {
      for (const boiler of boilers) {
        boiler.lockout = 0;
        boiler.sootK = 0;
      }
    },
  };

  function stepBoiler(boiler: Boiler, { dtS, knobs, calendar: now, shared: plant }: Moment, share: number, lead: boolean): void {
    const wrong = knobs.read(boiler.id);
    if (wrong.lockoutCode) boiler.lockout = wrong.lockoutCode;
    boiler.sootK = wrong.sootK ?? 0;
    const run = boiler.lockout === 0 && plant.mainsOn && share > (boiler.on ? 0.04 : 0.12);
    if (run && !boiler.on) boiler.cycles++;
    boiler.on = run;
    boiler.firing = lag(boiler.firing, run ? Math.max(0.2, share) : 0, dtS, run ? 60 : 8);
    const setC = now.heatingSeason ? Math.max(68, curveC(plant.outdoorC) + 6) : 68;
    boiler.supplyC = lag(boiler.supplyC, run ? setC : lead ? 55 : 35, dtS, run ? 240 : 5_400);
    boiler.returnC = lag(boiler.returnC, run ? setC - 8 - 10 * boiler.firing : boiler.supplyC - 1, dtS, 300);
    boiler.flueC = lag(boiler.flueC, run ? 98 + 42 * boiler.firing + boiler.sootK : 40, dtS, run ? 200 : 1_500);
    if (run) boiler.hours += dtS / 3_600;
    boiler.gasM3 += (boiler.firing * 150 * dtS) / 3_600;
  }

  function stepHotWater(station: HotWater, { dtS, knobs, shared: plant }: Moment, taken: number, able: boolean): void {
    const wrong = knobs.read(station.id);
    station.noise = wander(station.noise, dtS, 400, stream);
    const cold = clamp(8 + plant.outdoorC * 0.4, 6, 20);
    const heats = able && plant.mainsOn && !wrong.heaterOff;
    station.outletC = heats
      ? lag(station.outletC, 63.4 - 0.8 * taken + station.noise * 0.3, dtS, 300)
      : lag(station.outletC, cold + 12, dtS, 7_200 / (0.4 + taken));
    station.returnC = lag(station.returnC, station.outletC - 8 + 0.8 * Math.min(1, taken) + station.noise * 0.2, dtS, 600);
    const mixed = Math.min(station.outletC - 4, 44 + (wrong.mixingFailedK ?? 0) + station.noise * 0.3);
    station.tapC = lag(station.tapC, mixed, dtS, 40);
  }

  function boilerValues(boiler: Boiler, outdoorC: number) {
    return {
      supply_temp_c: boiler.supplyC,
      return_temp_c: boiler.returnC,
      setpoint_temp_c: calendar.heatingSeason ? Math.max(68, curveC(outdoorC) + 6) : 68,
      flue_temp_c: boiler.flueC,
      firing_rate_pct: boiler.firing * 100,
      flame_signal_ua: boiler.on ? 8.5 : 0,
      burner_on: boiler.on ? 1 : 0,
      burner_state: boiler.lockout ? 2 : boiler.on ? 12 : 1,
      lockout_code: boiler.lockout,
      alarm_code: 0,
      pressure_kpa: 300,
      low_water: 0,
      overpressure: 0,
      gas_leak_lel: 0,
      run_hours_h: boiler.hours,
      cycles_count: boiler.cycles,
      fuel_flow_m3h: boiler.firing * 150,
      fuel_volume_m3: boiler.gasM3,
      outdoor_temp_c: outdoorC,
      heater_outlet_temp_c: 62,
      circulation_pump_running: 1,
      fan_running: boiler.on ? 1 : 0,
    };
  }
}
