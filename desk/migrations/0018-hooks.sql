-- Signed webhooks on every change: how far each one has followed, and what it is owed or was told.
CREATE TABLE IF NOT EXISTS hook_cursors (hook TEXT PRIMARY KEY, journal_seq INTEGER NOT NULL, audit_id INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS hook_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, hook TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
  due_at INTEGER NOT NULL, created_at INTEGER NOT NULL, done_at INTEGER, answer TEXT, UNIQUE (hook, key)) STRICT;
CREATE INDEX IF NOT EXISTS hook_events_open ON hook_events (hook, id) WHERE state = 'waiting';
