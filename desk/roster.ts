/**
 * Who is on call: one pure function of the roster, what people changed in it, and a moment. Notices, escalation, the duty board, calendars and the
 * handover all ask here. Each minute has exactly one answer: people, or nobody.
 *
 * In this order: the layers (a higher one wins where it has somebody; whoever is absent is replaced by the next turn), a temporary plan instead of
 * all layers, swaps that both have confirmed, overrides, and last whoever said "I take over now".
 */
import type { Layer, OnCall, OnCallReason, RosterChange, RosterDefinition, RosterSpan } from '../shared/roster.ts';
import { planMoment, planTime, wallTime } from './wall-time.ts';

type Span = RosterSpan;

export interface Roster extends RosterDefinition {
  zone: string;
  changes: readonly RosterChange[];
  isHoliday(date: string): boolean;
}

const hour = 3_600_000;
const day = 24 * hour;
const unitMs = { hours: hour, daily: day, weekly: 7 * day } as const;
const farthestMs = 400 * day;

const within = (t: number, { from, to }: Span) => t >= from && t < to;
const confirmed = (change: RosterChange): boolean =>
  change.kind !== 'swap' || (change.confirmedBy.includes(change.person) && change.confirmedBy.includes(change.other));

/** Those of a layer at a plan time; undefined when the layer has nobody. */
function ofLayer(layer: Layer, wall: number, absent: ReadonlySet<string>, isHoliday: Roster['isHoliday']): string[] | undefined {
  const start = wallTime(layer.start);
  if (wall < start || !isOpen(layer, wall, isHoliday)) return undefined;
  const index = Math.floor((wall - start) / (unitMs[layer.kind] * layer.length));
  const here = (turn: Layer['turns'][number]) =>
    turn
      .filter(({ from, to }) => (from === undefined || wall >= wallTime(from)) && (to === undefined || wall < wallTime(to)))
      .map(({ person }) => person)
      .filter((person) => !absent.has(person));
  const count = layer.turns.length;
  const own = layer.turns[index % count] ?? [];
  // "Nobody" is meant; somebody who is away is not.
  if (own.length === 0) return undefined;
  for (let step = 0; step < count; step++) {
    const people = here(layer.turns[(index + step) % count] ?? []);
    if (people.length > 0) return [...new Set(people)];
  }
  return undefined;
}

const minutesOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
const dateOf = (wall: number) => new Date(wall).toISOString().slice(0, 10);

/** The hours of a layer: from and to as ms after midnight; `to` beyond 24 h is the next day. */
function hoursOf(layer: Layer): Span {
  const from = minutesOf(layer.restrict?.from ?? '00:00') * 60_000;
  const to = minutesOf(layer.restrict?.to ?? '24:00') * 60_000;
  return { from, to: to > from ? to : to + day };
}

function isOpen(layer: Layer, wall: number, isHoliday: Roster['isHoliday']): boolean {
  const { restrict } = layer;
  if (!restrict) return true;
  const hours = hoursOf(layer);
  const midnight = Math.floor(wall / day) * day;
  // Today's hours, or those of yesterday that run past midnight.
  return [midnight, midnight - day].some((begin) => {
    if (wall < begin + hours.from || wall >= begin + hours.to) return false;
    const weekday = ((new Date(begin).getUTCDay() + 6) % 7) + 1;
    if (restrict.weekdays && !restrict.weekdays.includes(weekday)) return false;
    return restrict.holidays === undefined || isHoliday(dateOf(begin)) === (restrict.holidays === 'only');
  });
}

type Answer = Map<string, OnCallReason>;

