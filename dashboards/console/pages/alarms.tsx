/** The alarm desk: what is open, what is hidden, how the alarm system itself performs; and one alarm in full. */
import { Button, Group, SegmentedControl } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { alarmStateLabels, type Priority, priorities, priorityLabels } from '../../../shared/alarm.ts';
import { type AlarmKpis, api, type JournalInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { ActionDialog, type Question } from '../parts/action-dialog.tsx';
import { AlarmRow } from '../parts/alarm-row.tsx';
import { useConsole } from '../parts/context.ts';
import { Journal } from '../parts/journal.tsx';
import { byUrgency, isHidden } from '../parts/priority.tsx';
import { useNow } from '../parts/use-now.ts';

export function AlarmsPage() {
  const { t, text, number } = useWords();
  const { plant, link } = useConsole();
  const now = useNow(link, 5_000);
  const [question, ask] = useState<Question>();
  const [priority, setPriority] = useState<Priority | 'all'>('all');
  const [kpis, setKpis] = useState<AlarmKpis>();
  useEffect(() => {
    api.alarmKpis().then(setKpis, () => undefined);
  }, []);
  const all = [...plant.alarms.values()].filter((alarm) => priority === 'all' || alarm.priority === priority).sort(byUrgency);
  const open = all.filter((alarm) => !isHidden(alarm));
  const hidden = all.filter(isHidden);
  const seconds = kpis?.medianSecondsToAcknowledge;
  return (
    <div className="column">
      {kpis && (
        <div className="kpis small-kpis">
          <Kpi label={t('alarms.kpi.day')} value={String(kpis.annunciated)} />
          <Kpi label={t('alarms.kpi.peak')} value={String(kpis.peakPerTenMinutes)} />
          <Kpi
            label={t('alarms.kpi.ack')}
            value={seconds == null ? '—' : seconds < 120 ? `${Math.round(seconds)} s` : `${number(seconds / 60, 0)} min`}
          />
          <Kpi label={t('alarms.kpi.stale')} value={String(kpis.stale.length)} />
        </div>
      )}
      <section className="panel">
        <Group justify="space-between" mb="xs">
          <h2>
            {t('alarms.title')} <b>{open.length}</b>
          </h2>
          <SegmentedControl
            value={priority}
            onChange={(value) => setPriority(value as Priority | 'all')}
            data={[
              { value: 'all', label: t('alarms.filterAll') },
              ...priorities.map((id) => ({ value: id, label: text(priorityLabels[id]) })),
            ]}
          />
        </Group>
        {open.length === 0 ? <p className="calm">{t('alarms.none')}</p> : null}
        <ul className="rows">
          {open.map((alarm) => (
            <AlarmRow key={alarm.id} alarm={alarm} now={now} ask={ask} detail />
          ))}
        </ul>
      </section>
      {hidden.length > 0 && (
        <section className="panel">
          <h2>
            {t('alarms.hidden')} <b>{hidden.length}</b>
          </h2>
          <ul className="rows">
            {hidden.map((alarm) => (
              <AlarmRow key={alarm.id} alarm={alarm} now={now} ask={ask} detail />
            ))}
          </ul>
        </section>
      )}
      <p className="calm small">{t('app.supplement')}</p>
      <ActionDialog question={question} onClose={() => ask(undefined)} />
    </div>
  );
}

function Kpi({ label, value }: { label: string; value: string }) {
  return (
    <div className="kpi">
      <span className="kpi-label">{label}</span>
      <span className="value large">{value}</span>
    </div>
  );
}

export function AlarmPage({ id }: { id: string }) {
  const { t, text } = useWords();
  const { plant, link, may, act } = useConsole();
  const now = useNow(link, 5_000);
  const [question, ask] = useState<Question>();
  const [journal, setJournal] = useState<JournalInfo[]>([]);
  const alarm = plant.alarms.get(id);
  const version = alarm?.version;
  // A new version has a new journal.
  useEffect(() => {
    api.alarmJournal(id).then(setJournal, () => undefined);
  }, [id, version]);
  return (
    <div className="column">
      <a className="back" href="#/alarms">
        {t('device.back')}
      </a>
      {alarm ? (
        <section className="panel">
          <ul className="rows">
            <AlarmRow alarm={alarm} now={now} ask={ask} detail />
          </ul>
          <dl className="facts">
            <Fact label={t('alarms.state')}>{text(alarmStateLabels[alarm.state])}</Fact>
            <Fact label={t('alarms.check')}>{text(alarm.check)}</Fact>
            <Fact label={t('device.place')}>
              <a href={`#/devices/${alarm.device}`}>{text(plant.devices.get(alarm.device)?.name) || alarm.device}</a>
            </Fact>
            <Fact label={t('alarms.rule')}>{alarm.rule}</Fact>
            <Fact label={t('alarms.source')}>{alarm.source}</Fact>
          </dl>
          {may('alarm:comment') && (
            <Button
              variant="default"
              onClick={() =>
                ask({
                  title: t('alarms.comment'),
                  subject: text(alarm.title),
                  label: t('alarms.comment'),
                  required: true,
                  run: (comment) => act(async () => link.put({ alarm: await api.moveAlarm(alarm.id, 'comment', { comment }) })),
                })
              }
            >
              {t('alarms.comment')}
            </Button>
          )}
        </section>
      ) : (
        <p className="calm">{t('alarms.returned')}</p>
      )}
      <section className="panel">
        <h2>{t('alarms.history')}</h2>
        <Journal entries={journal} kind="alarm" />
      </section>
      <ActionDialog question={question} onClose={() => ask(undefined)} />
    </div>
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
