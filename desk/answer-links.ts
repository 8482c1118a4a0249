/**
 * One-time links: one person answers one notice without signing in. The secret is 128 bits at random and only its hash is kept, so that whoever
 * reads the database cannot answer in somebody's name. A notice that was tried twice has two links, and an answer by one uses up both.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Language } from '../shared/text.ts';
import type { Database } from './database.ts';

export const answerKinds = ['take', 'pass', 'cannot'] as const;
export type AnswerKind = (typeof answerKinds)[number];

export interface AnswerLink {
  /** Key of the notice that carried it. */
  delivery: string;
  alarm: string;
  occurrence: number;
  person: string;
  language: Language;
  /** Real time. */
  endsAt: number;
  usedAt: number | null;
  answer: AnswerKind | null;
}

export interface AnswerLinks {
  /** The secret of a new link; it is told once and never again. */
  make(link: Pick<AnswerLink, 'delivery' | 'alarm' | 'occurrence' | 'person' | 'language'>, now: number): string;
  find(token: string): AnswerLink | undefined;
  /** False when it was used before. Call inside the transaction of what the answer does. */
  use(link: AnswerLink, answer: AnswerKind, now: number): boolean;
  /**
   * Writes down that the person does not take it, plant time `now`.
   * @param steps how many the escalation of this alarm has; the next is called at once. 0: the others of this step are still called, and none is called yet
   * @returns false when nobody more is on the list, or the alarm calls nobody any more
   */
  passOn(link: AnswerLink, answer: AnswerKind, now: number, steps: number): boolean;
  /** Persons who were told of this occurrence, and what each has answered. */
  told(alarm: string, occurrence: number): { person: string; answer: AnswerKind | null }[];
}

const dayMs = 86_400_000;
/** A link that has ended is still known for so long, so that it is refused with its reason. */
const rememberedMs = 30 * dayMs;
const tokenForm = /^[A-Za-z0-9_-]{22}$/;
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

export function openAnswerLinks(db: Database): AnswerLinks {
  return {
    make({ delivery, alarm, occurrence, person, language }, now) {
      const token = randomBytes(16).toString('base64url');
      db.transact(() => {
        db.run('DELETE FROM answer_links WHERE ends_at < ?', now - rememberedMs);
        db.run(
          'INSERT INTO answer_links (hash, delivery, alarm, occurrence, person, language, made_at, ends_at) VALUES (?,?,?,?,?,?,?,?)',
          hashOf(token),
          delivery,
          alarm,
          occurrence,
          person,
          language,
          now,
          now + dayMs,
        );
      });
      return token;
    },
    find(token) {
      if (!tokenForm.test(token)) return undefined;
      return db.get<AnswerLink>(
        `SELECT delivery, alarm, occurrence, person, language, ends_at AS endsAt, used_at AS usedAt, answer FROM answer_links WHERE hash = ?`,
        hashOf(token),
      );
    },
    use({ delivery }, answer, now) {
      if (db.get('SELECT 1 FROM answer_links WHERE delivery = ? AND used_at IS NOT NULL', delivery)) return false;
      db.run('UPDATE answer_links SET used_at = ?, answer = ? WHERE delivery = ?', now, answer, delivery);
      return true;
    },
    passOn({ alarm, occurrence, person }, answer, now, steps) {
      const row = db.get<{ step: number; times: number; due_at: number | null }>(
        'SELECT step, times, due_at FROM escalations WHERE alarm = ? AND occurrence = ? AND ended_at IS NULL',
        alarm,
        occurrence,
      );
      // While a step repeats it stays the current one; passed on is to the step after it.
      const next = row && row.step + (row.times > 0 ? 1 : 0);
      const waits = row !== undefined && row.due_at !== null && next !== undefined && next < steps;
      db.run(
        'INSERT INTO escalation_log (alarm, occurrence, at, step, targets, outcome, told) VALUES (?,?,?,?,?,?,?)',
        alarm,
        occurrence,
        now,
        row?.step ?? 0,
        '[]',
        answer === 'pass' ? 'passed' : 'declined',
        JSON.stringify([{ person, channel: null }]),
      );
      if (!waits) return false;
      db.run('UPDATE escalations SET step = ?, times = 0, due_at = MIN(due_at, ?) WHERE alarm = ?', next, now, alarm);
      return true;
    },
    told: (alarm, occurrence) =>
      db.all<{ person: string; answer: AnswerKind | null }>(
        `SELECT d.person AS person, (SELECT a.answer FROM answer_links a WHERE a.alarm = d.alarm AND a.occurrence = d.occurrence
           AND a.person = d.person AND a.answer IS NOT NULL ORDER BY a.used_at DESC LIMIT 1) AS answer
         FROM deliveries d WHERE d.alarm = ? AND d.occurrence = ? AND d.person IS NOT NULL AND d.state IN ('sent','summarised')
         GROUP BY d.person ORDER BY MIN(d.rowid)`,
        alarm,
        occurrence,
      ),
  };
}
