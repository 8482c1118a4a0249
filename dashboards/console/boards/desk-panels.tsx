/** Panels on alarms, tickets and the program itself: they come from the desk and the health of the roles, not from readings. */
import { type ReactNode, useEffect, useState } from 'react';
import { byUrgency, isHidden } from '../../../shared/alarm-order.ts';
import { closedTicketStates, ticketStateLabels, ticketStates } from '../../../shared/ticket.ts';
import type { DeskPanel } from '../../board/board.ts';
import { type AlarmKpis, api } from '../data/api.ts';
import { isOverdue } from '../desk/ticket-filter.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import type { Question } from '../parts/action-dialog.tsx';
import { AlarmRow } from '../parts/alarm-row.tsx';
import { useConsole } from '../parts/context.ts';
import { TicketRow } from '../parts/ticket-row.tsx';
import { useNow } from '../parts/use-now.ts';

const refreshMs = 15_000;
const dayMs = 86_400_000;

export function DeskPanelBody({ panel, ask }: { panel: DeskPanel; ask: (question: Question) => void }): ReactNode {
  switch (panel.view) {
    case 'open-alarms':
    case 'stale-alarms':
      return <Alarms ask={ask} onlyStale={panel.view === 'stale-alarms'} />;
    case 'open-tickets':
    case 'overdue-tickets':
      return <Tickets ask={ask} onlyOverdue={panel.view === 'overdue-tickets'} />;
    case 'tickets-by-state':
      return <TicketStates />;
    case 'alarm-kpis':
      return <Kpis />;
    case 'most-frequent-alarms':
      return <Frequent />;
    case 'role-health':
      return <Roles />;
    case 'pipeline':
      return <Pipeline />;
    case 'transfers':
      return <Transfers />;
    case 'dead-letters':
      return <DeadLetters />;
  }
}

/** Asked now and again while it is shown. */
function useAsked<T>(ask: () => Promise<T>): T | undefined {
  const [found, setFound] = useState<T>();
  // The question does not change while a panel is shown.
  const [first] = useState(() => ask);
  useEffect(() => {
    const load = () => first().then(setFound, () => undefined);
    void load();
    const timer = setInterval(load, refreshMs);
    return () => clearInterval(timer);
  }, [first]);
  return found;
}

function Alarms({ ask, onlyStale }: { ask: (question: Question) => void; onlyStale: boolean }) {
  const { t } = useWords();
  const { plant, link } = useConsole();
  const now = useNow(link, 5_000);
  const shown = [...plant.alarms.values()]
    .filter((alarm) => !isHidden(alarm) && (!onlyStale || (alarm.active && alarm.raisedAt !== null && now - alarm.raisedAt > dayMs)))
    .sort(byUrgency);
  if (shown.length === 0) return <p className="calm">{t('alarms.none')}</p>;
  return (
    <ul className="rows">
      {shown.map((alarm) => (
        <AlarmRow key={alarm.id} alarm={alarm} now={now} ask={ask} />
      ))}
    </ul>
  );
}

function Tickets({ ask, onlyOverdue }: { ask: (question: Question) => void; onlyOverdue: boolean }) {
  const { t } = useWords();
  const { plant, link } = useConsole();
  const now = useNow(link, 5_000);
  const open = [...plant.tickets.values()];
  const shown = open.filter((ticket) => !onlyOverdue || isOverdue(ticket, now)).sort((a, b) => a.openedAt - b.openedAt);
  // "None" alone would read as if nothing were open.
  if (shown.length === 0) return <p className="calm">{onlyOverdue ? t('tickets.noneOverdue', { n: open.length }) : t('tickets.none')}</p>;
  return (
    <ul className="rows">
      {shown.map((ticket) => (
        <TicketRow key={ticket.id} ticket={ticket} now={now} ask={ask} />
      ))}
    </ul>
  );
}

function TicketStates() {
  const { text } = useWords();
  const { plant } = useConsole();
  const tickets = [...plant.tickets.values()];
  return (
    <Rows
      rows={ticketStates
        .filter((state) => !closedTicketStates.includes(state))
        .map((state) => [text(ticketStateLabels[state]), String(tickets.filter((ticket) => ticket.state === state).length)])}
    />
  );
}

function Kpis() {
  const { t, number } = useWords();
  const kpis = useAsked<AlarmKpis>(() => api.alarmKpis());
  if (!kpis) return null;
  const seconds = kpis.medianSecondsToAcknowledge;
  return (
    <Rows
      rows={[
        [t('alarms.kpi.day'), String(kpis.annunciated)],
        [t('alarms.kpi.peak'), String(kpis.peakPerTenMinutes)],
        [t('alarms.kpi.flood'), `${number(kpis.floodShare * 100, 1)} %`],
        [t('alarms.kpi.ack'), seconds === null ? '—' : `${number(seconds, 0)} s`],
        [t('alarms.kpi.stale'), String(kpis.stale.length)],
      ]}
    />
  );
}

function Frequent() {
  const { t, text } = useWords();
  const kpis = useAsked<AlarmKpis>(() => api.alarmKpis());
  if (!kpis) return null;
  if (kpis.top.length === 0) return <p className="calm">{t('alarms.none')}</p>;
  return <Rows rows={kpis.top.map(({ alarm, title, count }) => [`${text(title)} (${alarm})`, String(count)])} />;
}

