/** Tickets: created by people or by alarms, one open ticket per cause. */

import type { Alarm, Priority } from '../shared/alarm.ts';
import { priorities } from '../shared/alarm.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { sentences } from '../shared/text.ts';
import { closedTicketStates, freshLife, isClosed, type Ticket } from '../shared/ticket.ts';
import { moveTicket, type TicketEvent, type TicketTraits } from '../shared/ticket-state.ts';
import { isActive, isLifeSafety } from './alarm-sql.ts';
import type { Database } from './database.ts';
import { type Actor, engineActor, type NewTicket, type TicketFilter } from './desk.ts';
import type { Journal } from './journal.ts';
import { readRecord, type TicketRow, ticketFromColumns, ticketRecord } from './rows.ts';
import { checkList, checksOf } from './ticket-checks.ts';
import { stateIs, where } from './where.ts';

const closed = `(${closedTicketStates.map((state) => `'${state}'`).join(',')})`;
/** A damaged text is no JSON, and one such row must not spoil the whole list. */
const ofAlarm =
  "json_valid(ticket) AND (ticket ->> '$.alarm' = ? OR EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(ticket) THEN ticket ELSE '{}' END, '$.alarms') WHERE value = ?))";
/** An alarm of the same cause so soon after the sign-off opens the ticket again. */
const recurrenceMs = 24 * 3_600_000;
/** A ticket that is older than its alarm by more was opened for something else. */
const sameEventMs = 600_000;
const textsOf = ({ life }: Ticket, items: readonly string[]) => life.checks.filter(({ id }) => items.includes(id)).map(({ text }) => text);
const isUntouched = ({ state, openedBy }: Ticket) => state === 'open' && openedBy === engineActor.id;
/** What a ticket says when this alarm is what it is about. */
const wordsOf = ({ id, title, message, check, system, trade, priority, device, building, department, location }: Alarm) => ({
  alarm: id,
  title,
  description: { zh: sentences([message.zh, check.zh], 'zh'), en: sentences([message.en, check.en], 'en') },
  system,
  trade,
  priority,
  device,
  building,
  department,
  location,
  life: { ...freshLife, checks: checkList(checksOf(check)) },
});
/** The ticket as it reads when this alarm is what it is about; the list of checks stays once somebody works by it. */
function ledBy(ticket: Ticket, alarm: Alarm): Ticket {
  const { life, ...words } = wordsOf(alarm);
  const alarms = [ticket.alarm, ...ticket.alarms].filter((id) => id !== null && id !== alarm.id) as string[];
  const priority = rank(alarm.priority) < rank(ticket.priority) ? alarm.priority : ticket.priority;
  return { ...ticket, ...words, priority, alarms, ...(isUntouched(ticket) ? { life: { ...ticket.life, checks: life.checks } } : {}) };
}
const nowhere = { zh: '未注明位置', en: 'no place given' };

