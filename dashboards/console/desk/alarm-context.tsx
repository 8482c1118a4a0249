/** What somebody needs at 3 a.m. beside the alarm itself: the last hours with the limit, who depends on it, where to go, what stands beside it, what helped. */
import { useEffect, useMemo, useState } from 'react';
import type { Alarm } from '../../../shared/alarm.ts';
import { mostUrgent } from '../../../shared/alarm-order.ts';
import type { QuantityId } from '../../../shared/quantity.ts';
import type { Ticket } from '../../../shared/ticket.ts';
import { HistoryChart } from '../chart/history-chart.tsx';
import { alarmLimits } from '../chart/limits.ts';
import { api, type DeviceInfo, type RuleInfo } from '../data/api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { LatestText } from '../parts/latest.tsx';
import { PriorityMark } from '../parts/priority.tsx';
import { quantitiesInOrder } from '../parts/value-order.ts';
import { departmentsOf, neighboursOf } from './neighbours.ts';

const chartHours = 3;

export function AlarmChart({ alarm }: { alarm: Alarm }) {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const [rules, setRules] = useState<RuleInfo[]>([]);
  useEffect(() => {
    api.rules().then(setRules, () => undefined);
  }, []);
  const device = plant.devices.get(alarm.device);
  const { quantity, rule } = alarm;
  const attributes = device?.attributes;
  const limits = useMemo(
    () => alarmLimits(rules, alarm.device, quantity ?? undefined, attributes ?? {}, text, rule),
    [rules, alarm.device, quantity, attributes, text, rule],
  );
  if (!device || !quantity || !device.latest[quantity]) return null;
  return (
    <section className="panel" data-panel="chart">
      <h3>
        {text(plant.site.quantities[quantity]?.label)} · {t('alarm.lastHours', { n: chartHours })}
      </h3>
      <HistoryChart device={device} quantity={quantity} spanMs={chartHours * 3_600_000} compare={null} limits={limits} fromData />
    </section>
  );
}

export function AlarmPlaces({ alarm }: { alarm: Alarm }) {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const device = plant.devices.get(alarm.device);
  const departments = device ? departmentsOf(device, alarm.department, plant.devices, plant.site) : [];
  const beds = departments.reduce((sum, one) => sum + (one.beds ?? 0), 0);
  const above = device ? neighboursOf(device, plant.devices).up : [];
  const placeOf = (one: DeviceInfo) => [text(one.name), text(one.location), one.circuit].filter(Boolean).join(' · ');
  const building = plant.site.buildings.find(({ id }) => id === (device?.building ?? alarm.building));
  const facts: [TextKey, string][] = [
    [
      'alarm.affected',
      departments.map(({ name }) => text(name)).join(t('list.comma')) + (beds > 0 ? ` · ${t('alarm.beds', { n: beds })}` : ''),
    ],
    ['alarm.where', [text(building?.name), device ? placeOf(device) : text(alarm.location)].filter(Boolean).join(' · ')],
    ['alarm.isolate', above[0] ? placeOf(above[0]) : ''],
  ];
  return (
    <dl className="facts alarm-places">
      {facts.map(([label, value]) =>
        value ? (
          <div key={label} data-fact={label}>
            <dt>{t(label)}</dt>
            <dd>{value}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}

export function AlarmNeighbours({ alarm }: { alarm: Alarm }) {
  const { t } = useWords();
  const { plant } = useConsole();
  const device = plant.devices.get(alarm.device);
  if (!device) return null;
  const { up, down, beside } = neighboursOf(device, plant.devices);
  const groups: [TextKey, DeviceInfo[]][] = [
    ['alarm.upstream', up],
    ['alarm.downstream', down],
    ['alarm.beside', beside],
  ];
  if (groups.every(([, list]) => list.length === 0)) return null;
  return (
    <section className="panel" data-panel="neighbours">
      <h3>{t('alarm.neighbours')}</h3>
      <div className="neighbours">
        {groups.map(([label, list]) =>
          list.length === 0 ? null : (
            <div key={label}>
              <h4>{t(label)}</h4>
              <ul>
                {list.map((one) => (
                  <Neighbour key={one.id} device={one} like={alarm.quantity} />
                ))}
              </ul>
            </div>
          ),
        )}
      </div>
    </section>
  );
}

/** Its value of the same kind where it has one, else its most telling one. */
function Neighbour({ device, like }: { device: DeviceInfo; like: QuantityId | null }) {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const worst = mostUrgent([...plant.alarms.values()].filter((alarm) => alarm.device === device.id));
  const quantity = like && device.latest[like] ? like : quantitiesInOrder(device, plant.site)[0];
  return (
    <li>
      {worst && <PriorityMark priority={worst.priority} size={18} />}
      <a href={`#/devices/${device.id}`}>{text(device.name)}</a>
      {device.online === false ? <span className="device-state off inline">{t('devices.offline')}</span> : null}
      {quantity && <LatestText device={device} quantity={quantity} />}
    </li>
  );
}

/** The last thing that was done about the same rule at the same device. */
export function LastHelp({ alarm }: { alarm: Alarm }) {
  const { t, dateTime } = useWords();
  const [tickets, setTickets] = useState<Ticket[]>();
  useEffect(() => {
    let gone = false;
    api.ticketsOf(alarm.id).then(
      (found) => !gone && setTickets(found),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [alarm.id]);
  if (!tickets) return null;
  const helped = tickets.find(({ id, resolution, state }) => resolution && state !== 'cancelled' && id !== alarm.ticket);
  return (
    <section className="panel" data-panel="last-help">
      <h3>{t('alarm.lastHelp')}</h3>
      {helped ? (
        <p>
          <q>{helped.resolution}</q>{' '}
          <span className="calm">
            {helped.resolvedBy} · {helped.resolvedAt === null ? '' : dateTime(helped.resolvedAt)} ·{' '}
            <a href={`#/tickets/${helped.id}`}>{helped.id}</a>
          </span>
        </p>
      ) : (
        <p className="calm">{t('alarm.noHelp')}</p>
      )}
    </section>
  );
}