const programs: Readonly<Record<string, TextKey>> = {
  broker: 'program.broker',
  simulators: 'program.simulators',
  gateway: 'program.gateway',
  ingest: 'program.ingest',
  rules: 'program.rules',
  energy: 'program.energy',
  dashboards: 'program.dashboards',
};
/** As role-health.ts says it. */
const programStates: Readonly<Record<string, TextKey>> = {
  up: 'board.up',
  silent: 'program.silent',
  down: 'program.down',
  'not heard of': 'program.unheard',
  'not reachable': 'program.unreachable',
  'unknown, no broker': 'program.unknown',
};

function Roles() {
  const { t } = useWords();
  const health = useAsked(() => api.health());
  if (!health) return null;
  const word = (words: Readonly<Record<string, TextKey>>, id: string) => (words[id] ? t(words[id]) : id);
  return <Rows rows={Object.entries(health.roles).map(([role, state]) => [word(programs, role), word(programStates, state)])} />;
}

function Pipeline() {
  const { t, text, number } = useWords();
  const { plant } = useConsole();
  const found = useAsked(() => api.pipeline());
  if (!found) return null;
  const nameOf = (id: string) => text(plant.site.gateways.find((one) => one.id === id)?.name) || id;
  return (
    <Rows
      rows={[
        [t('board.lag'), found.lagSeconds === null ? '—' : `${number(found.lagSeconds, 1)} s`],
        [t('board.toStore'), String(found.waiting)],
        ...found.gateways.map(({ gateway, waiting, oldestSeconds }): [string, string] => [
          t('board.outbox', { gateway: nameOf(gateway) }),
          waiting > 0 ? `${waiting} (${number(oldestSeconds, 0)} s)` : '0',
        ]),
        [t('board.dropped'), String(found.gateways.reduce((sum, { dropped }) => sum + dropped, 0) + found.shed)],
        [t('board.badValues'), String(found.badValues)],
        [t('board.setAside'), String(found.deadLetters)],
      ]}
    />
  );
}

/** Since when all of the switches have readings, within 90 days: that nothing failed is known since then only. */
async function watchedSince(devices: readonly string[], now: number): Promise<number | null> {
  const first = async (device: string, from: number, to: number, points: number) =>
    (await api.series({ device, quantity: 'mains_available', from, to, points })).points.find(([, value]) => value !== null)?.[0];
  const each = await Promise.all(
    devices.map(async (device) => {
      const begun = await first(device, now - 90 * dayMs, now, 90);
      return begun === undefined ? null : ((await first(device, begun, Math.min(begun + dayMs, now), 1_440)) ?? begun);
    }),
  );
  return each.length === 0 || each.includes(null) ? null : Math.max(...(each as number[]));
}

/** Safety services must be supplied within so long. */
const mostTransferMs = 15_000;

function Transfers() {
  const { t, text, number, dateTime } = useWords();
  const { plant } = useConsole();
  const { link } = useConsole();
  const found = useAsked(async () => {
    const transfers = await api.transfers();
    const switches = [...plant.devices.values()].filter(({ role }) => role === 'transfer-switch').map(({ id }) => id);
    return { transfers, since: transfers.length === 0 ? await watchedSince(switches, Math.ceil(link.now())) : null };
  });
  if (!found) return null;
  const { transfers, since } = found;
  if (transfers.length === 0)
    return <p className="calm">{since === null ? t('chart.empty') : t('board.noTransfers', { since: dateTime(since) })}</p>;
  return (
    <div>
      <table className="panel-table">
        <thead>
          <tr>
            <th>{t('board.lostAt')}</th>
            <th>{t('nav.devices')}</th>
            <th className="number">{t('board.suppliedAfter')}</th>
            <th className="number">{t('board.outage')}</th>
          </tr>
        </thead>
        <tbody>
          {transfers.map(({ device, lostAt, suppliedAt, restoredAt }) => (
            <tr key={`${device} ${lostAt}`}>
              <td>{dateTime(lostAt)}</td>
              <td>
                <a href={`#/devices/${device}`}>{text(plant.devices.get(device)?.name)}</a>
              </td>
              <td className="number">
                <span className={`value${suppliedAt === null || suppliedAt - lostAt > mostTransferMs ? ' in-critical' : ''}`}>
                  {suppliedAt === null ? t('board.neverSupplied') : `${number((suppliedAt - lostAt) / 1_000, 0)} s`}
                </span>
              </td>
              <td className="number">{restoredAt === null ? t('board.stillOut') : `${number((restoredAt - lostAt) / 60_000, 1)} min`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DeadLetters() {
  const { t } = useWords();
  const { may } = useConsole();
  return may('dead-letter:read') ? <DeadLetterList /> : <p className="calm">{t('error.denied')}</p>;
}

function DeadLetterList() {
  const { t, dateTime } = useWords();
  const found = useAsked(() => api.deadLetters());
  if (!found) return null;
  if (found.total === 0) return <p className="calm">{t('board.noDeadLetters')}</p>;
  return <Rows rows={found.deadLetters.map(({ t: at, topic, reason }) => [`${dateTime(at)} ${topic}`, reason])} />;
}

function Rows({ rows }: { rows: readonly (readonly [string, string])[] }) {
  return (
    <dl className="tile-rows">
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <span className="value">{value}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
