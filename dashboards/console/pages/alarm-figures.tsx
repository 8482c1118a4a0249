/** How the alarm system treats the people at the desk: figures of IEC 62682 / EEMUA 191, each with what is held to be good. */
import '../desk/desk.css';
import { Group, SegmentedControl, Select } from '@mantine/core';
import { type ReactNode, useCallback } from 'react';
import { priorities, priorityLabels } from '../../../shared/alarm.ts';
import { type AlarmKpis, api } from '../data/api.ts';
import { useHashQuery } from '../hash.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useAnswer } from '../parts/loads.tsx';

const dayMs = 86_400_000;
const periods: Record<string, { days: number; label: TextKey }> = {
  day: { days: 1, label: 'chart.day' },
  week: { days: 7, label: 'chart.week' },
  month: { days: 30, label: 'chart.month' },
};

export function AlarmFiguresPage() {
  const { t, text } = useWords();
  const { plant, link } = useConsole();
  const [query, change] = useHashQuery();
  const trade = query.get('trade') ?? undefined;
  const period = Object.hasOwn(periods, query.get('period') ?? '') ? (query.get('period') as string) : 'day';
  const [kpis] = useAnswer(
    useCallback(() => api.alarmKpis({ from: Math.floor(link.now() - periods[period]!.days * dayMs), trade }), [link, period, trade]),
  );
  return (
    <div className="column">
      <section className="panel">
        <Group justify="space-between" mb="xs">
          <h2>{t('nav.figures')}</h2>
          <Group gap="sm">
            <Select
              aria-label={t('figures.position')}
              placeholder={t('alarms.allTrades')}
              clearable
              value={trade ?? null}
              onChange={(value) => change({ trade: value ?? '' })}
              data={plant.site.trades.map(({ id, label }) => ({ value: id, label: text(label) }))}
            />
            <SegmentedControl
              aria-label={t('chart.range')}
              value={period}
              onChange={(value) => change({ period: value })}
              data={Object.entries(periods).map(([id, { label }]) => ({ value: id, label: t(label) }))}
            />
          </Group>
        </Group>
        {kpis && <Figures kpis={kpis} />}
        <p className="calm small">{t('figures.source')}</p>
      </section>
      {kpis && <Lists kpis={kpis} />}
    </div>
  );
}

function Figures({ kpis }: { kpis: AlarmKpis }) {
  const { t, text, number } = useWords();
  const seconds = kpis.medianSecondsToAcknowledge;
  const percent = (share: number) => `${number(share * 100, share > 0 && share < 0.1 ? 1 : 0)} %`;
  return (
    <>
      <div className="kpis">
        <Figure label={t('figures.count')} value={String(kpis.annunciated)} />
        <Figure label={t('figures.perDay')} value={number(kpis.perDay, 0)} goal="≤ 144" bad={kpis.perDay > 144} />
        <Figure label={t('figures.perTen')} value={number(kpis.perTenMinutes, 2)} goal="≤ 1" bad={kpis.perTenMinutes > 1} />
        <Figure label={t('alarms.kpi.peak')} value={String(kpis.peakPerTenMinutes)} goal="≤ 10" bad={kpis.peakPerTenMinutes > 10} />
        <Figure label={t('alarms.kpi.flood')} value={percent(kpis.floodShare)} goal="< 1 %" bad={kpis.floodShare >= 0.01} />
        <Figure
          label={t('alarms.kpi.ack')}
          value={seconds === null ? '—' : seconds < 120 ? `${Math.round(seconds)} s` : `${number(seconds / 60, 0)} min`}
        />
        <Figure label={t('alarms.kpi.stale')} value={String(kpis.stale.length)} goal="< 5" bad={kpis.stale.length >= 5} />
        <Figure label={t('figures.chattering')} value={String(kpis.chattering.length)} goal="0" bad={kpis.chattering.length > 0} />
      </div>
      <h3 className="figures-sub">{t('figures.priorities')}</h3>
      <div className="kpis">
        {priorities.map((priority) => (
          <Figure
            key={priority}
            label={text(priorityLabels[priority])}
            value={percent(kpis.priorityShare[priority])}
            goal={{ critical: '< 1 %', high: '5 %', medium: '15 %', low: '80 %' }[priority]}
          />
        ))}
      </div>
    </>
  );
}

function Figure({ label, value, goal, bad = false }: { label: string; value: string; goal?: string; bad?: boolean }) {
  const { t } = useWords();
  return (
    <div className={`kpi${bad ? ' kpi-bad' : ''}`}>
      <span className="kpi-label">{label}</span>
      <span className="value large">{value}</span>
      <span className="calm small">
        {goal ? t('figures.goal', { goal }) : '\u00a0'}
        {bad && <b> · {t('figures.missed')}</b>}
      </span>
    </div>
  );
}

function Lists({ kpis }: { kpis: AlarmKpis }) {
  const { t, text, number } = useWords();
  const { plant } = useConsole();
  const titles = new Map(kpis.top.map(({ alarm, title }) => [alarm, title]));
  const place = (id: string) => {
    const alarm = plant.alarms.get(id);
    return alarm ? ` · ${text(alarm.location)}` : '';
  };
  const link = (id: string) => (
    <a href={`#/alarms/${encodeURIComponent(id)}`}>
      {text(plant.alarms.get(id)?.title ?? titles.get(id)) || id}
      {place(id)}
    </a>
  );
  return (
    <>
      <List title={t('figures.frequent')} empty={kpis.top.length === 0}>
        {kpis.top.map(({ alarm, count, share }) => (
          <li key={alarm}>
            {link(alarm)}
            <span className="value">
              {count}
              <small> {number(share * 100, 0)} %</small>
            </span>
          </li>
        ))}
      </List>
      <List title={t('figures.staleList')} empty={kpis.stale.length === 0}>
        {kpis.stale.map((id) => (
          <li key={id}>{link(id)}</li>
        ))}
      </List>
      <List title={t('figures.chatteringList')} empty={kpis.chattering.length === 0}>
        {kpis.chattering.map((id) => (
          <li key={id}>{link(id)}</li>
        ))}
      </List>
    </>
  );
}

function List({ title, empty, children }: { title: string; empty: boolean; children: ReactNode }) {
  const { t } = useWords();
  return (
    <section className="panel">
      <h2>{title}</h2>
      {empty ? <p className="calm">{t('figures.none')}</p> : <ol className="figure-list">{children}</ol>}
    </section>
  );
}
