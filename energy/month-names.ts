/** Months by the clocks of the site. */
import { Fault } from '../shared/errors.ts';
import { momentOf, wallOf } from '../shared/zone.ts';

const monthText = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** @throws Fault api/invalid */
export function boundsOf(timezone: string, month: string): [from: number, to: number] {
  const match = monthText.exec(month);
  if (!match) throw new Fault('api/invalid', `month: found "${month}"; allowed: a month such as 2026-07`);
  const [year, number] = [Number(match[1]), Number(match[2])];
  return [momentOf(timezone, Date.UTC(year, number - 1, 1)), momentOf(timezone, Date.UTC(year, number, 1))];
}

export const monthAt = (timezone: string, t: number): string => new Date(wallOf(timezone, t)).toISOString().slice(0, 7);

/** All months that a span touches. */
export function monthsBetween(timezone: string, from: number, to: number): string[] {
  const out: string[] = [];
  for (let month = monthAt(timezone, from); boundsOf(timezone, month)[0] < to; month = monthAt(timezone, boundsOf(timezone, month)[1]))
    out.push(month);
  return out;
}
