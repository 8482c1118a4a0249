-- Who is on call: the rosters, what people change in them, and what has been, which is never computed again.
CREATE TABLE rosters (
  id TEXT PRIMARY KEY, definition TEXT NOT NULL, source TEXT NOT NULL, version INTEGER NOT NULL, settled_until INTEGER NOT NULL,
  changed_at INTEGER NOT NULL, changed_by TEXT NOT NULL, removed_at INTEGER) STRICT;
CREATE TABLE roster_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, roster TEXT NOT NULL, until_t INTEGER NOT NULL, change TEXT NOT NULL, made_at INTEGER NOT NULL, made_by TEXT NOT NULL,
  cancelled_at INTEGER, cancelled_by TEXT) STRICT;
CREATE INDEX roster_changes_by_end ON roster_changes (roster, until_t);
CREATE TABLE roster_past (
  id INTEGER PRIMARY KEY AUTOINCREMENT, roster TEXT NOT NULL, person TEXT, from_t INTEGER NOT NULL, to_t INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE INDEX roster_past_by_end ON roster_past (roster, to_t);
