import type { SQLInputValue } from 'node:sqlite';

type Wanted = SQLInputValue | readonly string[] | undefined;

/**
 * The conditions whose value was asked for, joined. Conditions stand in the code, only values come from outside. A list takes the place of its
 * one `?` as many; a single value is given to each `?` of its condition.
 */
export function where(conditions: Readonly<Record<string, Wanted>>): { sql: string; values: SQLInputValue[] } {
  const sql = ['1 = 1'];
  const values: SQLInputValue[] = [];
  for (const [condition, value] of Object.entries(conditions)) {
    if (value === undefined) continue;
    if (isList(value)) {
      sql.push(condition.replace('?', value.map(() => '?').join(',')));
      values.push(...value);
    } else {
      sql.push(condition);
      for (const _ of condition.matchAll(/\?/g)) values.push(value);
    }
  }
  return { sql: sql.join(' AND '), values };
}

const isList = (value: Wanted): value is readonly string[] => Array.isArray(value);

/** Conditions on the state: any of these; `open` is every state but the closed ones, `all` is no condition. */
export function stateIs(wanted: string | readonly string[], closed: readonly string[]): Record<string, Wanted> {
  if (wanted === 'all') return {};
  if (wanted === 'open') return { 'state NOT IN (?)': closed };
  return { 'state IN (?)': typeof wanted === 'string' ? [wanted] : wanted };
}

/**
 * The end of a statement that is asked again and again, its last value the limit. Where the limit is a bare parameter SQLite plans the statement anew each
 * time that one is bound, since it looks at its number: six times the work of a look that finds nothing.
 */
export const limited = 'LIMIT ? + 0';
