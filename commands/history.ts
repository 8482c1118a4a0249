/** `plantroom history`: what `start` runs beside the roles at the first start of a simulated hospital. */
import { setPriority } from 'node:os';
import { loadBooks, openBooks, openDatabase } from '../desk/index.ts';
import { keptFolder } from '../energy/index.ts';
import { openStore } from '../ingest/open-store.ts';
import { clockFromEnvironment, speedFromEnvironment } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { openLog } from '../shared/log.ts';
import { operationsFile, readingsFile } from '../shared/role.ts';
import { mark, readMarker } from '../shared/simulated-past.ts';
import { loadSite } from '../shared/site-file.ts';
import { type Command, dataFolder, parse, siteFile, siteOptions } from './command.ts';
import { completeSite } from './complete-site.ts';
import { writePastBooks } from './history/books.ts';
import { writePastMoney } from './history/money.ts';
import { simulatedPapers } from './history/papers.ts';
import { writeHistory } from './history/write.ts';

const graceMs = 1_800_000;
const politePriority = 5;

const command: Command = {
  id: 'history',
  summary: 'Simulated site only: 24 months of consumption, weather, repairs, books and bills before the first start; writes once',
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
    const { registers, ...counts } = done;
    if (done.state !== 'done') {
      log.info('this site has a past of its own; none was simulated');
      return 0;
    }
    log.info({ ...counts, seconds }, 'the simulated hospital has a past of 24 months');
    const marker = readMarker(dataDir);
    if (marker?.state !== 'done') return 0;
    const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    if (marker.after === undefined) {
      const papers = simulatedPapers(db, site.config, marker.to);
      const source = { site: site.config, definitions: loadBooks(), range: marker, registers, seed: marker.seed };
      const records = await writePastBooks(openBooks(db), source, (work) => db.transact(work), () => wait(20)); // biome-ignore format: one
      mark(dataDir, { ...marker, after: 'papers' });
      log.info({ papers, records }, 'the simulated hospital has certificates, contracts and past pages of its books');
    }
    if (marker.after !== 'money') {
      const { range, seed } = { range: marker, seed: marker.seed };
      const money = await writePastMoney({ site, keptFolder: keptFolder(dataDir), store, db, range, seed, wait });
      mark(dataDir, { ...marker, after: 'money' });
      log.info(money, 'months of the simulated hospital are closed and its tenants billed');
    }
    return 0;
  },
};
export default command;
