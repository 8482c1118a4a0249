/** One alarm in full: facts, every step that is possible now, who was told, what happened. */
import '../desk/desk.css';
import { Button, Group } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { type Alarm, alarmStateLabels } from '../../../shared/alarm.ts';
import { api, type DeliveryInfo, type JournalInfo } from '../data/api.ts';
import { AlarmAppliances } from '../desk/alarm-appliances.tsx';
import { AlarmChart, AlarmNeighbours, AlarmPlaces, LastHelp } from '../desk/alarm-context.tsx';
import { alarmSteps } from '../desk/alarm-steps.ts';
import { DeliveryList } from '../desk/delivery-list.tsx';
import { useAlarmMove } from '../desk/use-alarm-move.ts';
import { useWords } from '../i18n/i18n.tsx';
import { ActionDialog, type Question } from '../parts/action-dialog.tsx';
import { AlarmRow } from '../parts/alarm-row.tsx';
import { useConsole } from '../parts/context.ts';
import { Journal } from '../parts/journal.tsx';
import { useNow } from '../parts/use-now.ts';
import { sourceText } from '../rules/wording.ts';

interface Loaded {
  alarm: Alarm;
  journal: JournalInfo[];
  deliveries: DeliveryInfo[];
}

export function AlarmPage({ id }: { id: string }) {
  const { t } = useWords();
  const { plant, link, act } = useConsole();
  const now = useNow(link, 5_000);
  const [question, ask] = useState<Question>();
  const [loaded, setLoaded] = useState<Loaded>();
  const version = plant.alarms.get(id)?.version;
  // A new version has a new journal. What is back to normal is no longer in the plant's list, but still known.
  useEffect(() => {
    void act(async () => {
      const [alarm, journal, deliveries] = await Promise.all([api.alarm(id), api.alarmJournal(id), api.deliveriesOf(id)]);
      setLoaded({ alarm, journal, deliveries });
    });
  }, [id, version, act]);
  const alarm = plant.alarms.get(id) ?? loaded?.alarm;
  return (
    <div className="column">
      <a className="back" href="#/alarms">
        {t('device.back')}
      </a>
      {alarm && (
        <section className="panel">
          <ul className="rows">
            <AlarmRow alarm={alarm} now={now} ask={ask} />
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
      {loaded && loaded.deliveries.length > 0 && (
        <section className="panel">
          <h2>{t('nav.deliveries')}</h2>
          <DeliveryList deliveries={loaded.deliveries} />
        </section>
      )}
      <section className="panel">
        <h2>{t('alarms.history')}</h2>
        <Journal entries={loaded?.journal ?? []} kind="alarm" />
      </section>
      <ActionDialog question={question} onClose={() => ask(undefined)} />
    </div>
  );
}

function AlarmDetail({ alarm, ask }: { alarm: Alarm; ask: (question: Question) => void }) {
  const { t, text } = useWords();
  const { plant, may } = useConsole();
  const move = useAlarmMove(ask);
  const cause = alarm.cause === null ? undefined : plant.alarms.get(alarm.cause);
  return (
    <>
      <p className="row-message">{text(alarm.message)}</p>
      <dl className="facts">
        <Fact label={t('alarms.state')}>{text(alarmStateLabels[alarm.state])}</Fact>
        <Fact label={t('alarms.check')}>{text(alarm.check)}</Fact>
        <Fact label={t('nav.devices')}>
          <a href={`#/devices/${alarm.device}`}>{text(plant.devices.get(alarm.device)?.name) || alarm.device}</a>
        </Fact>
        {alarm.cause !== null && (
          <Fact label={t('alarms.cause')}>
            <a href={`#/alarms/${encodeURIComponent(alarm.cause)}`}>{cause ? text(cause.title) : alarm.cause}</a>
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
