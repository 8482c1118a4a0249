/** One alarm in a list: how bad, what, where, since when, how far over the limit, and the next step. */
import { Button } from '@mantine/core';
import type { Alarm } from '../../../shared/alarm.ts';
import { api } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import type { Question } from './action-dialog.tsx';
import { useConsole } from './context.ts';
import { calls, isHidden, PriorityMark } from './priority.tsx';

export function AlarmRow({
  alarm,
  now,
  ask,
  detail = false,
}: {
  alarm: Alarm;
  now: number;
  ask: (question: Question) => void;
  detail?: boolean;
}) {
  const { t, text, time, age, number } = useWords();
  const { may, act, link, plant } = useConsole();
  const flash = calls(alarm);
  const move = (action: string, body: object) => act(async () => link.put({ alarm: await api.moveAlarm(alarm.id, action, body) }));
  const device = plant.devices.get(alarm.device);
  const place = text(alarm.location) || text(device?.location) || text(device?.name);
  const states = alarm.quantity ? plant.site.quantities[alarm.quantity]?.states : undefined;
  const shown = alarm.value === null ? '' : states ? text(states[String(alarm.value)]) : `${number(alarm.value)} ${alarm.unit}`;
  return (
    <li className={`row alarm-row${flash ? ' calling' : ''}`} data-alarm={alarm.id} data-system={alarm.system} data-state={alarm.state}>
      <PriorityMark priority={alarm.priority} flash={flash} />
      <div className="row-body">
        <a className="row-title" href={`#/alarms/${encodeURIComponent(alarm.id)}`}>
          {text(alarm.title)}
        </a>
        <div className="row-where">{place}</div>
        <div className="row-facts">
          {shown && <strong className="row-value">{shown}</strong>}
          {alarm.limit !== null && !states && <span>{t('alarms.limit', { limit: `${number(alarm.limit)} ${alarm.unit}` })}</span>}
          {alarm.raisedAt !== null && (
            <span>
              {t('alarms.since', { time: time(alarm.raisedAt, now) })} · {age(alarm.raisedAt, now)}
            </span>
          )}
          {!alarm.active && <span className="calm">{t('alarms.returned')}</span>}
          {alarm.acknowledgedBy && alarm.acknowledged && <span>{t('alarms.acknowledged', { who: alarm.acknowledgedBy })}</span>}
          {alarm.shelvedUntil !== null && (
            <span>{t('alarms.shelved', { time: time(alarm.shelvedUntil, now), reason: alarm.shelvedReason ?? '' })}</span>
          )}
          {alarm.ticket && <a href={`#/tickets/${alarm.ticket}`}>{t('alarms.ticket', { id: alarm.ticket })}</a>}
        </div>
        {detail && <p className="row-message">{text(alarm.message)}</p>}
      </div>
      <div className="row-actions">
        {flash && may('alarm:acknowledge') && (
          <Button
            size="compact-md"
            onClick={() =>
              ask({
                title: t('alarms.acknowledge'),
                subject: `${text(alarm.title)} · ${place}`,
                hint: alarm.lifeSafety ? t('app.supplement') : undefined,
                label: t('dialog.comment'),
                required: false,
                run: (comment) => move('acknowledge', comment ? { comment } : {}),
              })
            }
          >
            {t('alarms.acknowledge')}
          </Button>
        )}
        {(alarm.state === 'LUNACK' || alarm.state === 'LACKED') && may('alarm:acknowledge') && (
          <Button size="compact-md" variant="default" onClick={() => void move('reset', {})}>
            {t('alarms.reset')}
          </Button>
        )}
        {detail && may('alarm:shelve') && !isHidden(alarm) && (
          <Button
            size="compact-md"
            variant="default"
            onClick={() =>
              ask({
                title: t('alarms.shelve'),
                subject: `${text(alarm.title)} · ${place}`,
                hint: alarm.lifeSafety ? t('app.supplement') : undefined,
                label: t('dialog.reason'),
                required: true,
                minutes: { label: t('alarms.minutes'), standard: 60, most: 480 },
                run: (reason, minutes) => move('shelve', { reason, minutes }),
              })
            }
          >
            {t('alarms.shelve')}
          </Button>
        )}
        {detail && alarm.state === 'SHLVD' && may('alarm:shelve') && (
          <Button size="compact-md" variant="default" onClick={() => void move('unshelve', {})}>
            {t('alarms.unshelve')}
          </Button>
        )}
      </div>
    </li>
  );
}
