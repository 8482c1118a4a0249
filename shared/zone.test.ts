import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startOf } from '../dashboards/panel/steps.ts';
import { isoInZone, localClock, momentOf, momentsOf, startOfDay, wallOf } from './zone.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** Clocks are set forward at midnight of 6 September 2026: 00:00 does not exist, the day begins at 01:00. */
const santiago = 'America/Santiago';
const leftOut = Date.UTC(2026, 8, 6, 4);

describe('F24 a day without midnight', () => {
  it('begins when its clocks begin, and not at 23:00 of the day before', () => {
    expect(isoInZone(santiago, leftOut)).toBe('2026-09-06T01:00:00-03:00');
    expect(momentsOf(santiago, Date.UTC(2026, 8, 6))).toEqual([]);
    expect(momentOf(santiago, Date.UTC(2026, 8, 6))).toBe(leftOut);
    expect(startOfDay(santiago, leftOut + 5 * hour)).toBe(leftOut);
    expect(startOf(leftOut + 5 * hour, day, santiago)).toBe(leftOut);
    expect(localClock(santiago).next(leftOut - 3 * hour, 0)).toBe(leftOut);
    expect(isoInZone(santiago, localClock(santiago).next(leftOut, 0))).toBe('2026-09-07T00:00:00-03:00');
  });

  it('is followed by the right weekday and date', () => {
    const clock = localClock(santiago);
    expect([clock.weekday(leftOut - 1), clock.weekday(leftOut)]).toEqual([6, 0]);
    expect(clock.monthDay(leftOut)).toBe('09-06');
    expect([clock.hour(leftOut - 1), clock.hour(leftOut)]).toEqual([23, 1]);
  });
});

describe('the clock of a zone', () => {
  it.each(['Asia/Shanghai', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns', 'Australia/Lord_Howe', santiago])(
    'shows in %s what the platform shows, through a year',
    (zone) => {
      const clock = localClock(zone);
      const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
      for (let t = Date.UTC(2026, 0, 1); t < Date.UTC(2027, 0, 1); t += 1_873_000) {
        const wall = new Date(wallOf(zone, t)).toISOString().slice(0, 19).replace('T', ' ');
        expect(wall).toBe(format.format(t));
        const text = new Date(clock.day(t) * day + clock.minute(t) * 60_000).toISOString().slice(0, 16).replace('T', ' ');
        expect(text).toBe(wall.slice(0, 16));
      }
    },
  );

  it('comes to each minute of the day once a day, also where clocks change', () => {
    for (const zone of ['Europe/Berlin', santiago]) {
      const clock = localClock(zone);
      for (const minuteOfDay of [0, 150, 1_200]) {
        let t = Date.UTC(2026, 0, 1);
        for (let days = 0; days < 364; days++) {
          const next = clock.next(t, minuteOfDay);
          expect(next).toBeGreaterThan(t);
          expect(next - t).toBeLessThanOrEqual(26 * hour);
          if (days > 0) expect(clock.day(next) - clock.day(t)).toBe(1);
          t = next;
        }
      }
    }
  });
});

it('wall clocks are worked out in one place: nobody else formats the parts of a date in a zone', () => {
  const root = join(import.meta.dirname, '..');
  // Words of a language, and whether a zone exists, are the platform's to say.
  const allowed = [
    'shared/zone.ts',
    'shared/site.ts',
    'shared/month-span.ts',
    'commands/energy.ts',
    'dashboards/console/energy/words.ts',
    'dashboards/console/i18n/i18n.tsx',
    'dashboards/console/chart/options.ts',
    'dashboards/console/rosters/words.ts',
  ];
  const found = ['access', 'commands', 'dashboards', 'desk', 'energy', 'gateway', 'ingest', 'notify', 'rules', 'shared', 'simulators'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.') && !file.includes('node_modules'))
      .map((file) => `${folder}/${file}`)
      .filter((file) => readFileSync(join(root, file), 'utf8').includes('DateTimeFormat(')),
  ); // biome-ignore format: a list
  expect(found.filter((file) => !allowed.includes(file))).toEqual([]);
});

it('files for spreadsheets are written in one place', () => {
  const root = join(import.meta.dirname, '..');
  const found = ['commands', 'dashboards', 'desk', 'notify', 'rules', 'shared'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'))
      .map((file) => `${folder}/${file}`)
      .filter((file) => /\\ufeff\$|replaceAll\('"', '""'\)/.test(readFileSync(join(root, file), 'utf8'))),
  ); // biome-ignore format: a list
  expect(found).toEqual(['shared/csv.ts']);
});
