/** What a person may do with a ticket now: by its state, by what the role may, by who did the work. The usual next step first. */

import type { Permission } from '../../../access/permissions.ts';
import type { Ticket, TicketState } from '../../../shared/ticket.ts';
import type { SessionInfo } from '../data/api.ts';
import type { TextKey } from '../i18n/en.ts';

export interface TicketStep {
  /** As the API names it. */
  action: 'assign' | 'start' | 'wait' | 'resolve' | 'verify' | 'reopen' | 'cancel' | 'comment';
  label: TextKey;
  permission: Permission;
  /** It is what usually comes next. */
  next?: boolean;
  words?: { field: 'comment' | 'reason' | 'resolution'; required: boolean; label: TextKey };
  hint?: TextKey;
  /** Given to somebody else. */
  asksForPerson?: boolean;
}

const reason = { field: 'reason', required: true, label: 'dialog.reason' } as const;
const working: readonly TicketState[] = ['open', 'assigned', 'started', 'waiting'];
const steps: readonly (TicketStep & { from: readonly TicketState[] })[] = [
  { action: 'assign', label: 'tickets.assign', permission: 'ticket:work', next: true, from: ['open'] },
  { action: 'start', label: 'tickets.start', permission: 'ticket:work', next: true, from: ['assigned'] },
  { action: 'start', label: 'tickets.continue', permission: 'ticket:work', next: true, from: ['waiting'] },
  {
    action: 'resolve',
    label: 'tickets.resolve',
    permission: 'ticket:work',
    next: true,
    words: { field: 'resolution', required: true, label: 'tickets.resolution' },
    from: ['started'],
  },
  {
    action: 'verify',
    label: 'tickets.verify',
    permission: 'ticket:verify',
    next: true,
    words: { field: 'comment', required: false, label: 'dialog.comment' },
    hint: 'tickets.verifyHint',
    from: ['resolved'],
  },
  {
    action: 'assign',
    label: 'tickets.handOver',
    permission: 'ticket:assign',
    asksForPerson: true,
    words: { field: 'comment', required: false, label: 'dialog.comment' },
    from: working,
  },
  { action: 'wait', label: 'tickets.wait', permission: 'ticket:work', words: reason, from: ['assigned', 'started'] },
  { action: 'reopen', label: 'tickets.reopen', permission: 'ticket:work', words: reason, from: ['resolved', 'verified', 'cancelled'] },
  { action: 'cancel', label: 'tickets.cancel', permission: 'ticket:cancel', words: reason, from: working },
  {
    action: 'comment',
    label: 'tickets.comment',
    permission: 'ticket:work',
    words: { field: 'comment', required: true, label: 'tickets.comment' },
    from: [...working, 'resolved', 'verified', 'cancelled'],
  },
];

/** Why nobody but an administrator can sign off this ticket now; undefined when nothing is in the way. */
export function signOffHindrance(ticket: Ticket, user: SessionInfo['user']): TextKey | undefined {
  if (ticket.state !== 'resolved' || user.role === 'admin') return undefined;
  if (ticket.alarmActive) return 'tickets.alarmActive';
  return ticket.resolvedBy === user.name ? 'tickets.verifyHint' : undefined;
}

export function ticketSteps(ticket: Ticket, user: SessionInfo['user'], may: (permission: Permission) => boolean): TicketStep[] {
  return steps.filter(
    ({ action, from, permission }) =>
      from.includes(ticket.state) && may(permission) && !(action === 'verify' && signOffHindrance(ticket, user) !== undefined),
  );
}
