/** The command line. Each command is one file in commands/, loaded only when it is called, so that a role carries no other role's code. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { type Command, commandNames, helpText, isCommandName } from './commands/command.ts';
import { exitCodeOf, reasonOf } from './shared/errors.ts';
import { roles } from './shared/role-name.ts';

// The second start is twice as fast. In our own folder: one that others may write to could bring their code; where it cannot be written there is no cache.
enableCompileCache(join(import.meta.dirname, 'node_modules', '.cache', 'plantroom'));

/** 0 fine, 1 failed, 2 wrong usage or bad site file. */
async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(`${await helpText()}\n`);
    return name === undefined ? 2 : 0;
  }
  // `energy` with an action is the command on files, without one the role.
  const isRole = (roles as readonly string[]).includes(name) && !(name === 'energy' && rest[0] !== undefined && !rest[0].startsWith('-'));
  if (!isRole && !isCommandName(name)) {
    process.stderr.write(
      `plantroom: unknown command "${name}"; known: ${[...commandNames(), ...roles.filter((role) => role !== 'energy')].join(', ')}\n`,
    );
    return 2;
  }
  const module = (await import(join(import.meta.dirname, 'commands', `${isRole ? 'role' : name}.ts`))) as { default: Command };
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(`plantroom ${module.default.usage}\n    ${module.default.summary}\n`);
    return 0;
  }
  try {
    return await module.default.run(isRole ? [name, ...rest] : rest);
  } catch (error) {
    process.stderr.write(`plantroom ${name}: ${reasonOf(error)}\n`);
    return exitCodeOf(error);
  }
}

// `plantroom read | head` closes our output: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const code = await main(process.argv.slice(2));
// Output to a pipe may still be under way: let it end by itself, but do not hang on a forgotten handle.
process.exitCode = code;
setTimeout(() => process.exit(code), 500).unref();
