import { buildConsoleIfStale } from '../dashboards/console/build.ts';
import type { Command } from './command.ts';

const command: Command = {
  id: 'build-console',
  summary: 'Builds the web console if its sources changed; start does this by itself',
  usage: 'build-console',
  async run() {
    await buildConsoleIfStale();
    return 0;
  },
};
export default command;
