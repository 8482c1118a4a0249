-- Fits of retrofit projects by the fingerprint of what went into them: a second or more of work each, and the same data give the same. What is no longer used goes first.
CREATE TABLE energy_fits (key TEXT PRIMARY KEY, body TEXT NOT NULL, used_at INTEGER NOT NULL) STRICT;
