/** The desk on the operations database. */
import { z } from 'zod';
import type { Alarm } from '../shared/alarm.ts';
import { calls, isHidden } from '../shared/alarm-order.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { isClosed, type Ticket } from '../shared/ticket.ts';
import { isActive, mostUrgentFirst } from './alarm-sql.ts';
import { type AlarmEvent, defaultMaxShelfMs, isRefusal, move, normalFacts } from './alarm-state.ts';
import { openAlarmValues } from './alarm-values.ts';
import { type Database, openDatabase } from './database.ts';
import { type Actor, type AlarmDefinition, type AlarmFilter, type Desk, type EngineDesk, engineActor, type RuleInForce } from './desk.ts';
import { openJournal } from './journal.ts';
import { kpisOf } from './kpi.ts';
import { openMaintenance } from './maintenance.ts';
import { damagedRecord } from './record-alarm.ts';
import { type AlarmRow, alarmFromColumns, readAlarm, readRecord, type Traits, traitsRecord } from './rows.ts';
import { slaClocks } from './sla.ts';
import { eventsOf, slaEvents } from './sla-events.ts';
import type { Overdue } from './statistics.ts';
import { repeatsOf, repeatWindowMs } from './statistics.ts';
import { withValues } from './ticket-values.ts';
import { openTickets, rank } from './tickets.ts';
import { limited, stateIs, where } from './where.ts';

/** operationsFile(dataDir) of shared/role.ts, or ":memory:"; or a database that others share, which then is theirs to close. */
export type DeskDatabase = { file: string; db?: never } | { db: Database; file?: never };

export type DeskOptions = DeskDatabase & {
  clock: Clock;
  /** Longest shelf; default 8 h. */
  maxShelfMs?: number;
  /** A ticket is signed off by another person than its resolver; default true. */
  secondPerson?: boolean;
  /** A ticket is signed off only when its alarm is gone; default true. */
  needsNormal?: boolean;
};

/** For the console and the API. */
export function openDesk(options: DeskOptions): Desk {
  return openEngineDesk(options);
}

