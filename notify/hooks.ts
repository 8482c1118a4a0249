/**
 * A signed webhook on every change: each move of an alarm or ticket, and each change that a person made, in the order in which it happened.
 * What is owed is on disk before it is tried, so that a restart loses nothing; a receiver gets each change at least once, with the same
 * `idempotency-key` when again. One change at a time: what comes later waits for what came before, until its patience ends.
 */
import { type Database, hookTestKey, limited, openHookStore } from '../desk/index.ts';
import { reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import type { Secret } from '../shared/secret.ts';
import type { SiteConfig } from '../shared/site.ts';
import { needOpen, openLookup } from './addresses.ts';
import type { ChannelDeps } from './channel.ts';
import { postJson, shortly } from './post.ts';
import { signedHeaders, signingKey } from './signature.ts';

type HookConfig = Pick<SiteConfig['hooks'][number], 'id' | 'url' | 'of'>;

const batch = 200;
const firstWaitMs = 5_000;
const longestWaitMs = 300_000;
/** A receiver that was away for longer has to ask the API what it missed. */
const patienceMs = 72 * 3_600_000;
const keptMs = 30 * 86_400_000;
/** What says who signed in and out changes nothing. */
const noChange = "action NOT LIKE 'login%' AND action NOT LIKE 'logout%'";

interface Waiting {
  id: number;
  key: string;
  body: string;
  attempts: number;
  created_at: number;
}
interface JournalRow {
  seq: number;
  t: number;
  kind: string;
  id: string;
  event: string;
  from_state: string | null;
  to_state: string;
  who: string;
  why: string | null;
}
interface AuditRow {
  id: number;
  at: number;
  who: string;
  action: string;
  object: string;
  before: string | null;
  after: string | null;
}

export interface Hooks extends AsyncDisposable {
  /** Follows what has changed, and begins to send what is due; returns at once. */
  look(): void;
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>;
}

export function openHooks(
  db: Database,
  site: Pick<SiteConfig, 'site' | 'hooks'>,
  deps: Pick<ChannelDeps, 'wire' | 'secret'> & { scrub(text: string): string; hookSecret(id: string, nonce: string): Secret },
  log: Log,
  lookup = openLookup(),
): Hooks {
  const { wire } = deps;
  const ending = new AbortController();
  const store = openHookStore(db);
  const running = (config: HookConfig, secret: Secret, nonce?: string) => ({
    config,
    nonce,
    key: signingKey(secret.reveal()),
    running: undefined as Promise<void> | undefined,
    failing: false,
    gone: false,
  });
  type Running = ReturnType<typeof running>;
  const ofSite = site.hooks.map((config) => running(config, deps.secret(config.secret)));
  /** Those of the console come and go while the program runs. */
  let added: Running[] = [];
  const all = () => [...ofSite, ...added];
  const followAdded = () => {
    const now = store.list().filter(({ id }) => !site.hooks.some((one) => one.id === id));
    if (now.length === added.length && now.every(({ nonce }, at) => added[at]?.nonce === nonce)) return;
    for (const one of added) one.gone = !now.some(({ nonce }) => nonce === one.nonce);
    added = now.flatMap((one) => {
      const known = added.find(({ nonce }) => nonce === one.nonce);
      if (known) return known;
      try {
        return running(one, deps.hookSecret(one.id, one.nonce), one.nonce);
      } catch (error) {
        log.error({ hook: one.id, reason: reasonOf(error) }, 'this hook has no key');
        return [];
      }
    });
  };

  const enqueue = (hook: string, key: string, body: object) =>
    db.run(
      "INSERT OR IGNORE INTO hook_events (hook, key, body, state, attempts, due_at, created_at) VALUES (?,?,?,'waiting',0,?,?)",
      ...[hook, key, JSON.stringify({ version: 1, site: site.site.id, key, ...body }), wire.now(), wire.now()],
    );
  const follow = ({ id, of }: HookConfig) => {
    db.transact(() => {
      const last = (table: string, column: string) => db.get<{ n: number | null }>(`SELECT max(${column}) AS n FROM ${table}`)?.n ?? 0;
      const cursor = db.get<{ journal_seq: number; audit_id: number }>('SELECT journal_seq, audit_id FROM hook_cursors WHERE hook = ?', id);
      if (!cursor) {
        // A new receiver hears of what changes from now on.
        db.run('INSERT INTO hook_cursors (hook, journal_seq, audit_id) VALUES (?,?,?)', id, last('journal', 'seq'), last('audit', 'id'));
        return;
      }
      const moves = db.all<JournalRow>(`SELECT * FROM journal WHERE seq > ? ORDER BY seq ${limited}`, cursor.journal_seq, batch);
      for (const { seq, t, kind, id: object, event, from_state: from, to_state: to, who, why } of moves) {
        if (of.includes(kind as 'alarm' | 'ticket'))
          enqueue(id, `journal-${seq}`, { at: t, kind, object, action: event, from, to, who, why });
      }
      const changes = db.all<AuditRow>(`SELECT * FROM audit WHERE id > ? ORDER BY id ${limited}`, cursor.audit_id, batch);
      const told = new Set(
        db
          .all<{ id: number }>(`SELECT id FROM audit WHERE id > ? AND ${noChange} ORDER BY id ${limited}`, cursor.audit_id, batch)
          .map((row) => row.id),
      );
      for (const { id: number, at, who, action, object, before, after } of changes) {
        if (of.includes('change') && told.has(number))
          enqueue(id, `change-${number}`, { at, kind: 'change', object, action, who, before: parsed(before), after: parsed(after) });
      }
      const [seq, number] = [moves.at(-1)?.seq ?? cursor.journal_seq, changes.at(-1)?.id ?? cursor.audit_id];
      if (moves.length + changes.length > 0)
        db.run('UPDATE hook_cursors SET journal_seq = ?, audit_id = ? WHERE hook = ?', seq, number, id);
    });
  };

  const end = (event: Waiting, state: 'sent' | 'failed', answer: string) =>
    db.run(
      'UPDATE hook_events SET state = ?, attempts = attempts + 1, done_at = ?, answer = ? WHERE id = ?',
      ...[state, wire.now(), deps.scrub(answer), event.id],
    );
  const later = (event: Waiting, answer: string, waitMs: number) =>
    db.run(
      'UPDATE hook_events SET attempts = attempts + 1, due_at = ?, answer = ? WHERE id = ?',
      wire.now() + waitMs,
      deps.scrub(answer),
      event.id,
    );
  const firstOf = (hook: string, which = '') =>
    db.get<Waiting & { due_at: number }>(
      `SELECT id, key, body, attempts, created_at, due_at FROM hook_events WHERE hook = ? AND state = 'waiting' ${which} ORDER BY id LIMIT 1`,
      hook,
    );
  /** Whoever tries a hook does not wait for what has been owed for hours. */
  const next = (hook: string) => firstOf(hook, `AND key > '${hookTestKey}' AND key < '${hookTestKey}~'`) ?? firstOf(hook);

  const send = async (one: Running) => {
    const { config, key } = one;
    for (;;) {
      const event = next(config.id);
      if (!event || event.due_at > wire.now() || ending.signal.aborted || one.gone) return;
      const tried = event.key.startsWith(hookTestKey);
      let answer: string;
      let again: number | undefined;
      try {
        needOpen(config.url);
        const { status, text, retryAfterMs } = await postJson(
          config.url,
          signedHeaders(key, event.key, event.body, wire.now()),
          event.body,
          ending.signal,
          undefined,
          lookup,
        );
        answer = `HTTP ${status} ${shortly(text)}`.trim();
        if (status >= 200 && status < 300) {
          end(event, 'sent', answer);
          if (one.failing) log.info({ hook: config.id }, 'the receiver of changes takes them again');
          one.failing = false;
          continue;
        }
        // 401 and 403 too: a key that is being changed is no reason to lose what happened meanwhile.
        again = [400, 404, 405, 410, 413, 415, 422].includes(status) ? undefined : (retryAfterMs ?? waitOf(event.attempts));
      } catch (error) {
        if (ending.signal.aborted) return;
        answer = reasonOf(error);
        again = waitOf(event.attempts);
      }
      if (!one.failing) log.warn({ hook: config.id, reason: deps.scrub(answer) }, 'a change could not be told to its receiver');
      one.failing = true;
      if (tried || again === undefined || wire.now() - event.created_at > patienceMs) end(event, 'failed', answer);
      else {
        later(event, answer, again);
        return;
      }
    }
  };

  db.run("DELETE FROM hook_events WHERE state <> 'waiting' AND done_at < ?", wire.now() - keptMs);
  return {
    look() {
      followAdded();
      for (const one of all()) {
        follow(one.config);
        one.running ??= send(one)
          .catch((error: unknown) => log.error({ hook: one.config.id, reason: reasonOf(error) }, 'changes are not told'))
          .finally(() => {
            one.running = undefined;
          });
      }
    },
    async idle() {
      await Promise.all(all().map(({ running }) => running));
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await Promise.all(all().map(({ running }) => running));
    },
  };
}

const waitOf = (attempts: number) => Math.min(longestWaitMs, firstWaitMs * 3 ** Math.min(attempts, 6));

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
