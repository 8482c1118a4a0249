/**
 * Registers of the plant in the operations database: one row for each entry with what is in force. Whoever changes one names the version that he saw, so
 * that no change is lost under another. Entries are never removed: they end by a state of their own.
 */
import type { z } from 'zod';
import { Fault } from '../shared/errors.ts';
import {
  applianceSchema,
  assetSchema,
  certificateSchema,
  contractSchema,
  type Part,
  type Plan,
  partSchema,
  planSchema,
} from '../shared/plant.ts';
import type { Database } from './database.ts';

export interface Entry<T> {
  value: T;
  version: number;
  changedBy: string;
  changedAt: number;
}
export interface Register<T extends { id: string }> {
  all(): Entry<T>[];
  get(id: string): Entry<T> | undefined;
  /** `version` is that of the entry which is changed; absent for a new one. @throws Fault desk/transition */
  put(value: T, by: { who: string; at: number }, version?: number): Entry<T>;
  /** An id that no entry has: `<prefix>-<n>`. */
  nextId(prefix: string): string;
}

interface Row {
  id: string;
  body: string;
  version: number;
  changed_by: string;
  changed_at: number;
}

export function openRegister<T extends { id: string }>(db: Database, register: string, schema: z.ZodType<T>): Register<T> {
  /** Undefined where the row cannot be read: it is set aside, and the others go on. */
  const entryOf = (row: Row): Entry<T> | undefined => {
    let reason = 'no JSON';
    try {
      const read = schema.safeParse(JSON.parse(row.body));
      if (read.success) return { value: read.data, version: row.version, changedBy: row.changed_by, changedAt: row.changed_at };
      reason = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    } catch {
      // Told below, with the text that stands there.
    }
    db.setAside({ place: `plant_registers.${register}`, row: row.id, reason, content: row.body }, row.changed_at);
    return undefined;
  };
  const columns = 'id, body, version, changed_by, changed_at';
  const rowOf = (id: string) => db.get<Row>(`SELECT ${columns} FROM plant_registers WHERE register = ? AND id = ?`, register, id);
  return {
    all: () =>
      db.all<Row>(`SELECT ${columns} FROM plant_registers WHERE register = ? ORDER BY id`, register).flatMap((row) => entryOf(row) ?? []),
    get(id) {
      const row = rowOf(id);
      return row && entryOf(row);
    },
    put(value, { who, at }, version) {
      return db.transact(() => {
        const before = rowOf(value.id);
        if (before && version === undefined)
          throw new Fault('desk/transition', `"${value.id}" exists already: name the version that you change`);
        if (!before && version !== undefined) throw new Fault('desk/unknown', `there is no "${value.id}" to change`);
        if (before && before.version !== version)
          throw new Fault('desk/transition', `"${value.id}" was changed meanwhile by ${before.changed_by}: read it again`);
        const next = (before?.version ?? 0) + 1;
        db.run(
          'INSERT OR REPLACE INTO plant_registers (register, id, body, version, changed_by, changed_at) VALUES (?,?,?,?,?,?)',
          register,
          value.id,
          JSON.stringify(value),
          next,
          who,
          at,
        );
        return { value, version: next, changedBy: who, changedAt: at };
      });
    },
    nextId(prefix) {
      let n = db.get<{ n: number }>('SELECT count(*) AS n FROM plant_registers WHERE register = ?', register)?.n ?? 0;
      while (rowOf(`${prefix}-${++n}`));
      return `${prefix}-${n}`;
    },
  };
}

export const openAssets = (db: Database) => openRegister(db, 'assets', assetSchema);
export const openCertificates = (db: Database) => openRegister(db, 'certificates', certificateSchema);
export const openContracts = (db: Database) => openRegister(db, 'contracts', contractSchema);
export const openParts = (db: Database) => openRegister<Part>(db, 'parts', partSchema as unknown as z.ZodType<Part>);
export const openAppliances = (db: Database) => openRegister(db, 'appliances', applianceSchema);
export const openPlans = (db: Database) => openRegister<Plan>(db, 'plans', planSchema as unknown as z.ZodType<Plan>);
