import { openStore } from '../ingest/open-store.ts';
import { backtestUsage, runBacktest } from '../rules/backtest-command.ts';
import { storeHistory } from '../rules/history.ts';
import { clockFromEnvironment } from '../shared/clock.ts';
import { readingsFile } from '../shared/role.ts';
import { loadSite } from '../shared/site-file.ts';
import { type Command, dataFolder, siteFile } from './command.ts';
import { completeSite } from './complete-site.ts';

const command: Command = {
  id: 'backtest',
  summary: 'Rules tried on the past: what would have fired, when, for how long; --set tries another setting beside today’s',
  usage: backtestUsage,
  run: (args) =>
    runBacktest(args, {
      loadSite: (option) => completeSite(loadSite(siteFile(option))),
      async openHistory(data, site) {
        const url = process.env.PLANTROOM_STORE_URL || `sqlite:${readingsFile(dataFolder(data ?? process.env.PLANTROOM_DATA))}`;
        const store = await openStore({ url, site: site.config.site.id });
        return { ...storeHistory(store), [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
      },
      now: () => clockFromEnvironment().now(),
      print: (line) => process.stdout.write(`${line}\n`),
      warn: (line) => process.stderr.write(`${line}\n`),
    }),
};
export default command;
