/**
 * Rosters in the operations database. What has been is stored as it was and never computed again: before a roster or a change of it is written,
 * everything up to now is settled with what was in force.
 */
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import {
  type OnCall,
  type OnCallReason,
  type RosterChange,
  type RosterDefinition,
  rosterChangeSchema,
  rosterSchema,
} from '../shared/roster.ts';
import type { Database } from './database.ts';
import { isPublicHoliday } from './holidays.ts';
import { onCallIn, type Roster } from './roster.ts';
import { readRecord } from './rows.ts';

export interface StoredRoster {
  definition: RosterDefinition;
  /** `site`: as the site file says; `console`: edited since, and the site file leads no more. */
  source: 'site' | 'console';
  version: number;
  changedAt: number;
  changedBy: string;
}
export interface StoredChange {
  id: number;
  change: RosterChange;
  madeAt: number;
  madeBy: string;
}

export interface Rosters {
  list(): StoredRoster[];
  /** @throws Fault desk/unknown */
  get(id: string): StoredRoster;
  /** Takes the rosters of the site file, as far as nobody has edited them in the console. */
  takeFromSite(definitions: readonly RosterDefinition[]): void;
  /** @param version that the editor saw; 0 for a new one. @throws Fault desk/transition when somebody else was quicker */
  save(definition: RosterDefinition, version: number, who: string): StoredRoster;
  remove(id: string, who: string): void;
  /** Changes that are not over. */
  changes(id: string): StoredChange[];
  /** Adds a change; what is past stays as it was, so it begins now at the earliest. @throws Fault desk/transition */
  add(id: string, change: RosterChange, who: string): StoredChange;
  /** One of the two agrees to a swap. */
  confirm(id: string, change: number, person: string): StoredChange;
  /** Withdraws a change from now on. */
  cancel(id: string, change: number, who: string): void;
  /** Since when it is on record who was on call; before, "nobody" only says that nobody knows. */
  recordedSince(id: string): number;
  /** Who is on call at `t`, each with its whole interval. Never empty: nobody is an answer. */
  onCallAt(id: string, t: number): OnCall[];
  onCallIn(id: string, from: number, to: number): OnCall[];
  /** Who would be on call by this plan and the changes of the roster of its id, where there is one. Writes nothing. */
  preview(definition: RosterDefinition, from: number, to: number): OnCall[];
  /** Stores what has become past; cheap. */
  settle(): void;
}

const day = 86_400_000;
const reaches = [2, 16, 128, 400].map((days) => days * day);
const longestChangeMs = 400 * day;
/** A plan that changes every minute for years would be nobody's plan. */
const mostChanges = 2_000;

interface Row {
  id: string;
  definition: string;
  source: 'site' | 'console';
  version: number;
  settled_until: number;
  changed_at: number;
  changed_by: string;
}
interface ChangeRow {
  id: number;
  change: string;
  made_at: number;
  made_by: string;
}

