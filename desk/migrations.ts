/**
 * How the operations database grows: one SQL file for each step in `migrations/`, `NNNN-what.sql`. `user_version` is the number of the last one
 * taken. A number may be missing (it was reserved for work that did not come), none stands twice. A file that has been released is never changed; what is wrong in it is mended by the next.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Migration {
  version: number;
  /** File name without its ending. */
  name: string;
  sql: string;
}

const folder = join(import.meta.dirname, 'migrations');

/** @throws Error when a number is taken twice: two changes met, one of them must be renumbered */
export function readMigrations(from: string = folder): Migration[] {
  const found = readdirSync(from)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({
      version: Number.parseInt(file.slice(0, 4), 10),
      name: file.slice(0, -'.sql'.length),
      sql: readFileSync(join(from, file), 'utf8'),
    }));
  const wrong = found.find(({ version }, index) => !(version > (found[index - 1]?.version ?? 0)));
  if (wrong) throw new Error(`desk/migrations/${wrong.name}.sql: numbers run from 0001, and none stands twice`);
  return found;
}

export const migrations: readonly Migration[] = readMigrations();
