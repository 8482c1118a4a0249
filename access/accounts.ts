/** Users, sessions and the audit log, in the operations database. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Clock, systemClock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { operationsFile } from '../shared/role.ts';
import { hashPassword, passwordFits, passwordLength } from './password.ts';
import type { UserRole } from './permissions.ts';

export interface User {
  name: string;
  /** As shown beside an acknowledgement or a ticket. */
  fullName: string;
  role: UserRole;
  createdAt: number;
  lastSeenAt: number | null;
}

export interface Session {
  user: User;
  expiresAt: number;
}

export interface AuditEntry {
  id: number;
  at: number;
  who: string;
  action: string;
  object: string;
  before: unknown;
  after: unknown;
}

const hour = 3_600_000;
/** A control-room screen stays signed in while it is used; a forgotten phone does not. */
export const sessionLimits = { idleMs: 72 * hour, longestMs: 30 * 24 * hour, mostPerUser: 50 } as const;

const schema = `
create table if not exists users (
  name text primary key, full_name text not null, role text not null, password text not null,
  created_at integer not null, last_seen_at integer) without rowid;
create table if not exists sessions (
  token_hash text primary key, user text not null references users(name) on delete cascade,
  created_at integer not null, expires_at integer not null, idle_ms integer) without rowid;
create index if not exists sessions_user on sessions(user);
create table if not exists audit (
  id integer primary key, at integer not null, who text not null, action text not null, object text not null,
  before text, after text);
create index if not exists audit_at on audit(at);
create index if not exists audit_object on audit(object);
`;

const userColumns = 'name, full_name as fullName, role, created_at as createdAt, last_seen_at as lastSeenAt';
const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');
/** Compared against when there is no such user, so that both take the same time. */
const nobody = hashPassword(randomBytes(16).toString('hex'));

export class Accounts implements Disposable {
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  readonly #wall: Clock;

  /** Sessions run on the wall clock: people sign in by real time even where plant time runs faster. The audit log carries plant time. */
  constructor(dataDir: string, clock: Clock, wall: Clock = systemClock()) {
    const file = operationsFile(dataDir);
    mkdirSync(dirname(file), { recursive: true });
    this.#clock = clock;
    this.#wall = wall;
    this.#db = new DatabaseSync(file, { timeout: 5_000 });
    this.#db.exec('pragma journal_mode=WAL; pragma synchronous=NORMAL; pragma foreign_keys=ON; pragma cache_size=-2048');
    this.#db.exec(schema);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  users(): User[] {
    return this.#db.prepare(`select ${userColumns} from users order by name`).all() as unknown as User[];
  }

  user(name: string): User | undefined {
    return this.#db.prepare(`select ${userColumns} from users where name = ?`).get(name) as unknown as User | undefined;
  }

