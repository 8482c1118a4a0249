/** Checks the whole site file, with device profiles and rules, before anything opens. */
import { relative } from 'node:path';
import { formatMistake } from '../shared/mistake.ts';
import { devicesOf, isModbusDevice } from '../shared/site.ts';
import { type LoadedSite, loadSite, siteFault } from '../shared/site-file.ts';
import { type Command, parse, siteFile, siteOptions } from './command.ts';
import { completeSite } from './complete-site.ts';

/** @throws Fault site/invalid with every mistake */
export async function checkAll(file: string): Promise<LoadedSite> {
  const site = loadSite(file);
  const { checkGateway } = await import('../gateway/check.ts');
  const { checkRules } = await import('../rules/check.ts');
  const { checkChannels } = await import('../notify/check-channels.ts');
  const mistakes = [...checkGateway(site), ...checkRules(site), ...checkChannels(site)];
  if (mistakes.length > 0) throw siteFault(mistakes);
  return completeSite(site);
}

const command: Command = {
  id: 'check',
  summary: 'Checks a site file: every mistake with file, line and what is allowed',
  usage: 'check --site F',
  async run(args) {
    const { values } = parse(args, siteOptions);
    const site = await checkAll(siteFile(values.site));
    const { gatewayWarnings } = await import('../gateway/check.ts');
    for (const warning of gatewayWarnings(site))
      process.stdout.write(`${formatMistake(warning).replace('; allowed: ', '; ')} (no mistake)\n`);
    const { profilesOf } = await import('../gateway/check.ts');
    const { coverageLine, coverageOf } = await import('../rules/coverage.ts');
    const profiles = profilesOf(site);
    const measured = new Map(
      devicesOf(site.config).flatMap(({ device }) => {
        const profile = isModbusDevice(device) ? profiles.get(device.profile) : undefined;
        return profile ? [[device.id, new Set(profile.points.flatMap(({ quantity }) => quantity ?? []))] as const] : [];
      }),
    );
    process.stdout.write('Rules that watch each device:\n');
    for (const one of coverageOf(site.config, (device) => measured.get(device))) process.stdout.write(`${coverageLine(one)}\n`);
    const { gateways } = site.config;
    const buses = gateways.reduce((sum, gateway) => sum + gateway.buses.length, 0);
    process.stdout.write(
      `${relative(process.cwd(), site.file)}: no mistakes; ${gateways.length} gateways, ${buses} buses, ${devicesOf(site.config).length} devices\n`,
    );
    return 0;
  },
};
export default command;
