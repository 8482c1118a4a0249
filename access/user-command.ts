/** `plantroom user add|list|password|remove`: users without the console, on the machine that holds the data directory. */
import { createInterface } from 'node:readline/promises';
import { systemClock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { Accounts } from './accounts.ts';
import { makePassword } from './password.ts';
import { type UserRole, userRoles } from './permissions.ts';
import { userName } from './user-name.ts';

export const userUsage = `user list | user add NAME --role ${userRoles.join('|')} [--full-name TEXT] | user password NAME | user remove NAME`;
const who = 'command line';

export interface UserCommand {
  dataDir: string;
  action: string | undefined;
  name: string | undefined;
  role?: string | undefined;
  fullName?: string | undefined;
  environment?: NodeJS.ProcessEnv;
  /** Asks for a new password; an empty answer makes one. */
  ask?: () => Promise<string>;
  say(line: string): void;
}

/** @throws Fault usage/command, api/invalid, api/unknown */
export async function runUserCommand(command: UserCommand): Promise<void> {
  const { action, say } = command;
  using accounts = new Accounts(command.dataDir, systemClock());
  if (action === 'list') {
    for (const { name, role, fullName } of accounts.users()) say(`${name}\t${role}\t${fullName}`);
    return;
  }
  if (action !== 'add' && action !== 'password' && action !== 'remove') throw new Fault('usage/command', userUsage);
  const name = userName.safeParse(command.name);
  if (!name.success) throw new Fault('usage/command', `${userUsage}\n${name.error.issues[0]?.message}`);
  if (action === 'remove') {
    accounts.remove(name.data, who);
    say(`removed ${name.data}`);
    return;
  }
  const typed = command.environment?.PLANTROOM_USER_PASSWORD ?? (command.ask ? await command.ask() : '');
  const password = typed || makePassword();
  if (action === 'add') {
    const role = userRoles.find((known) => known === command.role) as UserRole | undefined;
    if (!role) throw new Fault('usage/command', `--role: found "${command.role ?? ''}"; allowed: ${userRoles.join(', ')}`);
    await accounts.add({ name: name.data, fullName: command.fullName, role, password }, who);
    say(`added ${name.data} (${role})`);
  } else {
    await accounts.setPassword(name.data, password, who);
    say(`new password for ${name.data}; all sessions ended`);
  }
  if (!typed) say(`password ${password}   (shown this once)`);
}

/** Asks on a terminal; without one, or on an empty answer, a password is made. */
export async function askPassword(): Promise<string> {
  if (!process.stdin.isTTY) return '';
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await lines.question('New password (empty: one is made): ')).trim();
  } finally {
    lines.close();
  }
}
