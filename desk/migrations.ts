/**
 * How the operations database grows: one SQL file for each step in `migrations/`, `NNNN-what.sql`, numbered without gaps. `user_version` is the number of the
 * last one taken. A file that has been released is never changed; what is wrong in it is mended by the next.
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

/** @throws Error when numbers are missing or taken twice: two changes met, one of them must be renumbered */
export function readMigrations(from: string = folder): Migration[] {
  const found = readdirSync(from)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({
      version: Number.parseInt(file.slice(0, 4), 10),
      name: file.slice(0, -'.sql'.length),
      sql: readFileSync(join(from, file), 'utf8'),
    }));
  const wrong = found.find(({ version }, index) => version !== index + 1);
  if (wrong) throw new Error(`desk/migrations/${wrong.name}.sql: numbers run from 0001 without gaps, and none stands twice`);
  return found;
}

export const migrations: readonly Migration[] = readMigrations();
