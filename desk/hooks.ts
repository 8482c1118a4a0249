/** Webhooks as the console sees them: those that were added there, and what each was told or is owed. The notifier sends; both work on the same tables. */
import { randomBytes } from 'node:crypto';
import type { hookKinds } from '../shared/hooks.ts';
import type { Database } from './database.ts';

export type HookKind = (typeof hookKinds)[number];

export interface AddedHook {
  id: string;
  url: string;
  of: HookKind[];
  /** With the program's key it makes the key of the signature. */
  nonce: string;
  addedBy: string;
  /** Real time. */
  addedAt: number;
}

export interface HookEvent {
  id: number;
  key: string;
  state: 'waiting' | 'sent' | 'failed';
  attempts: number;
  createdAt: number;
  doneAt: number | null;
  /** What the receiver said, or why it could not be reached. */
  answer: string | null;
  body: string;
}

/** Keys of events that somebody asked for to try the hook. */
export const hookTestKey = 'test-';
const columns = 'id, key, state, attempts, created_at AS createdAt, done_at AS doneAt, answer, body';

export function openHookStore(db: Database) {
  return {
    list: (): AddedHook[] =>
      db
        .all<Omit<AddedHook, 'of'> & { kinds: string }>(
          'SELECT id, url, kinds, nonce, added_by AS addedBy, added_at AS addedAt FROM hooks ORDER BY id',
        )
        .map(({ kinds, ...one }) => ({ ...one, of: kinds.split(',') as HookKind[] })),
    add(one: Omit<AddedHook, 'nonce' | 'addedAt'>, now: number): AddedHook {
      const made = { ...one, nonce: randomBytes(16).toString('base64url'), addedAt: now };
      db.run(
        'INSERT INTO hooks (id, url, kinds, nonce, added_by, added_at) VALUES (?,?,?,?,?,?)',
        ...[made.id, made.url, made.of.join(','), made.nonce, made.addedBy, now],
      );
      return made;
    },
    /** What it is still owed goes with it, and one of the same name begins anew. */
    remove(id: string, now: number): void {
      db.transact(() => {
        db.run('DELETE FROM hooks WHERE id = ?', id);
        db.run('DELETE FROM hook_cursors WHERE hook = ?', id);
        db.run(
          "UPDATE hook_events SET state = 'failed', done_at = ?, answer = 'the hook was removed' WHERE hook = ? AND state = 'waiting'",
          now,
          id,
        );
      });
    },
    /** Asks the notifier to try it; returns the event. */
    test(hook: string, site: string, by: string, now: number): number {
      const key = `${hookTestKey}${randomBytes(9).toString('base64url')}`;
      const body = { version: 1, site, key, at: now, kind: 'test', object: hook, action: 'test', who: by };
      return db.run(
        "INSERT INTO hook_events (hook, key, body, state, attempts, due_at, created_at) VALUES (?,?,?,'waiting',0,?,?)",
        ...[hook, key, JSON.stringify(body), now, now],
      ).lastInsertRowid;
    },
    event: (id: number): HookEvent | undefined => db.get<HookEvent>(`SELECT ${columns} FROM hook_events WHERE id = ?`, id),
    /** Newest first. */
    events: (hook: string, limit: number): HookEvent[] =>
      db.all<HookEvent>(`SELECT ${columns} FROM hook_events WHERE hook = ? ORDER BY id DESC LIMIT ?`, hook, limit),
    state(hook: string) {
      const waiting = db.get<{ n: number; tries: number | null; since: number | null }>(
        "SELECT count(*) AS n, max(attempts) AS tries, min(created_at) AS since FROM hook_events WHERE hook = ? AND state = 'waiting'",
        hook,
      );
      const last = db.get<{ at: number | null }>("SELECT max(done_at) AS at FROM hook_events WHERE hook = ? AND state = 'sent'", hook);
      const error = db.get<{ answer: string | null }>(
        "SELECT answer FROM hook_events WHERE hook = ? AND state = 'waiting' AND attempts > 0 ORDER BY id LIMIT 1",
        hook,
      );
      return {
        waiting: waiting?.n ?? 0,
        waitingSince: waiting?.since ?? null,
        lastSentAt: last?.at ?? null,
        error: error?.answer ?? null,
      };
    },
  };
}
export type HookStore = ReturnType<typeof openHookStore>;
