/** One ingest worker in a process of its own, for bench rows: `ingest-child.ts <broker url> <store url> <data dir> <devices>`. */
import { startIngest } from '../ingest/app.ts';
import { systemClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { newRegistry } from '../shared/role.ts';
import { Troubles } from '../shared/trouble.ts';
import { benchSite } from './ingest-load.ts';

const [brokerUrl, storeUrl, dataDir, devices] = process.argv.slice(2) as [string, string, string, string];
const running = await startIngest({
  role: 'ingest',
  site: benchSite(Number(devices)),
  dataDir,
  mqtt: { url: brokerUrl },
  storeUrl,
  clock: systemClock(),
  log: silentLog(),
  metrics: newRegistry(),
  troubles: new Troubles(systemClock()),
});
process.on('message', () => process.send?.(process.cpuUsage()));
process.on('disconnect', () => void running[Symbol.asyncDispose]().then(() => process.exit(0)));
process.send?.('ready');
