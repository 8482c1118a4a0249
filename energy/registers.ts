/**
 * Monthly registers: figures that no meter counts (bed-days, waste, drills) and those of bills, by name and month, with source and quality. What was entered is
 * never changed, it is taken back; the newest that was not taken back holds.
 */
import type { Database } from '../desk/index.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { type FigureName, type FigureUnit, figureNames, figureUnits } from './figure-names.ts';

export const figureQualities = ['entered', 'imported', 'simulated'] as const;
export type FigureQuality = (typeof figureQualities)[number];

export interface MonthFigure {
  id: number;
  /** Of `figureNames`, or as people call it. */
  name: string;
  /** `2026-07`. */
  month: string;
  /** null: the whole site. */
  department: string | null;
  value: number;
  unit: FigureUnit;
  quality: FigureQuality;
  /** The import that it came with. */
  import: number | null;
  reason: string | null;
  madeBy: string;
  madeAt: number;
  undone: { by: string; at: number; reason: string } | null;
}

export type NewFigure = Pick<MonthFigure, 'name' | 'month' | 'value' | 'unit'> &
  Partial<Pick<MonthFigure, 'department' | 'quality' | 'import' | 'reason'>>;

/** A range of months of one register. Nothing is filled in: `total` is null while a month is missing, and `missing` names it. */
export interface FigureSeries {
  name: string;
  label: FigureName['label'];
  unit: FigureUnit;
  /** Over a year: the sum of its months, or their mean. */
  over: FigureName['over'];
  months: { month: string; figure: MonthFigure | null }[];
  /** Sum, or mean of a level; null when nothing is known. */
  known: number | null;
  /** As `known`; null when a month is missing. */
  total: number | null;
  missing: string[];
  /** Where one reads the figures. */
  source: string;
}

export interface Registers {
  /** The same value a second time changes nothing. @throws Fault api/invalid */
  put(figure: NewFigure, by: string): MonthFigure;
  /** @throws Fault desk/unknown, desk/transition */
  undo(id: number, by: string, reason: string): MonthFigure;
  /** What holds. */
  get(name: string, month: string, department?: string | null): MonthFigure | undefined;
  /** Both months included. */
  series(name: string, from: string, to: string, department?: string | null): FigureSeries;
  /** Every register that has a figure: the known ones first, in their order. */
  names(): { name: string; label: FigureName['label']; unit: FigureUnit; first: string; last: string }[];
  /** Every figure of these months, also those that were taken back, the newest first. */
  list(filter: { from?: string; to?: string; name?: string; import?: number; limit?: number }): MonthFigure[];
}

interface Row {
  id: number;
  name: string;
  month: string;
  department: string;
  value: number;
  unit: FigureUnit;
  quality: FigureQuality;
  import: number | null;
  reason: string | null;
  made_by: string;
  made_at: number;
  undone_by: string | null;
  undone_at: number | null;
  undone_reason: string | null;
}

export const monthPattern = /^20\d{2}-(0[1-9]|1[0-2])$/;

/** Both included. @param from `2026-07` */
export function monthsOf(from: string, to: string): string[] {
  const months: string[] = [];
  for (let at = from; at <= to && months.length < 1_200; at = nextMonth(at)) months.push(at);
  return months;
}

export function nextMonth(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
}

const known = new Map(figureNames.map((one) => [one.id, one]));
const invalid = (field: string, message: string) =>
  new Fault('api/invalid', `${field}: ${message}`, { detail: { errors: [{ field, message }] } });

