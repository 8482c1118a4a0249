/** Receivables: bills as they were sent with their hash, what was paid, what is due, who was reminded. */
import { createHash } from 'node:crypto';
import type { Database } from '../desk/index.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import type { TenantBill } from './tenant-bills.ts';

export const billStates = ['open', 'part', 'paid', 'overdue', 'cancelled'] as const;
export type BillState = (typeof billStates)[number];

export interface Payment {
  id: number;
  yuan: number;
  /** `2026-08-01` */
  paidOn: string;
  note: string | null;
  enteredBy: string;
  enteredAt: number;
  undone: { by: string; at: number; reason: string } | null;
}

export interface IssuedBill {
  id: string;
  bill: TenantBill;
  sha256: string;
  total: number;
  paid: number;
  open: number;
  state: BillState;
  issuedBy: string;
  issuedAt: number;
  dueAt: number;
  payments: Payment[];
  reminders: { number: number; at: number; by: string }[];
  cancelled: { by: string; at: number; reason: string } | null;
}

export interface Bills {
  /** @throws Fault desk/transition when this period was billed already */
  issue(bill: TenantBill, dueAt: number, by: string): IssuedBill;
  /** @throws Fault desk/unknown */
  get(id: string): IssuedBill;
  /** The newest first. */
  list(tenant?: string): IssuedBill[];
  /**
   * @param payment `again`: it is another one, though the same was entered just now
   * @throws Fault desk/transition, also when the same was entered within ten minutes; api/invalid when more than is open
   */
  pay(
    id: string,
    payment: { yuan: number; paidOn: string; note?: string | undefined; again?: boolean | undefined },
    by: string,
  ): IssuedBill;
  undoPayment(payment: number, by: string, reason: string): IssuedBill;
  /** @throws Fault desk/transition once something is paid */
  cancel(id: string, by: string, reason: string): IssuedBill;
  /** @throws Fault desk/transition when nothing is open, or it was reminded of within ten minutes */
  remind(id: string, by: string): IssuedBill;
  /** Reminders that are due by now, each so many days after the due date; written down. */
  remindDue(everyDays: (tenant: string) => number): IssuedBill[];
}

interface Row {
  id: string;
  tenant: string;
  body: string;
  sha256: string;
  cents: number;
  issued_by: string;
  issued_at: number;
  due_at: number;
  cancelled_by: string | null;
  cancelled_at: number | null;
  cancelled_reason: string | null;
}
interface PaymentRow {
  id: number;
  bill: string;
  cents: number;
  paid_on: string;
  note: string | null;
  entered_by: string;
  entered_at: number;
  undone_by: string | null;
  undone_at: number | null;
  undone_reason: string | null;
}

const dayMs = 86_400_000;
/** The same again so soon is a button pressed twice. */
const slipMs = 10 * 60_000;
const hashOf = (body: string) => createHash('sha256').update(body).digest('hex');

