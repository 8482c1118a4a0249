/** One medium: months against last year, raw and in its weather, per m², bed-day and visit; where it goes; the year by day and hour; coal and CO2. */
import '../energy/management.css';
import { NativeSelect, SegmentedControl } from '@mantine/core';
import { useCallback, useState } from 'react';
import type { Factors } from '../../../energy/index.ts';
import { confidenceLabels } from '../../../shared/plant-words.ts';
import type { TargetInfo } from '../data/energy-pages-api.ts';
import { type EnergyFlows, type EnergyMonths, energyApi } from '../data/energy-pages-api.ts';
import { MonthBars } from '../energy/bars.tsx';
import { FlowPicture } from '../energy/flow-picture.tsx';
import { amount, type MediumId, mediaIds, mediumLabels, monthName, percent, sureness } from '../energy/words.ts';
import { YearMap } from '../energy/year-map.tsx';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';
import { useNow } from '../parts/use-now.ts';
import { TargetLine } from './energy.tsx';

export function MediaPage({ id }: { id: string | undefined }) {
  const words = useWords();
  const { t, text } = words;
  const { plant, link } = useConsole();
  const now = useNow(link, 3_600_000);
  const medium: MediumId = mediaIds.find((one) => one === id) ?? 'electricity';
  const [scope, setScope] = useState('site');
  const [found, setFound] = useState<EnergyMonths>();
  const [flows, setFlows] = useState<EnergyFlows>();
  const [targets, setTargets] = useState<TargetInfo[]>([]);
  const [factors, setFactors] = useState<Factors>();
  const building = scope === 'site' ? undefined : scope;
  const kind = building === undefined ? 'site' : 'building';
  useLoad(useCallback(async () => setFound(await energyApi.months(medium, kind, building)), [medium, kind, building]));
  useLoad(
    useCallback(async () => {
      setFlows(undefined);
      setFlows(await energyApi.flows(medium));
      setTargets(await energyApi.targets());
      setFactors(await energyApi.factors());
    }, [medium]),
  );
  // Heat of an own boiler house is counted as the gas that it burns.
  const burnsGas = [...plant.devices.values()].some((one) => one.role === 'gas-meter');
  const places = [
    ...new Set([...plant.devices.values()].flatMap((one) => (one.building !== null && isMeter(one.role, medium) ? [one.building] : []))),
  ];
  return (
    <div className="column">
      <section className="panel">
        <div className="energy-month">
          <SegmentedControl
            value={medium}
            aria-label={t('energy.medium')}
            data={mediaIds.map((value) => ({ value, label: t(mediumLabels[value]) }))}
            onChange={(value) => {
              window.location.hash = `#/media/${value}`;
              setScope('site');
            }}
          />
          <NativeSelect
            aria-label={t('energy.scope')}
            value={scope}
            data={[
              { value: 'site', label: t('energy.site') },
              ...places.map((value) => ({ value, label: text(plant.site.buildings.find((one) => one.id === value)?.name) })),
            ]}
            onChange={(event) => setScope(event.currentTarget.value)}
          />
          {found?.simulated && <span className="energy-mark">{t('energy.simulated')}</span>}
        </div>
      </section>
      {found && (
        <section className="panel">
          <h3>{t('energy.months')}</h3>
          <MonthBars rows={found.rows} unit={found.unit} label={t('energy.months')} />
          <p className="energy-key">
            <span>
              <i style={{ background: 'var(--s0)' }} />
              {t('energy.key.now')}
            </span>
            <span>
              <i style={{ background: 'var(--line)' }} />
              {t('energy.key.before')}
            </span>
            <span>{t('energy.key.part')}</span>
          </p>
          <Months found={found} />
          <p className="calm">{t('energy.like')}</p>
        </section>
      )}
      {scope === 'site' && targets.some((one) => one.medium === medium) && (
        <section className="panel">
          <h3>{t('energy.targets')}</h3>
          {targets
            .filter((one) => one.medium === medium)
            .map((one) => (
              <TargetLine key={one.id} target={one} />
            ))}
        </section>
      )}
      {scope === 'site' && flows && (
        <section className="panel">
          <h3>{t('energy.flows')}</h3>
          <p>
            {t('energy.flow.sum', {
              total: amount(words, flows.total, flows.unit),
              rest: amount(words, flows.unmetered, flows.unit),
              share: words.number(flows.total ? (100 * flows.unmetered) / flows.total : 0, 1),
            })}
          </p>
          <FlowPicture flows={flows} medium={medium} />
          {flows.missing.length > 0 && (
            <p className="energy-warn">
              {t('energy.flow.missing', { meters: flows.missing.map((one) => text(plant.devices.get(one)?.name) || one).join(', ') })}
            </p>
          )}
          {flows.negative.map((one) => (
            <p className="energy-warn" key={one.device}>
              {t('energy.flow.negative', {
                meter: text(plant.devices.get(one.device)?.name) || one.device,
                value: amount(words, -one.value, flows.unit),
              })}
            </p>
          ))}
        </section>
      )}
      <section className="panel">
        <h3>{t('energy.map')}</h3>
        <YearMap medium={medium} scope={kind} id={building} now={now} />
      </section>
      {scope === 'site' && found && factors && !(medium === 'heat' && burnsGas) && (
        <Emissions found={found} factors={factors} medium={medium} />
      )}
    </div>
  );
}

