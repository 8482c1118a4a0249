/** Who is told of an alarm, and over which channels. Pure. */
import { type Alarm, pathRule } from '../shared/alarm.ts';
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

/** On call for the trade; where nobody is, general maintenance; where nobody is there either, everybody on call. In the site file's order. */
export function onCall(site: Pick<SiteConfig, 'on_call' | 'people'>, trade: Trade): Person[] {
  const of = (wanted: Trade) => site.on_call.filter((entry) => entry.trade === wanted).flatMap((entry) => entry.people);
  const everybody = site.on_call.flatMap((entry) => entry.people);
  const ids = [of(trade), of('general'), everybody].find((list) => list.length > 0) ?? [];
  return [...new Set(ids)].flatMap((id) => site.people.find((person) => person.id === id) ?? []);
}
