/**
 * Calls the next when nobody answers. The state of each alarm is a row of the operations database, so a restart goes on where it was; times are plant
 * time. A step that reaches nobody passes on in the same transaction, and says so in the log. It ends when somebody acknowledges, or the
 * alarm goes or is hidden; an alarm that comes back before anybody has answered goes on at its step, so that one which flutters still climbs.
 */
import { alarmIn, type Database, type JournalEntry } from '../desk/index.ts';
import type { Alarm } from '../shared/alarm.ts';
import type { Clock } from '../shared/clock.ts';
import { type EscalationStep, escalationSteps } from '../shared/escalation.ts';
import type { Log } from '../shared/log.ts';
import type { Person, SiteConfig } from '../shared/site.ts';
import type { Route } from './intake.ts';
import type { Ledger, Owed } from './ledger.ts';
import { type AskOnCall, takes } from './recipients.ts';

export interface EscalationOptions {
  db: Database;
  ledger: Ledger;
  site: SiteConfig;
  routes: readonly Route[];
  onCall: AskOnCall;
  /** Do notices go out over it, as far as one knows? */
  works(channel: string): boolean;
  clock: Clock;
  wire: Clock;
  log: Log;
}

export interface Escalation {
  /** An alarm has called: begins, or goes on. `name` begins the keys of its deliveries. Call inside a transaction. */
  begin(alarm: Alarm, entry: JournalEntry, name: readonly string[]): void;
  /** A move that may end it. Call inside a transaction. */
  follow(entry: JournalEntry): void;
  /** Takes every step that is due; true when somebody is to be told since. */
  look(): boolean;
  /** A try did not reach its receiver: the next channel at once, and where there is none the next step. */
  failed(owed: Owed, channel: string): void;
}

interface Row {
  alarm: string;
  occurrence: number;
  name: string;
  seq: number;
  step: number;
  times: number;
  calls: number;
  begun_at: number;
  due_at: number | null;
  ended_at: number | null;
  ended: string | null;
}

/** An unanswered alarm that comes back so soon is the same call. */
const sameCallMs = 30 * 60_000;
const ends: Readonly<Partial<Record<JournalEntry['event'], string>>> = {
  acknowledge: 'acknowledged',
  reset: 'acknowledged',
  clear: 'returned',
  shelve: 'hidden',
  suppress: 'hidden',
  'out-of-service': 'hidden',
};

