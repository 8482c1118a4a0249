import { join } from 'node:path';
import { expect, it } from 'vitest';
import { devicesOf, isModbusDevice } from '../shared/site.ts';
import { loadSite } from '../shared/site-file.ts';
import { completeSite } from './complete-site.ts';

it('reads a profile once, however often its facts are asked for: a hospital asks for each device on each page', () => {
  const site = completeSite(loadSite(join(import.meta.dirname, '..', 'sites', 'demo.yaml')));
  const [profile] = devicesOf(site.config).flatMap(({ device }) => (isModbusDevice(device) ? device.profile : [])) as [string];
  const facts = site.profileFacts?.(profile);
  expect(facts?.quantities.length).toBeGreaterThan(0);
  expect(site.profileFacts?.(profile)).toBe(facts);
  expect(site.profileFacts?.('no-such-profile')).toBeUndefined();
});
