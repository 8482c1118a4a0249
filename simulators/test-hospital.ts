/** For tests: the demo site with its profiles and scenarios, loaded once. */
import { join } from 'node:path';
import { builtInProfiles, loadProfiles } from '../gateway/profiles.ts';
import { loadCatalog } from '../shared/catalog.ts';
import { loadSite } from '../shared/site-file.ts';
import { createHospital, type HospitalOptions } from './hospital.ts';
import type { Scenario } from './scenario.ts';

const root = join(import.meta.dirname, '..');
export const site = loadSite(join(root, 'sites/demo.yaml')).config;
export const profiles = loadProfiles([builtInProfiles, join(root, 'sites/profiles')]);
export const scenarios = await loadCatalog<Scenario>(join(import.meta.dirname, 'scenarios'));
export const winter = Date.UTC(2026, 0, 13, 1);
export const summer = Date.UTC(2026, 6, 21, 6);

export const newHospital = (options: Partial<HospitalOptions> = {}) =>
  createHospital(site, profiles, { start: winter, scenarios, settleS: 600, ...options });
