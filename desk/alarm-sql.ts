/** `byUrgency` of shared/alarm-order.ts, for the database. `rank` is the place of the priority. A text that is damaged counts as the danger that it may be. */
const fact = (name: 'lifeSafety' | 'active') => `(CASE WHEN json_valid(alarm) THEN coalesce(alarm ->> '$.${name}', 1) ELSE 1 END)`;

export const isActive = fact('active');
export const isLifeSafety = fact('lifeSafety');
export const mostUrgentFirst = `${isLifeSafety} DESC, ${isActive} DESC, rank,
  state IN ('UNACK', 'RTNUN', 'LUNACK') DESC, coalesce(raised_at, 0) DESC, id`;
