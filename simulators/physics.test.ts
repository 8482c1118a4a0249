/** The numbers of the trade: what a fault does, how fast, and when the damage comes that its scenario names. */
import { describe, expect, test } from 'vitest';
import type { Hospital } from './hospital.ts';
import { curveC, holeM3h } from './parts/heating.ts';
import { holeLmin } from './parts/oxygen.ts';
import { newHospital, scenarios, summer, winter } from './test-hospital.ts';

/** Plant seconds from the start of the fault until it is so; undefined: not within `mostS`. */
function secondsUntil(hospital: Hospital, mostS: number, isSo: () => boolean): number | undefined {
  const from = hospital.now;
  for (let second = 1; second <= mostS; second++) {
    hospital.advanceTo(from + second * 1_000);
    if (isSo()) return second;
  }
  return undefined;
}
const damageS = (name: string, params = {}) => {
  const scenario = scenarios.get(name);
  const defaults = Object.fromEntries(Object.entries(scenario?.params ?? {}).map(([key, param]) => [key, param.default]));
  return (scenario?.damage({ ...defaults, ...params }).afterMs ?? 0) / 1_000;
};

test('holes let out what the textbook says', () => {
  expect(holeM3h(5, 300)).toBeCloseTo(1.05, 1);
  expect(holeM3h(10, 300)).toBeCloseTo(4.2, 1);
  expect(holeM3h(20, 300)).toBeCloseTo(16.6, 0);
  expect(holeLmin(2, 400)).toBeCloseTo(123, 0);
});

test('the supply follows the weather between 35 and 75 °C', () => {
  expect([10, 0, -10, -20].map((outdoor) => Math.round(curveC(outdoor)))).toEqual([36, 48, 60, 71]);
  expect(curveC(30)).toBe(35);
  expect(curveC(-40)).toBe(75);
});

describe.each([
  ['winter', winter],
  ['summer', summer],
])('a burst heating pipe in %s', (_season, start) => {
  test.each(['heat-or', 'heat-front', 'heat-rear'])('at %s', (loop) => {
    const hospital = newHospital({ start });
    const before = hospital.truth(loop).pressure_kpa as number;
    hospital.startFault('burst-heating-pipe', { loop });
    const fallen = secondsUntil(hospital, 60, () => (hospital.truth(loop).pressure_kpa as number) < before - 20) ?? Number.NaN;
    expect(fallen).toBeLessThan(30);
    expect(hospital.truth(loop).makeup_flow_m3h).toBeGreaterThan(1);
    const empty = fallen + (secondsUntil(hospital, 600, () => hospital.facts()[`${loop}.empty`] === 1) ?? Number.NaN);
    expect(empty).toBeGreaterThan(damageS('burst-heating-pipe') * 0.6);
    expect(empty).toBeLessThan(damageS('burst-heating-pipe') * 1.8);
    hospital.stopFault('burst-heating-pipe');
    expect(secondsUntil(hospital, 1_800, () => (hospital.truth(loop).pressure_kpa as number) > before * 0.93)).toBeDefined();
  });
});

test('heaters bring the feeder above In, it trips after the band of the breaker allows, and not before', () => {
  const hospital = newHospital();
  hospital.startFault('feeder-overload');
  const over = secondsUntil(hospital, 300, () => Math.max(...phases(hospital, 'dm-orthopaedics')) > 63) ?? Number.NaN;
  expect(over).toBeLessThan(120);
  const trip = over + (secondsUntil(hospital, 3_600, () => hospital.facts()['dm-orthopaedics.tripped'] === 1) ?? Number.NaN);
  // IEC 60898: at 1.3 In it may trip, but not within minutes; three minutes above In must be left for the alarm
  expect(trip - over).toBeGreaterThan(240);
  expect(trip).toBeLessThan(damageS('feeder-overload') * 1.3);
  hospital.advanceTo(hospital.now + 1_000);
  expect(hospital.truth('dm-orthopaedics').active_power_kw).toBe(0);
  hospital.stopFault('feeder-overload');
  expect(secondsUntil(hospital, 10, () => (hospital.truth('dm-orthopaedics').active_power_kw as number) > 2)).toBeDefined();
});

test('1.13 In never trips a breaker, 1.45 In does within the hour', () => {
  const gentle = newHospital();
  gentle.startFault('feeder-overload', { load_pct: 113 });
  expect(secondsUntil(gentle, 3_600, () => gentle.facts()['dm-orthopaedics.tripped'] === 1)).toBeUndefined();
  const hard = newHospital();
  hard.startFault('feeder-overload', { load_pct: 145, ramp_s: 0 });
  expect(secondsUntil(hard, 3_600, () => hard.facts()['dm-orthopaedics.tripped'] === 1)).toBeGreaterThan(60);
});

test('an oxygen leak brings the ward below 80 % within a minute, its neighbours stay', () => {
  const hospital = newHospital();
  hospital.startFault('oxygen-leak');
  expect(secondsUntil(hospital, 60, () => (hospital.facts()['o2-icu.pressure_part'] as number) < 0.8)).toBeDefined();
  hospital.advanceTo(hospital.now + 300_000);
  expect(hospital.facts()['o2-rear.pressure_part']).toBeGreaterThan(0.95);
  // what the zone meter counts is what leaks and what is used
  const facts = hospital.facts();
  expect(hospital.physical('o2-icu').oxygen_flow_lmin).toBeCloseTo(
    (facts['o2-icu.leak_lmin'] as number) + (facts['o2-icu.use_lmin'] as number),
    -1,
  );
});

