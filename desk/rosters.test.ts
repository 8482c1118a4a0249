import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import type { RosterDefinition } from '../shared/roster.ts';
import { siteOf } from '../test/site-of.ts';
import { type Database, openDatabase } from './database.ts';
import { peopleOnCall, rostersOfSite } from './on-call.ts';
import { openRosters, type Rosters } from './rosters.ts';

const hour = 3_600_000;
const day = 24 * hour;
let folder: string;
let clock: ManualClock;
let db: Database;
let rosters: Rosters;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-rosters-'));
  // 08:00 in Shanghai.
  clock = manualClock(Date.UTC(2026, 0, 5, 0));
  db = openDatabase(join(folder, 'operations.db'));
  rosters = openRosters(db, clock, 'Asia/Shanghai');
});
afterEach(() => {
  db[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const roster = (id: string, people: string[], over: Partial<RosterDefinition> = {}): RosterDefinition => ({
  id,
  name: { zh: id, en: id },
  trades: ['electrical'],
  areas: [],
  rank: 'duty',
  layers: [{ kind: 'daily', length: 1, start: '2026-01-05T08:00', turns: people.map((person) => [{ person }]) }],
  ...over,
});
const who = (id: string, t = clock.now()) => rosters.onCallAt(id, t).map(({ person }) => person);

describe('the past', () => {
  test('stays as it was when the roster is edited, a change is made or withdrawn, and over a restart', () => {
    const begin = clock.now();
    rosters.save(roster('el', ['zhang', 'li']), 0, 'head');
    clock.advanceSync(day);
    rosters.add(
      'el',
      { kind: 'override', from: clock.now(), to: clock.now() + 12 * hour, remove: 'li', add: 'zhao', reason: 'training' },
      'head',
    );
    clock.advanceSync(6 * hour);
    const [change] = rosters.changes('el');
    rosters.cancel('el', change!.id, 'head');
    clock.advanceSync(18 * hour);
    const before = rosters.onCallIn('el', begin, clock.now());
    expect(before.map(({ person, by, to }) => [person, by, (to - begin) / hour])).toEqual([
      ['zhang', 'layer', 24],
      ['zhao', 'override', 30],
      ['li', 'layer', 48],
    ]);
    rosters.save(roster('el', ['wang']), 1, 'head');
    expect(rosters.onCallIn('el', begin, clock.now())).toEqual(before);
    expect(who('el', begin)).toEqual(['zhang']);
    expect(who('el')).toEqual(['wang']);
    const again = openRosters(db, clock, 'Asia/Shanghai');
    expect(again.onCallIn('el', begin, clock.now())).toEqual(before);
    // Whoever asks for a span over both gets it without a seam.
    const seam = rosters.onCallIn('el', begin + day, clock.now() + day);
    expect(seam.every((one, index) => index === 0 || one.from === seam[index - 1]!.to)).toBe(true);
  });

  test('a change cannot reach back: it begins now', () => {
    rosters.save(roster('el', ['zhang', 'li']), 0, 'head');
    clock.advanceSync(hour);
    const { change } = rosters.add('el', { kind: 'absence', from: 0, to: clock.now() + hour, person: 'zhang', reason: 'ill' }, 'zhang');
    expect(change.from).toBe(clock.now());
    expect(who('el', clock.now() - 1)).toEqual(['zhang']);
    expect(who('el')).toEqual(['li']);
    expect(() => rosters.add('el', { kind: 'absence', from: 0, to: clock.now() - 1, person: 'zhang', reason: 'ill' }, 'zhang')).toThrow(
      /end after now/,
    );
  });

  test('before there was a roster the answer is nobody, not nothing', () => {
    rosters.save(roster('el', ['zhang']), 0, 'head');
    expect(rosters.onCallAt('el', clock.now() - day)).toMatchObject([{ person: null }]);
  });
});

describe('edits', () => {
  test('two people at once: the second is told to load again', () => {
    rosters.save(roster('el', ['zhang']), 0, 'head');
    rosters.save(roster('el', ['li']), 1, 'head');
    expect(() => rosters.save(roster('el', ['wang']), 1, 'other')).toThrow(/version 2/);
    expect(() => rosters.save(roster('el', ['wang']), 0, 'other')).toThrow(/version 2/);
  });

  test('a swap waits for both, is no business of a third, and may not overlap another of the same people', () => {
    rosters.save(roster('el', ['zhang', 'li', 'wang']), 0, 'head');
    const span = { from: clock.now(), to: clock.now() + day };
    const { id } = rosters.add('el', { kind: 'swap', ...span, person: 'zhang', other: 'li', back: null, confirmedBy: ['zhang'] }, 'zhang');
    expect(who('el')).toEqual(['zhang']);
    expect(() => rosters.confirm('el', id, 'wang')).toThrow(/no part/);
    expect(() =>
      rosters.add('el', { kind: 'swap', ...span, person: 'zhang', other: 'wang', back: null, confirmedBy: ['zhang'] }, 'zhang'),
    ).toThrow(/overlaps swap/);
    rosters.confirm('el', id, 'li');
    expect(rosters.onCallAt('el', clock.now())).toMatchObject([{ person: 'li', by: 'swap' }]);
  });

  test('a damaged roster is set aside; the others answer', () => {
    rosters.save(roster('el', ['zhang']), 0, 'head');
    rosters.save(roster('general', ['li'], { trades: ['general'] }), 0, 'head');
    db.run("UPDATE rosters SET definition = '{' WHERE id = 'el'");
    expect(rosters.list().map(({ definition }) => definition.id)).toEqual(['general']);
    expect(peopleOnCall(rosters, { trade: 'electrical', building: null, department: null }, 'duty', clock.now())).toEqual(['li']);
    clock.advanceSync(hour);
    rosters.settle();
    rosters.save(roster('el', ['wang']), 1, 'head');
    expect(who('el')).toEqual(['wang']);
  });
});

describe('the site file', () => {
  const site = (onCall: object[], rostersOf: object[] = []) =>
    rostersOfSite(siteOf({ gw: [['m1', 'electricity']] }, { on_call: onCall, rosters: rostersOf }).config);

  test('its on_call is the first roster: all of them at once, always; it leads until somebody edits in the console', () => {
    rosters.takeFromSite(site([{ trade: 'electrical', people: ['zhang', 'li'] }]));
    expect(who('electrical').sort()).toEqual(['li', 'zhang']);
    clock.advanceSync(hour);
    rosters.takeFromSite(site([{ trade: 'electrical', people: ['wang'] }]));
    expect([who('electrical'), who('electrical', clock.now() - 1).sort()]).toEqual([['wang'], ['li', 'zhang']]);
    const { version } = rosters.get('electrical');
    rosters.takeFromSite(site([{ trade: 'electrical', people: ['wang'] }]));
    expect(rosters.get('electrical').version).toBe(version);
    rosters.save(roster('electrical', ['zhao']), version, 'head');
    rosters.takeFromSite(site([{ trade: 'electrical', people: ['zhang'] }]));
    expect(who('electrical')).toEqual(['zhao']);
    rosters.remove('electrical', 'head');
    rosters.takeFromSite(site([{ trade: 'electrical', people: ['zhang'] }]));
    expect(rosters.list()).toEqual([]);
  });

  test('a roster of the file stands in the place of on_call of its trade, and goes with it', () => {
    const own = roster('crew', ['zhao']);
    rosters.takeFromSite(
      site(
        [
          { trade: 'electrical', people: ['zhang'] },
          { trade: 'general', people: ['li'] },
        ],
        [own],
      ),
    );
    expect(rosters.list().map(({ definition }) => definition.id)).toEqual(['crew', 'general']);
    rosters.takeFromSite(site([{ trade: 'electrical', people: ['zhang'] }]));
    expect(rosters.list().map(({ definition }) => definition.id)).toEqual(['electrical']);
  });
});

describe('who is asked', () => {
  const place = { trade: 'electrical' as const, building: 'rear', department: 'icu' };
  const ask = (over: object = {}, rank: 'duty' | 'head' = 'duty') => peopleOnCall(rosters, { ...place, ...over }, rank, clock.now());

  test('area and trade, then area, then trade, then general, then anybody; a head only of the trade', () => {
    rosters.save(roster('boiler', ['b'], { trades: ['boiler'] }), 0, 'head');
    expect(ask()).toEqual(['b']);
    rosters.save(roster('general', ['g'], { trades: ['general'] }), 0, 'head');
    expect(ask()).toEqual(['g']);
    rosters.save(roster('electrical', ['e']), 0, 'head');
    expect(ask()).toEqual(['e']);
    rosters.save(roster('rear', ['r'], { trades: [], areas: ['rear'] }), 0, 'head');
    expect(ask()).toEqual(['r']);
    rosters.save(roster('icu-el', ['i'], { areas: ['icu'] }), 0, 'head');
    expect(ask()).toEqual(['i']);
    expect(ask({ building: 'front', department: null })).toEqual(['e']);
    // A nearer roster that has nobody now passes on.
    rosters.save(roster('icu-el', ['i'], { areas: ['icu'], layers: [] }), 1, 'head');
    expect(ask()).toEqual(['r']);
    expect(ask({}, 'head')).toEqual([]);
    rosters.save(roster('heads', ['h'], { rank: 'head', trades: ['boiler'] }), 0, 'head');
    expect(ask({}, 'head')).toEqual([]);
    expect(ask({ trade: 'boiler' }, 'head')).toEqual(['h']);
  });
});
