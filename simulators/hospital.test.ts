import { describe, expect, test } from 'vitest';
import type { Hospital } from './hospital.ts';
import { newHospital, summer, winter } from './test-hospital.ts';

const hour = 3_600_000;
const ofRole = (hospital: Hospital, ...roles: string[]) => hospital.devices.filter((device) => roles.includes(device.role ?? ''));
const kw = (hospital: Hospital, id: string) => hospital.physical(id).active_power_kw as number;

describe('the same seed', () => {
  test('makes the same plant, whatever the steps and whoever reads', () => {
    const [a, b] = [newHospital(), newHospital()];
    a.advanceTo(winter + hour);
    for (let t = winter; t <= winter + hour; t += 1_700) {
      b.advanceTo(t);
      b.truth('o2-icu');
      if (t % 3 === 0) b.image('fd-or');
    }
    b.advanceTo(winter + hour);
    for (const device of a.devices) expect(b.truth(device.id)).toEqual(a.truth(device.id));
    expect(b.facts()).toEqual(a.facts());
  });
  test('and another seed makes another one', () => {
    const [a, b] = [newHospital(), newHospital({ seed: 7 })];
    const different = a.devices.filter((device) => JSON.stringify(a.truth(device.id)) !== JSON.stringify(b.truth(device.id)));
    expect(different.length).toBeGreaterThan(a.devices.length * 0.8);
  });
  test('time does not go back', () => {
    const hospital = newHospital();
    hospital.advanceTo(winter + 60_000);
    const truth = hospital.truth('t1');
    hospital.advanceTo(winter);
    expect(hospital.now).toBe(winter + 60_000);
    expect(hospital.truth('t1')).toEqual(truth);
  });
});

