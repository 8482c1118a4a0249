/** One ticket in full: what, where, whose, its alarms and device, every step that is possible now, every move so far. */
import '../desk/desk.css';
import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { priorityLabels } from '../../../shared/alarm.ts';
import { type Ticket, ticketStateLabels } from '../../../shared/ticket.ts';
import { api, type JournalInfo } from '../data/api.ts';
import { ticketSteps } from '../desk/ticket-steps.ts';
import { useTicketMove } from '../desk/use-ticket-move.ts';
import { useWords } from '../i18n/i18n.tsx';
import { ActionDialog, type Question } from '../parts/action-dialog.tsx';
import { useConsole } from '../parts/context.ts';
import { Journal } from '../parts/journal.tsx';
import { TicketRow } from '../parts/ticket-row.tsx';
import { useNow } from '../parts/use-now.ts';

export function TicketPage({ id }: { id: string }) {
  const { t } = useWords();
  const { plant, link, act } = useConsole();
  const now = useNow(link, 5_000);
  const [question, ask] = useState<Question>();
  const [loaded, setLoaded] = useState<Ticket & { journal: JournalInfo[] }>();
  // A new version has a new journal. What is closed is no longer in the plant's list, but still known.
  const version = plant.tickets.get(id)?.version;
  const asked = question !== undefined;
  useEffect(() => {
    if (!asked) void act(async () => setLoaded(await api.ticket(id)));
  }, [id, version, asked, act]);
  const ticket = plant.tickets.get(id) ?? loaded;
  return (
    <div className="column">
      <a className="back" href="#/tickets">
        {t('device.back')}
      </a>
      {ticket && (
        <section className="panel">
          <ul className="rows ticket-head">
            <TicketRow ticket={ticket} now={now} ask={ask} />
          </ul>
          <Facts ticket={ticket} />
          <Steps ticket={ticket} ask={ask} />
        </section>
      )}
      <section className="panel">
        <h2>{t('tickets.history')}</h2>
        <Journal entries={loaded?.journal ?? []} kind="ticket" />
      </section>
      <ActionDialog question={question} onClose={() => ask(undefined)} />
    </div>
  );
}

/** Beside the next one, which the row itself offers. */
function Steps({ ticket, ask }: { ticket: Ticket; ask: (question: Question) => void }) {
  const { t } = useWords();
  const { session, may } = useConsole();
  const move = useTicketMove(ask);
  return (
    <div className="big-buttons">
      {ticketSteps(ticket, session.user, may)
        .filter(({ next }) => !next)
        .map((step) => (
          <Button
            key={step.label}
            variant="default"
            data-step={step.asksForPerson ? 'hand-over' : step.action}
            onClick={() => move(ticket, step)}
          >
            {t(step.label)}
          </Button>
        ))}
    </div>
  );
}

function Facts({ ticket }: { ticket: Ticket }) {
  const { t, text, dateTime } = useWords();
  const { plant } = useConsole();
  const device = ticket.device === null ? undefined : plant.devices.get(ticket.device);
  const by = (at: number | null, who: string | null) =>
    at === null ? null : `${dateTime(at)}${who ? ` · ${who === 'engine' ? t('who.engine') : who}` : ''}`;
  const alarms = [...new Set([...(ticket.alarm ? [ticket.alarm] : []), ...ticket.alarms])];
  const facts: [string, ReactNode][] = [
    [t('alarms.state'), text(ticketStateLabels[ticket.state])],
    [t('tickets.priority'), text(priorityLabels[ticket.priority])],
    [t('tickets.detail'), text(ticket.description)],
    [t('tickets.reason'), ticket.waitingReason],
    [t('tickets.resolution.label'), ticket.resolution],
    [t('tickets.openedAt'), by(ticket.openedAt, ticket.openedBy)],
    [t('tickets.startedAt'), by(ticket.startedAt, ticket.assignee)],
    [t('tickets.resolvedAt'), by(ticket.resolvedAt, ticket.resolvedBy)],
    [t('tickets.verifiedAt'), by(ticket.verifiedAt, ticket.verifiedBy)],
    [t('nav.devices'), ticket.device && <a href={`#/devices/${ticket.device}`}>{text(device?.name) || ticket.device}</a>],
    [
      t('nav.alarms'),
      alarms.length > 0 &&
        alarms.map((id) => (
          <a key={id} className="fact-link" href={`#/alarms/${encodeURIComponent(id)}`}>
            {text(plant.alarms.get(id)?.title) || id}
          </a>
        )),
    ],
  ];
  return (
    <dl className="facts">
      {facts.map(([label, value]) =>
        value ? (
          <div key={label} className={label === t('tickets.detail') ? 'wide-fact' : undefined}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}
