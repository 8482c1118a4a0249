/** One system: state, key value in large figures, trend, a few more values. Colour only for what is abnormal. */
import type { SeriesPoint } from '../../../ingest/store.ts';
import { type Alarm, alarmStateLabels, priorityLabels } from '../../../shared/alarm.ts';
import { calls, mostUrgent } from '../../../shared/alarm-order.ts';
import type { System } from '../../../shared/system.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { Icon } from '../parts/icons.tsx';
import { PriorityMark } from '../parts/priority.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { type Pick, type Picked, pickValue } from './pick.ts';
import type { SystemValues } from './system-values.ts';
import { dangerFirst, tileAlarms } from './tile-alarms.ts';

export function SystemTile({ system, values, trend }: { system: System; values: SystemValues; trend: SeriesPoint[] | undefined }) {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const devices = [...plant.devices.values()].filter((device) => device.system === system);
  const { shown: alarms, quiet } = tileAlarms([...plant.alarms.values()].filter((alarm) => alarm.system === system));
  const worstAlarm = mostUrgent(alarms);
  const offline = devices.filter(({ online }) => online === false).length;
  const label = plant.site.systems.find(({ id }) => id === system)?.label;
  const [key, ...rows] = dangerFirst(
    [values.key, ...values.rows]
      .map((pick) => ({ pick, picked: pickValue(pick, system, plant.devices.values()) }))
      .filter(({ pick, picked }) => pick === values.key || picked.quantity !== undefined)
      .map((one) => ({ ...one, alarm: alarmOf(one.picked, alarms) })),
  ) as [Shown, ...Shown[]];
  const isState = key.picked.quantity !== undefined && plant.site.quantities[key.picked.quantity]?.kind === 'state';
  const state = worstAlarm
    ? `${text(priorityLabels[worstAlarm.priority])}${alarms.length > 1 ? ` ×${alarms.length}` : ''}`
    : quiet.length > 0
      ? t('tile.hiddenOnly', {
          n: quiet.length,
          states: [...new Set(quiet.map(({ state: one }) => text(alarmStateLabels[one])))].join(t('list.comma')),
        })
      : offline > 0
        ? t('state.offline', { n: offline })
        : devices.every(({ lastReadingAt }) => lastReadingAt === null)
          ? t('state.noData')
          : t('state.normal');
  return (
    <section
      className={`tile${!worstAlarm && quiet.length > 0 ? ' has-hidden' : ''}${worstAlarm ? ` alarm-${worstAlarm.priority}${alarms.some(calls) ? ' calling' : ''}` : ''}`}
      data-system={system}
      data-hidden={quiet.length > 0 ? quiet.length : undefined}
      aria-label={`${text(label)}: ${state}`}
    >
      <header>
        <Icon name={system} size={24} />
        <h2>{text(label)}</h2>
        <span className="tile-state">
          {worstAlarm && <PriorityMark priority={worstAlarm.priority} flash={calls(worstAlarm)} size={22} />}
          {alarms.length > 1 ? `×${alarms.length}` : state}
          {worstAlarm && quiet.length > 0 && <small className="tile-hidden"> · {t('tile.hidden', { n: quiet.length })}</small>}
        </span>
      </header>
      <div className="tile-label">{t(key.pick.label)}</div>
      <div className="tile-key">
        <ValueText {...key} large />
        {isState || key.pick !== values.key ? <span /> : <Sparkline points={trend} />}
      </div>
      {rows.length > 0 && (
        <dl className="tile-rows">
          {rows.map((row) => (
            <div key={row.pick.label}>
              <dt>{t(row.pick.label)}</dt>
              <dd>
                <ValueText {...row} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

interface Shown {
  pick: Pick;
  picked: Picked;
  alarm: Alarm | undefined;
}

/** The worst alarm about exactly what is shown here. */
function alarmOf(picked: Picked, alarms: readonly Alarm[]): Alarm | undefined {
  return mostUrgent(alarms.filter((alarm) => alarm.active && alarm.quantity === picked.quantity && picked.devices.includes(alarm.device)));
}

export function ValueText({
  pick,
  picked,
  alarm,
  large = false,
}: {
  pick: Pick;
  picked: Picked;
  alarm?: Alarm | undefined;
  large?: boolean;
}) {
  const { t, text, number } = useWords();
  const { plant } = useConsole();
  const info = picked.quantity ? plant.site.quantities[picked.quantity] : undefined;
  const className = `value${large ? ' large' : ''}${alarm ? ` in-${alarm.priority}` : ''}`;
  if (picked.value === null) return <span className={`${className} none`}>{picked.bad ? t('state.bad') : '—'}</span>;
  if (pick.combine === 'count-on') {
    return (
      <span className={className}>
        {picked.value}
        <small> / {picked.total}</small>
      </span>
    );
  }
  const state = info?.states?.[String(picked.value)];
  if (state) return <span className={`${className} word`}>{text(state)}</span>;
  const chosen = pick.combine === 'min' || pick.combine === 'max';
  const place = chosen && picked.total > 1 ? text(plant.devices.get(picked.devices[0] ?? '')?.name) : '';
  return (
    <span className={className}>
      {number(picked.value, pick.digits)}
      {picked.unit && <small> {picked.unit}</small>}
      {place !== '' && <small className="place">{place}</small>}
      {chosen && picked.valid < picked.total && (
        <small className="place">{t('value.compared', { n: picked.valid, total: picked.total })}</small>
      )}
    </span>
  );
}
