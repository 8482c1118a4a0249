/** The demo site as boards see it, and the rules in force there. */
import { join } from 'node:path';
import { completeSite } from '../commands/complete-site.ts';
import { boardDevices } from '../commands/grafana/board-site.ts';
import { profilesOf } from '../gateway/check.ts';
import { openRuleBook } from '../rules/pack.ts';
import { loadSite } from '../shared/site-file.ts';

export function demoSite() {
  const site = completeSite(loadSite(join(import.meta.dirname, '..', 'sites', 'demo.yaml')));
  const profiles = profilesOf(site);
  return { site, config: site.config, profiles, devices: boardDevices(site.config, profiles), rules: openRuleBook(site.config).inForce };
}
