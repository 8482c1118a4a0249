-- Webhooks that were added in the console. Their key follows from `nonce` and a key of the program that is not in the database. Real time.
CREATE TABLE hooks (
  id TEXT PRIMARY KEY, url TEXT NOT NULL, kinds TEXT NOT NULL, nonce TEXT NOT NULL, added_by TEXT NOT NULL, added_at INTEGER NOT NULL) STRICT;
CREATE INDEX hook_events_last ON hook_events (hook, id);
