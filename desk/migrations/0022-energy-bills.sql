-- Bills of tenants as they were sent; never changed: cancelled and issued again. What was paid and when they were reminded are rows of their own.
CREATE TABLE energy_bills (
  id TEXT PRIMARY KEY, tenant TEXT NOT NULL, period TEXT NOT NULL, body TEXT NOT NULL, sha256 TEXT NOT NULL, cents INTEGER NOT NULL, issued_by TEXT NOT NULL,
  issued_at INTEGER NOT NULL, due_at INTEGER NOT NULL, cancelled_by TEXT, cancelled_at INTEGER, cancelled_reason TEXT) STRICT;
CREATE UNIQUE INDEX energy_bills_once ON energy_bills (tenant, period) WHERE cancelled_at IS NULL;
CREATE TRIGGER energy_bills_stay BEFORE UPDATE ON energy_bills
  WHEN OLD.cancelled_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.tenant <> OLD.tenant OR NEW.period <> OLD.period OR NEW.body <> OLD.body OR NEW.sha256 <> OLD.sha256
    OR NEW.cents <> OLD.cents OR NEW.issued_by <> OLD.issued_by OR NEW.issued_at <> OLD.issued_at OR NEW.due_at <> OLD.due_at
  BEGIN SELECT RAISE(ABORT, 'a bill is never changed: cancel it and issue another'); END;
CREATE TRIGGER energy_bills_remain BEFORE DELETE ON energy_bills BEGIN SELECT RAISE(ABORT, 'a bill is never removed: cancel it'); END;
CREATE TABLE energy_payments (
  id INTEGER PRIMARY KEY AUTOINCREMENT, bill TEXT NOT NULL, cents INTEGER NOT NULL, paid_on TEXT NOT NULL, note TEXT, entered_by TEXT NOT NULL, entered_at INTEGER NOT NULL,
  undone_by TEXT, undone_at INTEGER, undone_reason TEXT) STRICT;
CREATE INDEX energy_payments_by_bill ON energy_payments (bill);
CREATE TRIGGER energy_payments_stay BEFORE UPDATE ON energy_payments
  WHEN OLD.undone_at IS NOT NULL OR NEW.bill <> OLD.bill OR NEW.cents <> OLD.cents OR NEW.paid_on <> OLD.paid_on OR NEW.entered_by <> OLD.entered_by
  BEGIN SELECT RAISE(ABORT, 'a payment is never changed: take it back and enter another'); END;
CREATE TRIGGER energy_payments_remain BEFORE DELETE ON energy_payments BEGIN SELECT RAISE(ABORT, 'a payment is never removed: take it back'); END;
CREATE TABLE energy_reminders (bill TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL, PRIMARY KEY (bill, number)) STRICT;
