-- Books: chains of records that are added and never changed, and where each chain ends.
CREATE TABLE book_records (
  book TEXT NOT NULL, seq INTEGER NOT NULL, due INTEGER NOT NULL, device TEXT, kind TEXT NOT NULL, of_seq INTEGER, body TEXT NOT NULL,
  prev TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE (book, seq)) STRICT;
CREATE INDEX book_records_by_due ON book_records (book, due);
CREATE TABLE book_heads (book TEXT PRIMARY KEY, seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TRIGGER book_records_stay BEFORE UPDATE ON book_records BEGIN SELECT RAISE(ABORT, 'a record of a book is never changed: write a correction'); END;
CREATE TRIGGER book_records_remain BEFORE DELETE ON book_records BEGIN SELECT RAISE(ABORT, 'a record of a book is never removed'); END;
