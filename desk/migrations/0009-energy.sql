-- What people know of counters: swaps, decisions on doubtful steps, readings by hand. Never changed and never removed; taken back with who, when and why.
CREATE TABLE energy_corrections (
  id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, quantity TEXT NOT NULL, t INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
  reason TEXT NOT NULL, made_by TEXT NOT NULL, made_at INTEGER NOT NULL, undone_by TEXT, undone_at INTEGER, undone_reason TEXT) STRICT;
CREATE INDEX energy_corrections_by_device ON energy_corrections (device, quantity, t);
CREATE TRIGGER energy_corrections_stay BEFORE UPDATE ON energy_corrections
  WHEN OLD.undone_at IS NOT NULL OR NEW.device <> OLD.device OR NEW.quantity <> OLD.quantity OR NEW.t <> OLD.t OR NEW.kind <> OLD.kind OR NEW.body <> OLD.body
    OR NEW.reason <> OLD.reason OR NEW.made_by <> OLD.made_by OR NEW.made_at <> OLD.made_at
  BEGIN SELECT RAISE(ABORT, 'a correction is never changed: take it back and make another'); END;
CREATE TRIGGER energy_corrections_remain BEFORE DELETE ON energy_corrections BEGIN SELECT RAISE(ABORT, 'a correction is never removed: take it back'); END;
-- Months that were closed: what was allocated then. Opened again, a month is closed as its next version; every version stays.
CREATE TABLE energy_months (
  month TEXT NOT NULL, medium TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, sha256 TEXT NOT NULL, closed_by TEXT NOT NULL, closed_at INTEGER NOT NULL,
  opened_by TEXT, opened_at INTEGER, opened_reason TEXT, UNIQUE (month, medium, version)) STRICT;
CREATE TRIGGER energy_months_stay BEFORE UPDATE ON energy_months
  WHEN OLD.opened_at IS NOT NULL OR NEW.month <> OLD.month OR NEW.medium <> OLD.medium OR NEW.version <> OLD.version OR NEW.body <> OLD.body OR NEW.sha256 <> OLD.sha256
    OR NEW.closed_by <> OLD.closed_by OR NEW.closed_at <> OLD.closed_at
  BEGIN SELECT RAISE(ABORT, 'a closed month is never changed: open it and close it again'); END;
CREATE TRIGGER energy_months_remain BEFORE DELETE ON energy_months BEGIN SELECT RAISE(ABORT, 'a closed month is never removed'); END;
