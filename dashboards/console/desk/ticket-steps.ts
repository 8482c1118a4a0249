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
  words?: { field: 'comment' | 'reason' | 'resolution' | 'override'; required: boolean; label: TextKey };
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

/** Signing while the alarm is still active: it names itself, asks for the reason, and is no next step. */
const override: TicketStep = {
  action: 'verify',
  label: 'tickets.override',
  permission: 'ticket:verify',
  words: { field: 'override', required: true, label: 'dialog.reason' },
  hint: 'tickets.overrideHint',
};

/** Why this person cannot sign off this ticket now; undefined when nothing is in the way. The server holds the same rules. */
export function signOffHindrance(ticket: Ticket, user: SessionInfo['user']): TextKey | undefined {
  if (ticket.state !== 'resolved') return undefined;
  if (ticket.resolvedBy === user.name || (ticket.startedAt !== null && ticket.assignee === user.name)) return 'tickets.verifyHint';
  if (!ticket.alarmActive) return undefined;
  return ticket.values?.lifeSafety ? 'tickets.lifeDanger' : 'tickets.alarmActive';
}

export function ticketSteps(ticket: Ticket, user: SessionInfo['user'], may: (permission: Permission) => boolean): TicketStep[] {
  const hindrance = signOffHindrance(ticket, user);
  return steps
    .filter(({ action, from, permission }) => {
      if (!from.includes(ticket.state) || !may(permission)) return false;
      if (action === 'verify') return hindrance === undefined || (hindrance === 'tickets.alarmActive' && user.role === 'admin');
      return !(action === 'cancel' && ticket.alarmActive && ticket.values?.lifeSafety);
    })
    .map((step) => (step.action === 'verify' && hindrance !== undefined ? override : step));
}