export function openEscalation({ db, ledger, site, routes, onCall, works, clock, wire, log }: EscalationOptions): Escalation {
  const rowOf = (alarm: string) => db.get<Row>('SELECT * FROM escalations WHERE alarm = ?', alarm);
  const schedule = (alarm: string, change: Partial<Pick<Row, 'step' | 'times' | 'calls' | 'due_at'>>) => {
    const row = rowOf(alarm);
    if (!row) return;
    const next = { ...row, ...change };
    db.run(
      'UPDATE escalations SET step = ?, times = ?, calls = ?, due_at = ? WHERE alarm = ?',
      next.step,
      next.times,
      next.calls,
      next.due_at,
      alarm,
    );
  };
  const peopleOf = (target: string, alarm: Alarm): Person[] => {
    if (target === 'duty' || target === 'head' || target === 'logistics' || target === 'contractor') return onCall(alarm, target);
    return site.people.filter((person) => person.id === target);
  };
  /** Channels of a step in its order; without one, in the site file's. */
  const channelsOf = (step: EscalationStep | undefined, alarm: Alarm): Route[] => {
    const own = step?.channels?.flatMap((id) => routes.filter((route) => route.config.id === id));
    return (own ?? routes).filter(({ config }) => own !== undefined || takes(config, alarm));
  };
  const owe = (row: Row, alarm: Alarm, call: number, route: Route, person: Person | null): void => {
    const key = [row.name, 'escalated', call, route.config.id, ...(person ? [person.id] : [])].join('/');
    ledger.add(
      { key, seq: row.seq, step: 'escalated', channel: route.config.id, person: person?.id ?? null, alarm },
      clock.now(),
      wire.now(),
    );
  };

  /** Why a step found nobody: no channel at all, nobody there, or people whom no channel reaches. */
  const emptyBecause = (people: number) => (routes.length === 0 ? 'no-channel' : people === 0 ? 'empty' : 'no-address');

  /** Tells the targets of one step; who is reached over a channel that works counts. */
  const tell = (row: Row, step: EscalationStep, alarm: Alarm, call: number) => {
    const told: { person: string | null; channel: string }[] = [];
    let found = 0;
    const people = [...new Map(step.targets.flatMap((target) => peopleOf(target, alarm)).map((person) => [person.id, person])).values()];
    for (const person of people) {
      const reaching = channelsOf(step, alarm).filter(({ type }) => type.audience === 'person' && type.address(person) !== undefined);
      const route = reaching.find(({ config }) => works(config.id)) ?? reaching[0];
      if (!route) continue;
      found++;
      // Also over a channel that fails just now: it is owed until it went out. But nobody waits for it.
      owe(row, alarm, call, route, person);
      if (works(route.config.id)) told.push({ person: person.id, channel: route.config.id });
    }
    if (step.targets.includes('general')) {
      for (const route of channelsOf(step, alarm).filter(({ type }) => type.audience === 'group')) {
        found++;
        owe(row, alarm, call, route, null);
        if (works(route.config.id)) told.push({ person: null, channel: route.config.id });
      }
    }
    const outcome = told.length > 0 ? 'told' : found > 0 ? 'unreachable' : emptyBecause(people.length);
    db.run(
      'INSERT INTO escalation_log (alarm, occurrence, at, step, targets, outcome, told) VALUES (?,?,?,?,?,?,?)',
      alarm.id,
      row.occurrence,
      clock.now(),
      row.step,
      JSON.stringify(step.targets),
      outcome,
      JSON.stringify(told),
    );
    if (outcome !== 'told')
      log.warn({ alarm: alarm.id, targets: step.targets, outcome }, 'nobody is reached at this step, the next one is called');
    return { told: told.length > 0, found: found > 0 };
  };

  const end = (alarm: string, why: string) => {
    db.run('UPDATE escalations SET ended_at = ?, ended = ?, due_at = NULL WHERE alarm = ? AND ended_at IS NULL', clock.now(), why, alarm);
    ledger.withdraw(alarm, why);
  };

  /** The steps that are due now, one after the other as long as nobody is reached. */
  const advance = (first: Row): boolean => {
    const alarm = alarmIn(db, first.alarm, clock.now());
    if (alarm?.state !== 'UNACK') {
      end(first.alarm, 'returned');
      return false;
    }
    const grouped = alarm.cause !== null && !alarm.lifeSafety ? rowOf(alarm.cause) : undefined;
    if (grouped && grouped.ended_at === null) {
      // Its root is being called for; when that ends first, this one is looked at again.
      schedule(first.alarm, { due_at: clock.now() + 60_000 });
      return false;
    }
    const steps = escalationSteps(site, alarm.priority, alarm.lifeSafety);
    let row = first;
    let any = false;
    for (;;) {
      const step = steps[row.step];
      if (!step) {
        schedule(row.alarm, { ...row, due_at: null });
        return any;
      }
      const { told, found } = tell(row, step, alarm, row.calls + 1);
      any ||= found;
      const calls = row.calls + (found ? 1 : 0);
      const next = steps[row.step + 1];
      const nextAt = next === undefined ? null : Math.max(clock.now(), row.begun_at + next.after);
      const again = step.repeat && row.times < step.repeat.times ? clock.now() + step.repeat.every : null;
      if (told && again !== null && (nextAt === null || again < nextAt)) {
        schedule(row.alarm, { step: row.step, times: row.times + 1, calls, due_at: again });
        return any;
      }
      row = { ...row, step: row.step + 1, times: 0, calls };
      if (told && nextAt !== null && nextAt > clock.now()) {
        schedule(row.alarm, { ...row, due_at: nextAt });
        return any;
      }
    }
  };

  return {
    begin(alarm, entry, name) {
      const now = clock.now();
      const before = rowOf(alarm.id);
      const steps = escalationSteps(site, alarm.priority, alarm.lifeSafety);
      const goesOn = before?.ended === 'returned' && before.ended_at !== null && now - before.ended_at <= sameCallMs;
      const begun = goesOn ? before.begun_at : entry.t;
      const step = goesOn ? before.step : 0;
      const first = steps[step];
      // Where not even the first call reaches anybody, nobody waits for the second.
      const reached = ledger.reachable(alarm.id, alarm.occurrence, works);
      const due = first === undefined ? null : reached ? Math.max(now, begun + first.after) : now;
      db.run(
        `INSERT INTO escalations (alarm, occurrence, name, seq, step, times, calls, begun_at, due_at) VALUES (?,?,?,?,?,0,?,?,?)
         ON CONFLICT (alarm) DO UPDATE SET occurrence = excluded.occurrence, name = excluded.name, seq = excluded.seq, step = excluded.step, times = 0,
           calls = excluded.calls, begun_at = excluded.begun_at, due_at = excluded.due_at, ended_at = NULL, ended = NULL`,
        alarm.id,
        alarm.occurrence,
        name.join('/'),
        entry.seq,
        step,
        goesOn ? before.calls : 1,
        begun,
        due,
      );
    },
    follow(entry) {
      const why = entry.kind === 'alarm' && entry.detail.annunciated !== true ? ends[entry.event] : undefined;
      if (why !== undefined) end(entry.id, why);
    },
    look() {
      const due = 'SELECT * FROM escalations WHERE ended_at IS NULL AND due_at IS NOT NULL AND due_at <= ? ORDER BY due_at, alarm';
      if (!db.get(due, clock.now())) return false;
      return db.transact(() => db.all<Row>(due, clock.now()).reduce((any, row) => advance(row) || any, false));
    },
    failed(owed, channel) {
      db.transact(() => {
        const row = rowOf(owed.alarm.id);
        if (!row || row.ended_at !== null || row.occurrence !== owed.alarm.occurrence) return;
        if (owed.step === 'escalated' && owed.person !== null) {
          const person = site.people.find((one) => one.id === owed.person);
          const call = Number(/\/escalated\/(\d+)\//.exec(owed.key)?.[1] ?? row.calls);
          const steps = escalationSteps(site, owed.alarm.priority, owed.alarm.lifeSafety);
          const step = steps.find((one, index) => index <= row.step && one.channels?.includes(channel));
          const others = channelsOf(step, owed.alarm).filter(
            ({ config, type }) =>
              config.id !== channel && person !== undefined && type.audience === 'person' && type.address(person) !== undefined,
          );
          const route = others.find(({ config }) => works(config.id));
          if (route && person) return owe(row, owed.alarm, call, route, person);
        }
        if (owed.step === 'returned' || row.due_at === null || ledger.reachable(owed.alarm.id, owed.alarm.occurrence, works)) return;
        // Nothing of what was sent has arrived, and nothing that works is left to wait for.
        schedule(row.alarm, { due_at: clock.now() });
      });
    },
  };
}
