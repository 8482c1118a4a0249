/** A slow leak of 0.5 m³/h in a hospital of 200 m³ a day, and one in a heating loop, after months of quiet. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtInProfiles, loadProfiles } from '../../gateway/profiles.ts';
import { type Condition, openEngine } from '../../rules/engine.ts';
import { openRuleBook } from '../../rules/pack.ts';
import { createHospital } from '../../simulators/hospital.ts';
import { demoSite, scenarios } from './plant-run.ts';

const dayMs = 86_400_000;
const stepS = 60;
const readMs = 5 * 60_000;
const profiles = loadProfiles([builtInProfiles, ...demoSite.config.profiles.map((folder) => join(demoSite.folder, folder))]);

/** Runs the plant for so many days, with a fault from a day on; hands back what the rules raised at these devices. */
function run(options: {
  start: number;
  parts: string[];
  devices: string[];
  rules: string[];
  days: number;
  fault: string;
  params: Record<string, number | string>;
  fromDay: number;
}) {
  const { start, parts, devices, rules, days, fault, params, fromDay } = options;
  const hospital = createHospital(demoSite.config, profiles, { start, stepS, scenarios, parts });
  const instances = openRuleBook(demoSite.config).instances.filter(
    (instance) => rules.includes(instance.rule.id) && devices.includes(instance.place.device.id),
  );
  const seen: { at: number; device: string }[] = [];
  const engine = openEngine(instances, ({ active, at, instance }: Condition) => {
    if (active) seen.push({ at, device: instance.place.device.id });
  });
  const begun = start + fromDay * dayMs;
  for (let now = start; now < start + days * dayMs; now += readMs) {
    if (now === begun) hospital.startFault(fault, params);
    hospital.advanceTo(now);
    for (const device of devices) {
      const reading = hospital.readDevice(device);
      if (reading) engine.readings(device, now, reading.v as Record<string, number>, reading.bad);
    }
  }
  return { before: seen.filter((one) => one.at < begun), after: seen.filter((one) => one.at >= begun), begun };
}

/** The morning of the second night after the beginning, and a day. */
const secondNightAndADay = (begun: number) => begun + 3 * dayMs;

test('a leak of 0.5 m³/h behind the main meter is found after two nights, with at most one false alarm in 12 months', () => {
  const start = Date.UTC(2026, 0, 1, 4);
  const { before, after, begun } = run({
    start,
    parts: ['genset', 'weather', 'water'],
    devices: ['water-main', 'water-front'],
    rules: ['WT-NIGHT'],
    days: 370,
    fault: 'toilet-jam',
    params: { branch: 'water-front', flow_m3h: 0.5 },
    fromDay: 365,
  });
  for (const device of ['water-main', 'water-front']) {
    expect(before.filter((one) => one.device === device).length, `false alarms at ${device}`).toBeLessThanOrEqual(1);
    const first = after.find((one) => one.device === device);
    expect(first, `found at ${device}`).toBeDefined();
    expect(first?.at).toBeLessThanOrEqual(secondNightAndADay(begun));
  }
}, 240_000);

test('a slow leak of a heating loop shows in its make-up water after two nights', () => {
  const { before, after, begun } = run({
    start: Date.UTC(2025, 10, 20, 4),
    parts: ['genset', 'weather', 'heating', 'boilers'],
    devices: ['heat-front'],
    rules: ['HT-LEAK-NIGHT'],
    days: 60,
    fault: 'slow-heating-leak',
    params: { loop: 'heat-front', hole_mm: 3.5 },
    fromDay: 55,
  });
  expect(before).toEqual([]);
  expect(after[0]?.at).toBeLessThanOrEqual(secondNightAndADay(begun));
}, 240_000);
