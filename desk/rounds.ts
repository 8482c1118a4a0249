/** Rounds in the operations database: what was due, as the plan said then, and what was answered. Answers are added; a missed round stays missed. */
import { z } from 'zod';
import { Fault } from '../shared/errors.ts';
import { type Plan, planSchema, type RoundAnswer } from '../shared/plant.ts';
import type { Database } from './database.ts';

export interface Round {
  id: number;
  plan: string;
  due: number;
  /** Seen as missed after this. */
  deadline: number;
  /** As it was when the round was made. */
  body: Plan;
  missedAt: number | null;
  doneAt: number | null;
  doneBy: string | null;
  /** What the run-hour counter showed when it was done. */
  hours: number | null;
}
export interface AnsweredItem extends RoundAnswer {
  id: number;
  asset: string;
  who: string;
  at: number;
}
/** `late`: done after it was seen as missed. */
export const roundState = ({ doneAt, missedAt }: Pick<Round, 'doneAt' | 'missedAt'>): 'due' | 'done' | 'late' | 'missed' =>
  doneAt === null ? (missedAt === null ? 'due' : 'missed') : missedAt === null ? 'done' : 'late';

export interface Rounds {
  /** Does nothing where this time of the plan has a round already. @returns whether it is new */
  make(plan: Plan, due: number, at: number): boolean;
  get(id: number): Round | undefined;
  /** Due in this time; newest first. */
  list(from: number, to: number): Round[];
  /** Neither done nor seen as missed. */
  open(): Round[];
  last(plan: string): Round | undefined;
  lastDone(plan: string): Round | undefined;
  before(round: Round): Round | undefined;
  miss(id: number, at: number): void;
  /** The latest of each thing counts. */
  answers(id: number): AnsweredItem[];
  /** @throws Fault desk/unknown */
  answer(id: number, asset: string, answer: RoundAnswer, by: { who: string; at: number }, hours: number | null): Round;
}

interface Row {
  id: number;
  plan: string;
  due: number;
  deadline: number;
  body: string;
  made_at: number;
  missed_at: number | null;
  done_at: number | null;
  done_by: string | null;
  hours: number | null;
}
const value = z.union([z.number(), z.null()]);
const answerRecord = z.object({
  checks: z.record(z.string(), z.object({ ok: z.boolean(), words: z.string().optional() })),
  values: z.record(
    z.string(),
    z.object({
      v: value,
      from: z.enum(['reading', 'person', 'corrected']),
      t: z.number().optional(),
      quality: z.enum(['good', 'bad']).optional(),
      was: value.optional(),
      reason: z.string().optional(),
    }),
  ),
  findings: z.array(z.string()),
  ticket: z.string().nullable(),
});

export function openRounds(db: Database): Rounds {
  /** Undefined where it cannot be read: set aside, the others go on. */
  function read<T>(place: string, row: { id: number; body: string }, schema: z.ZodType<T>, at: number): T | undefined {
    let reason = 'no JSON';
    try {
      const found = schema.safeParse(JSON.parse(row.body));
      if (found.success) return found.data;
      reason = found.error.message;
    } catch {
      // Told below, with the text that stands there.
    }
    db.setAside({ place, row: String(row.id), reason, content: row.body }, at);
    return undefined;
  }
  const whole = (row: Row): Round[] => {
    const body = read('rounds', row, planSchema as unknown as z.ZodType<Plan>, row.made_at);
    const { id, plan, due, deadline, missed_at: missedAt, done_at: doneAt, done_by: doneBy, hours } = row;
    return body ? [{ id, plan, due, deadline, body, missedAt, doneAt, doneBy, hours }] : [];
  };
  const one = (where: string, ...values: (string | number)[]) =>
    db.all<Row>(`SELECT * FROM rounds WHERE ${where} LIMIT 1`, ...values).flatMap(whole)[0];
  const rounds: Rounds = {
    make: (plan, due, at) =>
      db.run(
        'INSERT OR IGNORE INTO rounds (plan, due, deadline, body, made_at) VALUES (?,?,?,?,?)',
        ...([plan.id, due, due + plan.grace_minutes * 60_000, JSON.stringify(plan), at] as const),
      ).changes > 0,
    get: (id) => one('id = ?', id),
    list: (from, to) =>
      db.all<Row>('SELECT * FROM rounds WHERE due >= ? AND due < ? ORDER BY due DESC, id DESC LIMIT 2000', from, to).flatMap(whole),
    open: () => db.all<Row>('SELECT * FROM rounds WHERE done_at IS NULL AND missed_at IS NULL ORDER BY due').flatMap(whole),
    last: (plan) => one('plan = ? ORDER BY due DESC', plan),
    lastDone: (plan) => one('plan = ? AND done_at IS NOT NULL ORDER BY done_at DESC', plan),
    before: ({ plan, due }) => one('plan = ? AND due < ? ORDER BY due DESC', plan, due),
    miss: (id, at) => void db.run('UPDATE rounds SET missed_at = ? WHERE id = ? AND missed_at IS NULL AND done_at IS NULL', at, id),
    answers(id) {
      const latest = new Map<string, AnsweredItem>();
      for (const row of db.all<{ id: number; asset: string; body: string; who: string; at: number }>(
        'SELECT id, asset, body, who, at FROM round_answers WHERE round = ? ORDER BY id',
        id,
      )) {
        const answer = read('round_answers', row, answerRecord, row.at);
        if (answer) latest.set(row.asset, { ...answer, id: row.id, asset: row.asset, who: row.who, at: row.at });
      }
      return [...latest.values()];
    },
    answer(id, asset, answer, { who, at }, hours) {
      return db.transact(() => {
        const round = rounds.get(id);
        if (!round?.body.items.some((item) => item.asset === asset))
          throw new Fault('desk/unknown', `round ${id} does not come to "${asset}"`);
        db.run('INSERT INTO round_answers (round, asset, body, who, at) VALUES (?,?,?,?,?)', id, asset, JSON.stringify(answer), who, at);
        const answered = new Set(rounds.answers(id).map((item) => item.asset));
        if (round.doneAt === null && round.body.items.every((item) => answered.has(item.asset)))
          db.run('UPDATE rounds SET done_at = ?, done_by = ?, hours = ? WHERE id = ?', at, who, hours, id);
        return rounds.get(id) ?? round;
      });
    },
  };
  return rounds;
}
