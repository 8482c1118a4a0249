/**
 * Everything that happened around one occurrence of an alarm, in the order of time: its moves, who was told and what came of it, whose screen showed
 * it, steps that reached nobody, answers from the phone, and its ticket up to the signature. What an inspector asks for, from the records alone.
 */
import type { AnswerKind } from './answer-links.ts';
import type { Database } from './database.ts';
import { consoleChannel, type Deliveries, type DeliveryState } from './deliveries.ts';
import type { Desk, JournalEntry } from './desk.ts';
import { openReceipts } from './receipts.ts';

export const trailKinds = ['move', 'ticket', 'message', 'receipt', 'called', 'silence', 'answer'] as const;
/**
 * move: of the alarm. ticket: of its ticket. message: a notice to a person or group. receipt: a screen showed it. called: a step of the escalation told
 * somebody. silence: a step reached nobody. answer: somebody passed on or declined by his link.
 */
export type TrailKind = (typeof trailKinds)[number];

export interface TrailEntry {
  /** Plant time; of a message when the receiver took it, and when it was owed as long as none has. */
  t: number;
  kind: TrailKind;
  /** Of the journal; the step of a message; `shown`, `sounded` of a receipt; told, unreachable, empty, no-channel, no-address, passed, declined. */
  event: string;
  /** Person, group (null), or `engine`. */
  who: string | null;
  from: string | null;
  to: string | null;
  /** Words that were left, what the receiver said, or why it failed. */
  why: string | null;
  channel: string | null;
  ticket: string | null;
  state: DeliveryState | null;
  attempts: number | null;
  /** Milliseconds of the plant from owing a message to its being taken. */
  tookMs: number | null;
  /** Somebody should have been reached and was not, or a rule was overridden. */
  bad: boolean;
}

export interface Trail {
  occurrence: number;
  /** How many there were. */
  occurrences: number;
  entries: TrailEntry[];
}

const most = 1_000;
const none = { from: null, to: null, why: null, channel: null, ticket: null, state: null, attempts: null, tookMs: null, bad: false };

interface Step {
  at: number;
  targets: string;
  outcome: string;
  told: string;
}

/** @returns undefined when there is no such alarm, or it had no such occurrence */
export function trailOf(
  { db, desk, deliveries }: { db: Database; desk: Desk; deliveries: Deliveries },
  id: string,
  wanted?: number,
): Trail | undefined {
  const alarm = desk.alarm(id);
  const occurrence = wanted ?? alarm?.occurrence ?? 0;
  if (!alarm || occurrence > alarm.occurrence || occurrence < Math.min(1, alarm.occurrence)) return undefined;
  const span = spanOf(db, id, alarm.occurrence - occurrence);
  const within = (t: number) => t >= span.from && t < span.to;
  const byLink = new Map(
    db
      .all<{ person: string; answer: AnswerKind }>(
        'SELECT person, answer FROM answer_links WHERE alarm = ? AND occurrence = ? AND answer IS NOT NULL',
        id,
        occurrence,
      )
      .map(({ person, answer }) => [person, answer]),
  );
  const moves = desk
    .journal({ kind: 'alarm', id, limit: most })
    .toReversed()
    .filter(({ seq, t }) => (span.seq === undefined ? within(t) : seq >= span.seq) && seq < span.end)
    .map((entry) => moved(entry, 'move', byLink.get(entry.who) === 'take' && entry.event === 'acknowledge' ? 'take' : entry.event));
  const ticketMoves = desk
    .tickets({ alarm: id, state: 'all', limit: 50 })
    .flatMap((ticket) => desk.journal({ kind: 'ticket', id: ticket.id, limit: most }).toReversed())
    .filter(({ t }) => within(t))
    .map((entry) => moved(entry, 'ticket', entry.event));
  const messages = deliveries
    .deliveriesOf(id, occurrence)
    .filter(({ channel }) => channel !== consoleChannel)
    .map(
      (one): TrailEntry => ({
        ...none,
        t: one.sentAt ?? one.createdAt,
        kind: 'message',
        event: one.step,
        who: one.person,
        why: one.state === 'failed' || one.state === 'waiting' ? one.lastError : one.answer,
        channel: one.channel,
        state: one.state,
        attempts: one.attempts,
        tookMs: one.sentAt === null ? null : one.sentAt - one.createdAt,
        bad: one.state === 'failed',
      }),
    );
  const receipts = openReceipts(db)
    .of(id, occurrence)
    .flatMap(({ user, shownAt, soundedAt }): TrailEntry[] => [
      { ...none, t: shownAt, kind: 'receipt', event: soundedAt === null ? 'shown' : 'sounded', who: user, channel: consoleChannel },
    ]);
  const steps = db
    .all<Step>('SELECT at, targets, outcome, told FROM escalation_log WHERE alarm = ? AND occurrence = ? ORDER BY id', id, occurrence)
    .map(stepped);
  // Of one moment: what moved first, in the order of the journal, then who was called, then what was sent.
  const order = (one: TrailEntry) => trailKinds.indexOf(one.kind);
  const entries = [...moves, ...steps, ...messages, ...receipts, ...ticketMoves];
  return { occurrence, occurrences: alarm.occurrence, entries: entries.sort((a, b) => a.t - b.t || order(a) - order(b)) };
}

/** From the raise of the occurrence that lies so many before the last, up to the next one. Without that raise in the journal: everything before it. */
function spanOf(db: Database, id: string, back: number): { from: number; to: number; seq: number | undefined; end: number } {
  const raises = db.all<{ seq: number; t: number }>(
    "SELECT seq, t FROM journal WHERE kind = 'alarm' AND id = ? AND event = 'raise' ORDER BY seq DESC LIMIT ?",
    id,
    back + 1,
  );
  const own = raises[back];
  const next = back === 0 ? undefined : raises[back - 1];
  return { from: own?.t ?? 0, to: next?.t ?? Number.MAX_SAFE_INTEGER, seq: own?.seq, end: next?.seq ?? Number.MAX_SAFE_INTEGER };
}

const moved = ({ t, who, from, to, why, detail, id, kind: of }: JournalEntry, kind: 'move' | 'ticket', event: string): TrailEntry => ({
  ...none,
  t,
  kind,
  event,
  who,
  from,
  to,
  why: why ?? (event === 'assign' && typeof detail.assignee === 'string' ? detail.assignee : null),
  ticket: of === 'ticket' ? id : null,
  bad: detail.override === true,
});

function stepped({ at, targets, outcome, told }: Step): TrailEntry {
  const names = list(told).flatMap((one) => (typeof one === 'object' && one !== null && 'person' in one ? [one.person] : []));
  const answered = outcome === 'passed' || outcome === 'declined';
  const person = names.find((name) => typeof name === 'string') as string | undefined;
  return {
    ...none,
    t: at,
    kind: answered ? 'answer' : outcome === 'told' ? 'called' : 'silence',
    event: outcome,
    who: answered ? (person ?? null) : 'engine',
    why: answered ? null : list(targets).join(', '),
    bad: !answered && outcome !== 'told',
  };
}

function list(text: string): unknown[] {
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}
