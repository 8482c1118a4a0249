/** What a person may do with an alarm now: by the state it is in and by what the role may. Pure, so that a test can ask for every state. */

import type { Permission } from '../../../access/permissions.ts';
import type { Alarm } from '../../../shared/alarm.ts';
import { calls, isHidden } from '../../../shared/alarm-order.ts';
import type { TextKey } from '../i18n/en.ts';

export interface AlarmStep {
  /** As the API names it. */
  action: 'acknowledge' | 'reset' | 'shelve' | 'unshelve' | 'suppress' | 'unsuppress' | 'out-of-service' | 'return' | 'comment';
  label: TextKey;
  permission: Permission;
  /** Words that go with it: under which name, and whether there must be any; none at all when missing. */
  words?: { field: 'comment' | 'reason'; required: boolean };
  asksFor?: 'duration' | 'ticket';
}

const comment = { field: 'comment', required: false } as const;
const reason = { field: 'reason', required: true } as const;
const steps: readonly (AlarmStep & { possible(alarm: Alarm): boolean })[] = [
  { action: 'acknowledge', label: 'alarms.acknowledge', permission: 'alarm:acknowledge', words: comment, possible: calls },
  {
    action: 'reset',
    label: 'alarms.reset',
    permission: 'alarm:acknowledge',
    possible: ({ state, active }) => !active && (state === 'LUNACK' || state === 'LACKED'),
  },
  { action: 'unshelve', label: 'alarms.unshelve', permission: 'alarm:shelve', possible: ({ state }) => state === 'SHLVD' },
  {
    action: 'unsuppress',
    label: 'alarms.unsuppress',
    permission: 'alarm:suppress',
    words: comment,
    // What the engine suppresses it releases by itself.
    possible: ({ state, suppressedBy }) => state === 'DSUPR' && byHand(suppressedBy) !== undefined,
  },
  {
    action: 'return',
    label: 'alarms.return',
    permission: 'alarm:out-of-service',
    words: comment,
    possible: ({ state }) => state === 'OOSRV',
  },
  {
    action: 'shelve',
    label: 'alarms.shelve',
    permission: 'alarm:shelve',
    words: reason,
    asksFor: 'duration',
    possible: (alarm) => !isHidden(alarm),
  },
  { action: 'suppress', label: 'alarms.suppress', permission: 'alarm:suppress', words: reason, possible: (alarm) => !isHidden(alarm) },
  {
    action: 'out-of-service',
    label: 'alarms.outOfService',
    permission: 'alarm:out-of-service',
    words: comment,
    asksFor: 'ticket',
    possible: ({ state }) => state !== 'OOSRV',
  },
  {
    action: 'comment',
    label: 'alarms.comment',
    permission: 'alarm:comment',
    words: { field: 'comment', required: true },
    possible: () => true,
  },
];

/** The most likely one first. */
export const alarmSteps = (alarm: Alarm, may: (permission: Permission) => boolean): AlarmStep[] =>
  steps.filter(({ permission, possible }) => may(permission) && possible(alarm));

/** The person who suppressed it; undefined when the engine did. */
export const byHand = (suppressedBy: string | null): string | undefined =>
  suppressedBy?.startsWith('person:') ? suppressedBy.slice('person:'.length) : undefined;

/** ISA-18.2: who acknowledges has seen it. What is critical or protects lives is seen one by one. */
export const inBulk = (alarm: Alarm): boolean => calls(alarm) && alarm.priority !== 'critical' && !alarm.lifeSafety;
