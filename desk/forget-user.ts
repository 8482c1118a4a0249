/** Secrets and subscriptions that are keyed by the name of an account: a later account of the same name must not find them alive. */
import type { Database } from './database.ts';

/** Inside the transaction that removes the account. @param now real time */
export function forgetUser(db: Database, name: string, now: number): void {
  db.run('DELETE FROM calendar_feeds WHERE user = ?', name);
  db.run('DELETE FROM push_subscriptions WHERE user = ?', name);
  db.run('DELETE FROM sent_moves WHERE who = ?', name);
  // Links in notices that went to the person of that name: they end, and say so to whoever opens them.
  db.run('UPDATE answer_links SET ends_at = ? WHERE person = ? AND ends_at > ?', now, name, now);
  db.run('UPDATE test_notices SET ends_at = ? WHERE person = ? AND ends_at > ?', now, name, now);
}