export function openTickets(db: Database, journal: Journal, clock: Clock, traits: TicketTraits) {
  const parse = (row: TicketRow): Ticket =>
    readRecord(db, ticketRecord, row.ticket, 'tickets', `T-${row.number}`, clock.now()) ?? ticketFromColumns(row);
  const find = (id: string) => {
    const number = /^T-(\d+)$/.exec(id)?.[1];
    const row = number && db.get<TicketRow>('SELECT * FROM tickets WHERE number = ?', Number(number));
    return row ? parse(row) : undefined;
  };
  const get = (id: string) => {
    const ticket = find(id);
    if (!ticket) throw new Fault('desk/unknown', `there is no ticket ${id}`);
    return ticket;
  };
  const save = (ticket: Ticket) => {
    db.run(
      `UPDATE tickets SET state = ?, assignee = ?, system = ?, trade = ?, device = ?, building = ?, department = ?, ticket = ? WHERE number = ?`,
      ticket.state,
      ticket.assignee,
      ticket.system,
      ticket.trade,
      ticket.device,
      ticket.building,
      ticket.department,
      JSON.stringify(ticket),
      Number(ticket.id.slice(2)),
    );
  };
  const insert = (ticket: Omit<Ticket, 'id'>, causeKey: string | null, who: Actor, why: string | null): Ticket => {
    const { lastInsertRowid } = db.run(
      'INSERT INTO tickets (state, opened_at, device, system, trade, assignee, building, department, cause_key, ticket) VALUES (?,?,?,?,?,?,?,?,?,?)',
      ticket.state,
      ticket.openedAt,
      ticket.device,
      ticket.system,
      ticket.trade,
      ticket.assignee,
      ticket.building,
      ticket.department,
      causeKey,
      '',
    );
    const whole: Ticket = { id: `T-${lastInsertRowid}`, ...ticket };
    save(whole);
    const detail = { alarm: ticket.alarm, device: ticket.device, trade: ticket.trade, priority: ticket.priority };
    journal.write({ t: clock.now(), kind: 'ticket', id: whole.id, event: 'open', from: null, to: whole.state, who: who.id, why, detail });
    return whole;
  };
  const fresh = {
    resolvedAt: null,
    resolvedBy: null,
    resolution: null,
    verifiedAt: null,
    verifiedBy: null,
    startedAt: null,
    waitingReason: null,
    override: null,
    values: null,
    life: freshLife,
  };

  const are = { active: `${isActive} = 1`, danger: `${isActive} = 1 AND ${isLifeSafety} = 1`, lifeSafety: `${isLifeSafety} = 1` };
  /** Is the condition of any of its alarms there, or of any that protects lives; does any protect lives, there or gone? */
  const anyOf = ({ alarm, alarms }: Ticket, what: keyof typeof are): boolean =>
    db.get(
      `SELECT 1 FROM alarms WHERE id IN (SELECT value FROM json_each(?)) AND ${are[what]} LIMIT 1`,
      JSON.stringify(alarm === null ? alarms : [alarm, ...alarms]),
    ) !== undefined;

  /** A time that was noted without a connection. @throws Fault desk/transition when somebody has moved the ticket since */
  const momentOf = ({ id, openedAt }: Ticket, { id: who, at }: { id: string; at: number }): number => {
    if (at < openedAt) throw new Fault('desk/transition', 'it was done before the ticket was there: the clock of the phone is wrong');
    const last = journal.list({ kind: 'ticket', id, limit: 200 }).find(({ from, to }) => from !== to);
    if (!last || last.t <= at) return at;
    // Two clocks are never quite the same: what he did himself before was before.
    if (last.who === who) return last.t;
    throw new Fault('desk/transition', `the ticket is ${last.to} since then, by ${last.who}`, { detail: { ticket: id, since: last.t } });
  };

  /** May the engine make it part of another: untouched, opened for what is there since `since` and not for something days ago, and no danger to life in it? */
  const isFree = (ticket: Ticket, since: number | null): boolean =>
    isUntouched(ticket) && ticket.openedAt >= (since ?? 0) - sameEventMs && !anyOf(ticket, 'lifeSafety');

  /** One step of a person. @throws Fault desk/unknown, desk/transition */
  const step = (id: string, event: TicketEvent, who: Actor, why: string | null = null): Ticket =>
    db.transact(() => {
      const ticket = get(id);
      const now = who.at === undefined ? clock.now() : momentOf(ticket, who as Required<Pick<Actor, 'id' | 'at'>>);
      // What the alarms say now counts, not what the ticket was last told.
      const alarmActive = ticket.alarm === null ? ticket.alarmActive : anyOf(ticket, 'active');
      const lifeDanger = who.id !== engineActor.id && anyOf(ticket, 'danger');
      const result = moveTicket(
        { ...ticket, ...(event.type === 'verify' ? { alarmActive } : {}) },
        event,
        now,
        who.id,
        { ...traits, lifeDanger, lifeSafety: event.type === 'check' && anyOf(ticket, 'lifeSafety') },
        who.admin === true,
      );
      if ('refused' in result) throw new Fault('desk/transition', result.refused, { detail: { ticket: id, state: ticket.state } });
      if (!result.changed) return ticket;
      const next: Ticket = { ...ticket, ...result.facts, version: ticket.version + 1 };
      save(next);
      const override = event.type === 'verify' && next.override !== null;
      const detail = {
        assignee: next.assignee,
        alarm: next.alarm,
        ...(override ? { override: true } : {}),
        ...(event.type === 'wait' ? { kind: next.life.waitingKind, resumeAt: next.life.resumeAt } : {}),
        ...(event.type === 'check' ? { done: event.done, texts: textsOf(next, event.items) } : {}),
        ...(event.type === 'check-add' ? { texts: [event.text] } : {}),
        // When it came in: the entry itself stands at the time at which it was done.
        ...(who.at === undefined ? {} : { sentAt: clock.now() }),
      };
      journal.write({ t: now, kind: 'ticket', id, event: event.type, from: result.from, to: result.to, who: who.id, why, detail });
      return next;
    });

  /** Is the ticket to be about this alarm? A danger to life before all else, and never under another name; then the more urgent. */
  const isWorse = (ticket: Ticket, alarm: Alarm): boolean => {
    const isDanger = anyOf({ ...ticket, alarms: [] }, 'lifeSafety');
    return isDanger === alarm.lifeSafety ? rank(alarm.priority) < rank(ticket.priority) : alarm.lifeSafety;
  };
  const noteLead = ({ id, state, alarm: before }: Ticket, { alarm, priority }: Ticket): void => {
    if (alarm === before) return;
    const detail = { alarm, before, priority };
    journal.write({ t: clock.now(), kind: 'ticket', id, event: 'lead', from: state, to: state, who: engineActor.id, why: null, detail });
  };

  /** The open ticket of this cause. */
  const openOf = (causeKey: string): TicketRow | undefined =>
    db.get<TicketRow>(`SELECT * FROM tickets WHERE cause_key = ? AND state NOT IN ${closed} ORDER BY number DESC LIMIT 1`, causeKey);
  /** The ticket of this cause that was signed off a short time ago. */
  const lately = (causeKey: string, now: number): Ticket | undefined => {
    const last = db.get<TicketRow>('SELECT * FROM tickets WHERE cause_key = ? ORDER BY number DESC LIMIT 1', causeKey);
    const ticket = last && parse(last);
    if (!ticket || (ticket.state !== 'verified' && ticket.state !== 'closed')) return undefined;
    return now - (ticket.verifiedAt ?? 0) <= recurrenceMs ? ticket : undefined;
  };

  return {
    find,
    get,
    step,
    /** Another urgency, by a person; what the clocks have counted stays. */
    setPriority(id: string, priority: Priority, who: Actor, reason: string): Ticket {
      return db.transact(() => {
        const ticket = get(id);
        if (isClosed(ticket)) throw new Fault('desk/transition', `ticket ${id} is ${ticket.state}; open it again first`);
        if (ticket.priority === priority) return ticket;
        const next = { ...ticket, priority, version: ticket.version + 1 };
        save(next);
        const detail = { priority, before: ticket.priority };
        const { state } = ticket;
        journal.write({ t: clock.now(), kind: 'ticket', id, event: 'priority', from: state, to: state, who: who.id, why: reason, detail });
        return next;
      });
    },
    list(filter: TicketFilter = {}): Ticket[] {
      const { sql, values } = where({
        ...stateIs(filter.state ?? 'open', closedTicketStates),
        'device = ?': filter.device,
        'system = ?': filter.system,
        'trade = ?': filter.trade,
        'assignee = ?': filter.assignee,
        'building = ?': filter.building,
        'department = ?': filter.department,
        [ofAlarm]: filter.alarm,
        'opened_at >= ?': filter.from,
        'opened_at < ?': filter.to,
      });
      return db
        .all<TicketRow>(`SELECT * FROM tickets WHERE ${sql} ORDER BY number DESC LIMIT ?`, ...values, filter.limit ?? 1_000)
        .map(parse);
    },
    create(input: NewTicket, who: Actor): Ticket {
      return db.transact(() => {
        const now = clock.now();
        const assignee = input.assignee ?? null;
        return insert(
          {
            ...fresh,
            state: assignee === null ? 'open' : 'assigned',
            title: input.title,
            description: input.description,
            system: input.system,
            trade: input.trade,
            priority: input.priority,
            device: input.device ?? null,
            building: input.building ?? null,
            department: input.department ?? null,
            location: input.location ?? nowhere,
            alarm: null,
            alarms: [],
            alarmActive: false,
            life: { ...freshLife, checks: checkList(input.checks ?? []) },
            openedAt: now,
            openedBy: who.id,
            assignee,
            assignedAt: assignee === null ? null : now,
            version: 1,
          },
          null,
          who,
          null,
        );
      });
    },
    /** Opens a ticket for an active alarm, or joins the open one of the same cause. Returns its id. Call inside a transaction. */
    forAlarm(alarm: Alarm, causeKey: string): string {
      const now = clock.now();
      const row = openOf(causeKey);
      // The same cause so soon after its repair: the repair did not hold, and the ticket says so.
      const before = row ? undefined : lately(causeKey, now);
      if (before) {
        const reason = '复发：同一原因的告警再次出现 / the same cause is back';
        const opened = step(before.id, { type: 'reopen', reason }, engineActor, reason);
        const joins = opened.alarm !== alarm.id && !opened.alarms.includes(alarm.id);
        const leads = isWorse(opened, alarm);
        const next: Ticket = {
          ...(leads ? ledBy(opened, alarm) : opened),
          ...(rank(alarm.priority) < rank(opened.priority) ? { priority: alarm.priority } : {}),
          alarmActive: true,
          ...(joins && !leads ? { alarms: [...opened.alarms, alarm.id] } : {}),
        };
        save(next);
        noteLead(opened, next);
        return opened.id;
      }
      if (!row) {
        return insert(
          {
            ...fresh,
            ...wordsOf(alarm),
            state: 'open',
            alarms: [],
            alarmActive: true,
            openedAt: now,
            openedBy: engineActor.id,
            assignee: null,
            assignedAt: null,
            version: 1,
          },
          causeKey,
          engineActor,
          null,
        ).id;
      }
      const ticket = parse(row);
      const joins = ticket.alarm !== alarm.id && !ticket.alarms.includes(alarm.id);
      const leads = isWorse(ticket, alarm);
      const moreUrgent = rank(alarm.priority) < rank(ticket.priority);
      if (!joins && !leads && !moreUrgent && ticket.alarmActive) return ticket.id;
      const next: Ticket = {
        ...(leads ? ledBy(ticket, alarm) : ticket),
        ...(moreUrgent ? { priority: alarm.priority } : {}),
        ...(joins && !leads ? { alarms: [...ticket.alarms, alarm.id] } : {}),
        alarmActive: true,
        version: ticket.version + 1,
      };
      save(next);
      const detail = { alarm: alarm.id, priority: next.priority };
      const event = joins ? 'join' : 'recurred';
      journal.write({
        t: now,
        kind: 'ticket',
        id: ticket.id,
        event,
        from: ticket.state,
        to: ticket.state,
        who: 'engine',
        why: null,
        detail,
      });
      noteLead(ticket, next);
      return ticket.id;
    },
    /** Makes a ticket of this occurrence, which nobody has touched, that of another cause, which has none yet. False: it stays as it is. */
    hand({ ticket: id, raisedAt }: Alarm, causeKey: string): boolean {
      const ticket = id === null ? undefined : find(id);
      if (!id || !ticket || !isFree(ticket, raisedAt) || openOf(causeKey) || lately(causeKey, clock.now())) return false;
      db.run('UPDATE tickets SET cause_key = ? WHERE number = ?', causeKey, Number(id.slice(2)));
      return true;
    },
    /** This alarm is what its ticket is about from now on; what it was opened for belongs to it. */
    lead(alarm: Alarm): void {
      const ticket = alarm.ticket === null ? undefined : find(alarm.ticket);
      if (!ticket || isClosed(ticket) || ticket.alarm === alarm.id) return;
      const next = { ...ledBy(ticket, alarm), version: ticket.version + 1 };
      save(next);
      noteLead(ticket, next);
    },
    /** Puts the alarms of an untouched ticket into another and cancels it. False when somebody has taken it, or it is about more: then both stay. */
    merge({ id, ticket: from, raisedAt }: Alarm, root: Alarm): boolean {
      const into = root.ticket;
      const source = from === null ? undefined : find(from);
      const target = into === null ? undefined : find(into);
      // What is closed answers for nothing that is there now; a danger to life stands under nothing.
      if (!from || !source || !into || !target || isClosed(target) || anyOf(source, 'lifeSafety')) return false;
      const follows = source.alarm === id || db.get('SELECT 1 FROM alarms WHERE id = ? AND cause = ?', source.alarm, root.id) !== undefined;
      if (!follows || !isFree(source, raisedAt)) {
        // Somebody is at it already, or it is about something else: it stays a ticket, under that of the root.
        if (!isClosed(source) && source.life.parent === null && from !== target.life.parent) {
          save({ ...source, life: { ...source.life, parent: into }, version: source.version + 1 });
          save({ ...target, life: { ...target.life, children: [...target.life.children, from] }, version: target.version + 1 });
        }
        return false;
      }
      const alarms = [source.alarm, ...source.alarms].filter(
        (alarm) => alarm !== null && alarm !== target.alarm && !target.alarms.includes(alarm),
      );
      save({ ...target, alarms: [...target.alarms, ...(alarms as string[])], alarmActive: true, version: target.version + 1 });
      const detail = { alarm: alarms[0] ?? null, merged: from };
      journal.write({
        t: clock.now(),
        kind: 'ticket',
        id: into,
        event: 'join',
        from: target.state,
        to: target.state,
        who: engineActor.id,
        why: null,
        detail,
      });
      step(from, { type: 'cancel', reason: `→ ${into}` }, engineActor, `→ ${into}`);
      return true;
    },
    /** Notes on the ticket whether any of its alarms is still there. Call inside a transaction. */
    noteRecovery(id: string, active: (alarm: string) => boolean): void {
      const ticket = find(id);
      // Also of one that is closed: it must not say "active" for ever.
      if (!ticket) return;
      const any = [ticket.alarm, ...ticket.alarms].some((alarm) => alarm !== null && active(alarm));
      if (any === ticket.alarmActive) return;
      step(id, { type: any ? 'recurred' : 'recovered' }, engineActor);
    },
  };
}
export type Tickets = ReturnType<typeof openTickets>;

export const rank = (priority: Priority): number => priorities.indexOf(priority);
