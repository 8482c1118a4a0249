-- Links by which one person answers one notice without signing in. Only the hash of the secret is kept; times are real time, since others hold the link.
CREATE TABLE answer_links (
  hash TEXT PRIMARY KEY, delivery TEXT NOT NULL, alarm TEXT NOT NULL, occurrence INTEGER NOT NULL, person TEXT NOT NULL, language TEXT NOT NULL,
  made_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, used_at INTEGER, answer TEXT) STRICT, WITHOUT ROWID;
CREATE INDEX answer_links_by_delivery ON answer_links (delivery);
CREATE INDEX answer_links_by_alarm ON answer_links (alarm, occurrence);
CREATE INDEX answer_links_by_end ON answer_links (ends_at);
