import { describe, expect, test } from 'vitest';
import { loadPacks } from '../rules/pack.ts';
import { isFault } from '../shared/errors.ts';
import type { QuantityId } from '../shared/quantity.ts';
import { quantities } from '../shared/quantity.ts';
import { simulatorFault } from '../shared/topic.ts';
import { obey } from './control.ts';
import type { Hospital } from './hospital.ts';
import { defaultsOf } from './scenario.ts';
import { newHospital, scenarios, winter } from './test-hospital.ts';

const minute = 60_000;
const packRules = new Map(
  loadPacks().flatMap((pack) => pack.rules.map(({ id, priority, cuts_power }) => [id, { priority, cutsPower: cuts_power }] as const)),
);

/** Everything that a gateway would read, counters left out. */
function read(hospital: Hospital): Map<string, Partial<Record<QuantityId, number>> | undefined> {
  return new Map(
    hospital.devices.map((device) => {
      const reading = hospital.readDevice(device.id);
      const values = reading && Object.entries(reading.v).filter(([name]) => quantities[name as QuantityId].kind !== 'counter');
      return [device.id, values && Object.fromEntries(values)];
    }),
  );
}

/** A plant at two seconds a step is the same plant at half the price; the step of one second has tests of its own. */
const stepS = 2;
/** A copy without any fault: what the plant would be like. */
const twin = newHospital({ stepS });
const during = winter + 45 * minute;
const after = winter + 150 * minute;
twin.advanceTo(during);
const soundDuring = read(twin);
const soundCounters = twin.truth('fd-kitchen').energy_import_kwh as number;
twin.advanceTo(after);
const soundAfter = read(twin);

/** Not as before within the hours: what was lost stays lost, or it takes longer to warm up again; a building that cooled down takes more heat meanwhile. */
const slowToRecover: Record<string, RegExp> = {
  'tank-runs-low': /o2-source tank_level_pct/,
  'transformer-overload': /incomer demand_max_kw|t2 demand_max_kw|winding_temp|fan_running/,
  'transformer-fan-fails': /incomer demand_max_kw|t2 demand_max_kw|winding_temp|fan_running/,
  'wastewater-overflow': /wastewater (level_pct|outflow_m3h|dosing_flow_lh)|wastewater-analyser|t2|incomer|fd-wastewater/,
  'mains-lost': /heat-\w+ return_temp_c|wastewater|demand_max_kw|genset (coolant_temp_c|oil_temp_c|fuel_level_pct)/,
  'boiler-lockout': /boiler-2 (supply|return)_temp_c/,
  'burst-heating-pipe': /sump-medtech level_pct|heat-or return_temp_c/,
  'circulation-pump-stops': /heat-front return_temp_c/,
  'oxygen-changeover-fails': /o2-manifold manifold_left_kpa/,
  'water-burst': /wastewater level_pct/,
  'mains-lost-generator-fails': /heat-\w+ return_temp_c|wastewater|demand_max_kw/,
  'genset-overheats': /heat-\w+ return_temp_c|coolant_temp_c|oil_temp_c|genset_warning|fuel_level_pct|wastewater|demand_max_kw/,
  'drug-tank-empty': /disinfectant_level_pct/,
  'cold-wave': /./,
  'chlorine-pump-stops': /disinfectant_level_pct/,
  'sump-pump-fails': /sump-substation/,
};