export function openRosters(db: Database, clock: Clock, zone: string): Rosters {
  const parse = (row: Row): StoredRoster | undefined => {
    const definition = readRecord(db, rosterSchema, row.definition, 'rosters', row.id, clock.now());
    return definition && { definition, source: row.source, version: row.version, changedAt: row.changed_at, changedBy: row.changed_by };
  };
  const rowOf = (id: string) => {
    const row = db.get<Row>('SELECT * FROM rosters WHERE id = ? AND removed_at IS NULL', id);
    if (!row) throw new Fault('desk/unknown', `there is no roster ${id}`);
    return row;
  };
  const get = (id: string): StoredRoster => {
    const found = parse(rowOf(id));
    if (!found) throw new Fault('desk/unknown', `the record of roster ${id} is damaged; save it anew`);
    return found;
  };
  const changes = (id: string): StoredChange[] =>
    db
      .all<ChangeRow>(
        'SELECT id, change, made_at, made_by FROM roster_changes WHERE roster = ? AND until_t > ? AND cancelled_at IS NULL ORDER BY id',
        id,
        rowOf(id).settled_until,
      )
      .flatMap((row) => {
        const change = readRecord(db, rosterChangeSchema, row.change, 'roster_changes', String(row.id), clock.now());
        return change ? [{ id: row.id, change, madeAt: row.made_at, madeBy: row.made_by }] : [];
      });
  const applied = (definition: RosterDefinition, known: readonly StoredChange[]): Roster => ({
    ...definition,
    zone: definition.zone ?? zone,
    changes: known.map(({ change }) => change),
    isHoliday: isPublicHoliday,
  });
  const inForce = (id: string): Roster => applied(get(id).definition, changes(id));

  const settleOne = (row: Row, now: number) => {
    if (now <= row.settled_until) return;
    for (const { person, from, to, by } of parse(row) ? onCallIn(inForce(row.id), row.settled_until, now) : []) {
      db.run('INSERT INTO roster_past (roster, person, from_t, to_t, reason) VALUES (?,?,?,?,?)', row.id, person, from, to, by);
    }
    db.run('UPDATE rosters SET settled_until = ? WHERE id = ?', now, row.id);
  };
  const past = (id: string, from: number, to: number): OnCall[] =>
    db
      .all<{ person: string | null; from_t: number; to_t: number; reason: OnCallReason }>(
        'SELECT person, from_t, to_t, reason FROM roster_past WHERE roster = ? AND to_t > ? AND from_t < ? ORDER BY from_t, id',
        id,
        from,
        to,
      )
      .map((row) => ({ person: row.person, from: Math.max(from, row.from_t), to: Math.min(to, row.to_t), by: row.reason }));

  const between = (id: string, from: number, to: number): OnCall[] => {
    const { settled_until: settled } = rowOf(id);
    const was = from < settled ? past(id, from, Math.min(to, settled)) : [];
    const begin = was.reduce((first, one) => Math.min(first, one.from), Math.min(to, Math.max(from, settled)));
    const before: OnCall[] = begin > from ? [{ person: null, from, to: begin, by: 'layer' }] : [];
    const next = to > settled ? onCallIn(inForce(id), Math.max(from, settled), to) : [];
    return joined([...before, ...was, ...next]);
  };

  const write = (id: string, definition: RosterDefinition, source: string, version: number, who: string, now: number) => {
    db.run(
      `INSERT INTO rosters (id, definition, source, version, settled_until, changed_at, changed_by) VALUES (?,?,?,?,?,?,?)
       ON CONFLICT (id) DO UPDATE SET definition = excluded.definition, source = excluded.source, version = excluded.version,
         settled_until = excluded.settled_until, changed_at = excluded.changed_at, changed_by = excluded.changed_by, removed_at = NULL`,
      id,
      JSON.stringify(definition),
      source,
      version,
      now,
      now,
      who,
    );
  };

  const rosters: Rosters = {
    list: () => db.all<Row>('SELECT * FROM rosters WHERE removed_at IS NULL ORDER BY id').flatMap((row) => parse(row) ?? []),
    get,
    takeFromSite(definitions) {
      db.transact(() => {
        const now = clock.now();
        const wanted = new Map(definitions.map((definition) => [definition.id, JSON.stringify(definition)]));
        for (const row of db.all<Row & { removed_at: number | null }>("SELECT * FROM rosters WHERE source = 'site'")) {
          const text = wanted.get(row.id);
          if (text === row.definition && row.removed_at === null) continue;
          if (row.removed_at === null) settleOne(row, now);
          if (text === undefined) db.run('UPDATE rosters SET removed_at = ? WHERE id = ? AND removed_at IS NULL', now, row.id);
          else write(row.id, JSON.parse(text) as RosterDefinition, 'site', row.version + 1, 'site file', now);
        }
        for (const definition of definitions) {
          if (!db.get('SELECT 1 FROM rosters WHERE id = ?', definition.id)) write(definition.id, definition, 'site', 1, 'site file', now);
        }
      });
    },
    save(definition, version, who) {
      return db.transact(() => {
        const { id } = definition;
        const row = db.get<Row & { removed_at: number | null }>('SELECT * FROM rosters WHERE id = ?', id);
        const seen = row && row.removed_at === null ? row.version : 0;
        if (seen !== version)
          throw new Fault('desk/transition', `roster ${id} is at version ${seen} by now, not ${version}; load it again`);
        const now = clock.now();
        if (row && row.removed_at === null) settleOne(row, now);
        write(id, definition, 'console', (row?.version ?? 0) + 1, who, now);
        return get(id);
      });
    },
    remove(id, who) {
      db.transact(() => {
        const now = clock.now();
        settleOne(rowOf(id), now);
        // Remembered as edited, so that the site file does not bring it back.
        db.run("UPDATE rosters SET removed_at = ?, changed_at = ?, changed_by = ?, source = 'console' WHERE id = ?", now, now, who, id);
      });
    },
    changes,
    add(id, change, who) {
      return db.transact(() => {
        const now = clock.now();
        settleOne(rowOf(id), now);
        const known = changes(id);
        const checked = allowed(change, now, known);
        if (known.length >= mostChanges)
          throw new Fault('desk/transition', `roster ${id} has ${mostChanges} changes already; edit the roster itself`);
        const until = Math.max(checked.to, checked.kind === 'swap' ? (checked.back?.to ?? 0) : 0);
        const { lastInsertRowid } = db.run(
          'INSERT INTO roster_changes (roster, until_t, change, made_at, made_by) VALUES (?,?,?,?,?)',
          id,
          until,
          JSON.stringify(checked),
          now,
          who,
        );
        return { id: lastInsertRowid, change: checked, madeAt: now, madeBy: who };
      });
    },
    confirm(id, number, person) {
      return db.transact(() => {
        settleOne(rowOf(id), clock.now());
        const found = changes(id).find((one) => one.id === number);
        if (!found) throw new Fault('desk/unknown', `roster ${id} has no change ${number} that is not over`);
        const { change } = found;
        if (change.kind !== 'swap') throw new Fault('desk/transition', 'only a swap is confirmed');
        if (person !== change.person && person !== change.other) throw new Fault('desk/transition', `${person} is no part of this swap`);
        if (change.confirmedBy.includes(person)) return found;
        const next = { ...change, confirmedBy: [...change.confirmedBy, person] };
        db.run('UPDATE roster_changes SET change = ? WHERE id = ?', JSON.stringify(next), number);
        return { ...found, change: next };
      });
    },
    cancel(id, number, who) {
      db.transact(() => {
        const now = clock.now();
        settleOne(rowOf(id), now);
        if (!changes(id).some((one) => one.id === number))
          throw new Fault('desk/unknown', `roster ${id} has no change ${number} that is not over`);
        db.run('UPDATE roster_changes SET cancelled_at = ?, cancelled_by = ? WHERE id = ?', now, who, number);
      });
    },
    onCallIn: between,
    recordedSince(id) {
      const { settled_until: settled } = rowOf(id);
      const first = db.get<{ t: number | null }>('SELECT min(from_t) AS t FROM roster_past WHERE roster = ?', id)?.t;
      return Math.min(settled, first ?? settled);
    },
    preview(definition, from, to) {
      const known = db.get('SELECT 1 FROM rosters WHERE id = ? AND removed_at IS NULL', definition.id) ? changes(definition.id) : [];
      return onCallIn(applied(definition, known), from, to);
    },
    onCallAt(id, t) {
      for (const reach of reaches) {
        const found = between(id, t - reach, t + reach).filter((one) => t >= one.from && t < one.to);
        if (reach === reaches.at(-1) || found.every((one) => one.from > t - reach && one.to < t + reach)) return found;
      }
      return [];
    },
    settle() {
      db.transact(() => {
        const now = clock.now();
        for (const row of db.all<Row>('SELECT * FROM rosters WHERE removed_at IS NULL AND settled_until < ?', now)) settleOne(row, now);
      });
    },
  };
  return rosters;
}

