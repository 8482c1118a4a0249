import { expect, test } from 'vitest';
import { siteSchema } from '../shared/site.ts';
import { demoSite } from '../test/board-site.ts';
import { coverageLine, coverageOf } from './coverage.ts';
import { openRuleBook } from './pack.ts';

const name = { zh: '试', en: 'Try' };
function siteWith(...devices: object[]) {
  return siteSchema.parse({
    site: { id: 's', name },
    gateways: [{ id: 'g', name, buses: [{ id: 'b', type: 'modbus-tcp', host: '192.0.2.1', devices }] }],
  });
}
const meter = (over: object) => ({ id: 'meter', name, profile: 'eastron-sdm630', unit: 1, system: 'electricity', ...over });
const lineOf = (device: object, measured?: string[]) =>
  coverageLine(coverageOf(siteWith(device), () => measured && new Set(measured)).find((one) => one.device === 'meter')!);

test('a device without a role is told so, with the roles that rules know', () => {
  expect(lineOf(meter({}))).toMatch(/meter: \d rules? \(SYS-COMM.*not more: it has no role, and rules choose by role: .*feeder.*ward-zone/);
});
test('a feeder without its rating is told which rules need it', () => {
  const line = lineOf(meter({ role: 'feeder' }));
  expect(line).toMatch(/EL-OVER, .*EL-TRIP.*: no attribute rating_a/);
  const whole = coverageOf(siteWith(meter({ role: 'feeder', attributes: { rating_a: 100 } })));
  expect(whole[0]?.rules).toEqual(expect.arrayContaining(['EL-OVER', 'EL-TRIP', 'EL-DEAD', 'SYS-COMM']));
  expect(whole[0]?.why).toEqual([]);
});
test('what the profile does not measure is no rule that watches', () => {
  const zone = meter({ role: 'ward-zone', system: 'oxygen', attributes: { nominal_kpa: 400 } });
  expect(lineOf(zone, ['oxygen_flow_lmin'])).toMatch(/O2-AREA-LOW.*: does not measure pressure_kpa/);
});
test('a rule that gets too few readings is named with what it needs; the book says the same to console and API', () => {
  const slow = meter({ role: 'incomer', poll: '15m', slow_poll: '15m', attributes: { contract_kw: 100 } });
  expect(lineOf(slow)).toContain(
    'EL-DEM, EL-DEM-WARN: cannot judge, because it needs a reading at least every 6 min and this device is read every 15 min',
  );
  expect(coverageOf(siteWith(slow))[0]?.rules).not.toContain('EL-DEM');
  const place = openRuleBook(siteWith(slow)).inForce.find(({ rule }) => rule.id === 'EL-DEM')?.places[0];
  expect(place?.cannot?.zh).toBe('无法判断：至少每 6 分钟需要一次读数，该设备每 15 分钟才读一次');
  const fast = openRuleBook(siteWith({ ...slow, poll: '5s' })).inForce.find(({ rule }) => rule.id === 'EL-DEM')?.places[0];
  expect(fast?.cannot).toBeUndefined();
});
test('at the demo hospital every rule can judge where it is in force, and every device is watched', () => {
  expect(
    openRuleBook(demoSite().config)
      .instances.filter(({ cannot }) => cannot)
      .map(({ id }) => id),
  ).toEqual([]);
  expect(coverageOf(demoSite().config).filter(({ rules }) => rules.length === 0)).toEqual([]);
});
