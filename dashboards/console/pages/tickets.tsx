/** Tickets: the open ones, one's own, the closed ones; a new one; and one ticket in full with every step that is possible now. */
import { Button, Group, Modal, SegmentedControl, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { priorities, priorityLabels } from '../../../shared/alarm.ts';
import { type Ticket, ticketStateLabels } from '../../../shared/ticket.ts';
import { api, type JournalInfo } from '../data/api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { ActionDialog, type Question } from '../parts/action-dialog.tsx';
import { useConsole } from '../parts/context.ts';
import { Journal } from '../parts/journal.tsx';
import { TicketRow } from '../parts/ticket-row.tsx';
import { useNow } from '../parts/use-now.ts';

type Filter = 'open' | 'mine' | 'closed';

export function TicketsPage() {
  const { t } = useWords();
  const { plant, link, may, session } = useConsole();
  const now = useNow(link, 5_000);
  const [question, ask] = useState<Question>();
  const [filter, setFilter] = useState<Filter>('open');
  const [closed, setClosed] = useState<Ticket[]>([]);
  const [making, setMaking] = useState(false);
  useEffect(() => {
    if (filter === 'closed') api.tickets('verified,cancelled').then(setClosed, () => undefined);
  }, [filter]);
  const open = [...plant.tickets.values()].sort((a, b) => b.openedAt - a.openedAt);
  const shown = filter === 'closed' ? closed : filter === 'mine' ? open.filter(({ assignee }) => assignee === session.user.name) : open;
  return (
    <div className="column">
      <section className="panel">
        <Group justify="space-between" mb="xs">
          <h2>
            {t('nav.tickets')} <b>{shown.length}</b>
          </h2>
          <Group gap="sm">
            <SegmentedControl
              value={filter}
              onChange={(value) => setFilter(value as Filter)}
              data={[
                { value: 'open', label: t('tickets.open') },
                { value: 'mine', label: t('tickets.mine') },
                { value: 'closed', label: t('tickets.closed') },
              ]}
            />
            {may('ticket:open') && <Button onClick={() => setMaking(true)}>{t('tickets.new')}</Button>}
          </Group>
        </Group>
        {shown.length === 0 ? <p className="calm">{t('tickets.none')}</p> : null}
        <ul className="rows">
          {shown.map((ticket) => (
            <TicketRow key={ticket.id} ticket={ticket} now={now} ask={ask} />
          ))}
        </ul>
      </section>
      <ActionDialog question={question} onClose={() => ask(undefined)} />
      <Modal opened={making} onClose={() => setMaking(false)} title={t('tickets.new')} centered>
        <NewTicket onDone={() => setMaking(false)} />
      </Modal>
    </div>
  );
}

function NewTicket({ onDone }: { onDone: () => void }) {
  const { t, text } = useWords();
  const { plant, link, act } = useConsole();
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const [location, setLocation] = useState('');
  const [system, setSystem] = useState<string | null>(plant.site.systems[0]?.id ?? null);
  const [trade, setTrade] = useState<string | null>(plant.site.trades[0]?.id ?? null);
  const [priority, setPriority] = useState<string | null>('medium');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = { title, description: description || title, system, trade, priority, ...(location ? { location } : {}) };
    if (await act(async () => link.put({ ticket: await api.openTicket(body) }))) onDone();
  };
  const options = (list: readonly { id: string; label: { zh: string; en: string } }[]) =>
    list.map(({ id, label }) => ({ value: id, label: text(label) }));
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={t('tickets.what')}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          required
          maxLength={200}
          data-autofocus
        />
        <TextInput
          label={t('tickets.where')}
          value={location}
          onChange={(event) => setLocation(event.currentTarget.value)}
          maxLength={200}
        />
        <Textarea
          label={t('tickets.detail')}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          autosize
          minRows={2}
        />
        <Group grow>
          <Select
            label={t('tickets.system')}
            data={options(plant.site.systems)}
            value={system}
            onChange={setSystem}
            allowDeselect={false}
          />
          <Select label={t('tickets.trade')} data={options(plant.site.trades)} value={trade} onChange={setTrade} allowDeselect={false} />
        </Group>
        <Select
          label={t('tickets.priority')}
          data={priorities.map((id) => ({ value: id, label: text(priorityLabels[id]) }))}
          value={priority}
          onChange={setPriority}
          allowDeselect={false}
        />
        <Group justify="flex-end">
          <Button type="submit" disabled={title.trim() === ''}>
            {t('tickets.new')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Steps beside the usual next one, by state. */
const furtherSteps: Partial<Record<Ticket['state'], { action: string; label: TextKey; needs?: 'ticket:cancel' }[]>> = {
  open: [{ action: 'cancel', label: 'tickets.cancel', needs: 'ticket:cancel' }],
  assigned: [
    { action: 'wait', label: 'tickets.wait' },
    { action: 'cancel', label: 'tickets.cancel', needs: 'ticket:cancel' },
  ],
  started: [
    { action: 'wait', label: 'tickets.wait' },
    { action: 'cancel', label: 'tickets.cancel', needs: 'ticket:cancel' },
  ],
  resolved: [{ action: 'reopen', label: 'tickets.reopen' }],
  verified: [{ action: 'reopen', label: 'tickets.reopen' }],
  cancelled: [{ action: 'reopen', label: 'tickets.reopen' }],
};

export function TicketPage({ id }: { id: string }) {
  const { t, text } = useWords();
  const { plant, link, may, act } = useConsole();
  const now = useNow(link, 5_000);
  const [question, ask] = useState<Question>();
  const [loaded, setLoaded] = useState<Ticket & { journal: JournalInfo[] }>();
  const version = plant.tickets.get(id)?.version;
  // A new version has a new journal.
  useEffect(() => {
    api.ticket(id).then(setLoaded, () => undefined);
  }, [id, version]);
  const ticket = plant.tickets.get(id) ?? loaded;
  if (!ticket) return null;
  const step = (action: string, label: string, key: 'reason' | 'comment') =>
    ask({
      title: label,
      subject: `${ticket.id} · ${text(ticket.title)}`,
      label: t(key === 'reason' ? 'dialog.reason' : 'tickets.comment'),
      required: true,
      run: (words) =>
        act(async () => {
          link.put({ ticket: await api.moveTicket(ticket.id, action, { [key]: words }) });
          setLoaded(await api.ticket(id));
        }),
    });
  const facts: [string, string | null][] = [
    [t('alarms.state'), text(ticketStateLabels[ticket.state])],
    [t('tickets.detail'), text(ticket.description)],
    [t('tickets.trade'), text(plant.site.trades.find(({ id: trade }) => trade === ticket.trade)?.label)],
    [t('tickets.reason'), ticket.waitingReason],
    [t('tickets.resolution.label'), ticket.resolution],
  ];
  return (
    <div className="column">
      <a className="back" href="#/tickets">
        {t('device.back')}
      </a>
      <section className="panel">
        <ul className="rows">
          <TicketRow ticket={ticket} now={now} ask={ask} />
        </ul>
        <dl className="facts">
          {facts.map(([label, value]) =>
            value ? (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ) : null,
          )}
          {ticket.alarm && (
            <div>
              <dt>{t('nav.alarms')}</dt>
              <dd>
                <a href={`#/alarms/${encodeURIComponent(ticket.alarm)}`}>
                  {t(ticket.alarmActive ? 'tickets.alarmActive' : 'tickets.alarmGone')}
                </a>
              </dd>
            </div>
          )}
        </dl>
        {may('ticket:work') && (
          <Group gap="sm">
            {furtherSteps[ticket.state]?.map(({ action, label, needs }) =>
              !needs || may(needs) ? (
                <Button key={action} variant="default" onClick={() => step(action, t(label), 'reason')}>
                  {t(label)}
                </Button>
              ) : null,
            )}
            <Button variant="default" onClick={() => step('comment', t('tickets.comment'), 'comment')}>
              {t('tickets.comment')}
            </Button>
          </Group>
        )}
      </section>
      <section className="panel">
        <h2>{t('tickets.history')}</h2>
        <Journal entries={loaded?.journal ?? []} kind="ticket" />
      </section>
      <ActionDialog question={question} onClose={() => ask(undefined)} />
    </div>
  );
}
