/** Medical oxygen: liquid tank, cylinder manifold behind it, main, six ward zones. Pressures are gauge kPa, flows L/min at 20 °C and 101.3 kPa. */
import type { AnyDevice } from '../../shared/site.ts';
import { dailyCurve } from '../calendar.ts';
import { clamp, type Moment, type Part, type PartContext, withRole } from '../part.ts';
import { type Stream, streamOf, wander } from '../random.ts';

interface Zone {
  id: string;
  nominalKpa: number;
  kpa: number;
  /** Through the zone's regulator and meter. */
  inLmin: number;
  useLmin: number;
  leakLmin: number;
  noise: number;
  base: number;
  day: number;
  stream: Stream;
}

const atmosphereKpa = 101.3;
/** One litre of liquid makes this much gas at 20 °C, L. */
const expansion = 857;
/** Gas volumes of pipe and receivers, L. */
const zoneL = 100;
const mainL = 2_000;
const headerL = 1_200;
/** Most that a ward's second-stage regulator passes, L/min. */
const zoneMostLmin = 320;
/** Full cylinders: 10 × 40 L a bank at 13 MPa. */
const bankL = 400;
const fullKpa = 13_000;
const emptyKpa = 900;

/** Set pressures of the three sources on the header; each shuts when the header stands above it. */
const setKpa = { tank: 815, manifold: 750, reserve: 700 } as const;
const creep = dailyCurve([
  0.55, 0.5, 0.5, 0.5, 0.5, 0.55, 0.7, 0.85, 1, 1, 1, 0.95, 0.9, 0.9, 0.95, 1, 0.95, 0.9, 0.85, 0.8, 0.8, 0.75, 0.65, 0.6,
]);

/** Choked flow out of a hole: 2 mm at 400 kPa makes 123 L/min (domain 2), with the square of the diameter. */
export const holeLmin = (mm: number, kpa: number) => 0.0614 * mm * mm * (kpa > 5 ? kpa + atmosphereKpa : kpa * 20);

/** Flow that fills a vessel of `litres` by one kPa in one second, L/min. */
const fillLmin = (litres: number) => (litres / atmosphereKpa) * 60;