describe.each([
  ['winter', winter],
  ['summer', summer],
])('on a %s day', (_season, start) => {
  const hospital = newHospital({ start });
  hospital.advanceTo(start + hour);

  test('power adds up from the boards to the supply, losses between', () => {
    for (const transformer of ['t1', 't2']) {
      const feeders = ofRole(hospital, 'feeder', 'tenant-meter').filter((device) => device.fed_by === transformer);
      const sum = feeders.reduce((total, device) => total + kw(hospital, device.id), 0);
      expect(kw(hospital, transformer)).toBeCloseTo(sum * 1.004, 3);
    }
    for (const feeder of ['fd-front-low', 'fd-front-high', 'fd-rear-low', 'fd-rear-high']) {
      const boards = ofRole(hospital, 'department-meter').filter((device) => device.fed_by === feeder);
      const sum = boards.reduce((total, device) => total + kw(hospital, device.id), 0);
      expect(boards.length).toBeGreaterThan(1);
      expect(kw(hospital, feeder)).toBeGreaterThan(sum);
      expect(kw(hospital, feeder)).toBeLessThan(sum * 1.35);
    }
    const both = kw(hospital, 't1') + kw(hospital, 't2');
    expect(kw(hospital, 'incomer')).toBeGreaterThan(both);
    expect(kw(hospital, 'incomer')).toBeLessThan(both * 1.03);
  });

  test('each meter agrees with itself: P is U·I·cos φ of its phases, S² is P² + Q²', () => {
    for (const device of ofRole(hospital, 'incomer', 'transformer', 'feeder', 'department-meter', 'tenant-meter')) {
      const v = hospital.truth(device.id) as Record<string, number>;
      if (v.voltage_l1_v === undefined) continue;
      const uiCos = [1, 2, 3].reduce(
        (sum, phase) => sum + (v[`voltage_l${phase}_v`]! * v[`current_l${phase}_a`]! * v[`power_factor_l${phase}`]!) / 1_000,
        0,
      );
      expect(uiCos).toBeCloseTo(v.active_power_kw!, 3);
      expect(Math.hypot(v.active_power_kw!, v.reactive_power_kvar!)).toBeCloseTo(v.apparent_power_kva!, 6);
      expect(v.power_factor).toBeGreaterThan(0.75);
    }
  });

  test('energy is the integral of power, and water of flow', () => {
    const before = { kwh: hospital.physical('t1').energy_import_kwh!, m3: hospital.physical('water-front').volume_m3! };
    let kwh = 0;
    let m3 = 0;
    for (let second = 1; second <= 900; second++) {
      hospital.advanceTo(start + hour + second * 1_000);
      kwh += kw(hospital, 't1') / 3_600;
      m3 += hospital.physical('water-front').flow_m3h! / 3_600;
    }
    expect(hospital.physical('t1').energy_import_kwh! - before.kwh).toBeCloseTo(kwh, 6);
    expect(hospital.physical('water-front').volume_m3! - before.m3).toBeCloseTo(m3, 6);
  });

  test('the main water meter sees the branches and a little more', () => {
    const sum = ofRole(hospital, 'water-branch').reduce((total, device) => total + hospital.physical(device.id).flow_m3h!, 0);
    const main = hospital.physical('water-main').flow_m3h!;
    expect(main).toBeGreaterThan(sum);
    expect(main).toBeLessThan(sum * 1.06 + 0.1);
  });

  test('a quiet day keeps all limits of the trade', () => {
    const broken: string[] = [];
    const limits: Record<string, Record<string, readonly [low: number, high: number]>> = {
      transformer: { voltage_l1_v: [198, 235.4], winding_temp_l2_c: [0, 110] },
      'heating-loop': { pressure_kpa: [260, 400], supply_temp_c: [0, 80] },
      boiler: { flue_temp_c: [0, 175], lockout_code: [0, 0] },
      hotwater: { heater_outlet_temp_c: [60, 70], return_temp_c: [50, 65], tap_temp_c: [35, 49] },
      'oxygen-manifold': { reserve_in_use: [0, 0], manifold_left_kpa: [5_000, 15_000] },
      'wastewater-analyser': { ph: [6.3, 8.7], residual_chlorine_mgl: [3, 8] },
      manhole: { level_pct: [0, 50] },
      sump: { level_pct: [0, 60] },
      'leak-sensor': { leak_detected: [0, 0] },
      'joint-temperature': { joint_temp_l2_c: [-5, 60] },
      'residual-current': { residual_current_ma: [5, 150] },
      genset: { control_mode: [1, 1], battery_voltage_v: [26, 28.5], fuel_level_pct: [60, 100] },
    };
    for (let minute = 0; minute < 24 * 60; minute += 5) {
      hospital.advanceTo(start + 2 * hour + minute * 60_000);
      for (const device of hospital.devices) {
        const seen = hospital.truth(device.id) as Record<string, number>;
        const own = { ...limits[device.role ?? ''] };
        const { nominal_kpa, rating_a, room_min_c, room_max_c } = device.attributes;
        if (device.role === 'ward-zone' || device.role === 'oxygen-source') own.pressure_kpa = [nominal_kpa! * 0.95, nominal_kpa! * 1.1];
        if (device.role === 'room') own.room_temp_c = [room_min_c!, room_max_c!];
        if (rating_a && seen.current_l1_a !== undefined) own.current_l1_a = [0, rating_a * 0.75];
        for (const [name, [low, high]] of Object.entries(own)) {
          const value = seen[name];
          if (value !== undefined && !(value >= low && value <= high))
            broken.push(`${minute} min ${device.id} ${name} ${value.toFixed(2)}`);
        }
      }
    }
    expect(broken.slice(0, 10)).toEqual([]);
  }, 600_000);
});

test('the plant works off its wastewater in the planned hours and disinfects it', () => {
  const hospital = newHospital({ start: Date.UTC(2026, 0, 12, 23) });
  const before = hospital.physical('wastewater');
  hospital.advanceTo(Date.UTC(2026, 0, 13, 12));
  const after = hospital.physical('wastewater');
  const hours = after.run_hours_h! - before.run_hours_h!;
  // Seconds added to the hours of years keep seven digits.
  expect(Number(hours.toFixed(6))).toBeGreaterThanOrEqual(8);
  expect(hours).toBeLessThan(10);
  const m3 = after.outflow_volume_m3! - before.outflow_volume_m3!;
  expect(m3).toBeGreaterThan(90);
  expect(m3).toBeLessThan(240);
});

