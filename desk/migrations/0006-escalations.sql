-- Who is called next while nobody has acknowledged: one row for each alarm, of its last occurrence; and what was done at each step. Plant time.
CREATE TABLE escalations (
  alarm TEXT PRIMARY KEY, occurrence INTEGER NOT NULL, name TEXT NOT NULL, seq INTEGER NOT NULL, step INTEGER NOT NULL, times INTEGER NOT NULL,
  calls INTEGER NOT NULL, begun_at INTEGER NOT NULL, due_at INTEGER, ended_at INTEGER, ended TEXT) STRICT;
CREATE INDEX escalations_due ON escalations (due_at) WHERE ended_at IS NULL AND due_at IS NOT NULL;
CREATE TABLE escalation_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT, alarm TEXT NOT NULL, occurrence INTEGER NOT NULL, at INTEGER NOT NULL, step INTEGER NOT NULL, targets TEXT NOT NULL,
  outcome TEXT NOT NULL, told TEXT NOT NULL) STRICT;
CREATE INDEX escalation_log_by_alarm ON escalation_log (alarm, id);
CREATE INDEX deliveries_by_person ON deliveries (person, tried_at) WHERE person IS NOT NULL;
