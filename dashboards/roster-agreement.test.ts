/** Notices, escalation, duty board, calendar and list of intervals name the same persons, whatever was edited, swapped or taken over. */
import { expect, test } from 'vitest';
import { openDatabase, openRosters, peopleOnCall } from '../desk/index.ts';
import { askOnCall } from '../notify/recipients.ts';
import { manualClock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import type { Layer, RosterChange, RosterDefinition } from '../shared/roster.ts';
import { random } from '../test/random.ts';
import { siteOf } from '../test/site-of.ts';
import { boardOf, calendarOf, rosterViews } from './roster-views.ts';

const hour = 3_600_000;
const zones = ['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
const ids = ['zhang', 'li', 'wang', 'zhao', 'sun'];
const people = ids.map((id) => ({ id, name: `name of ${id}` }));
const place = { trade: 'electrical' as const, building: null, department: null };

/** Persons of the events of a calendar that are on at `t`. */
function inCalendar(text: string, t: number): string[] {
  const time = (found: string) => Date.parse(found.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z'));
  return text
    .replaceAll('\r\n ', '')
    .split('BEGIN:VEVENT')
    .slice(1)
    .filter((event) => time(/DTSTART:(\S+)/.exec(event)?.[1] ?? '') <= t && t < time(/DTEND:(\S+)/.exec(event)?.[1] ?? ''))
    .map((event) => /name of (\w+)/.exec(event)?.[1] ?? '');
}

test('always the same answer', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  console.info(`seed ${seed}`);
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[next.below(list.length)] as T;
  for (let round = 0; round < 4; round++) {
    const timezone = pick(zones);
    // Near a change of the clock in some of the rounds.
    const clock = manualClock(Date.UTC(2026, pick([0, 2, 9, 10]), 1 + next.below(28), next.below(24)));
    using db = openDatabase(':memory:');
    const site = siteOf({ gw1: [['loop-1', 'heating']] }, { people }).config;
    const rosters = openRosters(db, clock, timezone);
    const views = rosterViews(site, rosters, () => undefined);
    const layer = (): Layer => ({
      kind: pick(['daily', 'weekly', 'hours'] as const),
      length: 3 + next.below(5),
      start: '2025-12-29T08:00',
      turns: Array.from({ length: 1 + next.below(4) }, () =>
        ids.filter(() => next.chance(0.35)).map((person) => (next.chance(0.2) ? { person, from: '2026-03-20T00:00' } : { person })),
      ),
      ...(next.chance(0.4) ? { restrict: { from: pick(['00:00', '02:30', '18:00']), to: pick(['02:30', '08:00', '24:00']) } } : {}),
    });
    const edit = (version: number) => {
      const definition: RosterDefinition = {
        ...{ id: 'el', name: { zh: '电工', en: 'El' }, trades: ['electrical'], areas: [], rank: 'duty' },
        layers: Array.from({ length: 1 + next.below(3) }, layer),
      };
      rosters.save(definition, version, 'head');
    };
    edit(0);
    const change = (): RosterChange => {
      // Whole seconds, as calendars write them.
      const from = clock.now() + next.below(200) * 900_000;
      const span = { from, to: from + (1 + next.below(60)) * 1_800_000 };
      const [person, other] = [pick(ids), pick(ids)];
      return pick<() => RosterChange>([
        () => ({ kind: 'override', ...span, remove: next.chance(0.7) ? person : null, add: other, reason: 'x' }),
        () => ({ kind: 'absence', ...span, person, reason: 'x' }),
        () => ({
          kind: 'swap',
          ...span,
          person,
          other,
          back: next.chance(0.5) ? { from: span.to, to: span.to + hour } : null,
          confirmedBy: [],
        }),
        () => ({ kind: 'taken', ...span, person }),
        () => ({ kind: 'temporary', ...span, reason: 'x', shifts: [{ ...span, people: next.chance(0.8) ? [person, other] : [] }] }),
      ])();
    };
    for (let step = 0; step < 12; step++) {
      try {
        if (next.chance(0.1)) edit(rosters.get('el').version);
        else if (next.chance(0.6)) {
          const { id, change: made } = rosters.add('el', change(), 'head');
          if (made.kind === 'swap' && next.chance(0.7)) for (const who of [made.person, made.other]) rosters.confirm('el', id, who);
        } else if (next.chance(0.3)) rosters.cancel('el', pick(rosters.changes('el'))?.id ?? 0, 'head');
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
      }
      clock.advanceSync(next.below(40) * 900_000);
      const now = clock.now();
      const told = askOnCall(site, rosters, clock)(place).map(({ id }) => id);
      const board = boardOf(views, rosters.get('el'), now);
      const calendar = calendarOf(views, { definitions: [rosters.get('el').definition], language: 'en', now });
      const at = (t: number) =>
        rosters
          .onCallAt('el', t)
          .flatMap(({ person }) => person ?? [])
          .sort();
      const label = `seed ${seed}, round ${round}, step ${step}`;
      expect(told.sort(), label).toEqual(at(now));
      expect(board.now.flatMap(({ person }) => person ?? []).sort(), label).toEqual(at(now));
      const list = rosters.onCallIn('el', now - 5 * 24 * hour, now + 14 * 24 * hour);
      for (let n = 0; n < 4; n++) {
        const t = now + (next.below(14 * 96) - 96 * 2) * 900_000;
        const expected = at(t);
        expect(peopleOnCall(rosters, place, 'duty', t).sort(), label).toEqual(expected);
        expect(
          list
            .filter((one) => one.from <= t && t < one.to)
            .flatMap(({ person }) => person ?? [])
            .sort(),
          label,
        ).toEqual(expected);
        expect(inCalendar(calendar, t).sort(), `${label}, calendar`).toEqual(expected);
        if (t >= now) {
          const shown = [...board.now, ...board.coming].filter((one) => one.from <= t && t < one.to);
          expect(shown.flatMap(({ person }) => person ?? []).sort(), `${label}, board`).toEqual(expected);
        }
      }
    }
  }
});
