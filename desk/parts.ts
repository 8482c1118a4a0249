/** Spare parts: movements are added and never changed, in whole thousandths, so that the stock is exactly their sum. */
import { Fault } from '../shared/errors.ts';
import type { NewMovement } from '../shared/plant.ts';
import type { Database } from './database.ts';

export interface Movement {
  id: number;
  part: string;
  kind: NewMovement['kind'];
  /** What it did to the stock. */
  delta: number;
  /** What a stock-take found; null for the others. */
  counted: number | null;
  ticket: string | null;
  note: string | null;
  who: string;
  at: number;
}
export interface PartStock {
  /** By part; absent where nothing ever moved. */
  stocks(): Map<string, number>;
  stock(part: string): number;
  /** @throws Fault desk/transition when more goes out than is there, or more comes back than went out */
  move(part: string, movement: NewMovement, by: { who: string; at: number }): Movement;
  /** Newest first. */
  movements(part: string, limit?: number): Movement[];
}

interface Row {
  id: number;
  part: string;
  kind: NewMovement['kind'];
  delta_milli: number;
  counted_milli: number | null;
  ticket: string | null;
  note: string | null;
  who: string;
  at: number;
}
const movementOf = ({ delta_milli, counted_milli, ...row }: Row): Movement => ({
  ...row,
  delta: delta_milli / 1_000,
  counted: counted_milli === null ? null : counted_milli / 1_000,
});

export function openPartStock(db: Database): PartStock {
  const sum = (where: string, ...values: string[]) =>
    db.get<{ n: number | null }>(`SELECT sum(delta_milli) AS n FROM part_movements WHERE ${where}`, ...values)?.n ?? 0;
  return {
    stocks: () =>
      new Map(
        db
          .all<{ part: string; n: number }>('SELECT part, sum(delta_milli) AS n FROM part_movements GROUP BY part')
          .map(({ part, n }) => [part, n / 1_000]),
      ),
    stock: (part) => sum('part = ?', part) / 1_000,
    move(part, { kind, quantity, ticket = null, note = null }, { who, at }) {
      return db.transact(() => {
        const before = sum('part = ?', part);
        const milli = Math.round(quantity * 1_000);
        if (kind === 'issue' && milli > before)
          throw new Fault('desk/transition', `only ${before / 1_000} in stock: what lies there more is entered by a stock-take first`);
        // What went out to the ticket stands negative.
        if (kind === 'return' && milli > -sum('part = ? AND ticket = ?', part, ticket ?? ''))
          throw new Fault('desk/transition', `less than ${quantity} went out to ticket ${ticket}`);
        const delta = kind === 'count' ? milli - before : kind === 'issue' ? -milli : milli;
        const { lastInsertRowid } = db.run(
          'INSERT INTO part_movements (part, kind, delta_milli, counted_milli, ticket, note, who, at) VALUES (?,?,?,?,?,?,?,?)',
          ...([part, kind, delta, kind === 'count' ? milli : null, ticket, note, who, at] as const),
        );
        return {
          id: lastInsertRowid,
          part,
          kind,
          delta: delta / 1_000,
          counted: kind === 'count' ? quantity : null,
          ticket,
          note,
          who,
          at,
        };
      });
    },
    movements: (part, limit = 500) =>
      db.all<Row>('SELECT * FROM part_movements WHERE part = ? ORDER BY id DESC LIMIT ?', part, limit).map(movementOf),
  };
}
