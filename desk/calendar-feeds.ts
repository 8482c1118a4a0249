/**
 * Addresses at which a phone's calendar fetches the shifts of one person: it cannot sign in, so the address is the secret. 128 bits at random, of which
 * only the hash is kept; one for each person, and a new one ends the one before it. Real time.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Database } from './database.ts';

export interface CalendarFeed {
  user: string;
  madeAt: number;
  /** When a calendar last fetched it. */
  readAt: number | null;
}

const columns = 'user, made_at AS madeAt, read_at AS readAt';
const tokenForm = /^[A-Za-z0-9_-]{22}$/;
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
/** Calendars ask often; the disk need not hear of each time. */
const notedEveryMs = 60_000;

export function openCalendarFeeds(db: Database) {
  return {
    of: (user: string): CalendarFeed | undefined => db.get<CalendarFeed>(`SELECT ${columns} FROM calendar_feeds WHERE user = ?`, user),
    /** The secret of a new address; it is told once and never again. */
    make(user: string, now: number): string {
      const token = randomBytes(16).toString('base64url');
      db.run(
        `INSERT INTO calendar_feeds (user, hash, made_at) VALUES (?,?,?)
         ON CONFLICT (user) DO UPDATE SET hash = excluded.hash, made_at = excluded.made_at, read_at = NULL`,
        ...[user, hashOf(token), now],
      );
      return token;
    },
    /** @returns whether there was one */
    revoke: (user: string): boolean => db.run('DELETE FROM calendar_feeds WHERE user = ?', user).changes > 0,
    /** Whose it is. */
    read(token: string, now: number): CalendarFeed | undefined {
      if (!tokenForm.test(token)) return undefined;
      const hash = hashOf(token);
      const found = db.get<CalendarFeed>(`SELECT ${columns} FROM calendar_feeds WHERE hash = ?`, hash);
      if (found && now - (found.readAt ?? 0) >= notedEveryMs) db.run('UPDATE calendar_feeds SET read_at = ? WHERE hash = ?', now, hash);
      return found;
    },
  };
}
