/** One rule: what it does and why, what the site changed, its limit over the last days, and another setting tried on them. */
import '../rules/rules.css';
import { SegmentedControl, Select } from '@mantine/core';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { api, type RuleInfo } from '../data/api.ts';
import { useRoute } from '../hash.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';
import { extremesOf, linesAt } from '../rules/limits.ts';
import { RuleFacts } from '../rules/rule-facts.tsx';
import { TryRule, type Turned } from '../rules/try-rule.tsx';
import { useBacktest } from '../rules/use-backtest.ts';
import { type RuleHistory, useRuleHistory } from '../rules/use-history.ts';

const RuleChart = lazy(() => import('../rules/rule-chart.tsx'));
const spans = [7, 30] as const;

export function RulePage({ id }: { id: string }) {
  const { t } = useWords();
  const [rules, setRules] = useState<RuleInfo[]>();
  useLoad(useCallback(async () => setRules(await api.rules()), []));
  const entry = rules?.find(({ rule }) => rule.id === id);
  return (
    <div className="column rule-page">
      <a className="back" href="#/rules">
        {t('nav.rules')}
      </a>
      {entry && <WholeRule entry={entry} />}
      {rules && !entry && <p className="panel calm">{t('rules.unknown')}</p>}
    </div>
  );
}

function WholeRule({ entry }: { entry: RuleInfo }) {
  const { plant } = useConsole();
  const [, , wanted] = useRoute();
  const places = entry.places;
  const known = (device: string) => (plant.devices.get(device)?.lastReadingAt ?? null) !== null;
  const device =
    places.find((place) => place.device === wanted)?.device ?? (places.find((place) => known(place.device)) ?? places[0])?.device;
  const [days, setDays] = useState<(typeof spans)[number]>(7);
  return (
    <>
      <RuleFacts entry={entry} />
      {device && <AtDevice key={device} entry={entry} device={device} days={days} setDays={setDays} />}
    </>
  );
}

interface Chosen {
  entry: RuleInfo;
  device: string;
  days: (typeof spans)[number];
  setDays: (days: (typeof spans)[number]) => void;
}

/** What was turned and found for one device says nothing of another. */
function AtDevice({ entry, device, days, setDays }: Chosen) {
  const { may } = useConsole();
  const [turned, turn] = useState<Turned>({});
  const [state, run] = useBacktest();
  const history = useRuleHistory(entry, device, days);
  const result = state.state === 'done' ? state.result : undefined;
  const tried = useMemo(() => (result?.trial ?? result?.today)?.episodes.filter((one) => one.device === device) ?? [], [result, device]);
  const chosen = { entry, device, days };
  return (
    <>
      <Drawing {...chosen} setDays={setDays} history={history} turned={turned} tried={tried} />
      {may('rule:backtest') && <TryRule {...chosen} seen={history?.seen} turned={turned} turn={turn} state={state} run={run} />}
    </>
  );
}

function Drawing({
  entry,
  device,
  days,
  setDays,
  history,
  turned,
  tried,
}: Chosen & {
  history: RuleHistory | undefined;
  turned: Turned;
  tried: readonly { from: number; to: number | null }[];
}) {
  const { t, text, number } = useWords();
  const { plant } = useConsole();
  const info = plant.devices.get(device);
  const place = entry.places.find((one) => one.device === device);
  const watched = place?.watches[0];
  const unit = watched ? plant.site.quantities[watched.quantity]?.unit : '';
  const lines = (params: Record<string, unknown> = {}) =>
    linesAt(entry, device, info?.attributes ?? {}, params).map((line) => ({
      ...line,
      text: `${t(line.side === 'above' ? 'rule.above' : 'rule.below')} ${number(line.value)} ${unit}`,
    }));
  const now = lines();
  const moved = lines(turned).filter((line, at) => line.value !== now[at]?.value || line.back !== now[at]?.back);
  const shades = [
    ...(history?.fired ?? []).map((one) => ({ ...one, by: 'fired' as const })),
    ...tried.map(({ from, to }) => ({ from, to: to ?? history?.to ?? from, by: 'trial' as const })),
  ];
  const empty = history?.watched.every(({ points }) => points.every(([, value]) => value === null));
  return (
    <section className="panel" data-tried={moved.map((line) => line.value).join(' ')}>
      <div className="chart-head">
        <h3>{t('rule.chart')}</h3>
        <Select
          aria-label={t('rule.device')}
          searchable
          allowDeselect={false}
          value={device}
          onChange={(value) => value && window.location.replace(`#/rules/${entry.rule.id}/${value}`)}
          data={entry.places.map((one) => ({ value: one.device, label: text(plant.devices.get(one.device)?.name) || one.device }))}
          w={280}
          maw="100%"
        />
        <SegmentedControl
          aria-label={t('chart.range')}
          value={String(days)}
          onChange={(value) => setDays(Number(value) as (typeof spans)[number])}
          data={spans.map((one) => ({ value: String(one), label: t('rule.days', { n: one }) }))}
        />
      </div>
      {!watched && <p>{t('rule.watchesSilence')}</p>}
      {watched && now.length === 0 && <p className="calm">{t('rule.noLine')}</p>}
      {watched && history && !empty && (
        <Suspense fallback={<div className="rule-chart" />}>
          <RuleChart
            label={`${text(info?.name)}, ${text(plant.site.quantities[watched.quantity]?.label)}`}
            watched={history.watched}
            from={history.from}
            to={history.to}
            pollMs={info?.pollMs ?? 0}
            lines={now}
            tried={moved}
            shades={shades}
          />
        </Suspense>
      )}
      {watched && empty && <p className="calm">{t('chart.empty')}</p>}
      <p className="legend-line calm small">
        <i className="swatch fired" /> {t('rule.fired', { n: history?.fired.length ?? 0 })}
        {tried.length > 0 && (
          <>
            <i className="swatch tried" /> {t('rule.tried', { n: tried.length })}
          </>
        )}
        {watched && <span>{t(`rule.curve.${extremesOf(entry).join('-') as 'min' | 'max' | 'mean' | 'min-max'}`)}</span>}
        {now.some(({ back }) => back !== undefined) && <span>{t('rule.deadband')}</span>}
      </p>
      <p className="small">
        <a href={`#/devices/${device}`}>{t('rule.toDevice')}</a>
      </p>
    </section>
  );
}
