/** What the counter engine doubts of each counter, as it stands now: written by the energy role whenever it works, read by the data doctor. */
import type { Database } from '../desk/index.ts';
import type { Verdict } from './counter.ts';

/** `gap`: no readings for longer than a quarter and a half; what passed was spread by the meter's habits. */
export type SuspectVerdict = Exclude<Verdict, 'normal' | 'jitter'> | 'gap';

export interface StoredSuspect {
  device: string;
  quantity: string;
  verdict: SuspectVerdict;
  from: number;
  to: number;
  /** Register before and after. */
  a: number;
  b: number;
  /** What the step added, in the counter's unit. */
  delta: number;
}

/** One of a counter that is known. */
export type Doubt = Omit<StoredSuspect, 'device' | 'quantity'>;

/** Those that a person must decide; the others say what was done and why. */
export const asked: ReadonlySet<SuspectVerdict> = new Set(['jump', 'unknown', 'reset', 'catch-up', 'above-rating', 'gap', 'return']);

export interface Suspects {
  /** All of a counter after `after`, up to `until` where it is given, are replaced by these. */
  replace(device: string, quantity: string, after: number, found: readonly Doubt[], until?: number): void;
  list(filter: { device?: string | undefined; from?: number | undefined; to?: number | undefined; limit?: number }): StoredSuspect[];
}

interface Row {
  device: string;
  quantity: string;
  verdict: SuspectVerdict;
  from_t: number;
  to_t: number;
  a: number;
  b: number;
  delta: number;
}

export function openSuspects(db: Database): Suspects {
  return {
    replace(device, quantity, after, found, until = Number.POSITIVE_INFINITY) {
      db.transact(() => {
        db.run('DELETE FROM energy_suspects WHERE device = ? AND quantity = ? AND to_t > ? AND to_t <= ?', device, quantity, after, until);
        for (const { verdict, from, to, a, b, delta } of found)
          db.run('INSERT OR REPLACE INTO energy_suspects (device, quantity, verdict, from_t, to_t, a, b, delta) VALUES (?,?,?,?,?,?,?,?)', device, quantity, verdict, from, to, a, b, delta); // biome-ignore format: one
      });
    },
    list({ device, from, to, limit = 2_000 }) {
      return db
        .all<Row>(
          `SELECT * FROM energy_suspects WHERE (?1 IS NULL OR device = ?1) AND (?2 IS NULL OR to_t >= ?2) AND (?3 IS NULL OR from_t < ?3)
           ORDER BY to_t DESC LIMIT ?4`,
          ...[device ?? null, from ?? null, to ?? null, limit],
        )
        .map(({ from_t, to_t, ...one }) => ({ ...one, from: from_t, to: to_t }));
    },
  };
}
