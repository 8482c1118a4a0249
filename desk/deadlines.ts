/** What falls due, as data (deadlines/*.yaml), and where a date stands. Dates are days on the site's calendar, such as 2026-01-31; pure but for the reading of files. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { filesOf } from '../shared/catalog.ts';
import { Fault } from '../shared/errors.ts';
import { type Deadline, deadlineSchema } from '../shared/plant.ts';
import type { DeadlineStage } from '../shared/plant-words.ts';
import { wallOf } from '../shared/zone.ts';

export const deadlineFolder = join(import.meta.dirname, 'deadlines');
const dayMs = 86_400_000;

/** @throws Fault catalog/invalid with file and place */
export function loadDeadlines(folder = deadlineFolder): Map<string, Deadline> {
  const found = new Map<string, Deadline>();
  for (const file of filesOf(folder, '.yaml')) {
    const path = join(folder, file);
    const read = deadlineSchema.safeParse(parse(readFileSync(path, 'utf8')));
    if (!read.success) {
      const issues = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
      throw new Fault('catalog/invalid', `${path}: ${issues}`);
    }
    if (read.data.id !== basename(file, '.yaml'))
      throw new Fault('catalog/invalid', `${path}: id is "${read.data.id}", must be the file name`);
    found.set(read.data.id, read.data);
  }
  return found;
}

const dayOf = (date: string) => Date.parse(`${date}T00:00:00Z`) / dayMs;
const dateOf = (day: number) => new Date(day * dayMs).toISOString().slice(0, 10);

/** The day on the site's calendar. */
export const localDate = (timezone: string, t: number): string => dateOf(Math.floor(wallOf(timezone, t) / dayMs));

/** The last day that an inspection of this day holds; undefined where no rule says so. The 31st of a shorter month is its last day. */
export function dueDate({ every }: Pick<Deadline, 'every'>, last: string): string | undefined {
  if (every === null) return undefined;
  if (every.days !== undefined) return dateOf(dayOf(last) + every.days);
  const [year, month, day] = last.split('-').map(Number) as [number, number, number];
  const months = year * 12 + (month - 1) + (every.months ?? 0);
  const lastOfMonth = new Date(Date.UTC(Math.floor(months / 12), (months % 12) + 1, 0)).getUTCDate();
  return dateOf(Date.UTC(Math.floor(months / 12), months % 12, Math.min(day, lastOfMonth)) / dayMs);
}

/** Negative once it is past; 0 on its last day. */
export const daysLeft = (due: string, today: string): number => dayOf(due) - dayOf(today);

export function stageOf({ notices }: Pick<Deadline, 'notices'>, left: number): DeadlineStage {
  if (left < 0) return 'overdue';
  const [first, second, third] = notices;
  return left <= third ? 'urgent' : left <= second ? 'soon' : left <= first ? 'notice' : 'ok';
}
