/** One ticket for its whole life, made for a phone: the next step, the clocks, the check list, photos, work, signature, papers, every move so far. */
import '../desk/desk.css';
import '../ticket/ticket.css';
import { Button, Modal } from '@mantine/core';
import { type ReactNode, useCallback, useState } from 'react';
import { priorityLabels } from '../../../shared/alarm.ts';
import { type Ticket, ticketStateLabels, waitingKindLabels } from '../../../shared/ticket.ts';
import { type TicketDetail, ticketApi } from '../data/ticket-api.ts';
import { type TicketStep, ticketSteps } from '../desk/ticket-steps.ts';
import { useTicketMove, useTicketSend } from '../desk/use-ticket-move.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useOutbox } from '../offline/outbox.ts';
import { ActionDialog, type Question } from '../parts/action-dialog.tsx';
import { useConsole } from '../parts/context.ts';
import { Journal } from '../parts/journal.tsx';
import { TicketRow } from '../parts/ticket-row.tsx';
import { useNow } from '../parts/use-now.ts';
import { CheckList } from '../ticket/check-list.tsx';
import { TicketFiles } from '../ticket/files.tsx';
import { RefusedSteps } from '../ticket/refused-steps.tsx';
import { type Repaired, RepairedForm } from '../ticket/repaired-form.tsx';
import { SignForm } from '../ticket/sign-form.tsx';
import { SlaClocks } from '../ticket/sla-clocks.tsx';
import { Told } from '../ticket/told.tsx';
import { useTicket } from '../ticket/use-ticket.ts';
import { WaitForm } from '../ticket/wait-form.tsx';
import { useWho } from '../ticket/who.ts';
import { WorkDone } from '../ticket/work-done.tsx';

export function TicketPage({ id }: { id: string }) {
  const { t, text, language } = useWords();
  const { link, act, outbox, session, may, plant } = useConsole();
  const now = useNow(link, 5_000);
  const [question, ask] = useState<Question>();
  const [form, setForm] = useState<TicketStep['form']>();
  const { ticket, server, detail } = useTicket(id, question !== undefined || form !== undefined);
  const move = useTicketMove(ask);
  const sendStep = useTicketSend();
  const { waiting } = useOutbox(outbox);
  const send = useCallback((action: string, body: object) => sendStep(id, action, body), [sendStep, id]);
  const close = () => setForm(undefined);
  const repaired = ({ resolution, minutes, costYuan, issues, parts }: Repaired) =>
    act(async () => {
      for (const { part, quantity } of issues)
        await outbox.add({
          ticket: id,
          action: 'issue',
          path: `/api/parts/${encodeURIComponent(part)}/movements`,
          body: { kind: 'issue', quantity, ticket: id },
        });
      const work = minutes > 0 || costYuan > 0 || parts.length > 0 ? { work: { minutes, costYuan, parts } } : {};
      await outbox.add({ ticket: id, action: 'resolve', path: ticketApi.path(id, 'resolve'), body: { resolution, ...work } });
    });
  const step = (one: TicketStep) => (one.form ? setForm(one.form) : ticket && move(ticket, one));
  const steps = ticket ? ticketSteps(ticket, session.user, may) : [];
  const next = steps.find((one) => one.next);
  return (
    <div className="column">
      <a className="back" href="#/tickets">
        {t('device.back')}
      </a>
      <RefusedSteps id={id} ticket={server} outbox={outbox} />
      {ticket && (
        <>
          <section className="panel ticket-head">
            <ul className="rows">
              <TicketRow ticket={ticket} now={now} ask={ask} stepShown={false} />
            </ul>
            {next && (
              <div className="next-step">
                <Button size="lg" fullWidth data-step={next.action} onClick={() => step(next)}>
                  {t(next.label)}
                </Button>
              </div>
            )}
            {detail && detail.repeats.length > 0 && <Repeats ids={detail.repeats} own={id} />}
            {detail && <SlaClocks clocks={detail.sla} ticket={ticket} />}
            {detail && <Told notices={detail.notices ?? []} />}
          </section>
          <SignForm ticket={ticket} send={send} />
          <CheckList ticket={ticket} send={send} />
          <TicketFiles
            ticket={id}
            files={detail?.files ?? []}
            waiting={waiting}
            send={(file) =>
              act(
                async () =>
                  void (await outbox.add({
                    ticket: id,
                    action: 'file',
                    path: `${ticketApi.path(id, 'files')}?purpose=${file.purpose}`,
                    file,
                  })),
              )
            }
          />
          <WorkDone ticket={ticket} signature={detail?.files.find((file) => file.id === ticket.life.signature?.file)} />
          <section className="panel" data-panel="facts">
            <Facts ticket={ticket} />
            <Family ticket={ticket} />
            <div className="big-buttons">
              {steps
                .filter((one) => !one.next)
                .map((one) => (
                  <Button
                    key={`${one.action} ${one.label}`}
                    variant="default"
                    data-step={one.asksForPerson ? 'hand-over' : one.action}
                    onClick={() => step(one)}
                  >
                    {t(one.label)}
                  </Button>
                ))}
              {plant.connected && (
                <Button component="a" variant="default" href={ticketApi.sheet(id, language)} target="_blank" data-step="sheet">
                  {t('tickets.sheet')}
                </Button>
              )}
            </div>
          </section>
          <Modal
            opened={form !== undefined}
            onClose={close}
            title={form ? `${t(form === 'wait' ? 'tickets.wait' : 'tickets.resolve')} · ${text(ticket.title)}` : ''}
            centered
            closeButtonProps={{ 'aria-label': t('dialog.close') }}
          >
            {form === 'wait' && (
              <WaitForm
                ticket={ticket}
                send={async (body) => {
                  const done = await send('wait', body);
                  if (done) close();
                  return done;
                }}
              />
            )}
            {form === 'repaired' && (
              <RepairedForm
                ticket={ticket}
                send={async (done) => {
                  const sent = await repaired(done);
                  if (sent) close();
                  return sent;
                }}
              />
            )}
          </Modal>
        </>
      )}
      {detail && (
        <section className="panel">
          <h2>{t('tickets.history')}</h2>
          <Journal entries={detail.journal} kind="ticket" />
        </section>
      )}
      <ActionDialog question={question} onClose={() => ask(undefined)} />
    </div>
  );
}

