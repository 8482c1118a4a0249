-- Alarms, tickets, the journal of their moves, maintenance, and what the rules role keeps. IF NOT EXISTS: databases made before there were versions have them.
CREATE TABLE IF NOT EXISTS alarms (
  id TEXT PRIMARY KEY, state TEXT NOT NULL, rank INTEGER NOT NULL, raised_at INTEGER, shelved_until INTEGER,
  device TEXT NOT NULL, rule TEXT NOT NULL, system TEXT NOT NULL, priority TEXT NOT NULL,
  building TEXT, department TEXT, cause TEXT, alarm TEXT NOT NULL, traits TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS alarms_by_state ON alarms (state);
CREATE INDEX IF NOT EXISTS alarms_by_cause ON alarms (cause) WHERE cause IS NOT NULL;
CREATE TABLE IF NOT EXISTS journal (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, t INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, event TEXT NOT NULL,
  from_state TEXT, to_state TEXT NOT NULL, who TEXT NOT NULL, why TEXT, detail TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS journal_by_thing ON journal (kind, id, seq);
CREATE INDEX IF NOT EXISTS journal_by_time ON journal (t);
CREATE TABLE IF NOT EXISTS tickets (
  number INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, opened_at INTEGER NOT NULL, device TEXT, system TEXT NOT NULL, trade TEXT NOT NULL,
  assignee TEXT, building TEXT, department TEXT, cause_key TEXT, ticket TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS tickets_by_state ON tickets (state);
CREATE INDEX IF NOT EXISTS tickets_by_cause ON tickets (cause_key) WHERE cause_key IS NOT NULL;
CREATE TABLE IF NOT EXISTS maintenance (
  id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, reason TEXT NOT NULL, until INTEGER NOT NULL, who TEXT NOT NULL, since INTEGER NOT NULL,
  ended_at INTEGER, ended_by TEXT) STRICT;
CREATE TABLE IF NOT EXISTS rules_in_force (id TEXT PRIMARY KEY, rule TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS rules_memory (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
