/** Public holidays of China. The calendar of a year is fixed in the November before; beyond it the dates that the law fixes are known. */
import chineseDays from 'chinese-days';

/** Decree on national holidays, 2025: days of the solar calendar. */
const fixed = new Set(['01-01', '05-01', '05-02', '10-01', '10-02', '10-03']);
const known = new Map<number, boolean>();

/** @param date `2026-10-01` */
export function isPublicHoliday(date: string): boolean {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  // Noon of this machine's zone, which is how the library reads days.
  const names = (m: number, d: number) => chineseDays.getDayDetail(new Date(year, m - 1, d, 12));
  let told = known.get(year);
  if (told === undefined) {
    told = names(10, 1).name.includes(',');
    known.set(year, told);
  }
  if (!told) return fixed.has(date.slice(5));
  const { work, name } = names(month, day);
  return !work && name.includes(',');
}
