/**
 * Files that people bring: looked at row by row first, taken as a whole or not at all, and taken back the same way. What was looked at is kept as it was read, so
 * that what is taken is what somebody saw. The same file twice changes nothing.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../desk/index.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import type { Corrections } from './corrections.ts';
import { type CheckContext, type RowState, statesOf } from './imports/check.ts';
import { type ImportKind, type ImportRows, importKinds, type Named, rowsOf } from './imports/kinds.ts';
import { type ImportMistake, ImportMistakes } from './imports/mistake.ts';
import { readSheetAside } from './imports/sheet-thread.ts';
import type { Registers } from './registers.ts';
import type { ImportedWeather } from './weather.ts';

/** What was looked at and never taken goes after this. */
const draftMs = 30 * 86_400_000;

export interface Import {
  id: number;
  kind: ImportKind;
  /** Of the file. */
  name: string;
  sha256: string;
  /** What it was read as, such as "CSV, GB18030". */
  format: string;
  state: 'wrong' | 'checked' | 'taken' | 'undone';
  mistakes: ImportMistake[];
  /** How many there are, also those that are not listed. */
  mistakeCount: number;
  content: ImportRows;
  states: RowState[];
  madeBy: string;
  madeAt: number;
  taken: { by: string; at: number } | null;
  undone: { by: string; at: number; reason: string } | null;
}

export interface ImportTarget {
  meters: readonly (Named & { quantity: string; digits: number | undefined })[];
  departments: readonly Named[];
  timezone: string;
  wire: CheckContext['wire'];
}

export interface Imports {
  /** Reads and checks a file; nothing is taken. */
  look(kind: ImportKind, name: string, content: Buffer, target: ImportTarget, by: string): Promise<Import>;
  /** @throws Fault desk/unknown, desk/transition (has mistakes, was taken, what is known has changed since) */
  take(id: number, target: ImportTarget, by: string): Promise<{ import: Import; changed: number }>;
  /** @throws Fault desk/unknown, desk/transition */
  undo(id: number, by: string, reason: string): Import;
  get(id: number): Import | undefined;
  /** The newest first. */
  list(limit?: number): Import[];
}

interface Row {
  id: number;
  kind: ImportKind;
  name: string;
  sha256: string;
  body: string;
  mistakes: number;
  made_by: string;
  made_at: number;
  taken_by: string | null;
  taken_at: number | null;
  undone_by: string | null;
  undone_at: number | null;
  undone_reason: string | null;
}
interface Body {
  format: string;
  mistakes: ImportMistake[];
  content: ImportRows;
  states: RowState[];
}

export interface ImportStores {
  db: Database;
  clock: Clock;
  registers: Registers;
  corrections: Corrections;
  weather: ImportedWeather;
}