export function openRegisters(db: Database, clock: Clock): Registers {
  const read = (row: Row): MonthFigure => ({
    id: row.id,
    name: row.name,
    month: row.month,
    department: row.department === '' ? null : row.department,
    value: row.value,
    unit: row.unit,
    quality: row.quality,
    import: row.import,
    reason: row.reason,
    madeBy: row.made_by,
    madeAt: row.made_at,
    undone: row.undone_at === null ? null : { by: row.undone_by ?? '', at: row.undone_at, reason: row.undone_reason ?? '' },
  });
  const get = (name: string, month: string, department: string | null = null) => {
    const row = db.get<Row>(
      'SELECT * FROM energy_figures WHERE name = ? AND month = ? AND department = ? AND undone_at IS NULL ORDER BY id DESC LIMIT 1',
      ...[name, month, department ?? ''],
    );
    return row && read(row);
  };
  const one = (id: number) => {
    const row = db.get<Row>('SELECT * FROM energy_figures WHERE id = ?', id);
    if (!row) throw new Fault('desk/unknown', `there is no figure ${id}`);
    return read(row);
  };
  return {
    get,
    put({ name, month, value, unit, department = null, quality = 'entered', import: from = null, reason = null }, by) {
      if (name.trim() === '' || name.length > 80) throw invalid('name', 'a name of at most 80 characters');
      if (!monthPattern.test(month)) throw invalid('month', 'a month such as 2026-07');
      if (!Number.isFinite(value)) throw invalid('value', 'a number');
      if (!Object.hasOwn(figureUnits, unit)) throw invalid('unit', `one of ${Object.keys(figureUnits).join(', ')}`);
      const agreed = known.get(name)?.unit;
      if (agreed !== undefined && agreed !== unit) throw invalid('unit', `${name} is kept in ${agreed}`);
      return db.transact(() => {
        const before = get(name, month, department);
        if (before && before.value === value && before.unit === unit) return before;
        const { lastInsertRowid } = db.run(
          'INSERT INTO energy_figures (name, month, department, value, unit, quality, import, reason, made_by, made_at) VALUES (?,?,?,?,?,?,?,?,?,?)',
          ...[name, month, department ?? '', value, unit, quality, from, reason, by, clock.now()],
        );
        return one(lastInsertRowid);
      });
    },
    undo(id, by, reason) {
      return db.transact(() => {
        if (one(id).undone) throw new Fault('desk/transition', `figure ${id} was taken back already`);
        db.run('UPDATE energy_figures SET undone_by = ?, undone_at = ?, undone_reason = ? WHERE id = ?', by, clock.now(), reason, id);
        return one(id);
      });
    },
    series(name, from, to, department = null) {
      // Of several of a month the one with the highest id comes last, and stays.
      const rows = db.all<Row>(
        'SELECT * FROM energy_figures WHERE name = ? AND department = ? AND month >= ? AND month <= ? AND undone_at IS NULL ORDER BY id',
        ...[name, department ?? '', from, to],
      );
      const holding = new Map(rows.map((row) => [row.month, read(row)]));
      const agreed = known.get(name);
      const months = monthsOf(from, to).map((month) => ({ month, figure: holding.get(month) ?? null }));
      const figures = months.flatMap(({ figure }) => figure ?? []);
      const sum = figures.reduce((total, { value }) => total + value, 0);
      const whole = figures.length === 0 ? null : agreed?.over === 'level' ? sum / figures.length : sum;
      const missing = months.filter(({ figure }) => figure === null).map(({ month }) => month);
      const query = new URLSearchParams({ name, from, to, ...(department === null ? {} : { department }) });
      return {
        name,
        label: agreed?.label ?? { zh: name, en: name },
        unit: agreed?.unit ?? figures.at(-1)?.unit ?? 'times',
        over: agreed?.over ?? 'sum',
        months,
        known: whole,
        total: missing.length === 0 ? whole : null,
        missing,
        source: `/api/energy/figures?${query}`,
      };
    },
    names() {
      const found = db.all<{ name: string; unit: FigureUnit; first: string; last: string }>(
        'SELECT name, min(unit) AS unit, min(month) AS first, max(month) AS last FROM energy_figures WHERE undone_at IS NULL GROUP BY name ORDER BY name',
      );
      const order = (name: string) => (known.has(name) ? figureNames.findIndex(({ id }) => id === name) : figureNames.length);
      return found
        .map((one) => ({
          ...one,
          label: known.get(one.name)?.label ?? { zh: one.name, en: one.name },
          unit: known.get(one.name)?.unit ?? one.unit,
        }))
        .sort((a, b) => order(a.name) - order(b.name));
    },
    list({ from, to, name, import: number, limit = 5_000 }) {
      return db
        .all<Row>(
          `SELECT * FROM energy_figures WHERE (?1 IS NULL OR month >= ?1) AND (?2 IS NULL OR month <= ?2) AND (?3 IS NULL OR name = ?3)
           AND (?4 IS NULL OR import = ?4) ORDER BY id DESC LIMIT ?5`,
          ...[from ?? null, to ?? null, name ?? null, number ?? null, limit],
        )
        .map(read);
    },
  };
}
