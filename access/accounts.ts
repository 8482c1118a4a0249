/** Users, sessions and the audit log, in the operations database. */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Database, forgetUser, openDatabase, readRecord, where } from '../desk/index.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import { isUnwritable } from '../shared/damaged.ts';
import { Fault } from '../shared/errors.ts';
import { operationsFile } from '../shared/role.ts';
import { type Cost, hashPassword, passwordFits, passwordLength } from './password.ts';
import { type UserRole, userRoles } from './permissions.ts';
import { programNames } from './user-name.ts';

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

const userRow = z.object({
  name: z.string(),
  fullName: z.string(),
  role: z.enum(userRoles),
  createdAt: z.number(),
  lastSeenAt: z.number().nullable(),
});
const userColumns = 'name, full_name as fullName, role, created_at as createdAt, last_seen_at as lastSeenAt';
const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');
/** Compared against when there is no such user, so that both take the same time. */
let nobody: Promise<string> | undefined;

interface SessionRow {
  user: string;
  createdAt: number;
  expiresAt: number;
  idleMs: number | null;
}
/** Kept in memory while the disk is full. */
const mostFleeting = 500;

export class Accounts implements Disposable {
  readonly #db: Database;
  readonly #ownsDb: boolean;
  readonly #clock: Clock;
  readonly #wall: Clock;
  /** Called after sessions ended here; what another process ends (`plantroom user`) is seen by who looks. */
  onEnded: () => void = () => undefined;

  /** @param shared the operations database where the caller has it open already, so that a move and its audit row are one transaction */
  /** Sessions that could not be written: the disk is full. They end with this process. */
  readonly #fleeting = new Map<string, SessionRow>();
  readonly #unwritten: { at: number; who: string; action: string; object: string }[] = [];

  /** Sessions run on the wall clock: people sign in by real time even where plant time runs faster. The audit log carries plant time. */
  constructor(dataDir: string, clock: Clock, wall: Clock = systemClock(), shared?: Database) {
    this.#clock = clock;
    this.#wall = wall;
    this.#db = shared ?? openDatabase(operationsFile(dataDir));
    this.#ownsDb = shared === undefined;
  }

