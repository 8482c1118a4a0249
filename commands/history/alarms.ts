/** Alarms of two years at a county hospital: what stands in the journal of a desk that was there. Deterministic by seed. */
import { type Database, openDatabase, openEngineDesk } from '../../desk/index.ts';
import { openRuleBook } from '../../rules/pack.ts';
import { systemClock } from '../../shared/clock.ts';
import type { SiteConfig } from '../../shared/site.ts';
import { wallOf } from '../../shared/zone.ts';
import type { History } from '../../simulators/history.ts';
import { streamOf } from '../../simulators/random.ts';

const minute = 60_000;
const dayMs = 86_400_000;
const winter = [0, 1, 2, 10, 11];
const summer = [5, 6, 7, 8];

/** Rule, times a year in the first and the second year, minutes that it lasts, months (from 0) where it has a season. */
const kinds: readonly [rule: string, first: number, second: number, minutes: number, months?: readonly number[]][] = [
  ['EL-OVER-WARN', 16, 13, 24, summer], ['EL-TEMP-WARN', 7, 6, 55, summer], ['EL-UNB', 9, 10, 35], ['EL-DEM-WARN', 11, 8, 16, summer],
  ['EL-RCM', 6, 4, 90], ['EL-TRIP', 5, 4, 22], ['O2-PRE', 4, 3, 18], ['O2-TANK-ORDER', 13, 14, 300], ['O2-AREA-LOW', 1, 1, 9],
  ['HT-ROOM', 24, 19, 130, winter], ['DHW-LOW', 12, 9, 40, winter], ['BL-LOCK', 3, 2, 38, winter], ['HT-SUPPLY-HOT', 2, 2, 15, winter],
  ['DR-LEVEL', 8, 9, 45], ['DR-LEAK', 3, 2, 50], ['WT-NIGHT', 5, 7, 240], ['WW-DOSE', 3, 2, 34], ['WW-PH-WARN', 4, 3, 70], ['WW-CL', 2, 1, 25],
  ['GS-BATT', 1, 1, 160], ['GS-FUEL-LOW', 2, 2, 400], ['SYS-COMM', 31, 26, 12], ['SYS-SENSOR', 6, 5, 95],
]; // biome-ignore format: a table

/** A desk of its own, in which all of it happened; the caller's to close. */
export function pastAlarms(site: SiteConfig, { from, to, events }: Pick<History, 'from' | 'to' | 'events'>, seed: number): Database {
  const stream = streamOf(seed, 'alarms');
  const book = openRuleBook(site);
  const people = site.people.map(({ id }) => id);
  const middle = to - 365 * dayMs;
  // Nothing of the last days: what stands now is the desk's own.
  const end = to - 4 * dayMs;
  interface Occurrence {
    instance: (typeof book.instances)[number];
    at: number;
    minutes: number;
  }
  const found: Occurrence[] = [];
  const instancesOf = (rule: string) => book.instances.filter((one) => one.rule.id === rule);
  for (const [rule, first, second, minutes, months] of kinds) {
    const all = instancesOf(rule);
    if (all.length === 0) continue;
    // Few places have most of the trouble.
    const places = all.filter((_, i) => i % Math.ceil(all.length / 6) === 0);
    for (const [begin, stop, times] of [[Math.max(from, middle - 365 * dayMs), middle, first], [middle, end, second]] as const) // biome-ignore format: a table
      for (let i = 0; i < times; i++) {
        let at = begin + stream.uniform() * (stop - begin);
        for (let tries = 0; months && tries < 40 && !months.includes(new Date(wallOf(site.site.timezone, at)).getUTCMonth()); tries++)
          at = begin + stream.uniform() * (stop - begin);
        const instance = places[Math.floor(stream.uniform() ** 1.7 * places.length)] as Occurrence['instance'];
        found.push({ instance, at: Math.round(at), minutes: minutes * (0.4 + 1.2 * stream.uniform()) });
      }
  }
  for (const instance of instancesOf('GS-MAINS'))
    for (const { kind, from: at, to: back } of events)
      if (kind === 'mains-lost' && back !== null) found.push({ instance, at, minutes: (back - at) / minute });

  const moves: { at: number; do: () => void }[] = [];
  let now = from;
  const db = openDatabase(':memory:');
  const desk = openEngineDesk({ db, clock: { ...systemClock(), now: () => now } });
  const busyUntil = new Map<string, number>();
  for (const { instance, at, minutes } of found.sort((a, b) => a.at - b.at)) {
    const { id, definition } = instance;
    if (at < from || at < (busyUntil.get(id) ?? 0)) continue;
    const over = Math.round(at + minutes * minute);
    busyUntil.set(id, over + minute);
    const seen = at + Math.round((0.5 + 9 * stream.uniform() ** 2) * minute);
    const who = people[Math.floor(stream.uniform() * people.length)] ?? 'simulated-history';
    const message = { zh: `${definition.title.zh}（模拟历史）`, en: `${definition.title.en} (simulated history)` };
    moves.push(
      { at, do: () => void desk.raise({ ...definition, message, ticket: false }, { at, value: null, limit: null }) },
      { at: seen, do: () => void desk.acknowledge(id, { id: who, admin: false }) },
      { at: over, do: () => void desk.clear(id, { at: over, value: null }) },
      // Where one was acknowledged only after it was over, or is latched.
      { at: Math.max(seen, over) + 1, do: () => void (desk.alarm(id)?.state === 'LACKED' && desk.reset(id, { id: who, admin: false })) },
    );
  }
  desk.batch(() => {
    for (const move of moves.sort((a, b) => a.at - b.at)) {
      now = move.at;
      move.do();
    }
  });
  return db;
}
