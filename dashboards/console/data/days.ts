/** Days as people choose them, on the calendar of the site. */
const dayMs = 86_400_000;

const formatter = (timeZone: string, timeStyle?: 'medium') =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', ...(timeStyle ? { timeStyle } : {}) });

/** 2026-11-22, as it is at `t` in that time zone. */
export const dayOf = (t: number, timeZone: string): string => formatter(timeZone).format(t);

/** The first moment of a day `2026-11-22`; NaN for what is none. */
export function dayStart(day: string, timeZone: string): number {
  const asUtc = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(asUtc)) return Number.NaN;
  const offset = (t: number) => Date.parse(`${formatter(timeZone, 'medium').format(t).replace(' ', 'T')}Z`) - t;
  // The offset is that of the moment looked for, which the first guess is at most a clock change away from.
  return asUtc - offset(asUtc - offset(asUtc));
}

/** The first moment of the day after; NaN for what is no day. A day may have 23 or 25 hours. */
export function dayEnd(day: string, timeZone: string): number {
  const asUtc = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(asUtc) ? Number.NaN : dayStart(new Date(asUtc + dayMs).toISOString().slice(0, 10), timeZone);
}