function answerAt(roster: Roster, t: number): { people: Answer; nobodyBy: OnCallReason } {
  const wall = planTime(roster.zone, t);
  const now = roster.changes.filter((change) => confirmed(change) && change.kind !== 'swap' && within(t, change));
  const absent = new Set(now.flatMap((change) => (change.kind === 'absence' ? [change.person] : [])));
  let people: Answer = new Map();
  let nobodyBy: OnCallReason = 'layer';
  const plan = now.filter((change) => change.kind === 'temporary').at(-1);
  const planned = plan?.shifts.filter((shift) => within(t, shift)).flatMap((shift) => shift.people) ?? [];
  const present = planned.filter((person) => !absent.has(person));
  if (plan && (planned.length === 0 || present.length > 0)) {
    people = new Map(present.map((person) => [person, 'temporary']));
    nobodyBy = 'temporary';
  } else {
    for (const layer of roster.layers.toReversed()) {
      const found = ofLayer(layer, wall, absent, roster.isHoliday);
      if (!found) continue;
      people = new Map(found.map((person) => [person, 'layer']));
      break;
    }
  }
  for (const change of roster.changes) {
    if (change.kind === 'swap' && confirmed(change)) {
      if (within(t, change)) replace(people, change.person, change.other);
      if (change.back && within(t, change.back)) replace(people, change.other, change.person);
    } else if (change.kind === 'override' && within(t, change)) {
      if (change.remove !== null && people.delete(change.remove)) nobodyBy = 'override';
      if (change.add !== null) people.set(change.add, 'override');
    } else if (change.kind === 'taken' && within(t, change)) {
      people = new Map([[change.person, 'taken']]);
    }
  }
  return { people, nobodyBy };
}

function replace(people: Answer, person: string, by: string): void {
  if (!people.delete(person)) return;
  if (!people.has(by)) people.set(by, 'swap');
}

/** Every moment after `from`, before `to`, at which the answer may change. */
function edgesIn(roster: Roster, from: number, to: number): number[] {
  const { zone } = roster;
  const edges = new Set<number>();
  const add = (t: number) => {
    if (t > from && t < to) edges.add(t);
  };
  const [first, last] = [planTime(zone, from) - day, planTime(zone, to) + day];
  for (const layer of roster.layers) {
    const start = wallTime(layer.start);
    const length = unitMs[layer.kind] * layer.length;
    if (layer.turns.length > 1 || start > first) {
      for (let wall = start + Math.max(0, Math.floor((first - start) / length)) * length; wall <= last; wall += length)
        add(planMoment(zone, wall));
    }
    for (const one of layer.turns.flat()) {
      for (const text of [one.from, one.to]) if (text !== undefined) add(planMoment(zone, wallTime(text)));
    }
    if (!layer.restrict) continue;
    const hours = hoursOf(layer);
    for (let midnight = Math.floor(first / day) * day; midnight <= last; midnight += day) {
      add(planMoment(zone, midnight + hours.from));
      add(planMoment(zone, midnight + hours.to));
    }
  }
  for (const change of roster.changes) {
    const spans: Span[] = [change];
    if (change.kind === 'temporary') spans.push(...change.shifts);
    if (change.kind === 'swap' && change.back) spans.push(change.back);
    for (const span of spans) {
      add(span.from);
      add(span.to);
    }
  }
  return [...edges].sort((a, b) => a - b);
}

/** Who is on call from `from` up to `to`, without a gap; several intervals at one time are several people at once. By begin. */
export function onCallIn(roster: Roster, from: number, to: number): OnCall[] {
  const done: OnCall[] = [];
  let open = new Map<string | null, OnCall>();
  for (const t of [from, ...edgesIn(roster, from, to)]) {
    const { people, nobodyBy } = answerAt(roster, t);
    const now: [string | null, OnCallReason][] = people.size === 0 ? [[null, nobodyBy]] : [...people];
    const next = new Map<string | null, OnCall>();
    for (const [person, by] of now) {
      const before = open.get(person);
      if (before?.by === by) {
        open.delete(person);
        next.set(person, before);
      } else next.set(person, { person, from: t, to, by });
    }
    for (const ended of open.values()) done.push({ ...ended, to: t });
    open = next;
  }
  return [...done, ...open.values()].sort((a, b) => a.from - b.from || a.to - b.to || String(a.person).localeCompare(String(b.person)));
}

/** Who is on call at `t`, each with the whole of the interval. Its ends are looked for in a year or so around. */
export function onCallAt(roster: Roster, t: number): OnCall[] {
  for (let reach = 2 * day; ; reach = Math.min(reach * 8, farthestMs)) {
    const found = onCallIn(roster, t - reach, t + reach).filter((one) => within(t, one));
    if (reach === farthestMs || found.every((one) => one.from > t - reach && one.to < t + reach)) return found;
  }
}