test('with the changeover stuck the whole hospital loses its oxygen, with the reserve it does not', () => {
  const stuck = newHospital();
  stuck.startFault('oxygen-changeover-fails');
  const source = secondsUntil(stuck, 900, () => (stuck.truth('o2-source').pressure_kpa as number) < 680) ?? Number.NaN;
  expect(source).toBeLessThan(600);
  const wards = secondsUntil(stuck, 3_600, () => (stuck.facts()['o2-icu.pressure_part'] as number) < 0.8) ?? Number.NaN;
  expect(source + wards).toBeGreaterThan(damageS('oxygen-changeover-fails') * 0.6);
  const reserve = newHospital();
  reserve.startFault('manifold-reserve');
  reserve.advanceTo(winter + 1_800_000);
  expect(reserve.truth('o2-manifold').reserve_in_use).toBe(1);
  expect(reserve.facts()['o2-icu.pressure_part']).toBeGreaterThan(0.97);
});

test('without dosing the chlorine at the outlet sinks below 2 mg/L, at night as well as by day', () => {
  for (const start of [winter, winter + 10 * 3_600_000]) {
    const hospital = newHospital({ start });
    hospital.startFault('chlorine-pump-stops');
    expect(
      secondsUntil(
        hospital,
        60,
        () => (hospital.truth('wastewater').outflow_m3h as number) > 0.5 && hospital.truth('wastewater').dosing_flow_lh === 0,
      ),
    ).toBeDefined();
    expect(secondsUntil(hospital, 3 * 3_600, () => (hospital.facts()['wastewater.chlorine_mgl'] as number) < 2)).toBeGreaterThan(600);
  }
});

test('the set cranks three times, then gives up; the essential busbar is dark', () => {
  const hospital = newHospital();
  const starts = hospital.truth('genset').starts_count as number;
  hospital.startFault('mains-lost-generator-fails');
  const failed = secondsUntil(hospital, 120, () => hospital.truth('genset').fail_to_start === 1) ?? Number.NaN;
  expect(failed).toBeGreaterThan(20);
  expect(failed).toBeLessThan(60);
  expect(hospital.truth('genset').battery_voltage_v).toBeLessThan(27);
  expect(hospital.truth('genset').starts_count).toBe(starts + 1);
  expect(hospital.truth('fd-icu').voltage_l1_v).toBe(0);
  expect(hospital.facts()['essential.dark_s']).toBeGreaterThan(15);
});

test('a burst branch shows at the main meter too', () => {
  const hospital = newHospital();
  const before = hospital.physical('water-main').flow_m3h as number;
  hospital.startFault('water-burst');
  hospital.advanceTo(winter + 60_000);
  expect((hospital.physical('water-main').flow_m3h as number) - before).toBeGreaterThan(8 * 0.8);
  expect(hospital.facts()['water-front.burst_m3h']).toBe(8);
});

test('a blocked drain rises to its cover within the time that its damage names, others do not', () => {
  const hospital = newHospital();
  hospital.startFault('drain-blocked');
  const full = secondsUntil(hospital, 3 * 3_600, () => (hospital.facts()['manhole-front.overflow_m3'] as number) > 0) ?? Number.NaN;
  expect(full).toBeGreaterThan(1_800);
  expect(full).toBeLessThan(damageS('drain-blocked'));
  expect(hospital.physical('manhole-rear').level_pct).toBeLessThan(30);
});

test('a loose contact heats one phase at the same current', () => {
  const hospital = newHospital();
  hospital.startFault('loose-contact');
  const hot = secondsUntil(hospital, 7_200, () => (hospital.physical('joint-front-low').joint_temp_l2_c as number) > 85) ?? Number.NaN;
  expect(hot).toBeLessThan(3_600);
  const joint = hospital.physical('joint-front-low');
  expect(joint.joint_temp_l1_c).toBeLessThan(40);
  expect(Math.max(...phases(hospital, 'fd-front-low'))).toBeLessThan(160);
});

test('a reversed current transformer deceives its own meter only', () => {
  const [sound, wrong] = [newHospital(), newHospital()];
  wrong.startFault('ct-reversed', { phase: 1 });
  for (const hospital of [sound, wrong]) hospital.advanceTo(winter + 60_000);
  expect(wrong.truth('fd-lab').active_power_l1_kw).toBeCloseTo(-(sound.truth('fd-lab').active_power_l1_kw as number), 6);
  expect(wrong.truth('t1').active_power_kw).toBeCloseTo(sound.truth('t1').active_power_kw as number, 6);
});

test('an exchanged meter counts from nothing and goes on', () => {
  const hospital = newHospital();
  const before = hospital.truth('fd-kitchen').energy_import_kwh as number;
  hospital.startFault('energy-counter-reset');
  expect(hospital.truth('fd-kitchen').energy_import_kwh).toBe(0);
  hospital.advanceTo(winter + 3_600_000);
  hospital.stopFault('energy-counter-reset');
  const counted = hospital.truth('fd-kitchen').energy_import_kwh as number;
  expect(counted).toBeGreaterThan(1);
  expect(counted).toBeCloseTo((hospital.physical('fd-kitchen').energy_import_kwh as number) - before, 6);
});

test('a frozen sensor shows what it showed, whatever happens', () => {
  const hospital = newHospital();
  hospital.startFault('frozen-sensor', { device: 'o2-icu' });
  hospital.advanceTo(winter + 2_000);
  const shown = hospital.truth('o2-icu');
  hospital.startFault('oxygen-leak');
  hospital.advanceTo(winter + 120_000);
  expect(hospital.truth('o2-icu')).toEqual(shown);
  expect(hospital.physical('o2-icu').pressure_kpa).toBeLessThan(320);
});

function phases(hospital: Hospital, device: string): number[] {
  const seen = hospital.physical(device);
  return [seen.current_l1_a ?? 0, seen.current_l2_a ?? 0, seen.current_l3_a ?? 0];
}
