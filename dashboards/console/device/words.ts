/** How register words are written, as in manuals and in mbpoll's answers. Pure. */
import type { RawRegister } from '../../../shared/raw.ts';

type Cell = RawRegister['cells'][number];

/** Modbus function codes, two digits as manuals write them. */
const functions: Record<Cell['table'], string> = { coil: '01', discrete: '02', holding: '03', input: '04' };
export const functionOf = (table: Cell['table']): string => functions[table];

/** `44FA 2000`; a coil is 0 or 1; a dash where no answer came. */
export function cellText({ table, words }: Cell): string {
  if (words === null) return '—';
  if (table === 'coil' || table === 'discrete') return words.join(' ');
  return words.map((word) => word.toString(16).toUpperCase().padStart(4, '0')).join(' ');
}
