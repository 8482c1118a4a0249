-- The address at which a phone's calendar fetches the shifts of one person, without signing in. Only the hash of its secret is kept. Real time.
CREATE TABLE calendar_feeds (user TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, made_at INTEGER NOT NULL, read_at INTEGER) STRICT;
