-- Photos, documents and signatures of tickets; the bytes lie in files named by their hash.
CREATE TABLE ticket_files (
  id INTEGER PRIMARY KEY AUTOINCREMENT, ticket TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, bytes INTEGER NOT NULL, width INTEGER, height INTEGER,
  sha256 TEXT NOT NULL, purpose TEXT NOT NULL, made_by TEXT NOT NULL, made_at INTEGER NOT NULL) STRICT;
CREATE INDEX ticket_files_by_ticket ON ticket_files (ticket, id);
