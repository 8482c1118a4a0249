/** The town's supply, the transfer switch and the diesel set that stands in for it (domain 7). */
import { lag, type Moment, type Part, type PartContext, type Values, withRole } from '../part.ts';
import { streamOf, wander } from '../random.ts';

type Engine = 'rest' | 'waiting' | 'cranking' | 'pausing' | 'running-up' | 'on' | 'cooling' | 'locked';

const waitS = 3;
const crankS = 6;
const firesAfterS = 2.5;
const pauseS = 6;
const attemptsMost = 3;
const voltsAfterS = 8;
const transferS = 1.5;
const returnAfterS = 30;
const coolS = 120;
const fuelTankL = 1_000;

export function createGenset({ devices, seed, shared }: PartContext): Part {
  const [set] = withRole(devices, 'genset');
  const [switchDevice] = withRole(devices, 'transfer-switch');
  const ratedKw = set?.attributes.capacity_kw ?? 500;
  const stream = streamOf(seed, 'genset');
  const state = {
    engine: 'rest' as Engine,
    auto: true,
    sinceS: 0,
    attempts: 0,
    failed: false,
    rpm: 0,
    oilKpa: 0,
    coolantC: 42,
    overheated: false,
    fuelL: fuelTankL * 0.82,
    batteryV: 27.2,
    noise: 0,
    position: 1 as 0 | 1 | 2,
    positionS: 0,
    mainsBackS: 999,
    runS: 412 * 3_600,
    kwh: 36_480,
    starts: 187,
    transfers: 41,
    outages: 0,
    outageS: 0,
    darkS: 0,
  };
  const enter = (engine: Engine) => {
    state.engine = engine;
    state.sinceS = 0;
  };
  return {
    id: 'genset',
    step: (moment) => step(moment),
    values(device): Values | undefined {
      if (device === switchDevice?.id) {
        const volts = shared.essentialOn ? (shared.onGenerator ? 229.5 : 228.4) + state.noise * 0.3 : 0;
        return {
          transfer_position: state.position,
          mains_available: shared.mainsOn ? 1 : 0,
          voltage_l1_v: volts,
          voltage_l2_v: volts && volts + 0.6,
          voltage_l3_v: volts && volts - 0.4,
          starts_count: state.transfers,
        };
      }
      return device === set?.id ? setValues() : undefined;
    },
    facts: () => ({
      'genset.running': state.engine === 'on' || state.engine === 'cooling' ? 1 : 0,
      'genset.failed': state.failed ? 1 : 0,
      'genset.fuel_l': state.fuelL,
      'mains.outages': state.outages,
      'essential.dark_s': state.darkS,
    }),
    repair() {
      state.failed = false;
      state.overheated = false;
      state.attempts = 0;
      state.darkS = 0;
      if (state.engine === 'locked') enter('rest');
    },
  };

  function step({ dtS, knobs }: Moment): void {
    const wrong = set ? knobs.read(set.id) : {};
    const supply = switchDevice ? knobs.read(switchDevice.id) : {};
    const mainsOn = !(supply.mainsLost || wrong.mainsLost);
    if (shared.mainsOn && !mainsOn) state.outages++;
    shared.mainsOn = mainsOn;
    state.mainsBackS = mainsOn ? state.mainsBackS + dtS : 0;
    if (!mainsOn) state.outageS += dtS;
    state.noise = wander(state.noise, dtS, 15, stream);
    state.sinceS += dtS;
    state.auto = !wrong.notInAuto;
    const called = state.auto && !mainsOn;
    runEngine(called, wrong, mainsOn);
    transfer(dtS, mainsOn);
    physics(dtS, wrong);
    if (!shared.essentialOn) state.darkS += dtS;
  }

  function runEngine(called: boolean, wrong: { failToStart?: number; batteryV?: number }, mainsOn: boolean): void {
    const fires = !wrong.failToStart && (wrong.batteryV ?? 27) > 20 && state.fuelL > 1;
    switch (state.engine) {
      case 'rest':
        if (called && !state.failed) enter('waiting');
        break;
      case 'waiting':
        if (!called) enter('rest');
        else if (state.sinceS >= waitS) {
          state.starts++;
          state.attempts = 1;
          enter('cranking');
        }
        break;
      case 'cranking':
        if (fires && state.sinceS >= firesAfterS) enter('running-up');
        else if (state.sinceS >= crankS) {
          if (state.attempts >= attemptsMost) {
            state.failed = true;
            enter('locked');
          } else enter('pausing');
        }
        break;
      case 'pausing':
        if (state.sinceS >= pauseS) {
          state.attempts++;
          enter('cranking');
        }
        break;
      case 'running-up':
        if (state.sinceS >= voltsAfterS - firesAfterS) enter('on');
        break;
      case 'on':
        if (state.fuelL <= 0 || state.overheated) enter('locked');
        else if (mainsOn && state.mainsBackS > returnAfterS + 5 && state.position === 1) enter('cooling');
        break;
      case 'cooling':
        if (called) enter('on');
        else if (state.sinceS >= coolS) enter('rest');
        break;
      case 'locked':
        break;
    }
  }

  /** Generator when it has voltage and the town has none; back when the town has been there for half a minute. */
  function transfer(dtS: number, mainsOn: boolean): void {
    const ready = state.engine === 'on';
    const wanted =
      mainsOn && (state.position === 1 || state.mainsBackS > returnAfterS || !ready) ? 1 : ready && !mainsOn ? 2 : state.position;
    if (wanted !== state.position) {
      state.positionS += dtS;
      if (state.positionS >= transferS) {
        state.position = wanted as 1 | 2;
        state.positionS = 0;
        state.transfers++;
      }
    } else state.positionS = 0;
    shared.onGenerator = state.position === 2 && ready;
    shared.essentialOn = shared.onGenerator || (state.position === 1 && mainsOn);
  }

  function physics(dtS: number, wrong: { batteryV?: number; overheatK?: number }): void {
    const turning = state.engine === 'on' || state.engine === 'cooling' || state.engine === 'running-up';
    const cranking = state.engine === 'cranking';
    const kw = loadKw();
    state.rpm = lag(state.rpm, turning ? 1_500 : cranking ? 180 : 0, dtS, 1.5);
    state.oilKpa = lag(state.oilKpa, turning ? 400 : 0, dtS, 2);
    // a jacket heater keeps the engine warm at rest
    state.coolantC = lag(
      state.coolantC,
      (turning ? 82 + (6 * kw) / ratedKw : 42) + (turning ? (wrong.overheatK ?? 0) : 0),
      dtS,
      turning ? 360 : 3_600,
    );
    if (state.coolantC > 103) state.overheated = true;
    const rest = wrong.batteryV ?? 27.2;
    state.batteryV = lag(state.batteryV, cranking ? rest - 6 : turning ? Math.max(rest, 27.6) : rest, dtS, cranking ? 0.5 : 20);
    if (turning) {
      state.fuelL = Math.max(0, state.fuelL - ((0.27 * kw + 8) / 3_600) * dtS);
      state.runS += dtS;
      state.kwh += (kw / 3_600) * dtS;
    }
  }

  function loadKw(): number {
    return shared.onGenerator ? shared.essentialKw * 1.005 : 0;
  }

  function setValues(): Values {
    const turning = state.engine === 'on' || state.engine === 'cooling';
    const kw = loadKw();
    const volts = turning ? 229.5 + state.noise * 0.4 : 0;
    const amps = volts > 0 ? (kw * 1_000) / (3 * volts * 0.9) : 0;
    const mains = shared.mainsOn ? 228.6 + state.noise * 0.5 : 0;
    return {
      control_mode: state.auto ? 1 : 0,
      genset_running: turning || state.engine === 'running-up' ? 1 : 0,
      genset_warning: state.batteryV < 24 || state.coolantC > 97 ? 1 : 0,
      genset_trip: 0,
      genset_shutdown: state.engine === 'locked' ? 1 : 0,
      fail_to_start: state.failed ? 1 : 0,
      oil_pressure_kpa: state.oilKpa,
      coolant_temp_c: state.coolantC,
      oil_temp_c: state.coolantC + (turning ? 8 : 0),
      fuel_level_pct: (state.fuelL / fuelTankL) * 100,
      charge_alternator_v: turning ? 27.8 : 0,
      battery_voltage_v: state.batteryV,
      engine_speed_rpm: state.rpm,
      frequency_hz: turning ? 50.1 : 0,
      voltage_l1_v: volts,
      voltage_l2_v: volts,
      voltage_l3_v: volts,
      voltage_l12_v: volts * Math.sqrt(3),
      voltage_l23_v: volts * Math.sqrt(3),
      voltage_l31_v: volts * Math.sqrt(3),
      current_l1_a: amps,
      current_l2_a: amps,
      current_l3_a: amps,
      earth_current_a: 0,
      active_power_kw: kw,
      active_power_l1_kw: kw / 3,
      active_power_l2_kw: kw / 3,
      active_power_l3_kw: kw / 3,
      full_power_pct: (kw / ratedKw) * 100,
      mains_frequency_hz: shared.mainsOn ? shared.frequencyHz : 0,
      mains_voltage_l1_v: mains,
      mains_voltage_l2_v: mains && mains + 0.5,
      mains_voltage_l3_v: mains && mains - 0.5,
      run_hours_h: state.runS / 3_600,
      energy_import_kwh: state.kwh,
      starts_count: state.starts,
    };
  }
}