function Repeats({ ids, own }: { ids: readonly string[]; own: string }) {
  const { t } = useWords();
  return (
    <p className="repeat-note">
      <strong>{t('tickets.repeats', { n: ids.length })}</strong>{' '}
      {ids
        .filter((id) => id !== own)
        .map((id) => (
          <a key={id} href={`#/tickets/${id}`}>
            {id}{' '}
          </a>
        ))}
    </p>
  );
}

/** The ticket of the root cause, and those under this one. */
function Family({ ticket: { life } }: { ticket: TicketDetail | Ticket }) {
  const { t } = useWords();
  const one = (id: string) => (
    <a key={id} href={`#/tickets/${id}`}>
      {id}
    </a>
  );
  return (
    <>
      {life.parent && (
        <p className="family" data-family="parent">
          {t('tickets.parent')} {one(life.parent)}
        </p>
      )}
      {life.children.length > 0 && (
        <p className="family" data-family="children">
          {t('tickets.children', { n: life.children.length })} {life.children.map(one)}
        </p>
      )}
    </>
  );
}

function Facts({ ticket }: { ticket: Ticket }) {
  const { t, text, dateTime } = useWords();
  const { plant } = useConsole();
  const name = useWho();
  const { life } = ticket;
  const device = ticket.device === null ? undefined : plant.devices.get(ticket.device);
  const by = (at: number | null, who: string | null) => (at === null ? null : `${dateTime(at)}${who ? ` · ${name(who)}` : ''}`);
  const belonging = ticket.alarms.filter((id) => id !== ticket.alarm);
  const alarmLink = (id: string) => {
    const alarm = plant.alarms.get(id);
    const device = id.slice(id.indexOf('.') + 1);
    // What is back to normal is in no list any more; its place is still known.
    const words = alarm ? [text(alarm.title), text(alarm.location)] : [text(plant.devices.get(device)?.name), t('tickets.alarmGone')];
    return (
      <a key={id} className="fact-link" href={`#/alarms/${encodeURIComponent(id)}`}>
        {words.filter(Boolean).join(' · ')}
      </a>
    );
  };
  const waits = [
    life.waitingKind ? text(waitingKindLabels[life.waitingKind]) : null,
    ticket.waitingReason,
    life.resumeAt === null ? null : t('tickets.resumeAt', { time: dateTime(life.resumeAt) }),
  ].filter(Boolean);
  const facts: [string, ReactNode][] = [
    [t('alarms.state'), text(ticketStateLabels[ticket.state])],
    [t('tickets.priority'), text(priorityLabels[ticket.priority])],
    [t('tickets.detail'), text(ticket.description)],
    [t('tickets.reason'), waits.join(' · ')],
    [t('tickets.approved'), life.approval && [by(life.approval.at, life.approval.by), life.approval.note].filter(Boolean).join(' · ')],
    [t('tickets.openedAt'), by(ticket.openedAt, ticket.openedBy)],
    [t('tickets.arrivedAt'), by(life.arrivedAt, life.arrivedBy)],
    [t('tickets.startedAt'), life.arrivedAt === ticket.startedAt ? null : by(ticket.startedAt, ticket.assignee)],
    [t('tickets.resolvedAt'), by(ticket.resolvedAt, ticket.resolvedBy)],
    [t('tickets.verifiedAt'), by(ticket.verifiedAt, ticket.verifiedBy)],
    [t('tickets.closedAt'), by(life.closedAt, life.closedBy)],
    [t('nav.devices'), ticket.device && <a href={`#/devices/${ticket.device}`}>{text(device?.name) || ticket.device}</a>],
    [t('nav.alarms'), ticket.alarm !== null && alarmLink(ticket.alarm)],
    [t('tickets.belonging'), belonging.length > 0 && belonging.map(alarmLink)],
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