/** For the rules role. */
export function openEngineDesk({
  clock,
  maxShelfMs = defaultMaxShelfMs,
  secondPerson = true,
  needsNormal = true,
  ...place
}: DeskOptions): EngineDesk {
  const db = place.db ?? openDatabase(place.file);
  const journal = openJournal(db, clock);
  const seenValues = openAlarmValues(db, clock);
  const tickets = openTickets(db, journal, clock, { secondPerson, needsNormal });

  const load = (id: string) => {
    const row = db.get<AlarmRow>('SELECT * FROM alarms WHERE id = ?', id);
    return row && { alarm: seenValues.onto(readAlarm(db, row, clock.now())), traits: traitsOf(row) };
  };
  const traitsOf = (row: AlarmRow): Traits =>
    readRecord(db, traitsRecord, row.traits, 'alarms.traits', row.id, clock.now()) ?? alarmFromColumns(row).traits;
  const need = (id: string) => {
    const found = load(id);
    if (!found) throw new Fault('desk/unknown', `there is no alarm ${id}`);
    return found;
  };
  const save = (alarm: Alarm, traits: Traits) => {
    db.run(
      `INSERT INTO alarms (id, state, rank, raised_at, shelved_until, device, rule, system, priority, building, department, cause, alarm, traits)
       VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, rank = excluded.rank, raised_at = excluded.raised_at, shelved_until = excluded.shelved_until,
         device = excluded.device, rule = excluded.rule, system = excluded.system, priority = excluded.priority, building = excluded.building,
         department = excluded.department, cause = excluded.cause, alarm = excluded.alarm, traits = excluded.traits`,
      alarm.id,
      alarm.state,
      rank(alarm.priority),
      alarm.raisedAt,
      alarm.shelvedUntil,
      alarm.device,
      alarm.rule,
      alarm.system,
      alarm.priority,
      alarm.building,
      alarm.department,
      alarm.cause,
      JSON.stringify(alarm),
      JSON.stringify(traits),
    );
  };

  /** The clock of each ticket that says when it was restored, and when it began. */
  const restoreClocks = (list: readonly Ticket[]) => {
    const entries = journal.ofTickets(list.map(({ id }) => id));
    return list.flatMap((ticket) => {
      const events = eventsOf(ticket, entries.get(ticket.id) ?? [], []);
      const restore = slaClocks(events, clock.now()).find(({ kind }) => kind === 'restore');
      return restore ? [{ ticket, begunAt: events[0]?.t ?? ticket.openedAt, restore }] : [];
    });
  };

  /** One move in one transaction. @throws Fault desk/unknown, desk/transition */
  const act = (found: { alarm: Alarm; traits: Traits }, event: AlarmEvent, who: Actor, why: string | null = null): Alarm =>
    db.transact(() => {
      const { alarm, traits } = found;
      const now = clock.now();
      const result = move(alarm, event, now, { latching: traits.latching, maxShelfMs }, who.id);
      if (isRefusal(result)) throw new Fault('desk/transition', result.refused, { detail: { alarm: alarm.id, state: alarm.state } });
      if (!result.changed) return alarm;
      const next: Alarm = { ...alarm, ...result.facts, version: alarm.version + 1 };
      // Calls a person: raised in the open, or come into the open with the condition still there.
      const annunciated = next.state === 'UNACK' && alarm.state !== 'UNACK';
      if (annunciated && traits.ticket) next.ticket = tickets.forAlarm(next, traits.causeKey);
      if (event.type === 'clear') next.cause = null;
      save(next, traits);
      const { rule, device, priority, system } = alarm;
      // Beside the words for people: what names the occurrence, for those who follow the journal.
      const detail: Record<string, unknown> = { rule, device, priority, system, raisedAt: next.raisedAt };
      if (annunciated) detail.annunciated = true;
      if (event.type === 'raise' || event.type === 'clear') Object.assign(detail, { at: event.at, value: event.value, limit: next.limit });
      if (event.type === 'shelve') detail.until = event.until;
      if (event.type === 'out-of-service') detail.ticket = event.ticket;
      journal.write({ t: now, kind: 'alarm', id: alarm.id, event: event.type, from: result.from, to: result.to, who: who.id, why, detail });
      if (event.type === 'clear' && next.ticket) tickets.noteRecovery(next.ticket, (id) => load(id)?.alarm.active === true);
      return next;
    });
  const person = (id: string, event: AlarmEvent, who: Actor, why: string | null = null) =>
    db.transact(() => act(need(id), event, who, why));

  const create = (definition: AlarmDefinition): { alarm: Alarm; traits: Traits } => {
    const { latching, ticket, causeKey, ...rest } = definition;
    const before = load(definition.id);
    const alarm: Alarm = before ? { ...before.alarm, ...rest } : { ...normalFacts, ...rest, cause: null, ticket: null, version: 0 };
    return { alarm, traits: { latching, ticket, causeKey } };
  };

  const desk: EngineDesk & { noteDamage(table: string, row: string, reason: string): void } = {
    alarms(filter: AlarmFilter = {}) {
      const { sql, values } = where({
        ...stateIs(filter.state ?? 'open', ['NORM']),
        'device = ?': filter.device,
        'rule = ?': filter.rule,
        'system = ?': filter.system,
        'priority = ?': filter.priority,
        'building = ?': filter.building,
        'department = ?': filter.department,
        'cause = ?': filter.cause,
        [`${isActive} = ?`]: filter.active === undefined ? undefined : Number(filter.active),
      });
      const urgentFirst = `SELECT * FROM alarms WHERE ${sql} ORDER BY ${mostUrgentFirst} ${limited}`;
      const rows = db.all<AlarmRow>(urgentFirst, ...values, filter.limit ?? 1_000);
      return seenValues.ontoAll(rows.map((row) => readAlarm(db, row, clock.now())));
    },
    alarm: (id) => load(id)?.alarm,
    acknowledge: (id, who, comment) => person(id, { type: 'acknowledge' }, who, comment ?? null),
    reset: (id, who, comment) => person(id, { type: 'reset' }, who, comment ?? null),
    shelve: (id, who, { reason, until }) => person(id, { type: 'shelve', reason, until }, who, reason),
    unshelve: (id, who, comment) => person(id, { type: 'unshelve' }, who, comment ?? null),
    suppress(id, who, reason) {
      if (reason.trim() === '') throw new Fault('desk/transition', 'suppressing needs a reason');
      return db.transact(() => {
        const found = need(id);
        if (found.alarm.suppressedBy !== null) throw new Fault('desk/transition', 'the alarm is suppressed already');
        return act(found, { type: 'suppress', by: byHand(who) }, who, reason);
      });
    },
    unsuppress: (id, who, comment) => person(id, { type: 'unsuppress' }, who, comment ?? null),
    outOfService(id, who, ticket, comment) {
      return db.transact(() => {
        const held = tickets.find(ticket);
        if (!held) throw new Fault('desk/unknown', `there is no ticket ${ticket}`);
        if (isClosed(held)) throw new Fault('desk/transition', `ticket ${ticket} is closed`);
        return act(need(id), { type: 'out-of-service', ticket }, who, comment ?? null);
      });
    },
    return(id, who, comment) {
      return db.transact(() => {
        const found = need(id);
        const suppressed = found.alarm.state === 'DSUPR' && found.alarm.suppressedBy?.startsWith(handPrefix);
        return act(found, { type: suppressed ? 'unsuppress' : 'return' }, who, comment ?? null);
      });
    },
    comment(id, who, text) {
      if (text.trim() === '') throw new Fault('desk/transition', 'a comment needs words');
      return person(id, { type: 'comment' }, who, text);
    },

    seen: () => seenValues.all(),
    tickets: (filter) => withValues(tickets.list(filter), load),
    ticket: (id) =>
      withValues(
        [tickets.find(id)].filter((one) => one !== undefined),
        load,
      )[0],
    createTicket: (input, who) => tickets.create(input, who),
    assign: (id, who, assignee, comment) => tickets.step(id, { type: 'assign', assignee }, who, comment ?? null),
    start: (id, who, comment) => tickets.step(id, { type: 'start' }, who, comment ?? null),
    arrive: (id, who, comment) => tickets.step(id, { type: 'arrive' }, who, comment ?? null),
    wait: (id, who, reason, until) => tickets.step(id, { type: 'wait', reason, ...until }, who, reason),
    approve: (id, who, note) => tickets.step(id, { type: 'approve', note: note ?? null }, who, note ?? null),
    bookWork: (id, who, work) => tickets.step(id, { type: 'work', work }, who, work.note),
    sign: (id, who, signature) =>
      db.transact(() => signedOff(tickets.step(id, { type: 'verify', signature }, who, signature.name), who, signature.name)),
    closeTicket: (id, who, comment) => tickets.step(id, { type: 'close' }, who, comment ?? null),
    setTicketPriority: (id, who, priority, reason) => tickets.setPriority(id, priority, who, reason),
    overdue(list) {
      const late = restoreClocks(list).flatMap(({ ticket, restore }): [string, Overdue][] => {
        if (ticket.state === 'cancelled' || restore.breachedAt === null || restore.targetMs === null) return [];
        return [[ticket.id, { since: restore.breachedAt, byMs: restore.ranMs - restore.targetMs, repaired: restore.ended === 'done' }]];
      });
      return new Map(late);
    },
    times: (list) =>
      new Map(
        restoreClocks(list).map(({ ticket: { id }, begunAt, restore: { ended, endedAt } }) => [
          id,
          { begunAt, restoredAt: ended === 'done' ? endedAt : null },
        ]),
      ),
    sla: (id) => slaClocks(slaEvents(tickets.get(id), journal), clock.now()),
    resolve: (id, who, resolution, work) => tickets.step(id, { type: 'resolve', resolution, work }, who, resolution),
    check: (id, who, items, done) => tickets.step(id, { type: 'check', items, done }, who),
    addCheck: (id, who, text) => tickets.step(id, { type: 'check-add', text }, who),
    repeats(id) {
      const ticket = tickets.get(id);
      const { device, department, trade, openedAt } = ticket;
      if (device === null && department === null) return [];
      const place = device === null ? { department: department as string } : { device };
      const since = openedAt - repeatWindowMs;
      return repeatsOf(ticket, tickets.list({ ...place, trade, state: 'all', from: since, to: openedAt + 1, limit: 500 }));
    },
    verify(id, who, comment, override) {
      return db.transact(() => {
        const event = { type: 'verify', ...(override ? { override: override.reason } : {}) } as const;
        return signedOff(tickets.step(id, event, who, override?.reason ?? comment ?? null), who, who.id);
      });
    },
    reopen: (id, who, reason) => tickets.step(id, { type: 'reopen', reason }, who, reason),
    cancel: (id, who, reason) => tickets.step(id, { type: 'cancel', reason }, who, reason),
    commentTicket: (id, who, text) => {
      if (text.trim() === '') throw new Fault('desk/transition', 'a comment needs words');
      return tickets.step(id, { type: 'comment', text }, who, text);
    },

    ...openMaintenance(db, clock),

    journal: (filter) => journal.list(filter),
    journalSince: (seq, limit) => journal.since(seq, limit),
    lastSeq: () => journal.lastSeq(),
    kpis: (from, to, position) => kpisOf(db, from, to, position),
    rules: () =>
      db
        .all<{ id: string; rule: string }>('SELECT id, rule FROM rules_in_force ORDER BY id')
        .flatMap(({ id, rule }) => readRecord(db, ruleRecord, rule, 'rules_in_force', id, clock.now()) ?? []),

    see(seen, gone = []) {
      db.transact(() => {
        for (const { id, ...one } of seen) {
          const alarm = load(id)?.alarm;
          if (alarm) seenValues.note(alarm, one);
        }
        for (const id of gone) seenValues.forget(id);
      });
    },
    raise(definition, fact, hiddenBy, adopts = []) {
      return db.transact(() => {
        let found = create(definition);
        const willCall = hiddenBy === undefined && definition.ticket && !isHidden(found.alarm) && !found.alarm.active;
        const inherited = !willCall
          ? undefined
          : adopts
              .flatMap((id) => load(id)?.alarm ?? [])
              .find((child) => adopts.includes(tickets.find(child.ticket ?? '')?.alarm ?? '') && tickets.hand(child, definition.causeKey))
              ?.ticket;
        if (hiddenBy !== undefined && found.alarm.suppressedBy === null) {
          found = { ...found, alarm: act(found, { type: 'suppress', by: hiddenBy }, engineActor) };
        }
        const raised = act(found, { type: 'raise', ...fact }, engineActor);
        if (inherited && raised.ticket === inherited) tickets.lead(raised);
        return raised;
      });
    },
    clear: (id, fact) => db.transact(() => act(need(id), { type: 'clear', ...fact }, engineActor)),
    noteDamage(table, row, reason) {
      const fact = { at: clock.now(), value: null };
      db.transact(() => {
        const { id } = desk.raise(damagedRecord(table, row, reason), { ...fact, limit: null });
        // It says what happened once; latched, it stands until somebody has seen it.
        desk.clear(id, fact);
      });
    },
    suppressBy(id, by) {
      db.transact(() => {
        const found = load(id);
        if (!found || found.alarm.suppressedBy !== null) return;
        const hidden = act(found, { type: 'suppress', by }, engineActor);
        // A ticket is not about what is hidden, but about what hides it.
        const parent = load(by)?.alarm;
        if (hidden.ticket !== null && parent?.ticket === hidden.ticket && tickets.find(hidden.ticket)?.alarm === id) tickets.lead(parent);
      });
    },
    releaseFrom(id, by) {
      db.transact(() => {
        const found = load(id);
        if (found?.alarm.suppressedBy === by) act(found, { type: 'unsuppress' }, engineActor);
      });
    },
    setCause(id, cause) {
      db.transact(() => {
        const found = load(id);
        if (!found || found.alarm.cause === cause) return;
        const { alarm, traits } = found;
        const next: Alarm = { ...alarm, cause, version: alarm.version + 1 };
        const root = cause === null ? undefined : load(cause)?.alarm;
        const into = root?.ticket ?? null;
        const own = alarm.ticket && into && alarm.ticket !== into ? tickets.find(alarm.ticket) : undefined;
        if (own && root && tickets.merge(alarm, root)) {
          next.ticket = into;
          // Whatever else it was about goes along: nothing belongs to a ticket that is cancelled.
          for (const other of [own.alarm, ...own.alarms]) {
            const held = other === null || other === id ? undefined : load(other);
            if (held?.alarm.ticket === own.id) save({ ...held.alarm, ticket: into, version: held.alarm.version + 1 }, held.traits);
          }
        }
        save(next, traits);
        const detail = { rule: alarm.rule, device: alarm.device, priority: alarm.priority, system: alarm.system, cause };
        const { state } = alarm;
        journal.write({
          t: clock.now(),
          kind: 'alarm',
          id,
          event: 'group',
          from: state,
          to: state,
          who: engineActor.id,
          why: null,
          detail,
        });
      });
    },
    endShelves() {
      const due = db.all<{ id: string }>('SELECT id FROM alarms WHERE shelved_until IS NOT NULL AND shelved_until <= ?', clock.now());
      for (const { id } of due) person(id, { type: 'shelf-end' }, engineActor);
    },
    saveRules(rules) {
      db.transact(() => {
        db.run('DELETE FROM rules_in_force');
        for (const rule of rules) db.run('INSERT INTO rules_in_force (id, rule) VALUES (?, ?)', rule.rule.id, JSON.stringify(rule));
      });
    },
    cursor: (name) => Number(readMemory(name) ?? 0),
    setCursor: (name, seq) => writeMemory(name, seq),
    memory: (name) => readMemory(name),
    setMemory: (name, value) => writeMemory(name, value),
    batch: (work) => db.transact(work),
    [Symbol.dispose]() {
      if (place.db === undefined) db[Symbol.dispose]();
    },
  };
  db.onSetAside = ({ place: table, row, reason }) => desk.noteDamage(table, row, reason);
  return desk;

  /** Whoever signs a ticket off has seen that its alarms are gone: nobody has to acknowledge them once more. Call inside a transaction. */
  function signedOff(ticket: Ticket, who: Actor, name: string): Ticket {
    const why = `工单 ${ticket.id} 已由 ${name} 签收 / ticket ${ticket.id} signed off by ${name}`;
    for (const id of new Set([ticket.alarm, ...ticket.alarms])) {
      const alarm = id === null ? undefined : load(id)?.alarm;
      if (alarm && alarm.ticket === ticket.id && !alarm.active && calls(alarm))
        person(alarm.id, { type: 'acknowledge' }, { id: who.id }, why);
    }
    return ticket;
  }

  function readMemory(name: string): unknown {
    const row = db.get<{ value: string }>('SELECT value FROM rules_memory WHERE name = ?', name);
    return row && readRecord(db, z.unknown(), row.value, 'rules_memory', name, clock.now());
  }
  function writeMemory(name: string, value: unknown): void {
    db.run(
      'INSERT INTO rules_memory (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      JSON.stringify(value),
    );
  }
}

/** Enough for nobody to stumble over; the rest of it is the engine's own words. */
const ruleRecord = z.looseObject({
  rule: z.looseObject({ id: z.string() }),
  enabled: z.boolean(),
  parameters: z.array(z.unknown()),
  drawn: z.array(z.unknown()).default([]),
  places: z.array(z.unknown()),
}) as unknown as z.ZodType<RuleInForce>;

/** `suppressedBy` of a suppression by hand: whose hand. The engine never releases these. */
const handPrefix = 'person:';
const byHand = (who: Actor) => `${handPrefix}${who.id}`;