for (const scenario of scenarios.values()) {
  describe(scenario.id, () => {
    const devices = Object.values(defaultsOf(scenario)).filter((value) => typeof value === 'string');

    test('speaks both languages and expects rules that exist, at devices that exist', () => {
      for (const text of [scenario.title, scenario.description, scenario.damage(defaultsOf(scenario)).what]) {
        expect(text.zh).toMatch(/[一-鿿]/);
        expect(text.en).not.toMatch(/[一-鿿]/);
      }
      for (const { rule, device, priority } of scenario.expects(defaultsOf(scenario))) {
        const own = packRules.get(rule);
        // A feeder that feeds departments is critical when it feeds them no more.
        expect(own?.cutsPower ? [own.priority, 'critical'] : [own?.priority], rule).toContain(priority);
        expect(twin.devices.map((one) => one.id)).toContain(device);
      }
    });

    test('is seen in the readings, and passes when it is over', () => {
      const hospital = newHospital({ stepS });
      hospital.startFault(scenario.id, { ramp_s: Math.min(scenario.rampS, 1_800) });
      hospital.advanceTo(during);
      const sick = read(hospital);
      const changed = devices.some((id) => JSON.stringify(sick.get(id)) !== JSON.stringify(soundDuring.get(id)));
      const counter = hospital.truth('fd-kitchen').energy_import_kwh as number;
      expect(changed || counter < soundCounters / 2).toBe(true);
      hospital.stopFault(scenario.id);
      expect(hospital.activeFaults()).toEqual([]);
      hospital.advanceTo(after);
      const different = [...read(hospital)].flatMap(([id, values]) => {
        const sound = soundAfter.get(id) ?? {};
        if (!values) return [`${id} is silent`];
        return Object.entries(sound)
          .filter(([name, value]) => {
            const own = values[name as QuantityId];
            const close = Math.max(1.5, Math.abs(value) * 0.05);
            return own === undefined || Math.abs(own - value) > (quantities[name as QuantityId].kind === 'state' ? 0 : close);
          })
          .map(([name, value]) => `${id} ${name}: ${values[name as QuantityId]}, without the fault ${value}`);
      });
      const slow = slowToRecover[scenario.id];
      expect(different.filter((line) => !slow?.test(line))).toEqual([]);
    });
  });
}

describe('commands', () => {
  const hospital = newHospital();
  const command = (content: object) => obey(hospital, Buffer.from(JSON.stringify(content)));

  test('start and stop a fault, by name and with parameters', () => {
    expect(command({ id: '1', action: 'start', name: 'oxygen-leak', params: { zone: 'o2-or' } })).toEqual({ id: '1', ok: true });
    const listed = hospital.faults().find((fault) => fault.name === 'oxygen-leak');
    expect(listed).toMatchObject({
      active: true,
      startedAt: winter,
      expects: [{ rule: 'O2-AREA-LOW', device: 'o2-or', priority: 'critical' }],
    });
    expect(command({ id: '2', action: 'stop', name: 'oxygen-leak' })).toEqual({ id: '2', ok: true });
    expect(hospital.faults().some((fault) => fault.active)).toBe(false);
  });

  test('name what is wrong with them', () => {
    expect(command({ id: '3', action: 'start', name: 'earthquake' })).toMatchObject({
      id: '3',
      ok: false,
      error: expect.stringContaining('burst-heating-pipe'),
    });
    expect(command({ id: '4', action: 'start', name: 'oxygen-leak', params: { hole_mm: 1_000 } })).toMatchObject({
      ok: false,
      error: expect.stringContaining('from 1 to 15'),
    });
    expect(command({ id: '5', action: 'start', name: 'oxygen-leak', params: { zone: 'fd-lab' } })).toMatchObject({ ok: false });
    expect(command({ id: '6', action: 'start', name: 'oxygen-leak', params: { size: 1 } })).toMatchObject({
      ok: false,
      error: expect.stringContaining('no parameter "size"'),
    });
    expect(command({ id: '7', action: 'explode', name: 'oxygen-leak' })).toMatchObject({ id: '7', ok: false });
    expect(obey(hospital, Buffer.from('not json'))).toBeUndefined();
    expect(obey(hospital, Buffer.alloc(20_000, 32))).toBeUndefined();
  });

  test('the list of faults keeps the agreed form', () => {
    expect(hospital.faults().length).toBeGreaterThanOrEqual(25);
    for (const fault of hospital.faults()) simulatorFault.parse(fault);
  });

  test('a fault may end by itself', () => {
    const own = newHospital();
    own.startFault('ceiling-leak', { end_s: 30 });
    own.advanceTo(winter + 29_000);
    expect(own.activeFaults()).toHaveLength(1);
    own.advanceTo(winter + 31_000);
    expect(own.activeFaults()).toEqual([]);
  });

  test('an unknown name is a fault with a code', () => {
    const thrown = (() => {
      try {
        hospital.startFault('nothing');
      } catch (error) {
        return error;
      }
    })();
    expect(isFault(thrown, 'fault/unknown')).toBe(true);
  });
});
