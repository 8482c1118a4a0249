-- Reports and reminders that are sent by themselves: what is due, the document as it was made, and to whom it went over which channel. `due_at` and
-- `tried_at` of mailings are real time, the rest is plant time. `key` names what was sent to whom: nothing is sent twice.
CREATE TABLE mailing_schedules (id TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE mailing_rounds (
  schedule TEXT NOT NULL, period TEXT NOT NULL, due_at INTEGER NOT NULL, tries INTEGER NOT NULL, error TEXT, made_at INTEGER,
  PRIMARY KEY (schedule, period)) STRICT, WITHOUT ROWID;
CREATE TABLE mailing_documents (sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, content BLOB NOT NULL, made_at INTEGER NOT NULL) STRICT;
CREATE TABLE mailings (
  id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, source TEXT NOT NULL, period TEXT NOT NULL, channel TEXT NOT NULL,
  receiver TEXT, message TEXT NOT NULL, document TEXT, state TEXT NOT NULL, attempts INTEGER NOT NULL, answer TEXT, error TEXT, made_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL, tried_at INTEGER, sent_at INTEGER, audited INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX mailings_due ON mailings (due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX mailings_by_source ON mailings (kind, source, id);
CREATE INDEX mailings_unaudited ON mailings (id) WHERE audited = 0;
