import { askPassword, runUserCommand, userUsage } from '../access/index.ts';
import { type Command, dataFolder, parse, siteOptions } from './command.ts';

const command: Command = {
  id: 'user',
  summary: 'Users of the console, without the console',
  usage: `${userUsage} [--data DIR]`,
  async run(args) {
    const { values, positionals } = parse(args, { ...siteOptions, role: { type: 'string' }, 'full-name': { type: 'string' } }, true);
    const [action, name] = positionals;
    await runUserCommand({
      dataDir: dataFolder(values.data),
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
