/** One ticket in a list: what, where, with whom, and the next step as one button. */
import { Button } from '@mantine/core';
import { type Ticket, ticketStateLabels, waitingKindLabels } from '../../../shared/ticket.ts';
import { isOverdue } from '../desk/ticket-filter.ts';
import { signOffHindrance, ticketSteps, waitsForDepartment } from '../desk/ticket-steps.ts';
import { useTicketMove } from '../desk/use-ticket-move.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useOutbox } from '../offline/outbox.ts';
import { useWho } from '../ticket/who.ts';
import type { Question } from './action-dialog.tsx';
import { AlarmNumbers } from './alarm-now.tsx';
import { useConsole } from './context.ts';
import { PriorityMark } from './priority.tsx';

interface TicketRowProps {
  ticket: Ticket;
  now: number;
  ask: (question: Question) => void;
  /** Without the state, where a heading says it. */
  stateShown?: boolean;
  /** Without the next step, where the page itself offers it. */
  stepShown?: boolean;
}

export function TicketRow({ ticket, now, ask, stateShown = true, stepShown = true }: TicketRowProps) {
  const { t, text, time } = useWords();
  const { may, plant, session, outbox } = useConsole();
  const waiting = useOutbox(outbox).waiting.filter((one) => one.ticket === ticket.id).length;
  const who = useWho();
  const move = useTicketMove(ask);
  const step = ticketSteps(ticket, session.user, may).find(({ next }) => next);
  const waitsFor = ticket.state === 'waiting' && ticket.life.waitingKind ? waitingKindLabels[ticket.life.waitingKind] : undefined;
  const hindrance = may('ticket:verify') ? signOffHindrance(ticket, session.user) : undefined;
  return (
    <li className="row ticket-row" data-ticket={ticket.id} data-state={ticket.state}>
      <PriorityMark priority={ticket.priority} size={20} />
      <div className="row-body">
        <a className="row-title" href={`#/tickets/${ticket.id}`}>
          {text(ticket.title)}
        </a>
        <div className="row-where">{text(ticket.location)}</div>
        <div className="row-facts">
          {stateShown && <span className="chip">{text(waitsFor ?? ticketStateLabels[ticket.state])}</span>}
          {waiting > 0 && <strong className="chip waits">{t('outbox.waiting', { n: waiting })}</strong>}
          {isOverdue(ticket, now) && <strong className="chip bad">{t('tickets.overdue')}</strong>}
          <span>{ticket.id}</span>
          <span>{text(plant.site.trades.find(({ id }) => id === ticket.trade)?.label)}</span>
          <span>{ticket.assignee ? t('tickets.assignee', { who: who(ticket.assignee) }) : t('tickets.nobody')}</span>
          <span>{t('tickets.opened', { time: time(ticket.openedAt, now) })}</span>
          {ticket.alarm && <span>{ticket.alarmActive ? t('tickets.alarmActive') : t('tickets.alarmGone')}</span>}
          {ticket.values && !plant.kept && <TicketNumbers values={ticket.values} now={now} />}
          {ticket.override && (
            <strong className="chip bad">{t('tickets.overridden', { who: ticket.override.by, reason: ticket.override.reason })}</strong>
          )}
          {hindrance && hindrance !== 'tickets.alarmActive' && <span>{t(hindrance)}</span>}
        </div>
      </div>
      <div className="row-actions">
        {stepShown && waitsForDepartment(ticket, may) && (
          <Button size="compact-md" component="a" href={`#/tickets/${ticket.id}`} data-step="sign-here">
            {t('tickets.signNow')}
          </Button>
        )}
        {step && stepShown && (
          <Button
            size="compact-md"
            variant={step.action === 'assign' ? 'filled' : 'default'}
            data-step={step.action}
            onClick={() => move(ticket, step)}
          >
            {t(step.label)}
          </Button>
        )}
      </div>
    </li>
  );
}

/** As the alarm list has them, which the stream keeps; else as the ticket came. */
function TicketNumbers({ values, now }: { values: NonNullable<Ticket['values']>; now: number }) {
  const { plant } = useConsole();
  const alarm = plant.alarms.get(values.alarm);
  return <AlarmNumbers alarm={alarm ?? { ...values, quantity: null }} now={now} />;
}
