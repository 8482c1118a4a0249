/**
 * Leaks from one number a night, causally: each night is compared with a slow level and what such a weekday usually adds, in units of how much nights
 * differ among each other. A two-sided CUSUM (Page 1954) adds up what is beyond; a week against four to six weeks ago finds what grows more slowly.
 * What was found is taken into the level, so that a known leak that grows is no second alarm, and a step on top of it is. A fall back to what was
 * there before ends it, and the level begins anew from there. The numbers here were chosen on one year of a third-party network (decision 0035).
 */
import { medianAndSpread } from './window.ts';

/** Spreads by which a night may be off before it counts. */
const slack = 2;
/** One night counts for so many spreads at the most: no single night makes an alarm. */
const most = 5;
/** Nights that say how much nights differ. */
const spreadNights = 60;
/** The least that nights are taken to differ, as a part of the level: a few quiet weeks do not make a zone perfect. */
const leastSpread = 0.015;
/** How much of a night's difference the level and the weekday follow. */
const levelFollows = 0.03;
const weekdayFollows = 0.4;
/** A known leak: how much of a night's difference is its growth, and how much of that goes on the next night. */
const growthFollows = 0.3;
const growthGoesOn = 0.15;
/** A step on top of a known leak, in spreads. */
const step = 6;
/** Growth has ended after so many calm nights. */
const calmNights = 7;
/** This week against four to six weeks ago: so many spreads and this part of the level. */
const slowSpreads = 3;
const slowPart = 0.04;
/** Ends when so much of the leak is gone. */
const repairedPart = 0.5;

export interface LeakOptions {
  /** Nights before the first verdict; at least one of each weekday is best. */
  learn: number;
  /** Sum of spreads beyond the slack at which it is an alarm. */
  spreads: number;
  /** Nights in a row that it takes, unless one is far beyond. */
  nights: number;
  /** A found level that stays for so many nights is what is usual from then on. */
  accept: number;
  /** What is too small to tell of, for a level. */
  least(level: number): number;
}

export interface LeakNight {
  leaking: boolean;
  /** A further leak on top of one that is known. */
  again: boolean;
  /** What the night was expected to be, and the most it could have been without counting. */
  expected: number;
  limit: number;
  /** How much more than before the leak; 0 without one. */
  size: number;
}

