/** `plantroom history`: what `start` runs beside the roles at the first start of a simulated hospital. */
import { setPriority } from 'node:os';
import { openDatabase } from '../desk/index.ts';
import { openStore } from '../ingest/open-store.ts';
import { clockFromEnvironment, speedFromEnvironment } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { openLog } from '../shared/log.ts';
import { operationsFile, readingsFile } from '../shared/role.ts';
import { loadSite } from '../shared/site-file.ts';
import { type Command, dataFolder, parse, siteFile, siteOptions } from './command.ts';
import { completeSite } from './complete-site.ts';
import { writeHistory } from './history/write.ts';

const graceMs = 1_800_000;
const politePriority = 5;

const command: Command = {
  id: 'history',
  summary: 'Simulated site only: 24 months of consumption, weather and repairs before the first start; writes once',
  usage: 'history [--site F] [--data DIR]',
  async run(args) {
    const { values } = parse(args, siteOptions);
    const site = completeSite(loadSite(siteFile(values.site)));
    if (!site.config.site.simulated) throw new Fault('usage/command', `${site.file}: site.simulated is not true, nothing to simulate`);
    const dataDir = dataFolder(values.data);
    if (process.send) process.on('disconnect', () => process.exit(1));
    // Readings and people come first.
    setPriority(politePriority);
    const log = openLog('history');
    const begun = performance.now();
    await using store = await openStore({
      url: process.env.PLANTROOM_STORE_URL || `sqlite:${readingsFile(dataDir)}`,
      site: site.config.site.id,
    });
    using db = openDatabase(operationsFile(dataDir));
    const done = await writeHistory({
      site,
      dataDir,
      store,
      db,
      now: clockFromEnvironment().now(),
      graceMs: graceMs * Math.max(1, speedFromEnvironment()),
    });
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    if (done.state === 'done') log.info({ ...done, seconds }, 'the simulated hospital has a past of 24 months');
    else log.info('this site has a past of its own; none was simulated');
    return 0;
  },
};
export default command;
