/** Checks the whole site file, with device profiles and rules, before anything opens. */
import { relative } from 'node:path';
import { isFault } from '../shared/errors.ts';
import { formatMistake, type Mistake } from '../shared/mistake.ts';
import { devicesOf, isModbusDevice } from '../shared/site.ts';
import { type LoadedSite, loadSite, type PartialSite, siteFault } from '../shared/site-file.ts';
import { type Command, dataFolder, parse, siteFile, siteOptions } from './command.ts';
import { completeSite } from './complete-site.ts';

/** @throws Fault site/invalid with every mistake */
export async function checkAll(file: string): Promise<LoadedSite> {
  let site: LoadedSite;
  try {
    site = loadSite(file);
  } catch (error) {
    // All at once: what one can look at of the rest is looked at too.
    const { mistakes = [], partial } = (isFault(error, 'site/invalid') ? error.detail : {}) as {
      mistakes?: Mistake[];
      partial?: PartialSite;
    };
    if (!partial) throw error;
    const places = new Set(mistakes.map(({ file, line, path }) => `${file}:${line} ${path}`));
    const more = (await furtherMistakes(partial, true)).filter(
      (one) =>
        !places.has(`${one.file}:${one.line} ${one.path}`) &&
        !partial.isConsequence(one) &&
        // What an unreadable file may hold is no mistake; what is written nearly like something known is one.
        (!partial.incomplete || one.allowed.includes('did you mean')),
    );
    throw siteFault([...mistakes, ...more]);
  }
  const mistakes = await furtherMistakes(site);
  if (mistakes.length > 0) throw siteFault(mistakes);
  return completeSite(site);
}

/** What profiles, rules, channels and tariffs find. `lenient`: the site has other mistakes, which may be all that is behind a failure here. */
async function furtherMistakes(site: LoadedSite, lenient = false): Promise<Mistake[]> {
  const { checkGateway } = await import('../gateway/check.ts');
  const { checkRules } = await import('../rules/check.ts');
  const { checkChannels } = await import('../notify/check-channels.ts');
  const { checkTariffs } = await import('../energy/check-tariffs.ts');
  const { checkSchedules } = await import('../reports/check-schedules.ts');
  return [checkGateway, checkRules, checkChannels, checkTariffs, checkSchedules].flatMap((check) => {
    try {
      return check(site);
    } catch (error) {
      if (lenient) return [];
      throw error;
    }
  });
}

const command: Command = {
  id: 'check',
  summary: 'Checks a site file: every mistake with file, line and what is allowed; --connect also tries store, broker and channels',
  usage: 'check --site F [--connect [--data DIR]]',
  async run(args) {
    const { values } = parse(args, { ...siteOptions, connect: { type: 'boolean' } });
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
    if (!values.connect) return 0;
    const { tryConnections } = await import('./check/connect.ts');
    return (await tryConnections(site, dataFolder(values.data), (line) => process.stdout.write(`${line}\n`))) ? 0 : 1;
  },
};
export default command;