export function openLeakDetector({ learn, spreads, nights, accept, least }: LeakOptions) {
  const own = { level: Number.NaN, up: 0, down: 0, known: 0, growth: 0, calm: 0, steps: 0, falls: 0, size: 0, before: 0, stays: 0 };
  /** Weekday and value in turn. */
  const first: number[] = [];
  const weekday: number[] = [0, 0, 0, 0, 0, 0, 0];
  const missed: number[] = [];
  /** The run of nights that count: weekday and distance in turn. */
  const run: number[] = [];
  /** Values without what their weekday adds, since the level last began anew. */
  const past: number[] = [];

  const begin = () => {
    const values = first.filter((_, i) => i % 2 === 1);
    const [middle] = medianAndSpread(values);
    const usual = weekday.map((_, day) => {
      const such = values.filter((_, i) => first[2 * i] === day);
      return such.length > 0 ? medianAndSpread(such)[0] : middle;
    });
    own.level = usual.reduce((sum, one) => sum + one, 0) / 7;
    for (let day = 0; day < 7; day++) weekday[day] = (usual[day] as number) - own.level;
    for (let i = 0; i < first.length; i += 2) {
      missed.push((first[i + 1] as number) - own.level - (weekday[first[i] as number] as number));
      past.push((first[i + 1] as number) - (weekday[first[i] as number] as number));
    }
    first.length = 0;
  };
  const learnWeekday = (day: number, distance: number) => {
    weekday[day] = (weekday[day] as number) + weekdayFollows * distance;
    const mean = weekday.reduce((sum, one) => sum + one, 0) / 7;
    for (let i = 0; i < 7; i++) weekday[i] = (weekday[i] as number) - mean;
    own.level += mean;
  };
  const anew = (by: number) => {
    own.level += by;
    own.up = 0;
    own.down = 0;
    own.steps = 0;
    own.falls = 0;
    own.stays = 0;
    run.length = 0;
    past.length = 0;
  };
  /** What the last nights of the run have in common: the middle of three, of two the one that is less off. */
  const jumpOfRun = (): number => {
    const last = run.filter((_, i) => i % 2 === 1).slice(-3);
    if (last.length > 2) return medianAndSpread(last)[0];
    return last.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0] ?? 0;
  };
  /** A run that came to nothing was how these nights of the week have become. */
  const learnRun = () => {
    for (let i = 0; i < run.length; i += 2) learnWeekday(run[i] as number, run[i + 1] as number);
    run.length = 0;
  };
  const found = (jump: number) => {
    if (own.size === 0) own.before = own.level;
    anew(jump);
    own.known = 1;
    own.growth = 0;
    own.calm = 0;
    own.size = own.level - own.before;
  };
  /** Down by `jump`: repaired when little of the leak is left. */
  const fallen = (jump: number) => {
    anew(jump);
    own.known = 0;
    own.growth = 0;
    if (own.size > 0 && own.level - own.before <= (1 - repairedPart) * own.size) own.size = 0;
    else if (own.size > 0) own.size = Math.max(0, own.level - own.before);
  };

  /** Nothing known is growing: CUSUM both ways, and the slow test. @returns whether a leak was found */
  const quietNight = (day: number, value: number, spread: number): boolean => {
    const distance = value - own.level - (weekday[day] as number);
    const z = Math.max(-most, Math.min(most, distance / spread));
    own.up = Math.max(0, own.up + z - slack);
    own.down = Math.max(0, own.down - z - slack);
    past.push(value - (weekday[day] as number));
    if (past.length > 42) past.shift();
    if (own.up === 0 && own.down === 0) {
      learnRun();
      missed.push(distance);
      if (missed.length > spreadNights) missed.shift();
      own.level += levelFollows * distance;
      learnWeekday(day, distance * (1 - levelFollows));
    } else run.push(day, distance);
    const far = distance > 3 * spreads * spread && distance > own.level / 2;
    const jump = far ? distance : jumpOfRun();
    if (far || (own.up > spreads && run.length >= 2 * nights && jump > slack * spread)) {
      if (jump >= least(own.level)) {
        const another = own.size === 0 || jump > step * spread;
        found(jump);
        return another;
      }
      // Too small to tell of: the level follows without a word.
      if (run.length >= 2 * calmNights) anew(jump);
      return false;
    }
    if (own.down > spreads && run.length >= 4 && jump < -slack * spread) {
      fallen(jump);
      return false;
    }
    if (past.length < 42) return false;
    const week = past.slice(-7);
    const rise = medianAndSpread(week)[0] - medianAndSpread(past.slice(0, 21))[0];
    if (rise <= Math.max(slowSpreads * spread, slowPart * own.level, least(own.level))) return false;
    const another = own.size === 0;
    found(medianAndSpread(week.map((one) => one - own.level))[0]);
    return another;
  };

  /** A known leak grows: its growth is followed; a step on top of it is another leak, a step down its repair. @returns whether another was found */
  const growingNight = (day: number, value: number, spread: number): boolean => {
    const distance = value - own.level - own.growth - (weekday[day] as number);
    const limit = step * spread + 2 * Math.max(0, own.growth);
    own.steps = distance > limit ? own.steps + 1 : 0;
    own.falls = distance < -step * spread ? own.falls + 1 : 0;
    if (own.steps > 0 || own.falls > 0) {
      if (own.steps === 1 && own.falls === 0) run.length = 0;
      if (own.falls === 1) run.length = 0;
      run.push(day, own.growth + distance);
      const jump = jumpOfRun();
      if (own.falls >= 2) fallen(jump);
      if (own.steps < 2) return false;
      if (jump >= least(own.level)) {
        found(jump);
        return true;
      }
      anew(jump);
      return false;
    }
    learnRun();
    learnWeekday(day, (weekdayFollows / 2) * distance);
    own.level += own.growth + growthFollows * distance;
    own.growth += growthGoesOn * growthFollows * distance;
    own.size = Math.max(0, own.level - own.before);
    own.calm = Math.abs(own.growth) < spread / 4 ? own.calm + 1 : 0;
    if (own.calm >= calmNights) {
      own.known = 0;
      anew(0);
    }
    return false;
  };

  return {
    memory: { own, first, weekday, missed, run, past },
    /** One night. @param day 0 is Sunday; undefined while learning */
    night(day: number, value: number): LeakNight | undefined {
      if (Number.isNaN(own.level)) {
        first.push(day, value);
        if (first.length >= 2 * learn) begin();
        return undefined;
      }
      const spread = Math.max(medianAndSpread(missed)[1], leastSpread * Math.abs(own.level), 1e-9);
      const expected = own.level + own.growth + (weekday[day] as number);
      const usual = own.size > 0 ? own.before + (weekday[day] as number) : expected;
      const leaking = own.size > 0;
      const foundOne = own.known > 0 ? growingNight(day, value, spread) : quietNight(day, value, spread);
      own.stays = own.size > 0 && own.known === 0 && !foundOne ? own.stays + 1 : 0;
      if (own.stays >= accept) own.size = 0;
      return {
        leaking: own.size > 0,
        again: leaking && foundOne,
        expected: usual,
        limit: usual + Math.max(least(own.level), slack * spread),
        size: own.size,
      };
    },
  };
}
