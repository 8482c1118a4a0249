import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLog } from '../shared/log.ts';
import { temporaryFolder } from '../test/servers.ts';
import { meterMemory } from './meter-memory.ts';
import { newHospital, winter } from './test-hospital.ts';

const hour = 3_600_000;

test('meters go on over a restart, and counted meanwhile what usually flows', () => {
  using folder = temporaryFolder();
  const memory = meterMemory(folder.path, silentLog());
  expect(memory.read()).toBeUndefined();
  const first = newHospital();
  const stop = memory.keep(first);
  first.startFault('energy-counter-reset', { meter: 'fd-lab' });
  first.advanceTo(winter + 5 * hour);
  stop();

  const second = newHospital({ start: winter + 6 * hour, meters: memory.read() });
  const before = first.meters().counters;
  const after = second.meters().counters;
  for (const device of second.devices) {
    for (const [name, value] of Object.entries(before[device.id] ?? {})) {
      expect((after[device.id] as Record<string, number>)[name], `${device.id} ${name}`).toBeGreaterThanOrEqual(value - 1e-6);
    }
  }
  const imported = (counters: typeof before) => counters.incomer?.energy_import_kwh ?? Number.NaN;
  const betweenKwh = imported(after) - imported(before);
  expect(betweenKwh).toBeGreaterThan(0.5 * (second.physical('incomer').active_power_kw as number));
  expect(betweenKwh).toBeLessThan(2 * (second.physical('incomer').active_power_kw as number));
  // The exchanged meter stays the new one.
  expect(after['fd-lab']?.energy_import_kwh).toBeLessThan(1_000);

  second.advanceTo(winter + 7 * hour);
  expect(imported(second.meters().counters) - imported(after)).toBeGreaterThan(
    0.5 * (second.physical('incomer').active_power_kw as number),
  );
});

test('a file that is no memory is left aside', () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, 'simulated-meters.json'), '{"t":1,"counters":{"incomer":{"energy_import_kwh":null}}}');
  expect(meterMemory(folder.path, silentLog()).read()).toBeUndefined();
});
