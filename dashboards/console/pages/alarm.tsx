/** One alarm in full: facts, every step that is possible now, and the time line of all that happened. */
import '../desk/desk.css';
import { Button, Group } from '@mantine/core';
import { type ReactNode, useCallback, useState } from 'react';
import { type Alarm, alarmStateLabels } from '../../../shared/alarm.ts';
import { byUrgency } from '../../../shared/alarm-order.ts';
import { api } from '../data/api.ts';
import { AlarmAppliances } from '../desk/alarm-appliances.tsx';
import { AlarmChart, AlarmNeighbours, AlarmPlaces, LastHelp } from '../desk/alarm-context.tsx';
import { alarmSteps } from '../desk/alarm-steps.ts';
import { AlarmTrail } from '../desk/alarm-trail.tsx';
import { useAlarmMove } from '../desk/use-alarm-move.ts';
import { useWords } from '../i18n/i18n.tsx';
import { ActionDialog, type Question } from '../parts/action-dialog.tsx';
import { AlarmRow } from '../parts/alarm-row.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';
import { NoChannel } from '../parts/no-channel.tsx';
import { useNow } from '../parts/use-now.ts';
import { sourceText } from '../rules/wording.ts';

export function AlarmPage({ id }: { id: string }) {
  const { t } = useWords();
  const { plant, link } = useConsole();
  const now = useNow(link, 5_000);
  const [question, ask] = useState<Question>();
  const [loaded, setLoaded] = useState<Alarm>();
  const version = plant.alarms.get(id)?.version;
  // What is back to normal is no longer in the plant's list, but still known.
  const here = plant.alarms.has(id);
  useLoad(
    useCallback(async () => {
      if (!here) setLoaded(await api.alarm(id));
    }, [id, here]),
  );
  const alarm = plant.alarms.get(id) ?? (loaded?.id === id ? loaded : undefined);
  return (
    <div className="column">
      <a className="back" href="#/alarms">
        {t('device.back')}
      </a>
      <NoChannel />
      {alarm && (
        <section className="panel">
          <ul className="rows">
            <AlarmRow alarm={alarm} now={now} ask={ask} advice />
          </ul>
          <AlarmPlaces alarm={alarm} />
          <AlarmDetail alarm={alarm} ask={ask} />
        </section>
      )}
      {alarm && (
        <>
          <AlarmAppliances alarm={alarm} />
          <AlarmChart alarm={alarm} />
          <AlarmNeighbours alarm={alarm} />
          <LastHelp alarm={alarm} />
        </>
      )}
      <AlarmTrail id={id} version={version} />
      <ActionDialog question={question} onClose={() => ask(undefined)} />
    </div>
  );
}

function AlarmDetail({ alarm, ask }: { alarm: Alarm; ask: (question: Question) => void }) {
  const { t, text } = useWords();
  const { plant, may } = useConsole();
  const move = useAlarmMove(ask);
  const cause = alarm.cause === null ? undefined : plant.alarms.get(alarm.cause);
  const belonging = [...plant.alarms.values()].filter((one) => one.cause === alarm.id).sort(byUrgency);
  return (
    <>
      <p className="row-message">{text(alarm.message)}</p>
      <dl className="facts">
        <Fact label={t('alarms.state')}>{text(alarmStateLabels[alarm.state])}</Fact>
        <Fact label={t('nav.devices')}>
          <a href={`#/devices/${alarm.device}`}>{text(plant.devices.get(alarm.device)?.name) || alarm.device}</a>
        </Fact>
        {alarm.cause !== null && (
          <Fact label={t('alarms.cause')}>
            <a href={`#/alarms/${encodeURIComponent(alarm.cause)}`}>{cause ? text(cause.title) : alarm.cause}</a>
          </Fact>
        )}
        {belonging.length > 0 && (
          <Fact label={t('alarms.belonging')}>
            {belonging.map((one) => (
              <a key={one.id} className="fact-link" href={`#/alarms/${encodeURIComponent(one.id)}`}>
                {text(one.title)} · {text(one.location)}
              </a>
            ))}
          </Fact>
        )}
        <Fact label={t('alarms.rule')}>
          <a href={`#/rules/${alarm.rule}/${alarm.device}`}>{text(alarm.title)}</a>
        </Fact>
        <Fact label={t('alarms.source')}>{sourceText(alarm.source, t)}</Fact>
        <Fact label={t('alarms.occurrence')}>{alarm.occurrence}</Fact>
      </dl>
      <Group gap="sm" className="big-buttons">
        {alarmSteps(alarm, may)
          .filter(({ action }) => action !== 'acknowledge' && action !== 'reset')
          .map((step) => (
            <Button key={step.action} variant="default" data-step={step.action} onClick={() => move(alarm, step)}>
              {t(step.label)}
            </Button>
          ))}
      </Group>
    </>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
