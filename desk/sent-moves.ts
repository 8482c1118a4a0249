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

const otherStep = () => new Fault('api/invalid', 'this idempotency key was used for another step', { detail: { status: 422 } });

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
    if (known && known.what !== what) throw otherStep();
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

/** Claimed, and not answered yet. */
const pending = '';

/**
 * For a step that is no single transaction: claims its key before it is done. What was answered under this key before; undefined: claimed now.
 * @param at now, real time
 * @throws Fault api/invalid when the key was used for something else, desk/transition when the program ended in the midst of it
 */
export function claimMove(db: Database, { who, key, what, doneAt }: SentMove, at: number): string | undefined {
  return db.transact(() => {
    const known = db.get<{ what: string; answer: string }>('SELECT what, answer FROM sent_moves WHERE who = ? AND key = ?', who, key);
    if (known && known.what !== what) throw otherStep();
    if (known?.answer === pending)
      throw new Fault(
        'desk/transition',
        'the program ended while this was done: look whether it was, and send it again with a new key if not',
      );
    if (known) return known.answer;
    db.run('DELETE FROM sent_moves WHERE at < ?', at - keptMs);
    db.run('INSERT INTO sent_moves (who, key, what, at, done_at, answer) VALUES (?,?,?,?,?,?)', who, key, what, at, doneAt, pending);
    return undefined;
  });
}

export function keepAnswer(db: Database, who: string, key: string, answer: string): void {
  db.run('UPDATE sent_moves SET answer = ? WHERE who = ? AND key = ?', answer, who, key);
}

/** It was refused: it may be tried again under the same key. */
export function dropClaim(db: Database, who: string, key: string): void {
  db.run('DELETE FROM sent_moves WHERE who = ? AND key = ?', who, key);
}
