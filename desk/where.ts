import type { SQLInputValue } from 'node:sqlite';

/** The conditions whose value was asked for, joined; each has one `?`. Conditions stand in the code, only values come from outside. */
export function where(conditions: Readonly<Record<string, SQLInputValue | undefined>>): { sql: string; values: SQLInputValue[] } {
  const asked = Object.entries(conditions).filter((entry): entry is [string, SQLInputValue] => entry[1] !== undefined);
  return { sql: ['1', ...asked.map(([condition]) => condition)].join(' AND '), values: asked.map(([, value]) => value) };
}
