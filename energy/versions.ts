/** How often the consumption of each month was written, so that whoever priced it knows when to price it again. */
import type { Database } from '../desk/index.ts';

export interface MonthVersions {
  /** Undefined: nobody keeps count of this month. */
  of(month: string): number | undefined;
  bump(months: Iterable<string>, now: number): void;
}

export const openMonthVersions = (db: Database): MonthVersions => ({
  of: (month) => db.get<{ version: number }>('SELECT version FROM energy_versions WHERE month = ?', month)?.version,
  bump(months, now) {
    db.transact(() => {
      for (const month of months)
        db.run(
          'INSERT INTO energy_versions (month, version, at) VALUES (?, 1, ?) ON CONFLICT (month) DO UPDATE SET version = version + 1, at = excluded.at',
          ...[month, now],
        );
    });
  },
});
