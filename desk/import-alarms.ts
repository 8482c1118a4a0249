/**
 * Alarms of a time before the desk, with their moves. The moves stand before the first one of the journal (numbers below zero), so that whoever reads on from
 * where he was is told of none of them.
 */
import type { Database } from './database.ts';

type Row = Record<string, string | number | null>;
const alarmColumns = ['id', 'state', 'rank', 'raised_at', 'shelved_until', 'device', 'rule', 'system', 'priority', 'building', 'department', 'cause', 'alarm', 'traits']; // biome-ignore format: a list
const moveColumns = ['t', 'kind', 'id', 'event', 'from_state', 'to_state', 'who', 'why', 'detail'];

/**
 * All or none, and once: where there are moves below zero nothing is put in. An alarm that the desk knows already keeps its state.
 * @param past a desk's database in which they happened
 * @returns how many were raised
 */
export function importAlarms(db: Database, past: Database): number {
  return db.transact(() => {
    if (db.get('SELECT 1 FROM journal WHERE seq < 0')) return 0;
    const put = (table: string, columns: readonly string[], row: Row) =>
      db.run(
        `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
        ...columns.map((column) => row[column] ?? null),
      );
    for (const row of past.all<Row>('SELECT * FROM alarms')) put('alarms', alarmColumns, row);
    const moves = past.all<Row>("SELECT * FROM journal WHERE kind = 'alarm' ORDER BY t, seq");
    for (const [i, row] of moves.entries()) put('journal', ['seq', ...moveColumns], { ...row, seq: i - moves.length });
    return moves.filter(({ event }) => event === 'raise').length;
  });
}
