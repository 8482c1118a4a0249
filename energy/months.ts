/** Months that were closed: their allocation as it was then, with its hash. What is corrected later shows as a difference and does not change a bill that was sent. */
import { createHash } from 'node:crypto';
import type { Database } from '../desk/index.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import type { LaterLine } from './ledger.ts';
import type { MonthAccount } from './month-account.ts';

/** What is frozen. */
export interface ClosedStatement {
  account: MonthAccount;
  /** Of months that were closed before, booked in this one. */
  later: LaterLine[];
}

export interface ClosedMonth {
  month: string;
  medium: string;
  version: number;
  statement: ClosedStatement;
  sha256: string;
  closedBy: string;
  closedAt: number;
  opened: { by: string; at: number; reason: string } | null;
}

export interface ClosedMonths {
  /** @param month `2026-07`. @throws Fault desk/transition when it is closed */
  close(month: string, medium: string, statement: ClosedStatement, by: string): ClosedMonth;
  /** @throws Fault desk/transition when it is not closed */
  open(month: string, medium: string, by: string, reason: string): ClosedMonth;
  /** The version that holds; undefined while the month is open. */
  closed(month: string, medium: string): ClosedMonth | undefined;
  /** Names of those that are closed. */
  names(medium: string): ReadonlySet<string>;
  /** All that are closed, the oldest first. */
  list(medium: string): ClosedMonth[];
  /** Every version, the newest first. */
  versions(month: string, medium: string): ClosedMonth[];
}

interface Row {
  month: string;
  medium: string;
  version: number;
  body: string;
  sha256: string;
  closed_by: string;
  closed_at: number;
  opened_by: string | null;
  opened_at: number | null;
  opened_reason: string | null;
}

const hashOf = (body: string) => createHash('sha256').update(body).digest('hex');

export function openMonths(db: Database, clock: Clock): ClosedMonths {
  /** What was read before: a statement is some 100 kB, and pages of management ask for all of them. */
  const known = new Map<string, { body: string; statement: ClosedStatement }>();
  const statementOf = (row: Row): ClosedStatement => {
    const key = `${row.month} ${row.medium} ${row.version} ${row.sha256}`;
    const before = known.get(key);
    if (before?.body === row.body) return before.statement;
    if (hashOf(row.body) !== row.sha256)
      throw new Fault(
        'desk/unknown',
        `${row.month} ${row.medium}, version ${row.version}: what is stored is not what was closed; restore operations.db from a backup`,
      );
    const statement = JSON.parse(row.body) as ClosedStatement;
    known.set(key, { body: row.body, statement });
    return statement;
  };
  const read = (row: Row): ClosedMonth => {
    const statement = statementOf(row);
    return {
      month: row.month,
      medium: row.medium,
      version: row.version,
      statement,
      sha256: row.sha256,
      closedBy: row.closed_by,
      closedAt: row.closed_at,
      opened: row.opened_at === null ? null : { by: row.opened_by ?? '', at: row.opened_at, reason: row.opened_reason ?? '' },
    };
  };
  const rows = (month: string, medium: string) =>
    db.all<Row>('SELECT * FROM energy_months WHERE month = ? AND medium = ? ORDER BY version DESC', month, medium);
  const closed = (month: string, medium: string) => {
    const row = rows(month, medium).find(({ opened_at }) => opened_at === null);
    return row && read(row);
  };
  return {
    closed,
    names: (medium) =>
      new Set(
        db
          .all<{ month: string }>('SELECT month FROM energy_months WHERE medium = ? AND opened_at IS NULL', medium)
          .map(({ month }) => month),
      ),
    list: (medium) => db.all<Row>('SELECT * FROM energy_months WHERE medium = ? AND opened_at IS NULL ORDER BY month', medium).map(read),
    versions: (month, medium) => rows(month, medium).map(read),
    close(month, medium, statement, by) {
      return db.transact(() => {
        const known = closed(month, medium);
        if (known) throw new Fault('desk/transition', `${month} is closed (version ${known.version}); open it first`);
        const body = JSON.stringify(statement);
        db.run(
          'INSERT INTO energy_months (month, medium, version, body, sha256, closed_by, closed_at) VALUES (?,?,?,?,?,?,?)',
          ...[month, medium, (rows(month, medium)[0]?.version ?? 0) + 1, body, hashOf(body), by, clock.now()],
        );
        return closed(month, medium) as ClosedMonth;
      });
    },
    open(month, medium, by, reason) {
      return db.transact(() => {
        const known = closed(month, medium);
        if (!known) throw new Fault('desk/transition', `${month} is not closed`);
        db.run(
          'UPDATE energy_months SET opened_by = ?, opened_at = ?, opened_reason = ? WHERE month = ? AND medium = ? AND version = ?',
          ...[by, clock.now(), reason, month, medium, known.version],
        );
        return { ...known, opened: { by, at: clock.now(), reason } };
      });
    },
  };
}
