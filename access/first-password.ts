import { systemClock } from '../shared/clock.ts';
import { Accounts } from './accounts.ts';
import { makePassword } from './password.ts';

/** The first start makes the administrator: PLANTROOM_ADMIN_PASSWORD, or a password that is returned once to be printed. */
export async function ensureFirstPassword(
  dataDir: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<{ user: 'admin'; password?: string }> {
  using accounts = new Accounts(dataDir, systemClock());
  if (accounts.users().length > 0) return { user: 'admin' };
  const given = environment.PLANTROOM_ADMIN_PASSWORD;
  const password = given || makePassword();
  await accounts.add({ name: 'admin', role: 'admin', password }, 'plantroom');
  return given ? { user: 'admin' } : { user: 'admin', password };
}
