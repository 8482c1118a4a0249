/** Receivables: a bill stays as it was sent, is paid once, is reminded of when it is late. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../desk/index.ts';
import { systemClock } from '../shared/clock.ts';
import { type Bills, openBills } from './bills.ts';
import { monthsOfPeriod, type TenantBill } from './tenant-bills.ts';

const day = 86_400_000;
const name = { zh: '小卖部', en: 'Shop' };
const bill = (total: number, period = '2026-07'): TenantBill => ({
  ...{ tenant: 'shop', name, hospital: name, period, months: [period], meters: ['fd-shop'], estimatedShare: {}, currency: 'CNY', total },
  lines: [{ month: period, medium: 'electricity', part: 'energy', quantity: total / 0.8, unit: 'kWh', price: 0.8, amount: total }],
});
let now = Date.UTC(2026, 7, 1);
let db: Database;
let bills: Bills;
beforeEach(() => {
  now = Date.UTC(2026, 7, 1);
  db = openDatabase(':memory:');
  bills = openBills(db, { ...systemClock(), now: () => now });
});
afterEach(() => db[Symbol.dispose]());

describe('a bill', () => {
  it('is sent once for a period, and again only after it was cancelled', () => {
    const first = bills.issue(bill(100), now + 15 * day, 'li');
    expect(first).toMatchObject({ id: '2026-07-shop', state: 'open', open: 100, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(() => bills.issue(bill(101), now, 'li')).toThrow(/has a bill for 2026-07 already/);
    bills.cancel(first.id, 'li', 'wrong meter');
    expect(bills.issue(bill(101), now, 'li').id).toBe('2026-07-shop-2');
    expect(bills.get(first.id)).toMatchObject({ state: 'cancelled', open: 0 });
  });

  it('is paid in parts to the cent, never more than is open, and a payment can be taken back', () => {
    const { id } = bills.issue(bill(100.05), now + 15 * day, 'li');
    expect(bills.pay(id, { yuan: 60.02, paidOn: '2026-08-03' }, 'li')).toMatchObject({ state: 'part', open: 40.03 });
    expect(() => bills.pay(id, { yuan: 40.04, paidOn: '2026-08-03' }, 'li')).toThrow(/at most 40.03/);
    expect(() => bills.cancel(id, 'li', 'x')).toThrow(/are paid/);
    const { payments } = bills.pay(id, { yuan: 40.03, paidOn: '2026-08-04' }, 'li');
    expect(bills.get(id).state).toBe('paid');
    expect(bills.undoPayment(payments[1]!.id, 'wang', 'bounced')).toMatchObject({ state: 'part', open: 40.03 });
  });

  it('is reminded of on the due date and each week after it, until it is paid', () => {
    const { id } = bills.issue(bill(10), now + 15 * day, 'li');
    const due = () => bills.remindDue(() => 7).length;
    expect(due()).toBe(0);
    now += 15 * day + 1;
    expect([due(), due()]).toEqual([1, 0]);
    expect(bills.get(id).state).toBe('overdue');
    now += 6 * day;
    expect(due()).toBe(0);
    now += day;
    expect(due()).toBe(1);
    bills.pay(id, { yuan: 10, paidOn: '2026-08-30' }, 'li');
    now += 30 * day;
    expect(due()).toBe(0);
    expect(bills.get(id).reminders).toHaveLength(2);
  });

  it('cannot be changed behind its back', () => {
    const { id } = bills.issue(bill(10), now, 'li');
    expect(() => db.run('UPDATE energy_bills SET cents = 1')).toThrow(/never changed/);
    expect(() => db.run('DELETE FROM energy_bills')).toThrow(/never removed/);
    db.run('DROP TRIGGER energy_bills_stay');
    db.run("UPDATE energy_bills SET body = '{}'");
    expect(() => bills.get(id)).toThrow(/not what was sent/);
  });

  it('is of a month or of half a year', () => {
    expect(monthsOfPeriod('2026-H2')).toEqual(['2026-07', '2026-08', '2026-09', '2026-10', '2026-11', '2026-12']);
    expect(() => monthsOfPeriod('2026-13')).toThrow(/period/);
  });
});
