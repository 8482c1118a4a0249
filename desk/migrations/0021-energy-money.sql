-- How often the consumption of a month was written: who has worked with an older version works again.
CREATE TABLE energy_versions (month TEXT PRIMARY KEY, version INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
