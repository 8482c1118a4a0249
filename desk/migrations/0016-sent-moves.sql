-- Steps that a phone sent with a key of its own: the same key again, by the same person, gets the first answer and does nothing.
CREATE TABLE sent_moves (
  who TEXT NOT NULL, key TEXT NOT NULL, what TEXT NOT NULL, at INTEGER NOT NULL, done_at INTEGER, answer TEXT NOT NULL, PRIMARY KEY (who, key)) STRICT, WITHOUT ROWID;
CREATE INDEX sent_moves_by_time ON sent_moves (at);