  [Symbol.dispose](): void {
    if (this.#ownsDb) this.#db[Symbol.dispose]();
  }

  users(): User[] {
    return this.#db.all<object>(`select ${userColumns} from users order by name`).flatMap((row) => this.#checked(row) ?? []);
  }

  user(name: string): User | undefined {
    const row = this.#db.get<object>(`select ${userColumns} from users where name = ?`, name);
    return row && this.#checked(row);
  }

  /**
   * @param cost of the hash, where the usual one is too slow: many users of a test.
   * @throws Fault api/invalid when the name is taken or the password too short.
   */
  async add(
    user: { name: string; fullName?: string | undefined; role: UserRole; password: string },
    who: string,
    cost?: Cost,
  ): Promise<User> {
    checkPassword(user.password);
    if (programNames.has(user.name)) throw invalid('name', 'is a name of the program itself');
    this.#keepFree(user.name);
    const hash = await hashPassword(user.password, cost);
    this.#db.transact(() => {
      // Somebody may have added the same while the hash was worked out.
      this.#keepFree(user.name);
      const sql = 'insert into users (name, full_name, role, password, created_at) values (?, ?, ?, ?, ?)';
      this.#db.run(sql, user.name, user.fullName || user.name, user.role, hash, this.#wall.now());
      this.audit(who, 'user.add', user.name, null, { role: user.role, fullName: user.fullName || user.name });
    });
    return this.user(user.name)!;
  }

  /** Role and full name. The last administrator stays one. */
  change(name: string, change: { role?: UserRole | undefined; fullName?: string | undefined }, who: string): User {
    return this.#db.transact(() => {
      const before = this.#known(name);
      if (change.role && change.role !== 'admin') this.#keepAnAdmin(before);
      const sql = 'update users set role = ?, full_name = ? where name = ?';
      this.#db.run(sql, change.role ?? before.role, change.fullName ?? before.fullName, name);
      const after = this.user(name)!;
      this.audit(who, 'user.change', name, pick(before), pick(after));
      return after;
    });
  }

  /** Ends all sessions of the user. */
  async setPassword(name: string, password: string, who: string): Promise<void> {
    this.#known(name);
    checkPassword(password);
    const hash = await hashPassword(password);
    this.#db.transact(() => {
      this.#known(name);
      this.#db.run('update users set password = ? where name = ?', hash, name);
      this.#db.run('delete from sessions where user = ?', name);
      this.audit(who, 'user.password', name, null, null);
    });
    this.onEnded();
  }

  /** With sessions, calendar address, push subscriptions and open links, so that they are not those of a later user of this name. */
  remove(name: string, who: string): void {
    this.#db.transact(() => {
      const before = this.#known(name);
      this.#keepAnAdmin(before);
      this.#db.run('delete from users where name = ?', name);
      forgetUser(this.#db, name, this.#wall.now());
      this.audit(who, 'user.remove', name, pick(before), null);
    });
    this.onEnded();
  }

  async passwordOf(name: string, password: string): Promise<User | undefined> {
    const row = this.#db.get<{ password: string }>('select password from users where name = ?', name);
    nobody ??= hashPassword(randomBytes(16).toString('hex'));
    const other = await nobody;
    const fits = await passwordFits(password, row?.password ?? other);
    return row && fits ? this.user(name) : undefined;
  }

  /** The token is shown once; only its hash is kept. `days` makes it a program's token with a fixed end. */
  openSession(name: string, days?: number): { token: string; expiresAt: number } {
    const now = this.#wall.now();
    const token = randomBytes(32).toString('base64url');
    const idleMs = days === undefined ? sessionLimits.idleMs : null;
    const expiresAt = now + (days === undefined ? sessionLimits.idleMs : days * 24 * hour);
    const keep = () =>
      this.#db.transact(() => {
        this.#db.run('delete from sessions where expires_at < ?', now);
        const sql = 'insert into sessions (token_hash, user, created_at, expires_at, idle_ms) values (?, ?, ?, ?, ?)';
        this.#db.run(sql, hashOf(token), name, now, expiresAt, idleMs);
        // Who has just signed in is at work.
        this.#db.run('update users set last_seen_at = ? where name = ?', now, name);
        const oldest = 'select token_hash from sessions where user = ? order by created_at desc limit -1 offset ?';
        this.#db.run(`delete from sessions where token_hash in (${oldest})`, name, sessionLimits.mostPerUser);
      });
    if (!this.#tryWrite(keep)) {
      if (this.#fleeting.size >= mostFleeting) this.#fleeting.delete(this.#fleeting.keys().next().value as string);
      this.#fleeting.set(hashOf(token), { user: name, createdAt: now, expiresAt, idleMs });
    }
    this.onEnded();
    return { token, expiresAt };
  }

  session(token: string): Session | undefined {
    const now = this.#wall.now();
    const hash = hashOf(token);
    const row =
      this.#fleeting.get(hash) ??
      this.#db.get<SessionRow>(
        'select user, created_at as createdAt, expires_at as expiresAt, idle_ms as idleMs from sessions where token_hash = ?',
        hash,
      );
    if (!row || row.expiresAt < now) return undefined;
    const user = this.user(row.user);
    if (!user) return undefined;
    if (row.idleMs !== null) {
      const later = Math.min(now + row.idleMs, row.createdAt + sessionLimits.longestMs);
      // Written at most every few minutes: a live page asks often.
      if (later - row.expiresAt > 5 * 60_000) {
        this.#tryWrite(() =>
          this.#db.transact(() => {
            this.#db.run('update sessions set expires_at = ? where token_hash = ?', later, hash);
            this.#db.run('update users set last_seen_at = ? where name = ?', now, user.name);
          }),
        );
      }
    }
    return { user, expiresAt: row.expiresAt };
  }

  /** @throws when it stands in the file and the file cannot be written: then it is not closed, and must not seem so */
  closeSession(token: string): void {
    if (!this.#fleeting.delete(hashOf(token))) this.#db.run('delete from sessions where token_hash = ?', hashOf(token));
    this.onEnded();
  }

  audit(who: string, action: string, object: string, before: unknown, after: unknown): void {
    const sql = 'insert into audit (at, who, action, object, before, after) values (?, ?, ?, ?, ?, ?)';
    this.#db.run(sql, this.#clock.now(), who, action, object, textOf(before), textOf(after));
  }

  /** The same for signing in and out: nobody is kept out because the disk is full. What could not be written is written as soon as it can be. */
  note(who: string, action: string, object: string): void {
    if (this.#unwritten.length >= mostFleeting) this.#unwritten.shift();
    this.#unwritten.push({ at: this.#clock.now(), who, action, object });
    const written = this.#tryWrite(() =>
      this.#db.transact(() => {
        const sql = 'insert into audit (at, who, action, object, before, after) values (?, ?, ?, ?, null, null)';
        for (const entry of this.#unwritten) this.#db.run(sql, entry.at, entry.who, entry.action, entry.object);
      }),
    );
    if (written) this.#unwritten.length = 0;
  }

  /** Has this user signed in from there since then? */
  hasSignedInFrom(name: string, address: string, since: number): boolean {
    const sql = "select 1 from audit where who = ? and action = 'login' and object = ? and at >= ? limit 1";
    return this.#db.get(sql, name, address, since) !== undefined;
  }

  /** False: the disk takes nothing now. */
  #tryWrite(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      return false;
    }
  }

  /** Newest first. */
  auditLog(query: { limit: number; before?: number | undefined; object?: string | undefined; who?: string | undefined }): AuditEntry[] {
    const { sql, values } = where({ 'id < ?': query.before, 'object = ?': query.object, 'who = ?': query.who });
    return this.#db
      .all<{ id: number; at: number; who: string; action: string; object: string; before: string | null; after: string | null }>(
        `select id, at, who, action, object, before, after from audit where ${sql} order by id desc limit ?`,
        ...values,
        query.limit,
      )
      .map((row) => ({ ...row, before: this.#parsed(row.before, row.id), after: this.#parsed(row.after, row.id) }));
  }

  /** A user of a role that this version does not know may do nothing, and is no reason to stop. */
  #checked(row: object): User | undefined {
    const found = userRow.safeParse(row);
    if (found.success) return found.data;
    const { name } = row as { name: string };
    const reason = found.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    this.#db.setAside({ place: 'users', row: name, reason, content: JSON.stringify(row) }, this.#clock.now());
    return undefined;
  }

  #parsed(text: string | null, id: number): unknown {
    return text === null ? null : readRecord(this.#db, z.unknown(), text, 'audit', String(id), this.#clock.now());
  }

  #known(name: string): User {
    const user = this.user(name);
    if (!user) throw new Fault('api/unknown', `There is no user "${name}"`);
    return user;
  }

  #keepFree(name: string): void {
    if (this.user(name)) throw invalid('name', `there is already a user "${name}"`);
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
const textOf = (value: unknown) => (value == null ? null : JSON.stringify(value));
