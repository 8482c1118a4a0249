/** What people know of counters and the wire does not: swaps, decisions on doubtful steps, readings by hand. Each with who, when and why; each can be taken back. */
import { z } from 'zod';
import type { Database } from '../desk/index.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import type { CounterOptions } from './counter.ts';

/** A swap explains odd steps so long before and after it. */
const swapReachMs = 48 * 3_600_000;
const register = z.number().min(0);
const bodies = {
  /** The old meter came out at `final`, the new one went in at `first`. */
  swap: z.strictObject({
    final: register,
    first: register,
    serial: z.string().max(80).optional(),
    /** Files of the meter: photos, drawn signatures. */
    photos: z.array(z.number().int()).max(10).optional(),
    signatures: z
      .array(z.strictObject({ name: z.string().min(1).max(80), file: z.number().int().nullable() }))
      .max(2)
      .optional(),
    witness: z.string().max(80).optional(),
  }),
  /** On the step up to the reading at `t`. */
  decision: z.strictObject({ verdict: z.enum(['accept', 'drop', 'reset', 'split']) }),
  /** What stood on the meter at `t`. */
  reading: z.strictObject({ value: register }),
  /** A person has looked at the step up to `t`: what the engine made of it is right. Changes no figure. */
  review: z.strictObject({ verdict: z.string().max(20) }),
};
export const correctionKinds = ['swap', 'decision', 'reading', 'review'] as const;
export const correctionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('swap'), ...bodies.swap.shape }),
  z.strictObject({ kind: z.literal('decision'), ...bodies.decision.shape }),
  z.strictObject({ kind: z.literal('reading'), ...bodies.reading.shape }),
  z.strictObject({ kind: z.literal('review'), ...bodies.review.shape }),
]);
export type CorrectionBody = z.output<typeof correctionSchema>;

export interface Correction {
  id: number;
  device: string;
  quantity: string;
  t: number;
  body: CorrectionBody;
  reason: string;
  /** The import that it came with. */
  import: number | null;
  madeBy: string;
  madeAt: number;
  undone: { by: string; at: number; reason: string } | null;
}

export interface CorrectionFilter {
  device?: string | undefined;
  quantity?: string | undefined;
  import?: number | undefined;
  limit?: number | undefined;
}

/** What the counter engine needs of one counter. */
export interface KnownOfCounter {
  swaps: NonNullable<CounterOptions['swaps']>;
  decisions: NonNullable<CounterOptions['decisions']>;
  /** By hand, in order of time. */
  readings: { t: number; v: number }[];
}

export interface Corrections {
  /** @throws Fault desk/transition when there is one of its kind at this time, api/invalid */
  add(one: Pick<Correction, 'device' | 'quantity' | 't' | 'body' | 'reason'> & { import?: number }, by: string): Correction;
  /** @throws Fault desk/unknown, desk/transition when it was taken back already */
  undo(id: number, by: string, reason: string): Correction;
  /** All that were ever made, the newest first. */
  list(filter?: CorrectionFilter): Correction[];
  /** Those that hold. */
  of(device: string, quantity: string): KnownOfCounter;
  /** Grows with every correction that is made or taken back and changes figures: who has worked with another one works again. */
  version(device: string, quantity: string): number;
  /** Corrections that change figures, by id: when, and whether they hold. For those who look what has changed since. */
  marks(device: string, quantity: string): Map<number, { t: number; from: number; holds: boolean }>;
}

interface Row {
  id: number;
  device: string;
  quantity: string;
  t: number;
  kind: string;
  body: string;
  reason: string;
  import: number | null;
  made_by: string;
  made_at: number;
  undone_by: string | null;
  undone_at: number | null;
  undone_reason: string | null;
}