export function createOxygen({ devices, seed }: PartContext): Part {
  const zones = withRole(devices, 'ward-zone').map((device) => newZone(device, seed));
  const sources = withRole(devices, 'oxygen-source');
  const tankDevice = sources.find((device) => device.attributes.volume_m3 !== undefined) ?? sources[0];
  const mainDevice = sources.find((device) => device !== tankDevice);
  const manifold = withRole(devices, 'oxygen-manifold')[0];
  const stream = streamOf(seed, 'oxygen');
  const tankL = (tankDevice?.attributes.volume_m3 ?? 8) * 1_000;
  const mainSet = (mainDevice?.attributes.nominal_kpa ?? 500) * 1.02;
  const state = {
    level: 0.55 + 0.35 * stream.uniform(),
    filling: false,
    tankKpa: 1_150,
    headerKpa: setKpa.tank as number,
    mainKpa: mainSet,
    leftKpa: 12_600,
    rightKpa: 13_100,
    bank: 1 as 0 | 1 | 2,
    reserve: false,
    takenLmin: 0,
    sourceLmin: 0,
  };
  const need = zones.reduce((sum, zone) => sum + zone.base + zone.day, 0);

  return {
    id: 'oxygen',
    step(moment) {
      let taken = 0;
      for (const zone of zones) {
        stepZone(zone, moment, state.mainKpa);
        taken += zone.inLmin;
      }
      state.takenLmin = taken;
      stepSource(moment, taken);
    },
    values(device) {
      const zone = zones.find((one) => one.id === device);
      if (zone) return { pressure_kpa: zone.kpa, oxygen_flow_lmin: zone.inLmin };
      if (device === tankDevice?.id) {
        return {
          pressure_kpa: state.headerKpa,
          tank_level_pct: state.level * 100,
          tank_pressure_kpa: state.tankKpa,
          oxygen_flow_lmin: state.takenLmin,
          oxygen_concentration_pct: 99.6,
        };
      }
      if (device === mainDevice?.id) return { pressure_kpa: state.mainKpa };
      if (device !== manifold?.id) return undefined;
      return {
        manifold_left_kpa: state.leftKpa,
        manifold_right_kpa: state.rightKpa,
        pressure_kpa: Math.min(setKpa.manifold, Math.max(state.leftKpa, state.rightKpa)),
        manifold_bank: state.bank,
        reserve_in_use: state.reserve ? 1 : 0,
        device_failure: 0,
      };
    },
    facts() {
      const facts: Record<string, number> = {
        'oxygen.header_kpa': state.headerKpa,
        'oxygen.main_kpa': state.mainKpa,
        'oxygen.level': state.level,
        'oxygen.reserve': state.reserve ? 1 : 0,
        'oxygen.taken_lmin': state.takenLmin,
      };
      for (const zone of zones) {
        facts[`${zone.id}.leak_lmin`] = zone.leakLmin;
        facts[`${zone.id}.use_lmin`] = zone.useLmin;
        facts[`${zone.id}.pressure_part`] = zone.kpa / zone.nominalKpa;
      }
      return facts;
    },
    repair() {
      state.leftKpa = fullKpa;
      state.rightKpa = fullKpa;
      state.bank = 1;
    },
  };

  /** Header: tank, else manifold, else reserve; the main behind its own regulator. */
  function stepSource({ dtS, calendar, knobs }: Moment, taken: number): void {
    const wrong = tankDevice ? knobs.read(tankDevice.id) : {};
    const panel = manifold ? knobs.read(manifold.id) : {};
    const most = need * 2.2 + 400;
    const intoMain = clamp((mainSet - state.mainKpa) * 40, 0, Math.max(0, (state.headerKpa - state.mainKpa) * 30));
    state.mainKpa = Math.max(0, state.mainKpa + ((intoMain - taken) / fillLmin(mainL)) * dtS);
    // regulators droop by 5 % at full flow
    const gives = (set: number) => clamp((set - state.headerKpa) * (most / (set * 0.05)), 0, most);
    const tankFlow = wrong.sourceLost || state.level <= 0.01 ? 0 : gives(setKpa.tank);
    const bankFlow = fromManifold(gives(setKpa.manifold), panel, dtS);
    const reserveFlow = gives(setKpa.reserve);
    state.reserve = reserveFlow > 5 && !panel.changeoverStuck;
    const in_ = tankFlow + bankFlow + (panel.changeoverStuck ? 0 : reserveFlow);
    state.headerKpa = Math.max(0, state.headerKpa + ((in_ - intoMain) / fillLmin(headerL)) * dtS);
    // boil-off 0.5 % a day (domain 14)
    const perDay = 0.005 + (wrong.tankLeakPctH ?? 0) * 0.24;
    state.level = clamp(state.level - ((tankFlow / 60) * dtS) / expansion / tankL - (perDay / 86_400) * dtS, 0, 0.97);
    if (!state.filling && state.level < 0.5 && calendar.hour > 9 && calendar.hour < 16 && !wrong.tankLeakPctH && !wrong.sourceLost)
      state.filling = true;
    if (state.filling) {
      state.level += (0.45 / 2_700) * dtS;
      if (state.level > 0.94) state.filling = false;
    }
    state.tankKpa = 1_140 + 25 * Math.sin(calendar.hour / 3.8);
  }

  function fromManifold(wanted: number, panel: { leftEmpty?: number; rightEmpty?: number; changeoverStuck?: number }, dtS: number): number {
    if (panel.leftEmpty) state.leftKpa = Math.min(state.leftKpa, emptyKpa + 600 * (1 - Math.min(1, panel.leftEmpty)));
    if (panel.rightEmpty) state.rightKpa = Math.min(state.rightKpa, emptyKpa + 600 * (1 - Math.min(1, panel.rightEmpty)));
    if (state.bank === 1 && state.leftKpa <= emptyKpa + 1 && !panel.changeoverStuck) state.bank = state.rightKpa > emptyKpa + 1 ? 2 : 0;
    else if (state.bank === 2 && state.rightKpa <= emptyKpa + 1 && !panel.changeoverStuck)
      state.bank = state.leftKpa > emptyKpa + 1 ? 1 : 0;
    else if (state.bank === 0 && state.leftKpa > emptyKpa + 100) state.bank = 1;
    const kpa = state.bank === 1 ? state.leftKpa : state.bank === 2 ? state.rightKpa : 0;
    const flow = kpa > emptyKpa + 1 ? wanted : 0;
    const dropKpa = ((flow / 60) * dtS * atmosphereKpa) / bankL;
    if (state.bank === 1) state.leftKpa = Math.max(emptyKpa, state.leftKpa - dropKpa);
    if (state.bank === 2) state.rightKpa = Math.max(emptyKpa, state.rightKpa - dropKpa);
    return flow;
  }

  function stepZone(zone: Zone, { dtS, calendar, knobs }: Moment, mainKpa: number): void {
    const wrong = knobs.read(zone.id);
    zone.noise = wander(zone.noise, dtS, 240, zone.stream);
    const asked = Math.max(0, demand(zone.base, zone.day, calendar) * (1 + 0.08 * zone.noise));
    zone.useLmin = asked * clamp(zone.kpa / (zone.nominalKpa * 0.6), 0, 1);
    zone.leakLmin = wrong.holeMm ? holeLmin(wrong.holeMm, zone.kpa) : 0;
    const set = zone.nominalKpa * (1.02 + (wrong.creepPct ?? 0) / 100);
    const open = wrong.valveShut ? 1 - Math.min(1, wrong.valveShut) : 1;
    const droop = (set - zone.kpa) * (zoneMostLmin / (zone.nominalKpa * 0.05));
    zone.inLmin = clamp(droop, 0, Math.min(zoneMostLmin, Math.max(0, mainKpa - zone.kpa) * 12)) * open;
    zone.kpa = Math.max(0, zone.kpa + ((zone.inLmin - zone.useLmin - zone.leakLmin) / fillLmin(zoneL)) * dtS);
  }
}

/** By night and, beside it, by the hour of the day, L/min. */
const uses: Record<string, [base: number, day: number]> = {
  'o2-icu': [52, 28],
  'o2-or': [8, 52],
  'o2-emergency': [14, 22],
  'o2-front-low': [26, 34],
  'o2-front-high': [22, 30],
  'o2-rear': [24, 28],
};
const useOf = (zone: string) => uses[zone] ?? ([15, 25] as const);
const demand = (base: number, day: number, { hour, weekend }: { hour: number; weekend: boolean }) =>
  base + day * creep(hour) * (weekend ? 0.8 : 1);

/** What a zone takes at that time of the week, without its noise. */
export const oxygenDemandLmin = (zone: string, calendar: { hour: number; weekend: boolean }): number => demand(...useOf(zone), calendar);

function newZone(device: AnyDevice, seed: number): Zone {
  const nominalKpa = device.attributes.nominal_kpa ?? 400;
  const [base, day] = useOf(device.id);
  return {
    id: device.id,
    nominalKpa,
    kpa: nominalKpa * 1.005,
    inLmin: 0,
    useLmin: base,
    leakLmin: 0,
    noise: 0,
    base,
    day,
    stream: streamOf(seed, `zone ${device.id}`),
  };
}
