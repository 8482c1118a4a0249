-- What the counter engine doubts, as it stands now; written by the energy role, made again from the readings at any time.
CREATE TABLE energy_suspects (
  device TEXT NOT NULL, quantity TEXT NOT NULL, verdict TEXT NOT NULL, from_t INTEGER NOT NULL, to_t INTEGER NOT NULL, a REAL NOT NULL, b REAL NOT NULL,
  delta REAL NOT NULL, PRIMARY KEY (device, quantity, to_t, verdict, from_t)) STRICT, WITHOUT ROWID;
CREATE INDEX energy_suspects_by_time ON energy_suspects (to_t);
