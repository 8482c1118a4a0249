/** Who is told of an alarm, and over which channels. Pure. */
import { type Place, peopleOnCall, type Rank, type Rosters, rostersFor, rostersOfSite } from '../desk/index.ts';
import { type Alarm, pathRule } from '../shared/alarm.ts';
import type { Clock } from '../shared/clock.ts';
import type { ChannelConfig, Person, SiteConfig } from '../shared/site.ts';
import type { Trade } from '../shared/system.ts';

export const pathAlarmId = (channel: string) => `${pathRule.toLowerCase()}.${channel}`;

/** Does this channel tell of it? A life-safety alarm goes wherever urgent ones go, even when a site lowered its priority. */
export function takes(channel: ChannelConfig, alarm: Pick<Alarm, 'id' | 'priority' | 'lifeSafety' | 'trade'>): boolean {
  if (alarm.id === pathAlarmId(channel.id)) return false;
  if (channel.trades && !channel.trades.includes(alarm.trade)) return false;
  const { priorities } = channel;
  return priorities.includes(alarm.priority) || (alarm.lifeSafety && (priorities.includes('critical') || priorities.includes('high')));
}

/** Who is on call for the place now: the one question that notices, escalation and the duty board ask alike. */
export type AskOnCall = (place: Place, rank?: Rank) => Person[];

export function askOnCall(site: Pick<SiteConfig, 'people'>, rosters: Pick<Rosters, 'list' | 'onCallAt'>, clock: Clock): AskOnCall {
  return (place, rank = 'duty') => personsOf(site, peopleOnCall(rosters, place, rank, clock.now()));
}

/** Everybody whom the site file ever puts on call for the trade, for the check before the start; from the nearest rosters that name somebody. */
export function everOnCall(site: Pick<SiteConfig, 'on_call' | 'rosters' | 'people'>, trade: Trade): Person[] {
  const groups = rostersFor(rostersOfSite(site), { trade, building: null, department: null }, 'duty');
  const named = groups.map((group) =>
    group.flatMap(({ layers }) => layers.flatMap(({ turns }) => turns.flat().map(({ person }) => person))),
  );
  return personsOf(site, named.find((list) => list.length > 0) ?? []);
}

const personsOf = (site: Pick<SiteConfig, 'people'>, ids: readonly string[]): Person[] =>
  [...new Set(ids)].flatMap((id) => site.people.find((person) => person.id === id) ?? []);
