/**
 * Test notices: one that somebody asked for in the console, and the weekly one to each person, who confirms it by his link. The console writes down
 * what is asked, the notifier sends it and says what came of it; so it works also where they are two processes, and proves that both are there.
 */
import { createHash, randomBytes } from 'node:crypto';
import { weekdays } from '../shared/alarm-path.ts';
import type { SiteConfig } from '../shared/site.ts';
import { dueTimes } from './book-schedule.ts';
import type { Database } from './database.ts';

export type TestState = 'waiting' | 'sending' | 'sent' | 'failed';

export interface TestNotice {
  id: number;
  /** Plant time at which the weekly one was due; null when somebody asked for it. */
  round: number | null;
  channel: string;
  /** null: a group. */
  person: string | null;
  askedBy: string;
  /** Plant time, as is the next. */
  askedAt: number;
  sentAt: number | null;
  state: TestState;
  attempts: number;
  /** What the receiver said; why it failed. */
  answer: string | null;
  error: string | null;
  /** Plant time. */
  confirmedAt: number | null;
  confirmedBy: string | null;
  /** Real time at which its link ends. */
  endsAt: number | null;
}

const columns = `id, round, channel, person, asked_by AS askedBy, asked_at AS askedAt, sent_at AS sentAt, state, attempts, answer, error,
  confirmed_at AS confirmedAt, confirmed_by AS confirmedBy, ends_at AS endsAt`;
const dayMs = 86_400_000;
/** A confirmation is taken so long: until the next one comes. */
const linkMs = 7 * dayMs;
const tokenForm = /^[A-Za-z0-9_-]{22}$/;
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

export function openTestNotices(db: Database) {
  const find = (id: number) => db.get<TestNotice>(`SELECT ${columns} FROM test_notices WHERE id = ?`, id);
  return {
    ask(one: { channel: string; person: string | null; by: string; round?: number }, plantNow: number, realNow: number): number {
      return db.run(
        `INSERT INTO test_notices (round, channel, person, asked_by, asked_at, state, attempts, due_at) VALUES (?,?,?,?,?,'waiting',0,?)`,
        one.round ?? null,
        one.channel,
        one.person,
        one.by,
        plantNow,
        realNow,
      ).lastInsertRowid;
    },
    find,
    due: (realNow: number): TestNotice[] =>
      db.all<TestNotice>(`SELECT ${columns} FROM test_notices WHERE state = 'waiting' AND due_at <= ? ORDER BY id LIMIT 50`, realNow),
    sending(id: number, realNow: number): void {
      db.run("UPDATE test_notices SET state = 'sending', attempts = attempts + 1, tried_at = ? WHERE id = ?", realNow, id);
    },
    /** The secret of the link by which the person confirms; each try has a new one. */
    link(id: number, realNow: number): string {
      const token = randomBytes(16).toString('base64url');
      db.run('UPDATE test_notices SET hash = ?, ends_at = ? WHERE id = ?', hashOf(token), realNow + linkMs, id);
      return token;
    },
    sent(id: number, answer: string, plantNow: number): void {
      db.run("UPDATE test_notices SET state = 'sent', answer = ?, error = NULL, sent_at = ? WHERE id = ?", answer, plantNow, id);
    },
    failed(id: number, error: string, againAt: number | null): void {
      const state = againAt === null ? 'failed' : 'waiting';
      db.run('UPDATE test_notices SET state = ?, error = ?, due_at = coalesce(?, due_at) WHERE id = ?', state, error, againAt, id);
    },
    /** After a start: what was on its way when the program ended. */
    resume(): void {
      db.run(
        `UPDATE test_notices SET state = CASE WHEN round IS NULL THEN 'failed' ELSE 'waiting' END,
           error = 'the program ended while it was being sent' WHERE state = 'sending'`,
      );
    },
    byToken(token: string): TestNotice | undefined {
      if (!tokenForm.test(token)) return undefined;
      return db.get<TestNotice>(`SELECT ${columns} FROM test_notices WHERE hash = ?`, hashOf(token));
    },
    /** False when it was confirmed before. */
    confirm: (id: number, by: string, plantNow: number): boolean =>
      db.run('UPDATE test_notices SET confirmed_at = ?, confirmed_by = ? WHERE id = ? AND confirmed_at IS NULL', plantNow, by, id).changes >
      0,
    lastRound: (): number | undefined =>
      db.get<{ round: number | null }>('SELECT max(round) AS round FROM test_notices')?.round ?? undefined,
    ofRound: (round: number): TestNotice[] =>
      db.all<TestNotice>(`SELECT ${columns} FROM test_notices WHERE round = ? ORDER BY person, id`, round),
    /** Asked for by hand, newest first. */
    byHand: (limit: number): TestNotice[] =>
      db.all<TestNotice>(`SELECT ${columns} FROM test_notices WHERE round IS NULL ORDER BY id DESC LIMIT ?`, limit),
    prune(before: number): void {
      db.run("DELETE FROM test_notices WHERE asked_at < ? AND state IN ('sent', 'failed')", before);
    },
  };
}
export type TestNotices = ReturnType<typeof openTestNotices>;

/** The next weekly test after `t`, plant time; undefined when none is held. */
export function nextTest(site: Pick<SiteConfig, 'site' | 'weekly_test'>, t: number): number | undefined {
  const { enabled, day, at } = site.weekly_test;
  if (!enabled) return undefined;
  const schedule = { at: [at], days: [weekdays.indexOf(day) + 1] };
  return dueTimes(schedule, site.site.timezone, t + 1, t + 8 * dayMs)[0];
}

/** What the weekly test found of one person: the best of his channels counts. */
export interface TestedPerson {
  person: string;
  state: 'confirmed' | 'unconfirmed' | 'unreached' | 'under-way';
  confirmedAt: number | null;
  channels: Pick<TestNotice, 'channel' | 'state' | 'error' | 'confirmedAt'>[];
}

export function testedPeople(notices: readonly TestNotice[]): TestedPerson[] {
  const people = new Map<string, TestNotice[]>();
  for (const one of notices) if (one.person !== null) people.set(one.person, [...(people.get(one.person) ?? []), one]);
  return [...people].map(([person, own]) => {
    const confirmed = own.find(({ confirmedAt }) => confirmedAt !== null);
    const state = confirmed
      ? 'confirmed'
      : own.some((one) => one.state === 'sent')
        ? 'unconfirmed'
        : own.every((one) => one.state === 'failed')
          ? 'unreached'
          : 'under-way';
    return {
      person,
      state,
      confirmedAt: confirmed?.confirmedAt ?? null,
      channels: own.map(({ channel, state: how, error, confirmedAt }) => ({ channel, state: how, error, confirmedAt })),
    };
  });
}