export function openImports({ db, clock, registers, corrections, weather }: ImportStores): Imports {
  const read = (row: Row): Import => {
    const body = JSON.parse(row.body) as Body;
    const state = row.undone_at !== null ? 'undone' : row.taken_at !== null ? 'taken' : row.mistakes > 0 ? 'wrong' : 'checked';
    return {
      ...{ id: row.id, kind: row.kind, name: row.name, sha256: row.sha256, state, mistakeCount: row.mistakes, ...body },
      ...{ madeBy: row.made_by, madeAt: row.made_at },
      taken: row.taken_at === null ? null : { by: row.taken_by ?? '', at: row.taken_at },
      undone: row.undone_at === null ? null : { by: row.undone_by ?? '', at: row.undone_at, reason: row.undone_reason ?? '' },
    };
  };
  const get = (id: number) => {
    const row = db.get<Row>('SELECT * FROM energy_imports WHERE id = ?', id);
    return row && read(row);
  };
  const known = (id: number) => {
    const found = get(id);
    if (!found) throw new Fault('desk/unknown', `there is no import ${id}`);
    return found;
  };
  const checkContext = (mistakes: ImportMistakes, { meters, timezone, wire }: ImportTarget): CheckContext => ({
    ...{ mistakes, registers, corrections, weather, wire, timezone },
    meters: meters.map(({ id, quantity, digits }) => ({ device: id, quantity, digits })),
  });

  return {
    get,
    list: (limit = 100) => db.all<Row>('SELECT * FROM energy_imports ORDER BY id DESC LIMIT ?', limit).map(read),
    async look(kind, name, content, target, by) {
      const mistakes = new ImportMistakes();
      const sheet = await readSheetAside(name, content, mistakes);
      const { timezone, departments, meters } = target;
      const empty = { kind, rows: [] } as ImportRows;
      const found = sheet ? rowsOf(kind, sheet, { mistakes, timezone, now: clock.now(), meters, departments }) : empty;
      if (mistakes.count === 0 && found.rows.length === 0) mistakes.add(null, null, '', '没有数据行', 'has no rows of data');
      const states = await statesOf(found, checkContext(mistakes, target));
      const body: Body = { format: sheet?.format ?? '', mistakes: mistakes.all, content: found, states };
      return db.transact(() => {
        db.run('DELETE FROM energy_imports WHERE taken_at IS NULL AND made_at < ?', clock.now() - draftMs);
        const { lastInsertRowid } = db.run(
          'INSERT INTO energy_imports (kind, name, sha256, body, mistakes, made_by, made_at) VALUES (?,?,?,?,?,?,?)',
          ...[kind, name, createHash('sha256').update(content).digest('hex'), JSON.stringify(body), mistakes.count, by, clock.now()],
        );
        return known(lastInsertRowid);
      });
    },
    async take(id, target, by) {
      const { content, states } = known(id);
      // What is known may have changed since somebody looked.
      const mistakes = new ImportMistakes();
      const again = await statesOf(content, checkContext(mistakes, target));
      return db.transact(() => {
        const one = known(id);
        if (one.state !== 'checked')
          throw new Fault(
            'desk/transition',
            one.state === 'wrong' ? `import ${id} has ${one.mistakeCount} mistakes` : `import ${id} was taken already`,
          );
        if (mistakes.count > 0) throw new Fault('desk/transition', `import ${id}: what is known has changed since it was checked; check it again (${mistakes.all[0]?.en})`); // biome-ignore format: one
        if (JSON.stringify(again) !== JSON.stringify(states))
          throw new Fault('desk/transition', `import ${id}: what is known has changed since it was checked; check it again`);
        const fresh = new Set(states.flatMap(({ row, state }) => (state === 'same' ? [] : [row])));
        db.run('UPDATE energy_imports SET taken_by = ?, taken_at = ? WHERE id = ?', by, clock.now(), id);
        write(one, fresh, target, by);
        return { import: known(id), changed: states.filter(({ state }) => state !== 'same').length };
      });
    },
    undo(id, by, reason) {
      return db.transact(() => {
        const one = known(id);
        if (one.state !== 'taken') throw new Fault('desk/transition', `import ${id} is not taken`);
        for (const figure of registers.list({ import: id, limit: 100_000 })) if (!figure.undone) registers.undo(figure.id, by, reason);
        for (const correction of corrections.list({ import: id })) if (!correction.undone) corrections.undo(correction.id, by, reason);
        weather.takeBack(id, clock.now());
        db.run('UPDATE energy_imports SET undone_by = ?, undone_at = ?, undone_reason = ? WHERE id = ?', by, clock.now(), reason, id);
        return known(id);
      });
    },
  };

  function write({ id, name, content }: Import, fresh: ReadonlySet<number>, { meters }: ImportTarget, by: string): void {
    if (content.kind === 'weather') {
      weather.put(content.rows.filter(({ row }) => fresh.has(row)), id); // biome-ignore format: one
    } else if (content.kind === 'readings') {
      for (const { row, device, t, value } of content.rows) {
        if (!fresh.has(row)) continue;
        const quantity = meters.find((meter) => meter.id === device)?.quantity;
        if (quantity === undefined) throw new Fault('desk/transition', `import ${id}: ${device} is no meter of this site any more`);
        corrections.add({ device, quantity, t, body: { kind: 'reading', value }, reason: `${name}:${row}`, import: id }, by);
      }
    } else {
      for (const { row, ...figure } of content.rows)
        if (fresh.has(row)) registers.put({ ...figure, quality: 'imported', import: id, reason: `${name}:${row}` }, by);
    }
  }
}

export { type ImportKind, importKinds };
