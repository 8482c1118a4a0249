/** Which months a figure is of, as people say it. */
import type { Language } from './text.ts';

const next = (month: string) => {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
};
const nameOf = (month: string) =>
  new Intl.DateTimeFormat('en-GB', { month: 'long', timeZone: 'UTC' }).format(new Date(`${month}-01T00:00:00Z`));

/** `January–October`, of several years `2025-12 – 2026-10`; of months with gaps each run. @param months `2026-01`, ascending */
export function monthSpan(months: readonly string[], language: Language): string {
  const runs: [string, string][] = [];
  for (const month of months) {
    const last = runs.at(-1);
    if (last && next(last[1]) === month) last[1] = month;
    else runs.push([month, month]);
  }
  const oneYear = new Set(months.map((month) => month.slice(0, 4))).size === 1;
  const number = (month: string) => String(Number(month.slice(5)));
  const text = ([first, last]: [string, string]) => {
    if (!oneYear) return first === last ? first : `${first} – ${last}`;
    if (language === 'zh') return first === last ? `${number(first)} 月` : `${number(first)}–${number(last)} 月`;
    return first === last ? nameOf(first) : `${nameOf(first)}–${nameOf(last)}`;
  };
  return runs.map(text).join(language === 'zh' ? '、' : ', ');
}
