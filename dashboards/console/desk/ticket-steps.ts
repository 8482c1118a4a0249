/** What a person may do with a ticket now: by its state, by what the role may, by who did the work. The usual next step first. */

import type { Permission } from '../../../access/permissions.ts';
import type { Ticket, TicketState } from '../../../shared/ticket.ts';
import { isOwnWork } from '../../../shared/ticket-state.ts';
import type { SessionInfo } from '../data/api.ts';
import type { TextKey } from '../i18n/en.ts';

export interface TicketStep {
  /** As the API names it. */
  action: 'assign' | 'start' | 'arrive' | 'wait' | 'approve' | 'resolve' | 'verify' | 'close' | 'reopen' | 'cancel' | 'comment';
  label: TextKey;
  permission: Permission;
  /** It is what usually comes next. */
  next?: boolean;
  words?: { field: 'comment' | 'reason' | 'resolution' | 'override' | 'note'; required: boolean; label: TextKey };
  hint?: TextKey;
  /** Given to somebody else. */
  asksForPerson?: boolean;
  /** The ticket page has a form of its own for it. */
  form?: 'wait' | 'repaired';
}

const reason = { field: 'reason', required: true, label: 'dialog.reason' } as const;
const comment = { field: 'comment', required: false, label: 'dialog.comment' } as const;
const working: readonly TicketState[] = ['open', 'assigned', 'started', 'waiting'];
const steps: readonly (TicketStep & { from: readonly TicketState[]; when?: (ticket: Ticket) => boolean })[] = [
  {
    action: 'approve',
    label: 'tickets.approve',
    permission: 'ticket:approve',
    next: true,
    words: { field: 'note', required: false, label: 'dialog.comment' },
    hint: 'tickets.approveHint',
    from: ['waiting'],
    when: ({ life }) => life.waitingKind === 'approval',
  },
  { action: 'assign', label: 'tickets.assign', permission: 'ticket:work', next: true, from: ['open'] },
  { action: 'arrive', label: 'tickets.arrive', permission: 'ticket:work', next: true, from: ['assigned'] },
  { action: 'start', label: 'tickets.continue', permission: 'ticket:work', next: true, from: ['waiting'] },
  {
    action: 'resolve',
    label: 'tickets.resolve',
    permission: 'ticket:work',
    next: true,
    words: { field: 'resolution', required: true, label: 'tickets.resolution' },
    form: 'repaired',
    from: ['started'],
  },
  {
    action: 'verify',
    label: 'tickets.verify',
    permission: 'ticket:verify',
    next: true,
    words: comment,
    hint: 'tickets.verifyHint',
    from: ['resolved'],
  },
  { action: 'close', label: 'tickets.close', permission: 'ticket:close', next: true, from: ['verified'] },
  {
    action: 'assign',
    label: 'tickets.handOver',
    permission: 'ticket:assign',
    asksForPerson: true,
    words: comment,
    from: working,
  },
  { action: 'wait', label: 'tickets.wait', permission: 'ticket:work', words: reason, form: 'wait', from: ['assigned', 'started'] },
  {
    action: 'approve',
    label: 'tickets.approve',
    permission: 'ticket:approve',
    words: { field: 'note', required: false, label: 'dialog.comment' },
    hint: 'tickets.approveHint',
    from: working,
    when: ({ life }) => life.approval === null && life.waitingKind !== 'approval',
  },
  // The department is not content.
  { action: 'reopen', label: 'tickets.notGood', permission: 'ticket:sign', words: reason, from: ['resolved'] },
  { action: 'reopen', label: 'tickets.reopen', permission: 'ticket:sign', words: reason, from: ['verified', 'closed', 'cancelled'] },
  { action: 'cancel', label: 'tickets.cancel', permission: 'ticket:cancel', words: reason, from: working },
  {
    action: 'comment',
    label: 'tickets.comment',
    permission: 'ticket:sign',
    words: { field: 'comment', required: true, label: 'tickets.comment' },
    from: [...working, 'resolved', 'verified', 'closed', 'cancelled'],
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
  if (isOwnWork(ticket, user.name)) return 'tickets.verifyHint';
  if (!ticket.alarmActive) return undefined;
  return ticket.values?.lifeSafety ? 'tickets.lifeDanger' : 'tickets.alarmActive';
}

/** Repaired, and this person is of the department that signs, and of nobody who repairs. */
export const waitsForDepartment = (ticket: Ticket, may: (permission: Permission) => boolean): boolean =>
  ticket.state === 'resolved' && !ticket.alarmActive && may('ticket:sign') && !may('ticket:work');

export function ticketSteps(ticket: Ticket, user: SessionInfo['user'], may: (permission: Permission) => boolean): TicketStep[] {
  const hindrance = signOffHindrance(ticket, user);
  return steps
    .filter(({ action, from, permission, when }) => {
      if (!from.includes(ticket.state) || !may(permission) || when?.(ticket) === false) return false;
      if (action === 'verify') return hindrance === undefined || (hindrance === 'tickets.alarmActive' && user.role === 'admin');
      return !(action === 'cancel' && ticket.alarmActive && ticket.values?.lifeSafety);
    })
    .map((step) => (step.action === 'verify' && hindrance !== undefined ? override : step));
}
