/** The calendar of a roster: what is drawn where, and what is meant by it. */
import { describe, expect, it } from 'vitest';
import type { OnCall } from '../../../shared/roster.ts';
import { calendarOf, daysOf, doublesOf, gapsOf, localOf, meant, momentOfLocal, moved, shiftsOfWeek, timesTyped } from './days.ts';

const zone = 'Asia/Shanghai';
const at = (text: string, where = zone) => momentOfLocal(text, where);
const on = (person: string | null, from: string, to: string): OnCall => ({ person, from: at(from), to: at(to), by: 'layer' });

describe('the calendar of a roster', () => {
  it('shows the week of a day from Monday on, and whole weeks of a month', () => {
    expect(daysOf('week', '2026-11-29')).toEqual(Array.from({ length: 7 }, (_, n) => `2026-11-${23 + n}`));
    const month = daysOf('month', '2026-11-15');
    expect([month[0], month.at(-1), month.length]).toEqual(['2026-10-26', '2026-12-06', 42]);
    expect(daysOf('month', '2027-02-28').length).toBe(28);
    expect([moved('month', '2026-12-31', 1), moved('month', '2026-01-31', -1), moved('week', '2026-11-29', 1)]).toEqual([
      '2027-01-01',
      '2025-12-01',
      '2026-11-30',
    ]);
  });

  it('cuts a shift at midnight, and puts those who are on at the same time into lanes of their own', () => {
    const night = on('a', '2026-11-23T20:00', '2026-11-24T08:00');
    const [monday, tuesday] = calendarOf(['2026-11-23', '2026-11-24'], [night, on('b', '2026-11-23T21:00', '2026-11-23T23:00')], zone);
    expect(monday?.pieces.map(({ person, left, width, lane }) => [person, left, width, lane])).toEqual([
      ['a', 20 / 24, 4 / 24, 0],
      ['b', 21 / 24, 2 / 24, 1],
    ]);
    expect(tuesday?.pieces).toMatchObject([{ person: 'a', left: 0, width: 8 / 24, lane: 0, from: night.from }]);
    expect([monday?.lanes, tuesday?.lanes]).toEqual([2, 1]);
  });

  it('knows days of 23 and 25 hours', () => {
    const [day] = calendarOf(['2026-10-25'], [{ ...on('a', '2026-10-25T00:00', '2026-10-26T00:00'), from: 0, to: 4e12 }], 'Europe/Berlin');
    expect([(day?.end ?? 0) - (day?.begin ?? 0), day?.pieces[0]?.width]).toEqual([25 * 3_600_000, 1]);
  });

  it('joins spans without anybody, and leaves out what is past', () => {
    const gaps = [on(null, '2026-11-23T00:00', '2026-11-23T08:00'), on(null, '2026-11-23T08:00', '2026-11-23T10:00')];
    const later = on(null, '2026-11-25T00:00', '2026-11-25T01:00');
    expect(gapsOf([later, ...gaps, on('a', '2026-11-23T10:00', '2026-11-25T00:00')], at('2026-11-23T02:00'))).toEqual([
      { from: at('2026-11-23T02:00'), to: at('2026-11-23T10:00') },
      { from: later.from, to: later.to },
    ]);
  });

  it('means the whole shift from now on, or the day of one that never ends', () => {
    const piece = calendarOf(['2026-11-24'], [on('a', '2026-11-23T08:00', '2026-11-30T08:00')], zone)[0]?.pieces[0];
    expect(piece && meant(piece, at('2026-11-24T09:00'))).toEqual({ from: at('2026-11-24T09:00'), to: at('2026-11-30T08:00') });
    const always = calendarOf(['2026-11-24'], [on('a', '2026-01-01T00:00', '2027-01-01T00:00')], zone)[0]?.pieces[0];
    expect(always && meant(always, 0)).toEqual({ from: at('2026-11-24T00:00'), to: at('2026-11-25T00:00') });
  });

  it('plans a week whose shifts follow each other, also over a change of the clock', () => {
    const shifts = shiftsOfWeek('2026-10-19', ['08:00', '20:00'], 'Europe/Berlin');
    expect(shifts.length).toBe(14);
    expect(shifts.every(({ to }, n) => n === 13 || to === shifts[n + 1]?.from)).toBe(true);
    expect(shifts.map(({ from, to }) => (to - from) / 3_600_000).filter((hours) => hours !== 12)).toEqual([13]);
    expect(localOf(shifts[13]?.to ?? 0, 'Europe/Berlin')).toBe('2026-10-26T08:00');
  });

  it.each([
    ['8:00 20:00', ['08:00', '20:00']],
    ['20：00，08：00', ['08:00', '20:00']],
    ['24:00', undefined],
    ['', undefined],
  ])('reads the times %j', (text, times) => expect(timesTyped(text)).toEqual(times));
});

describe('a person who is booked twice at the same moment', () => {
  const now = at('2026-11-23T00:00');
  const night = on('li', '2026-11-23T20:00', '2026-11-24T08:00');
  it('is found over rosters and in one, as long as both go on, from now on', () => {
    const water = {
      id: 'water',
      intervals: [on('li', '2026-11-24T06:00', '2026-11-24T20:00'), on('wang', '2026-11-23T20:00', '2026-11-24T08:00')],
    };
    expect(doublesOf([{ id: 'power', intervals: [night] }, water], now)).toEqual([
      { person: 'li', rosters: ['power', 'water'], from: at('2026-11-24T06:00'), to: at('2026-11-24T08:00') },
    ]);
    expect(doublesOf([{ id: 'power', intervals: [night, on('li', '2026-11-24T00:00', '2026-11-24T09:00')] }], now)).toMatchObject([
      { rosters: ['power', 'power'], from: at('2026-11-24T00:00'), to: at('2026-11-24T08:00') },
    ]);
    expect(doublesOf([{ id: 'power', intervals: [night] }, water], at('2026-11-24T07:00'))).toMatchObject([
      { from: at('2026-11-24T07:00') },
    ]);
    expect(doublesOf([{ id: 'power', intervals: [night] }, water], at('2026-11-24T08:00'))).toEqual([]);
  });
  it('is not who goes on from one shift into the next, nor is it an empty shift; and shifts in a row are told once', () => {
    const next = on('li', '2026-11-24T08:00', '2026-11-24T20:00');
    const empty = on(null, '2026-11-23T20:00', '2026-11-24T08:00');
    expect(
      doublesOf(
        [
          { id: 'a', intervals: [night, empty] },
          { id: 'b', intervals: [next, empty] },
        ],
        now,
      ),
    ).toEqual([]);
    expect(
      doublesOf(
        [
          { id: 'b', intervals: [next, night] },
          { id: 'a', intervals: [night, next] },
        ],
        now,
      ),
    ).toEqual([{ person: 'li', rosters: ['a', 'b'], from: night.from, to: next.to }]);
  });
});
