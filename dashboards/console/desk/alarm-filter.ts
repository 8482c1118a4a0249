/** Which alarms the desk shows; kept in the address, so that a filtered desk can be bookmarked and sent. */
import type { Alarm } from '../../../shared/alarm.ts';
import { calls, isHidden } from '../../../shared/alarm-order.ts';
import type { TextKey } from '../i18n/en.ts';

export const alarmViews = {
  calling: 'alarms.view.calling',
  active: 'alarms.view.active',
  returned: 'alarms.returned',
  hidden: 'alarms.hidden',
} as const satisfies Record<string, TextKey>;
type AlarmView = keyof typeof alarmViews;
export const filterNames = ['text', 'priority', 'system', 'building', 'view', 'trade'] as const;
export type AlarmFilter = Partial<Record<(typeof filterNames)[number], string>>;

export const filterOf = (query: URLSearchParams): AlarmFilter =>
  Object.fromEntries(filterNames.flatMap((name) => (query.get(name) ? [[name, query.get(name) as string]] : [])));

const views: Record<AlarmView, (alarm: Alarm) => boolean> = {
  calling: calls,
  active: (alarm) => alarm.active && !isHidden(alarm),
  returned: (alarm) => !alarm.active && !isHidden(alarm),
  hidden: isHidden,
};

/** `words` gives what can be searched of an alarm. Every word of the text must occur somewhere in it. */
export function fits(alarm: Alarm, filter: AlarmFilter, words: (alarm: Alarm) => string): boolean {
  const { text, view } = filter;
  if (filter.priority && alarm.priority !== filter.priority) return false;
  if (filter.system && alarm.system !== filter.system) return false;
  if (filter.building && alarm.building !== filter.building) return false;
  if (filter.trade && alarm.trade !== filter.trade) return false;
  if (view && Object.hasOwn(views, view) && !views[view as AlarmView](alarm)) return false;
  if (!text) return true;
  const found = words(alarm).toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => found.includes(word));
}