/** @throws Fault desk/transition */
function allowed(change: RosterChange, now: number, known: readonly StoredChange[]): RosterChange {
  const refuse = (reason: string) => new Fault('desk/transition', reason);
  const next = { ...change, from: Math.max(change.from, now) };
  if (!(next.to > next.from)) throw refuse('it must end after now, and after it begins');
  if (next.to - next.from > longestChangeMs) throw refuse('a change lasts at most 400 days; for longer, edit the roster');
  if (next.kind === 'override' && next.add === null && next.remove === null)
    throw refuse('an override adds somebody, removes somebody, or both');
  if (next.kind === 'temporary' && next.shifts.some(({ from, to }) => !(to > from)))
    throw refuse('each shift of a plan must end after it begins');
  if (next.kind === 'swap') {
    if (next.person === next.other) throw refuse('a swap takes two persons');
    const mine = [next, ...(next.back ? [next.back] : [])];
    for (const { change: other, id } of known) {
      if (other.kind !== 'swap') continue;
      const theirs = [other, ...(other.back ? [other.back] : [])];
      const same = [other.person, other.other].some((person) => person === next.person || person === next.other);
      if (same && mine.some((one) => theirs.some((two) => one.from < two.to && two.from < one.to))) {
        throw refuse(`it overlaps swap ${id} of ${other.person} and ${other.other}; withdraw that one first`);
      }
    }
  }
  return next;
}

/** Intervals of the same person for the same reason that touch become one. */
function joined(intervals: readonly OnCall[]): OnCall[] {
  const done: OnCall[] = [];
  const last = new Map<string, OnCall>();
  for (const one of intervals) {
    const key = `${one.person}/${one.by}`;
    const before = last.get(key);
    if (before && before.to === one.from) before.to = one.to;
    else {
      const copy = { ...one };
      last.set(key, copy);
      done.push(copy);
    }
  }
  return done;
}
