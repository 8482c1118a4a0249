/** Targets of the site file with their path: month by month what was planned, what was used, and where one stands; a target that cannot be worked out says why. */
import type { ConsumptionRow } from '../consumption-of.ts';
import { isMeasured } from './days.ts';

export const targetReasons = ['last-year-incomplete', 'no-divisor', 'no-cost', 'no-meter', 'this-year-incomplete'] as const;
export type TargetReason = (typeof targetReasons)[number];

export interface TargetInput {
  amount?: number | undefined;
  reduce_pct?: number | undefined;
  path?: readonly number[] | undefined;
}

export interface TargetMonth {
  /** `2026-01`. */
  month: string;
  planned: number | null;
  /** Of whole days; null where none is measured. */
  actual: number | null;
  /** The path up to the last whole day of a running month. */
  plannedToDate: number | null;
  days: number;
  measuredDays: number;
}

export interface TargetState {
  /** For the year; null: cannot be worked out. */
  amount: number | null;
  months: TargetMonth[];
  plannedToDate: number | null;
  actualToDate: number | null;
  state: 'on' | 'above' | 'unknown';
  reason: TargetReason | null;
}

/** What each month of a year used, of `days` days in it. */
export interface MonthUse {
  value: number | null;
  days: number;
  /** Days of the month that are over; of these measured. */
  over: number;
  measured: number;
}

/** Twelve months, January first. @param days rows of whole days */
export function monthUses(year: number, rows: readonly ConsumptionRow[], wallOf: (t: number) => number): MonthUse[] {
  const months = Array.from(
    { length: 12 },
    (_, m): MonthUse => ({ value: null, days: new Date(Date.UTC(year, m + 1, 0)).getUTCDate(), over: 0, measured: 0 }),
  );
  for (const row of rows) {
    const wall = new Date(wallOf(row.from));
    if (wall.getUTCFullYear() !== year) continue;
    const month = months[wall.getUTCMonth()] as MonthUse;
    month.over++;
    if (!isMeasured(row)) continue;
    month.measured++;
    month.value = (month.value ?? 0) + row.value;
  }
  return months;
}

/** So many days of a year may be missing, so that it still is a year. */
const mostMissing = 15;

/** @param dividedBy of `per`: bed-days, visits or m² of the year so far and the whole year before; undefined: total */
export function targetState(target: TargetInput, year: number, now: readonly MonthUse[], before: readonly MonthUse[]): TargetState {
  const nothing = (reason: TargetReason): TargetState => ({
    amount: null,
    months: now.map((one, m) => ({
      month: name(year, m),
      planned: null,
      actual: one.value,
      plannedToDate: null,
      days: one.over,
      measuredDays: one.measured,
    })),
    plannedToDate: null,
    actualToDate: now.some(({ value }) => value !== null) ? now.reduce((sum, { value }) => sum + (value ?? 0), 0) : null,
    state: 'unknown',
    reason,
  });
  const measured = before.reduce((sum, one) => sum + one.measured, 0);
  const whole = before.reduce((sum, one) => sum + one.days, 0);
  const lastYear = before.reduce((sum, { value }) => sum + (value ?? 0), 0);
  const known = measured >= whole - mostMissing && lastYear > 0;
  const amount = target.amount ?? (known ? lastYear * (1 - (target.reduce_pct ?? 0) / 100) : undefined);
  if (amount === undefined) return nothing('last-year-incomplete');
  // A month in which days are missing weighs as if they had been as the others.
  const weights =
    target.path ??
    (known ? before.map(({ value, days, measured: of }) => (of === 0 ? 0 : ((value ?? 0) * days) / of)) : before.map(({ days }) => days));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const months = now.map((one, m): TargetMonth => {
    const planned = all === 0 ? 0 : (amount * (weights[m] as number)) / all;
    return {
      month: name(year, m),
      planned,
      actual: one.value,
      plannedToDate: (planned * one.measured) / one.days,
      days: one.over,
      measuredDays: one.measured,
    };
  });
  const over = now.reduce((sum, one) => sum + one.over, 0);
  const measuredNow = now.reduce((sum, one) => sum + one.measured, 0);
  const plannedToDate = months.reduce((sum, one) => sum + (one.plannedToDate ?? 0), 0);
  const actualToDate = now.reduce((sum, { value }) => sum + (value ?? 0), 0);
  const enough = measuredNow > 0 && measuredNow >= over - mostMissing;
  return {
    amount,
    months,
    plannedToDate,
    actualToDate,
    state: !enough ? 'unknown' : actualToDate <= plannedToDate ? 'on' : 'above',
    reason: enough ? null : 'this-year-incomplete',
  };
}

const name = (year: number, month: number) => `${year}-${String(month + 1).padStart(2, '0')}`;
