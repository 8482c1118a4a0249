-- What stood in a row that could not be read, kept as it was; the row itself was mended from its columns or left out.
CREATE TABLE set_aside (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, place TEXT NOT NULL, row TEXT NOT NULL, reason TEXT NOT NULL, content TEXT NOT NULL) STRICT;
