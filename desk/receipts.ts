/** The console as a channel that is on record: which user's screen has shown a calling alarm, with sound or silent, and who acknowledged it there. Plant time. */
import type { Database } from './database.ts';

export interface ScreenReceipt {
  alarm: string;
  occurrence: number;
  user: string;
  shownAt: number;
  /** null: this user's screens are silent. */
  soundedAt: number | null;
  acknowledgedAt: number | null;
}

export interface Receipts {
  /** A screen of this user shows these; the first time counts. Returns how many were new. */
  shown(user: string, alarms: readonly { id: string; occurrence: number }[], sounded: boolean, now: number): number;
  /** Only what this user's screen has shown before. */
  acknowledged(user: string, alarm: string, occurrence: number, now: number): void;
  of(alarm: string, occurrence?: number): ScreenReceipt[];
  /** Newest first. */
  latest(filter: { user?: string | undefined; from?: number | undefined; to?: number | undefined }, limit: number): ScreenReceipt[];
}

const columns = 'alarm, occurrence, user, shown_at AS shownAt, sounded_at AS soundedAt, acknowledged_at AS acknowledgedAt';

export function openReceipts(db: Database): Receipts {
  return {
    shown: (user, alarms, sounded, now) =>
      db.transact(() => {
        let fresh = 0;
        for (const { id, occurrence } of alarms) {
          // Only what is there: a screen may be behind, and its word makes no record of an alarm that never was.
          if (!db.get('SELECT 1 FROM alarms WHERE id = ?', id)) continue;
          fresh += db.run(
            `INSERT INTO console_receipts (alarm, occurrence, user, shown_at, sounded_at) VALUES (?,?,?,?,?)
             ON CONFLICT (alarm, occurrence, user) DO UPDATE SET sounded_at = excluded.sounded_at
             WHERE console_receipts.sounded_at IS NULL AND excluded.sounded_at IS NOT NULL`,
            id,
            occurrence,
            user,
            now,
            sounded ? now : null,
          ).changes;
        }
        return fresh;
      }),
    acknowledged(user, alarm, occurrence, now) {
      db.run(
        'UPDATE console_receipts SET acknowledged_at = ? WHERE alarm = ? AND occurrence = ? AND user = ? AND acknowledged_at IS NULL',
        now,
        alarm,
        occurrence,
        user,
      );
    },
    of: (alarm, occurrence) =>
      db.all<ScreenReceipt>(
        `SELECT ${columns} FROM console_receipts WHERE alarm = ? AND (? IS NULL OR occurrence = ?) ORDER BY shown_at, user`,
        alarm,
        occurrence ?? null,
        occurrence ?? null,
      ),
    latest: ({ user, from, to }, limit) =>
      db.all<ScreenReceipt>(
        `SELECT ${columns} FROM console_receipts WHERE shown_at >= ? AND shown_at < ? AND (? IS NULL OR user = ?)
         ORDER BY shown_at DESC, alarm, user LIMIT ?`,
        from ?? 0,
        to ?? Number.MAX_SAFE_INTEGER,
        user ?? null,
        user ?? null,
        limit,
      ),
  };
}
