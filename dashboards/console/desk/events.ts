/** What the journal calls its events, in words. */
import type { JournalEntry } from '../../../desk/index.ts';
import type { TextKey } from '../i18n/en.ts';

const labels: Record<JournalEntry['event'], TextKey> = {
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
  open: 'event.open',
  join: 'event.join',
  lead: 'event.lead',
  recovered: 'tickets.alarmGone',
  recurred: 'event.recurred',
  assign: 'event.assign',
  start: 'tickets.start',
  wait: 'tickets.wait',
  resolve: 'tickets.resolve',
  verify: 'tickets.verify',
  reopen: 'tickets.reopen',
  cancel: 'tickets.cancel',
  arrive: 'event.arrive',
  approve: 'event.approve',
  work: 'event.work',
  close: 'event.close',
  priority: 'event.priority',
  check: 'event.check',
  'check-add': 'event.checkAdd',
};
export const eventLabel = (event: string): TextKey | undefined =>
  Object.hasOwn(labels, event) ? labels[event as JournalEntry['event']] : undefined;
