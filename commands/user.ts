import { askPassword, runUserCommand, userUsage } from '../access/index.ts';
import { keepPrivate } from '../shared/private-files.ts';
import { type Command, dataFolder, parse, siteOptions } from './command.ts';

const command: Command = {
  id: 'user',
  summary: 'Users of the console, without the console',
  usage: `${userUsage} [--data DIR]`,
  async run(args) {
    const { values, positionals } = parse(args, { ...siteOptions, role: { type: 'string' }, 'full-name': { type: 'string' } }, true);
    const [action, name] = positionals;
    const dataDir = dataFolder(values.data);
    keepPrivate(dataDir);
    await runUserCommand({
      dataDir,
      action,
      name,
      role: values.role,
      fullName: values['full-name'],
      environment: process.env,
      ask: askPassword,
      say: (line) => process.stdout.write(`${line}\n`),
    });
    return 0;
  },
};
export default command;
