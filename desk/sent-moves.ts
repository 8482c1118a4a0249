/** Steps that are done once, however often a phone sends them: the key of each, and what was answered. */
import { Fault } from '../shared/errors.ts';
import type { Database } from './database.ts';

export interface SentMove {
  who: string;
  /** Chosen by the sender, different for each step. */
  key: string;
  /** Which step on which thing, with which content: another one under the same key is a mistake of the sender. */
  what: string;
  /** When it was done, where that was before it was sent. */
  doneAt: number | null;
}

/** A phone that lay in a drawer for longer is told to look first. */
const keptMs = 60 * 86_400_000;

/**
 * Runs it in one transaction with the record of its answer. A refusal leaves nothing behind, so that it may be tried again.
 * @param at now, real time
 * @throws Fault api/invalid when the key was used for something else
 */
export function onceOnly<T>(db: Database, { who, key, what, doneAt }: SentMove, at: number, run: () => T): { answer: T; again: boolean } {
  return db.transact(() => {
    const known = db.get<{ what: string; answer: string }>('SELECT what, answer FROM sent_moves WHERE who = ? AND key = ?', who, key);
    if (known && known.what !== what)
      throw new Fault('api/invalid', 'this idempotency key was used for another step', { detail: { status: 422 } });
    if (known) return { answer: JSON.parse(known.answer) as T, again: true };
    const answer = run();
    db.run('DELETE FROM sent_moves WHERE at < ?', at - keptMs);
    db.run(
      'INSERT INTO sent_moves (who, key, what, at, done_at, answer) VALUES (?,?,?,?,?,?)',
      ...([who, key, what, at, doneAt, JSON.stringify(answer)] as const),
    );
    return { answer, again: false };
  });
}
