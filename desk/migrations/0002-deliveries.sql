-- Who was told. `due_at` and `queued_at` are real time (the wire's), the rest is plant time. `alarm_then`: the alarm as it was.
CREATE TABLE IF NOT EXISTS deliveries (
  key TEXT PRIMARY KEY, seq INTEGER NOT NULL, alarm TEXT NOT NULL, occurrence INTEGER NOT NULL, step TEXT NOT NULL, channel TEXT NOT NULL,
  person TEXT, rank INTEGER NOT NULL, priority TEXT NOT NULL, life_safety INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
  uncertain INTEGER NOT NULL, last_error TEXT, created_at INTEGER NOT NULL, queued_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
  tried_at INTEGER, sent_at INTEGER, answer TEXT, summary TEXT, alarm_then TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (channel, life_safety, rank, seq) WHERE state IN ('waiting', 'sending');
CREATE INDEX IF NOT EXISTS deliveries_by_alarm ON deliveries (alarm, seq);
CREATE INDEX IF NOT EXISTS deliveries_by_time ON deliveries (created_at);
CREATE TABLE IF NOT EXISTS delivery_channels (
  channel TEXT PRIMARY KEY, type TEXT NOT NULL, failing_since INTEGER, reason TEXT, last_sent_at INTEGER) STRICT;