export function openCorrections(db: Database, clock: Clock): Corrections {
  const read = (row: Row): Correction[] => {
    const { id, device, quantity, t, reason } = row;
    const body = bodyOf(row);
    if (!body) {
      db.setAside(
        { place: 'energy_corrections', row: String(id), reason: 'does not have the agreed form', content: row.body },
        clock.now(),
      );
      return [];
    }
    const undone = row.undone_at === null ? null : { by: row.undone_by ?? '', at: row.undone_at, reason: row.undone_reason ?? '' };
    return [{ id, device, quantity, t, body, reason, import: row.import, madeBy: row.made_by, madeAt: row.made_at, undone }];
  };
  const one = (id: number) => {
    const row = db.get<Row>('SELECT * FROM energy_corrections WHERE id = ?', id);
    const [found] = row ? read(row) : [];
    if (!found) throw new Fault('desk/unknown', `there is no correction ${id}`);
    return found;
  };
  const holding = (device: string, quantity: string) =>
    db
      .all<Row>('SELECT * FROM energy_corrections WHERE device = ? AND quantity = ? AND undone_at IS NULL ORDER BY t, id', device, quantity)
      .flatMap(read);
  return {
    add({ device, quantity, t, body, reason, import: imported }, by) {
      const { kind, ...rest } = correctionSchema.parse(body);
      return db.transact(() => {
        const same = holding(device, quantity).find((other) => other.t === t && other.body.kind === kind);
        if (same)
          throw new Fault('desk/transition', `${device}: has a ${kind} at this time already (correction ${same.id}); take that back first`);
        const { lastInsertRowid } = db.run(
          'INSERT INTO energy_corrections (device, quantity, t, kind, body, reason, import, made_by, made_at) VALUES (?,?,?,?,?,?,?,?,?)',
          ...[device, quantity, t, kind, JSON.stringify(rest), reason, imported ?? null, by, clock.now()],
        );
        return one(lastInsertRowid);
      });
    },
    undo(id, by, reason) {
      return db.transact(() => {
        if (one(id).undone) throw new Fault('desk/transition', `correction ${id} was taken back already`);
        db.run('UPDATE energy_corrections SET undone_by = ?, undone_at = ?, undone_reason = ? WHERE id = ?', by, clock.now(), reason, id);
        return one(id);
      });
    },
    list({ device, quantity, import: imported, limit = 100_000 } = {}) {
      return db
        .all<Row>(
          `SELECT * FROM energy_corrections WHERE (?1 IS NULL OR device = ?1) AND (?2 IS NULL OR quantity = ?2) AND (?3 IS NULL OR import = ?3)
           ORDER BY id DESC LIMIT ?4`,
          ...[device ?? null, quantity ?? null, imported ?? null, limit],
        )
        .flatMap(read);
    },
    of(device, quantity) {
      const known: { swaps: KnownOfCounter['swaps'][number][]; decisions: KnownOfCounter['decisions'][number][]; readings: KnownOfCounter['readings'] } = { swaps: [], decisions: [], readings: [] }; // biome-ignore format: one
      for (const { t, body } of holding(device, quantity)) {
        if (body.kind === 'swap') known.swaps.push({ t, final: body.final, first: body.first });
        else if (body.kind === 'decision') known.decisions.push({ t, verdict: body.verdict });
        else if (body.kind === 'reading') known.readings.push({ t, v: body.value });
      }
      return known;
    },
    version(device, quantity) {
      const row = db.get<{ made: number; undone: number }>(
        "SELECT count(*) AS made, count(undone_at) AS undone FROM energy_corrections WHERE device = ? AND quantity = ? AND kind <> 'review'",
        ...[device, quantity],
      );
      return (row?.made ?? 0) + (row?.undone ?? 0);
    },
    marks(device, quantity) {
      const rows = db.all<{ id: number; t: number; kind: string; undone_at: number | null }>(
        "SELECT id, t, kind, undone_at FROM energy_corrections WHERE device = ? AND quantity = ? AND kind <> 'review'",
        ...[device, quantity],
      );
      return new Map(
        rows.map(({ id, t, kind, undone_at }) => [id, { t, from: kind === 'swap' ? t - swapReachMs : t, holds: undone_at === null }]),
      );
    },
  };
}

function bodyOf({ kind, body }: Row): CorrectionBody | undefined {
  try {
    return correctionSchema.safeParse({ kind, ...JSON.parse(body) }).data;
  } catch {
    return undefined;
  }
}
