-- The notifier counts `beat` up as long as it works: whoever sees it stand still knows that nobody is told of alarms. `at` and `heartbeat_at` are real time.
CREATE TABLE notify_pulse (
  id INTEGER PRIMARY KEY CHECK (id = 1), beat INTEGER NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL, heartbeat_at INTEGER, heartbeat_error TEXT) STRICT;
-- Which user's screen has shown a calling alarm, with sound or without, and who acknowledged it there. Plant time.
CREATE TABLE console_receipts (
  alarm TEXT NOT NULL, occurrence INTEGER NOT NULL, user TEXT NOT NULL, shown_at INTEGER NOT NULL, sounded_at INTEGER, acknowledged_at INTEGER,
  PRIMARY KEY (alarm, occurrence, user)) STRICT, WITHOUT ROWID;
CREATE INDEX console_receipts_by_time ON console_receipts (shown_at);
-- Test notices: `round` names the weekly one (plant time at which it was due), null when somebody asked for it. `due_at`, `tried_at` and `ends_at` are real time.
-- `hash`: of the secret in the link by which the person confirms.
CREATE TABLE test_notices (
  id INTEGER PRIMARY KEY AUTOINCREMENT, round INTEGER, channel TEXT NOT NULL, person TEXT, asked_by TEXT NOT NULL, asked_at INTEGER NOT NULL,
  state TEXT NOT NULL, attempts INTEGER NOT NULL, due_at INTEGER NOT NULL, tried_at INTEGER, sent_at INTEGER, answer TEXT, error TEXT,
  hash TEXT, ends_at INTEGER, confirmed_at INTEGER, confirmed_by TEXT) STRICT;
CREATE INDEX test_notices_due ON test_notices (due_at) WHERE state = 'waiting';
CREATE INDEX test_notices_by_round ON test_notices (round, person);
CREATE UNIQUE INDEX test_notices_by_hash ON test_notices (hash) WHERE hash IS NOT NULL;