const roles: Record<MediumId, readonly string[]> = {
  electricity: ['incomer', 'transformer', 'feeder', 'department-meter', 'tenant-meter'],
  water: ['water-main', 'water-branch'],
  heat: ['heat-meter'],
  gas: ['gas-meter'],
};
const isMeter = (role: string | null, medium: MediumId) => role !== null && roles[medium].includes(role);

function Months({ found }: { found: EnergyMonths }) {
  const words = useWords();
  const { t, number, language } = words;
  const rows = found.rows.slice(-13).toReversed();
  const per = (value: number | null) => (value === null ? '–' : number(value, value < 1 ? 3 : 2));
  const heads = [
    t('energy.month'),
    t('energy.used'),
    t('energy.raw'),
    t('energy.normalised'),
    t('energy.weather'),
    t('energy.matched'),
    t('energy.doubtful'),
    `${found.unit}/m²`,
    `${found.unit}${t('energy.per.bedDay')}`,
    `${found.unit}${t('energy.per.visit')}`,
  ];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard
    <section className="energy-scroll" tabIndex={0} aria-label={t('energy.months')}>
      <table className="energy-table">
        <thead>
          <tr>
            {heads.map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.month}>
              <th scope="row">
                {monthName(language, row.month)}
                {row.running && ` (${t('energy.so.far')})`}
              </th>
              <td>{amount(words, row.value, found.unit)}</td>
              <td>{percent(words, row.changePct)}</td>
              <td>{percent(words, row.normalisedPct)}</td>
              <td>
                {row.weather ? t('energy.degrees', { now: number(row.weather.meanC, 1), before: number(row.weather.beforeC, 1) }) : '–'}
              </td>
              <td>{`${row.matchedDays} / ${row.days}`}</td>
              <td>{row.value ? `${number((100 * (row.estimated + row.unknown)) / row.value, 1)} %` : '–'}</td>
              <td>{per(row.perM2)}</td>
              <td>{per(row.perBedDay)}</td>
              <td>{per(row.perVisit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Of the last twelve whole months: standard coal, CO2, and quotas where there are any that may be quoted. */
function Emissions({ found, factors, medium }: { found: EnergyMonths; factors: Factors; medium: MediumId }) {
  const words = useWords();
  const { t, text, number } = words;
  const year = found.rows.filter((row) => !row.running).slice(-12);
  const whole = year.length === 12 && year.every((row) => row.measuredDays === row.days);
  const sum = year.reduce((all, row) => all + (row.value ?? 0), 0);
  const [first, last] = [year[0]?.month, year.at(-1)?.month];
  const day = `${last ?? '2026-01'}-01`;
  const holding = (list: Factors['co2']) =>
    list.find((one) => one.medium === medium && one.from <= day && (one.to === undefined || day <= one.to));
  const lines = [['energy.coal', holding(factors.standard_coal), 't'] as const, ['energy.co2', holding(factors.co2), 't'] as const];
  const perM2 = whole && found.areaM2 ? sum / found.areaM2 : null;
  return (
    <section className="panel">
      <h3>{t('energy.emissions')}</h3>
      <p className="calm">
        {whole && first && last
          ? t('energy.emissions.of', { first, last, amount: amount(words, sum, found.unit) })
          : t('energy.emissions.short')}
      </p>
      {whole &&
        lines.map(([key, factor, unit]) => (
          <div className="energy-line" key={key}>
            <span>{t(key)}</span>
            <b>{factor ? `${number((sum * factor.value) / 1_000, 1)} ${unit}` : t('energy.factor.none')}</b>
            {factor && (
              <p>
                {t('energy.factor', {
                  value: number(factor.value, 4),
                  unit: factor.unit,
                  from: factor.from,
                  source: text(factor.source),
                  confidence: text(confidenceLabels[sureness[factor.confidence]]),
                })}
              </p>
            )}
          </div>
        ))}
      {medium === 'electricity' && (
        <>
          <h3>{t('energy.quotas')}</h3>
          {perM2 !== null && <p>{t('energy.quota.own', { value: number(perM2, 1) })}</p>}
          {factors.quotas.map((one) => (
            <div className="energy-line" key={one.id}>
              <span>
                {text(one.region)} · {text(one.standard)}
              </span>
              <b className={one.limit !== null && perM2 !== null && perM2 > one.limit ? 'energy-worse' : undefined}>
                {one.limit === null
                  ? t('energy.quota.none')
                  : t('energy.quota.limit', { limit: number(one.limit, 0), guide: one.guide === null ? '–' : number(one.guide, 0) })}
              </b>
              <p>{text(one.note)}</p>
            </div>
          ))}
        </>
      )}
    </section>
  );
}
