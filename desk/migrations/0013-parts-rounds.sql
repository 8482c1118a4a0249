-- Movements of spare parts, in thousandths of their unit: the stock is always their sum.
CREATE TABLE part_movements (
  id INTEGER PRIMARY KEY AUTOINCREMENT, part TEXT NOT NULL, kind TEXT NOT NULL, delta_milli INTEGER NOT NULL, counted_milli INTEGER, ticket TEXT, note TEXT,
  who TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX part_movements_by_part ON part_movements (part, id);
CREATE TRIGGER part_movements_stay BEFORE UPDATE ON part_movements BEGIN SELECT RAISE(ABORT, 'a movement of a part is never changed: enter another one'); END;
CREATE TRIGGER part_movements_remain BEFORE DELETE ON part_movements BEGIN SELECT RAISE(ABORT, 'a movement of a part is never removed'); END;
-- Rounds: what was due when, as the plan said then. Missed stays missed; done stays done.
CREATE TABLE rounds (
  id INTEGER PRIMARY KEY AUTOINCREMENT, plan TEXT NOT NULL, due INTEGER NOT NULL, deadline INTEGER NOT NULL, body TEXT NOT NULL, made_at INTEGER NOT NULL,
  missed_at INTEGER, done_at INTEGER, done_by TEXT, hours REAL, UNIQUE (plan, due)) STRICT;
CREATE INDEX rounds_open ON rounds (due) WHERE done_at IS NULL;
CREATE TRIGGER rounds_stay BEFORE UPDATE ON rounds
  WHEN NEW.plan <> OLD.plan OR NEW.due <> OLD.due OR NEW.deadline <> OLD.deadline OR NEW.body <> OLD.body
    OR (OLD.missed_at IS NOT NULL AND NEW.missed_at IS NOT OLD.missed_at) OR (OLD.done_at IS NOT NULL AND NEW.done_at IS NOT OLD.done_at)
  BEGIN SELECT RAISE(ABORT, 'a round is never back-dated'); END;
CREATE TRIGGER rounds_remain BEFORE DELETE ON rounds BEGIN SELECT RAISE(ABORT, 'a round is never removed'); END;
CREATE TABLE round_answers (
  id INTEGER PRIMARY KEY AUTOINCREMENT, round INTEGER NOT NULL, asset TEXT NOT NULL, body TEXT NOT NULL, who TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX round_answers_by_round ON round_answers (round, id);
CREATE TRIGGER round_answers_stay BEFORE UPDATE ON round_answers BEGIN SELECT RAISE(ABORT, 'an answer of a round is never changed: give another one'); END;
CREATE TRIGGER round_answers_remain BEFORE DELETE ON round_answers BEGIN SELECT RAISE(ABORT, 'an answer of a round is never removed'); END;