  /** @throws Fault api/invalid when the name is taken or the password too short. */
  async add(user: { name: string; fullName?: string | undefined; role: UserRole; password: string }, who: string): Promise<User> {
    checkPassword(user.password);
    if (this.user(user.name)) throw invalid('name', `there is already a user "${user.name}"`);
    const hash = await hashPassword(user.password);
    this.#db
      .prepare('insert into users (name, full_name, role, password, created_at) values (?, ?, ?, ?, ?)')
      .run(user.name, user.fullName || user.name, user.role, hash, this.#wall.now());
    this.audit(who, 'user.add', user.name, null, { role: user.role, fullName: user.fullName || user.name });
    return this.user(user.name)!;
  }

  /** Role and full name. The last administrator stays one. */
  change(name: string, change: { role?: UserRole | undefined; fullName?: string | undefined }, who: string): User {
    const before = this.#known(name);
    if (change.role && change.role !== 'admin') this.#keepAnAdmin(before);
    this.#db
      .prepare('update users set role = ?, full_name = ? where name = ?')
      .run(change.role ?? before.role, change.fullName ?? before.fullName, name);
    const after = this.user(name)!;
    this.audit(who, 'user.change', name, pick(before), pick(after));
    return after;
  }

  /** Ends all sessions of the user. */
  async setPassword(name: string, password: string, who: string): Promise<void> {
    this.#known(name);
    checkPassword(password);
    const hash = await hashPassword(password);
    this.#db.prepare('update users set password = ? where name = ?').run(hash, name);
    this.#db.prepare('delete from sessions where user = ?').run(name);
    this.audit(who, 'user.password', name, null, null);
  }

  remove(name: string, who: string): void {
    const before = this.#known(name);
    this.#keepAnAdmin(before);
    this.#db.prepare('delete from users where name = ?').run(name);
    this.audit(who, 'user.remove', name, pick(before), null);
  }

  async passwordOf(name: string, password: string): Promise<User | undefined> {
    const row = this.#db.prepare('select password from users where name = ?').get(name) as { password: string } | undefined;
    const fits = await passwordFits(password, row?.password ?? (await nobody));
    return row && fits ? this.user(name) : undefined;
  }

  /** The token is shown once; only its hash is kept. `days` makes it a program's token with a fixed end. */
  openSession(name: string, days?: number): { token: string; expiresAt: number } {
    const now = this.#wall.now();
    const token = randomBytes(32).toString('base64url');
    const idleMs = days === undefined ? sessionLimits.idleMs : null;
    const expiresAt = now + (days === undefined ? sessionLimits.idleMs : days * 24 * hour);
    this.#db.prepare('delete from sessions where expires_at < ?').run(now);
    this.#db
      .prepare('insert into sessions (token_hash, user, created_at, expires_at, idle_ms) values (?, ?, ?, ?, ?)')
      .run(hashOf(token), name, now, expiresAt, idleMs);
    this.#db
      .prepare(
        'delete from sessions where token_hash in (select token_hash from sessions where user = ? order by created_at desc limit -1 offset ?)',
      )
      .run(name, sessionLimits.mostPerUser);
    return { token, expiresAt };
  }

  session(token: string): Session | undefined {
    const now = this.#wall.now();
    const hash = hashOf(token);
    const row = this.#db
      .prepare('select user, created_at as createdAt, expires_at as expiresAt, idle_ms as idleMs from sessions where token_hash = ?')
      .get(hash) as { user: string; createdAt: number; expiresAt: number; idleMs: number | null } | undefined;
    if (!row || row.expiresAt < now) return undefined;
    const user = this.user(row.user);
    if (!user) return undefined;
    if (row.idleMs !== null) {
      const later = Math.min(now + row.idleMs, row.createdAt + sessionLimits.longestMs);
      // Written at most every few minutes: a live page asks often.
      if (later - row.expiresAt > 5 * 60_000) {
        this.#db.prepare('update sessions set expires_at = ? where token_hash = ?').run(later, hash);
        this.#db.prepare('update users set last_seen_at = ? where name = ?').run(now, user.name);
      }
    }
    return { user, expiresAt: row.expiresAt };
  }

  closeSession(token: string): void {
    this.#db.prepare('delete from sessions where token_hash = ?').run(hashOf(token));
  }

  audit(who: string, action: string, object: string, before: unknown, after: unknown): void {
    this.#db
      .prepare('insert into audit (at, who, action, object, before, after) values (?, ?, ?, ?, ?, ?)')
      .run(
        this.#clock.now(),
        who,
        action,
        object,
        before == null ? null : JSON.stringify(before),
        after == null ? null : JSON.stringify(after),
      );
  }

  /** Newest first. */
  auditLog(query: { limit: number; before?: number | undefined; object?: string | undefined; who?: string | undefined }): AuditEntry[] {
    const rows = this.#db
      .prepare(
        `select id, at, who, action, object, before, after from audit
         where id < ? and (? is null or object = ?) and (? is null or who = ?) order by id desc limit ?`,
      )
      .all(
        query.before ?? Number.MAX_SAFE_INTEGER,
        query.object ?? null,
        query.object ?? null,
        query.who ?? null,
        query.who ?? null,
        query.limit,
      ) as { id: number; at: number; who: string; action: string; object: string; before: string | null; after: string | null }[];
    return rows.map((row) => ({ ...row, before: parse(row.before), after: parse(row.after) }));
  }

  #known(name: string): User {
    const user = this.user(name);
    if (!user) throw new Fault('api/unknown', `There is no user "${name}"`);
    return user;
  }

  #keepAnAdmin(user: User): void {
    if (user.role === 'admin' && this.users().filter(({ role }) => role === 'admin').length === 1) {
      throw invalid('role', 'the last administrator must stay one');
    }
  }
}

function checkPassword(password: string): void {
  if (password.length < passwordLength.min || password.length > passwordLength.max) {
    throw invalid('password', `a password has ${passwordLength.min} to ${passwordLength.max} characters`);
  }
}

const invalid = (field: string, message: string) => new Fault('api/invalid', message, { detail: { errors: [{ field, message }] } });
const pick = ({ role, fullName }: User) => ({ role, fullName });
const parse = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