export function openBills(db: Database, clock: Clock): Bills {
  const read = (row: Row): IssuedBill => {
    if (hashOf(row.body) !== row.sha256)
      throw new Fault('desk/unknown', `bill ${row.id}: what is stored is not what was sent; restore operations.db from a backup`);
    const payments = db.all<PaymentRow>('SELECT * FROM energy_payments WHERE bill = ? ORDER BY id', row.id);
    const paid = payments.filter(({ undone_at }) => undone_at === null).reduce((sum, { cents }) => sum + cents, 0);
    const open = row.cancelled_at === null ? row.cents - paid : 0;
    return {
      ...{
        id: row.id,
        bill: JSON.parse(row.body) as TenantBill,
        sha256: row.sha256,
        total: row.cents / 100,
        paid: paid / 100,
        open: open / 100,
      },
      state:
        row.cancelled_at !== null ? 'cancelled' : open <= 0 ? 'paid' : row.due_at < clock.now() ? 'overdue' : paid > 0 ? 'part' : 'open',
      ...{ issuedBy: row.issued_by, issuedAt: row.issued_at, dueAt: row.due_at },
      payments: payments.map((one) => ({
        ...{ id: one.id, yuan: one.cents / 100, paidOn: one.paid_on, note: one.note, enteredBy: one.entered_by, enteredAt: one.entered_at },
        undone: one.undone_at === null ? null : { by: one.undone_by ?? '', at: one.undone_at, reason: one.undone_reason ?? '' },
      })),
      reminders: db.all<{ number: number; at: number; by: string }>(
        'SELECT number, at, by FROM energy_reminders WHERE bill = ? ORDER BY number',
        row.id,
      ),
      cancelled:
        row.cancelled_at === null ? null : { by: row.cancelled_by ?? '', at: row.cancelled_at, reason: row.cancelled_reason ?? '' },
    };
  };
  const get = (id: string) => {
    const row = db.get<Row>('SELECT * FROM energy_bills WHERE id = ?', id);
    if (!row) throw new Fault('desk/unknown', `there is no bill ${id}`);
    return read(row);
  };
  const remind = (id: string, by: string) =>
    db.transact(() => {
      const { state, reminders } = get(id);
      if (state === 'paid' || state === 'cancelled') throw new Fault('desk/transition', `bill ${id} is ${state}`);
      const last = reminders.at(-1);
      if (last && clock.now() - last.at < slipMs)
        throw new Fault('desk/transition', `bill ${id}: reminder ${last.number} was written down just now by ${last.by}`);
      db.run('INSERT INTO energy_reminders (bill, number, at, by) VALUES (?,?,?,?)', id, reminders.length + 1, clock.now(), by);
      return get(id);
    });
  return {
    get,
    remind,
    list: (tenant) =>
      db
        .all<Row>('SELECT * FROM energy_bills WHERE (?1 IS NULL OR tenant = ?1) ORDER BY issued_at DESC, id DESC', tenant ?? null)
        .map(read),
    issue: (bill, dueAt, by) =>
      db.transact(() => {
        const { tenant, period } = bill;
        const known = db.get<{ id: string }>(
          'SELECT id FROM energy_bills WHERE tenant = ? AND period = ? AND cancelled_at IS NULL',
          tenant,
          period,
        );
        if (known) throw new Fault('desk/transition', `${tenant} has a bill for ${period} already (${known.id}); cancel it first`);
        const count =
          db.get<{ n: number }>('SELECT count(*) AS n FROM energy_bills WHERE tenant = ? AND period = ?', tenant, period)?.n ?? 0;
        const id = `${period}-${tenant}${count === 0 ? '' : `-${count + 1}`}`;
        const body = JSON.stringify(bill);
        db.run(
          'INSERT INTO energy_bills (id, tenant, period, body, sha256, cents, issued_by, issued_at, due_at) VALUES (?,?,?,?,?,?,?,?,?)',
          ...[id, tenant, period, body, hashOf(body), Math.round(bill.total * 100), by, clock.now(), dueAt],
        );
        return get(id);
      }),
    pay: (id, { yuan, paidOn, note, again = false }, by) =>
      db.transact(() => {
        const { state, open, payments } = get(id);
        const same = payments.findLast(
          (one) =>
            one.undone === null &&
            Math.round(one.yuan * 100) === Math.round(yuan * 100) &&
            one.paidOn === paidOn &&
            one.note === (note ?? null),
        );
        if (same && !again && clock.now() - same.enteredAt < slipMs)
          throw new Fault('desk/transition', `payment ${same.id} is the same and was entered just now by ${same.enteredBy}`, {
            detail: { payment: same.id },
          });
        if (state === 'paid' || state === 'cancelled') throw new Fault('desk/transition', `bill ${id} is ${state}`);
        if (Math.round(yuan * 100) > Math.round(open * 100))
          throw new Fault('api/invalid', `yuan: at most ${open.toFixed(2)}, which is open`);
        db.run(
          'INSERT INTO energy_payments (bill, cents, paid_on, note, entered_by, entered_at) VALUES (?,?,?,?,?,?)',
          ...[id, Math.round(yuan * 100), paidOn, note ?? null, by, clock.now()],
        );
        return get(id);
      }),
    undoPayment: (payment, by, reason) =>
      db.transact(() => {
        const row = db.get<PaymentRow>('SELECT * FROM energy_payments WHERE id = ?', payment);
        if (!row) throw new Fault('desk/unknown', `there is no payment ${payment}`);
        if (row.undone_at !== null) throw new Fault('desk/transition', `payment ${payment} was taken back already`);
        db.run('UPDATE energy_payments SET undone_by = ?, undone_at = ?, undone_reason = ? WHERE id = ?', by, clock.now(), reason, payment);
        return get(row.bill);
      }),
    cancel: (id, by, reason) =>
      db.transact(() => {
        const { state, paid } = get(id);
        if (state === 'cancelled') throw new Fault('desk/transition', `bill ${id} is cancelled already`);
        if (paid > 0) throw new Fault('desk/transition', `bill ${id}: ${paid.toFixed(2)} yuan are paid; take the payment back first`);
        db.run(
          'UPDATE energy_bills SET cancelled_by = ?, cancelled_at = ?, cancelled_reason = ? WHERE id = ?',
          by,
          clock.now(),
          reason,
          id,
        );
        return get(id);
      }),
    remindDue(everyDays) {
      const now = clock.now();
      return db
        .all<Row>('SELECT * FROM energy_bills WHERE cancelled_at IS NULL AND due_at < ?', now)
        .map(read)
        .filter(({ open, dueAt, reminders, bill }) => {
          const last = reminders.at(-1)?.at ?? dueAt;
          return open > 0 && now - last >= (reminders.length === 0 ? 0 : everyDays(bill.tenant) * dayMs);
        })
        .map(({ id }) => remind(id, 'plantroom'));
    },
  };
}
