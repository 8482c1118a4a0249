/** One ticket in a list: what, where, with whom, and the next step as one button. */
import { Button } from '@mantine/core';
import { type Ticket, type TicketState, ticketStateLabels } from '../../../shared/ticket.ts';
import { api } from '../data/api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import type { Question } from './action-dialog.tsx';
import { useConsole } from './context.ts';
import { PriorityMark } from './priority.tsx';

/** The step that usually comes next. */
const nextStep: Partial<Record<TicketState, { action: string; label: TextKey }>> = {
  open: { action: 'assign', label: 'tickets.assign' },
  assigned: { action: 'start', label: 'tickets.start' },
  waiting: { action: 'start', label: 'tickets.continue' },
  started: { action: 'resolve', label: 'tickets.resolve' },
  resolved: { action: 'verify', label: 'tickets.verify' },
};

export function TicketRow({ ticket, now, ask }: { ticket: Ticket; now: number; ask: (question: Question) => void }) {
  const { t, text, time } = useWords();
  const { may, act, link, plant, session } = useConsole();
  const move = (action: string, body: object) => act(async () => link.put({ ticket: await api.moveTicket(ticket.id, action, body) }));
  const step = nextStep[ticket.state];
  const allowed = step && may(step.action === 'verify' ? 'ticket:verify' : 'ticket:work');
  // Another one must sign off; the button is not offered to the one who did the work, unless he may override.
  const own = step?.action === 'verify' && ticket.resolvedBy === session.user.name && session.user.role !== 'admin';
  const run = () => {
    if (!step) return;
    const subject = `${ticket.id} · ${text(ticket.title)}`;
    if (step.action === 'resolve') {
      ask({
        title: t('tickets.resolve'),
        subject,
        label: t('tickets.resolution'),
        required: true,
        run: (resolution) => move('resolve', { resolution }),
      });
    } else if (step.action === 'verify') {
      ask({
        title: t('tickets.verify'),
        subject,
        hint: t('tickets.verifyHint'),
        label: t('dialog.comment'),
        required: false,
        run: (comment) => move('verify', comment ? { comment } : {}),
      });
    } else void move(step.action, {});
  };
  return (
    <li className="row ticket-row" data-ticket={ticket.id} data-state={ticket.state}>
      <PriorityMark priority={ticket.priority} size={20} />
      <div className="row-body">
        <a className="row-title" href={`#/tickets/${ticket.id}`}>
          {text(ticket.title)}
        </a>
        <div className="row-where">{text(ticket.location)}</div>
        <div className="row-facts">
          <span className="chip">{text(ticketStateLabels[ticket.state])}</span>
          <span>{ticket.id}</span>
          <span>{text(plant.site.trades.find(({ id }) => id === ticket.trade)?.label)}</span>
          <span>{ticket.assignee ? t('tickets.assignee', { who: ticket.assignee }) : t('tickets.nobody')}</span>
          <span>{t('tickets.opened', { time: time(ticket.openedAt, now) })}</span>
          {ticket.alarm && <span>{ticket.alarmActive ? t('tickets.alarmActive') : t('tickets.alarmGone')}</span>}
        </div>
      </div>
      <div className="row-actions">
        {step && allowed && !own && (
          <Button size="compact-md" variant={step.action === 'assign' ? 'filled' : 'default'} onClick={run}>
            {t(step.label)}
          </Button>
        )}
      </div>
    </li>
  );
}
