/** Tickets: the open ones as a list or by state, the closed ones; filtered as the address says; and a new one. */
import '../desk/desk.css';
import { Button, Group, Modal, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useCallback, useState } from 'react';
import { priorities, priorityLabels } from '../../../shared/alarm.ts';
import { closedTicketStates, type Ticket, ticketStateLabels } from '../../../shared/ticket.ts';
import { byTicketUrgency } from '../../../shared/ticket-order.ts';
import { api } from '../data/api.ts';
import { ticketApi } from '../data/ticket-api.ts';
import { NewTicket } from '../desk/new-ticket.tsx';
import { openStates, ticketFits } from '../desk/ticket-filter.ts';
import { waitsForDepartment } from '../desk/ticket-steps.ts';
import { useHashQuery } from '../hash.ts';
import { useWords } from '../i18n/i18n.tsx';
import { ActionDialog, type Question } from '../parts/action-dialog.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';
import { TicketRow } from '../parts/ticket-row.tsx';
import { useNow } from '../parts/use-now.ts';

export function TicketsPage() {
  const { t, text } = useWords();
  const { plant, link, may, session, act } = useConsole();
  const now = useNow(link, 5_000);
  const [question, ask] = useState<Question>();
  const [query, change] = useHashQuery();
  const [closed, setClosed] = useState<Ticket[]>();
  const [making, setMaking] = useState(false);
  const view = query.get('view') ?? 'list';
  const whose = query.get('whose');
  useLoad(
    useCallback(async () => {
      if (view === 'closed') setClosed(await api.tickets(closedTicketStates.join(',')));
    }, [view]),
  );
  const filter = {
    text: query.get('text') ?? undefined,
    trade: query.get('trade') ?? undefined,
    priority: query.get('priority') ?? undefined,
    state: query.get('state') ?? undefined,
    mine: whose === 'mine' ? session.user.name : undefined,
    overdue: whose === 'overdue',
  };
  const words = (ticket: Ticket) => [ticket.id, text(ticket.title), text(ticket.location), ticket.device, ticket.assignee].join(' ');
  // A department sees first what waits for its signature.
  const turn = (ticket: Ticket) => Number(waitsForDepartment(ticket, may));
  const byTurn = (a: Ticket, b: Ticket) => turn(b) - turn(a) || byTicketUrgency(a, b);
  const asked = view === 'closed' ? closed : [...plant.tickets.values()];
  const shown = (asked ?? [])
    .filter((ticket) => ticketFits(ticket, filter, now, words))
    .sort(view === 'closed' ? (a, b) => b.openedAt - a.openedAt : byTurn);
  const takeNext = async () => {
    const taken = await ticketApi.next();
    link.put({ ticket: taken });
    window.location.hash = `#/tickets/${taken.id}`;
  };
  const rows = (tickets: readonly Ticket[], stateShown = true) =>
    tickets.map((ticket) => <TicketRow key={ticket.id} ticket={ticket} now={now} ask={ask} stateShown={stateShown} />);
  return (
    <div className={`column${view === 'board' ? ' wide-column' : ''}`}>
      <section className="panel">
        <Group justify="space-between" mb="xs">
          <h2>
            {t('nav.tickets')} <b>{shown.length}</b>
          </h2>
          <Group gap="sm">
            <SegmentedControl
              aria-label={t('tickets.view')}
              value={view}
              onChange={(value) => change({ view: value === 'list' ? undefined : value, state: undefined })}
              data={[
                { value: 'list', label: t('tickets.list') },
                { value: 'board', label: t('tickets.board') },
                { value: 'closed', label: t('tickets.closed') },
              ]}
            />
            {may('ticket:work') && plant.connected && (
              <Button variant="default" onClick={() => void act(takeNext)} data-step="next">
                {t('tickets.next')}
              </Button>
            )}
            {may('ticket:open') && plant.connected && (
              <Button onClick={() => setMaking(true)} data-step="new">
                {t('tickets.new')}
              </Button>
            )}
          </Group>
        </Group>
        <TicketFilters query={query} change={change} withState={view === 'list'} />
        {asked && shown.length === 0 ? <p className="calm">{t('tickets.none')}</p> : null}
        {view !== 'board' && <ul className="rows">{rows(shown)}</ul>}
      </section>
      {view === 'board' && (
        <div className="ticket-board">
          {openStates.map((state) => {
            const here = shown.filter((ticket) => ticket.state === state);
            return (
              <section className="panel" key={state} data-column={state}>
                <h3>
                  {text(ticketStateLabels[state])} <b>{here.length}</b>
                </h3>
                <ul className="rows">{rows(here, false)}</ul>
              </section>
            );
          })}
        </div>
      )}
      <ActionDialog question={question} onClose={() => ask(undefined)} />
      <Modal
        opened={making}
        onClose={() => setMaking(false)}
        title={t('tickets.new')}
        centered
        closeButtonProps={{ 'aria-label': t('dialog.close') }}
      >
        <NewTicket onDone={() => setMaking(false)} />
      </Modal>
    </div>
  );
}

interface FilterProps {
  query: URLSearchParams;
  change: (values: Record<string, string | undefined>) => void;
  withState: boolean;
}

function TicketFilters({ query, change, withState }: FilterProps) {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const [open, setOpen] = useState(false);
  const names = ['whose', 'trade', 'priority', ...(withState ? ['state'] : [])];
  const set = names.filter((name) => query.get(name)).length;
  const select = (name: string, all: string, data: { value: string; label: string }[]) => (
    <Select
      aria-label={all}
      placeholder={all}
      clearable
      value={query.get(name)}
      onChange={(value) => change({ [name]: value ?? undefined })}
      data={data}
      data-filter={name}
    />
  );
  return (
    <search className={`filters${open ? ' open' : ''}`}>
      <TextInput
        aria-label={t('tickets.search')}
        placeholder={t('tickets.search')}
        value={query.get('text') ?? ''}
        onChange={(event) => change({ text: event.currentTarget.value })}
        data-search
      />
      <Button className="filters-toggle" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('alarms.filter')}
        {set > 0 ? ` (${set})` : ''}
      </Button>
      <div className="filters-more">
        {select('whose', t('tickets.everybody'), [
          { value: 'mine', label: t('tickets.mine') },
          { value: 'overdue', label: t('tickets.overdue') },
        ])}
        {select(
          'trade',
          t('alarms.allTrades'),
          plant.site.trades.map(({ id, label }) => ({ value: id, label: text(label) })),
        )}
        {select(
          'priority',
          t('alarms.filterAll'),
          priorities.map((id) => ({ value: id, label: text(priorityLabels[id]) })),
        )}
        {withState &&
          select(
            'state',
            t('alarms.allStates'),
            openStates.map((id) => ({ value: id, label: text(ticketStateLabels[id]) })),
          )}
      </div>
    </search>
  );
}
