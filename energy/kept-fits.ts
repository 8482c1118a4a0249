/** Fits of retrofits in the operations database, so that a restart need not work them out anew. One that cannot be kept or read is worked out again. */
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../desk/index.ts';
import type { Clock } from '../shared/clock.ts';
import type { SavingsResult } from './savings/savings.ts';

export interface KeptFits {
  /** @param key of data, model and program */
  get(key: string): SavingsResult | undefined;
  put(key: string, result: SavingsResult): void;
}

/** Each project has two, with and without its adjustments, and new ones each day. */
const mostKept = 60;

export function openKeptFits(db: Database, clock: Clock): KeptFits {
  return {
    get(key) {
      try {
        const row = db.get<{ body: string }>('SELECT body FROM energy_fits WHERE key = ?', key);
        return row && (JSON.parse(row.body) as SavingsResult);
      } catch {
        return undefined;
      }
    },
    put(key, result) {
      const body = JSON.stringify(result);
      // What is not a number does not come back from JSON as it was.
      if (!isDeepStrictEqual(JSON.parse(body), result)) return;
      try {
        db.transact(() => {
          db.run('INSERT OR REPLACE INTO energy_fits (key, body, used_at) VALUES (?,?,?)', key, body, clock.now());
          db.run(
            'DELETE FROM energy_fits WHERE key NOT IN (SELECT key FROM energy_fits ORDER BY used_at DESC, rowid DESC LIMIT ?)',
            mostKept,
          );
        });
      } catch {
        // A full disk must not cost the answer.
      }
    },
  };
}
