/** What the journal of alarms calls its events, in words. */
import type { JournalEntry } from '../../../rules/desk/index.ts';
import type { TextKey } from '../i18n/en.ts';

const labels: Partial<Record<JournalEntry['event'], TextKey>> = {
  raise: 'event.raise',
  clear: 'event.clear',
  acknowledge: 'event.acknowledge',
  reset: 'alarms.reset',
  shelve: 'alarms.shelve',
  unshelve: 'alarms.unshelve',
  'shelf-end': 'event.shelfEnd',
  suppress: 'alarms.suppress',
  unsuppress: 'alarms.unsuppress',
  'out-of-service': 'alarms.outOfService',
  return: 'alarms.return',
  comment: 'alarms.comment',
  group: 'event.group',
};
export const eventLabel = (event: string): TextKey | undefined => labels[event as JournalEntry['event']];
