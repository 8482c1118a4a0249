-- Files that people brought: what stood in them, who took it and who took it back.
CREATE TABLE energy_imports (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, body TEXT NOT NULL, mistakes INTEGER NOT NULL,
  made_by TEXT NOT NULL, made_at INTEGER NOT NULL, taken_by TEXT, taken_at INTEGER, undone_by TEXT, undone_at INTEGER, undone_reason TEXT) STRICT;
CREATE TRIGGER energy_imports_stay BEFORE UPDATE ON energy_imports
  WHEN OLD.undone_at IS NOT NULL OR (OLD.taken_at IS NOT NULL AND NEW.taken_at IS NOT OLD.taken_at) OR NEW.body <> OLD.body OR NEW.sha256 <> OLD.sha256
    OR NEW.kind <> OLD.kind OR NEW.made_by <> OLD.made_by
  BEGIN SELECT RAISE(ABORT, 'an import is never changed: take it back and import again'); END;
CREATE TRIGGER energy_imports_remain BEFORE DELETE ON energy_imports WHEN OLD.taken_at IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'an import that was taken is never removed'); END;
-- One figure of one month, of the whole site (department '') or of a department. The newest that was not taken back holds.
CREATE TABLE energy_figures (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, month TEXT NOT NULL, department TEXT NOT NULL, value REAL NOT NULL, unit TEXT NOT NULL,
  quality TEXT NOT NULL, import INTEGER REFERENCES energy_imports (id), reason TEXT, made_by TEXT NOT NULL, made_at INTEGER NOT NULL,
  undone_by TEXT, undone_at INTEGER, undone_reason TEXT) STRICT;
CREATE INDEX energy_figures_by_name ON energy_figures (name, month);
CREATE TRIGGER energy_figures_stay BEFORE UPDATE ON energy_figures
  WHEN OLD.undone_at IS NOT NULL OR NEW.name <> OLD.name OR NEW.month <> OLD.month OR NEW.department <> OLD.department OR NEW.value <> OLD.value
    OR NEW.unit <> OLD.unit OR NEW.made_by <> OLD.made_by OR NEW.made_at <> OLD.made_at
  BEGIN SELECT RAISE(ABORT, 'a figure is never changed: take it back and enter another'); END;
CREATE TRIGGER energy_figures_remain BEFORE DELETE ON energy_figures BEGIN SELECT RAISE(ABORT, 'a figure is never removed: take it back'); END;
-- Outdoor temperatures from files: hourly means, or means of whole days (t is local midnight).
CREATE TABLE energy_weather (
  t INTEGER NOT NULL, step TEXT NOT NULL, c REAL NOT NULL, import INTEGER NOT NULL REFERENCES energy_imports (id), undone_at INTEGER,
  PRIMARY KEY (step, t, import)) STRICT, WITHOUT ROWID;
-- Readings by hand that came with a file.
ALTER TABLE energy_corrections ADD COLUMN import INTEGER REFERENCES energy_imports (id);
