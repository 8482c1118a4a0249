import { z } from 'zod';

/** As these the program itself writes into the audit log and the journal. */
export const programNames: ReadonlySet<string> = new Set([
  ...['plantroom', 'system', 'engine', 'rules', 'notify', 'notifier', 'gateway', 'ingest', 'dashboards', 'energy', 'reports'],
  ...['simulator', 'simulators', 'simulated-history', 'department', 'alertmanager', 'external', 'console', 'site'],
]);

/** What signs in. Lower case only, so that no two names look alike. */
export const userName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, 'a user name: lower-case letters, digits, dot, hyphen, underscore; at most 32');