test('when the town supply is lost the set carries the essential busbar within 15 s and gives it back', () => {
  const hospital = newHospital();
  hospital.startFault('mains-lost');
  hospital.advanceTo(winter + 3_000);
  expect(hospital.truth('t1').voltage_l1_v).toBe(0);
  expect(hospital.truth('fd-or').voltage_l1_v).toBe(0);
  hospital.advanceTo(winter + 16_000);
  expect(hospital.truth('ats')).toMatchObject({ transfer_position: 2, mains_available: 0 });
  expect(hospital.truth('fd-or').voltage_l1_v).toBeGreaterThan(220);
  expect(hospital.truth('fd-out-light').active_power_kw).toBe(0);
  hospital.advanceTo(winter + 120_000);
  const essential = ['fd-icu', 'fd-or', 'fd-data'].reduce((sum, id) => sum + kw(hospital, id), 0);
  expect(hospital.truth('genset').active_power_kw).toBeGreaterThan(essential);
  expect(hospital.truth('genset').active_power_kw).toBeLessThan(250);
  hospital.stopFault('mains-lost');
  hospital.advanceTo(winter + 400_000);
  expect(hospital.truth('ats')).toMatchObject({ transfer_position: 1, mains_available: 1 });
  expect(hospital.truth('genset').genset_running).toBe(0);
  expect(hospital.truth('t1').active_power_kw).toBeGreaterThan(100);
});

test('a year makes about 4 GWh, most of it in high summer', () => {
  const hospital = newHospital({ start: Date.UTC(2026, 0, 1), parts: ['weather', 'electricity'], stepS: 600, settleS: 3_600 });
  const months = Array.from({ length: 12 }, (_, month) => {
    const before = hospital.physical('incomer').energy_import_kwh!;
    hospital.advanceTo(Date.UTC(2026, month + 1, 1));
    return hospital.physical('incomer').energy_import_kwh! - before;
  });
  const year = months.reduce((sum, one) => sum + one, 0);
  expect(year).toBeGreaterThan(3_600_000);
  expect(year).toBeLessThan(4_400_000);
  expect(months.indexOf(Math.max(...months))).toBe(6);
}, 240_000);

test('what the meters have counted adds up along the tree from the first moment on', () => {
  const hospital = newHospital();
  const counted = (id: string) => hospital.physical(id).energy_import_kwh as number;
  for (const device of ofRole(hospital, 'incomer', 'transformer', 'feeder')) {
    const below = hospital.devices.filter((one) => one.fed_by === device.id && hospital.physical(one.id).energy_import_kwh !== undefined);
    if (below.length === 0) continue;
    const sum = below.reduce((total, one) => total + counted(one.id), 0);
    expect(counted(device.id), device.id).toBeGreaterThanOrEqual(sum);
    // A feeder carries loads without a meter of their own, too.
    if (device.role !== 'feeder') expect(counted(device.id), device.id).toBeLessThan(sum * 1.03);
  }
});

test.each([
  ['a mild day', Date.UTC(2026, 2, 10, 4), 6],
  ['a cold day', winter, 10],
])('the heating loops have the spread of radiators, by the formula of heat and flow: %s', (_day, start, least) => {
  const hospital = newHospital({ start, settleS: 4 * 3_600 });
  for (const loop of ofRole(hospital, 'heating-loop')) {
    const { supply_temp_c: supply, return_temp_c: back, flow_m3h: flow } = hospital.physical(loop.id) as Record<string, number>;
    const spreadK = supply! - back!;
    expect(spreadK, loop.id).toBeGreaterThan(least);
    expect(spreadK, loop.id).toBeLessThan(20);
    // 1.163 kWh per m³ and K; the radiators of 7,000 to 10,000 m² are made for about 40 W/m².
    const heatKw = flow! * 1.163 * spreadK;
    expect(heatKw, loop.id).toBeGreaterThan(40);
    expect(heatKw, loop.id).toBeLessThan(420);
  }
});
