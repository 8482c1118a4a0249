/** Who used it: departments, buildings and tenants that have meters of their own, in one month against the same days of last year. */
import '../energy/management.css';
import { SegmentedControl } from '@mantine/core';
import { useCallback, useState } from 'react';
import { type EnergyBreakdown, energyApi } from '../data/energy-pages-api.ts';
import { MonthPicker } from '../energy/month-picker.tsx';
import { amount, type MediumId, mediaIds, mediumLabels, nameOfPlace, percent, shiftMonth } from '../energy/words.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';

const scopes = { department: 'energy.by.department', building: 'energy.by.building', tenant: 'energy.by.tenant' } as const;
type ScopeId = keyof typeof scopes;

export function ConsumersPage() {
  const words = useWords();
  const { t, text, number } = words;
  const { plant } = useConsole();
  const [scope, setScope] = useState<ScopeId>('department');
  const [medium, setMedium] = useState<MediumId>('electricity');
  const [month, setMonth] = useState<string>();
  const [last, setLast] = useState<string>();
  const [found, setFound] = useState<EnergyBreakdown>();
  useLoad(
    useCallback(async () => {
      const answer = await energyApi.breakdown(medium, scope, month);
      setLast((known) => known ?? answer.month);
      // Of a running month nothing can be said per m² or bed-day: it begins with the last whole one.
      if (month === undefined && answer.running) setMonth(shiftMonth(answer.month, -1));
      else setFound(answer);
    }, [medium, scope, month]),
  );
  const per = (value: number | null) => (value === null ? '–' : number(value, 2));
  const heads = found && [
    t(scopes[scope]),
    t('energy.used'),
    t('energy.before'),
    t('energy.raw'),
    t('energy.normalised'),
    t('energy.matched'),
    t('energy.doubtful'),
    `${found.unit}/m²`,
    `${found.unit}${t('energy.per.bedDay')}`,
  ];
  const rows = found?.rows.toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0)) ?? [];
  return (
    <div className="column">
      <section className="panel">
        {found && last !== undefined && <MonthPicker span={found} last={last} onChange={setMonth} />}
        <div className="energy-month">
          <SegmentedControl
            aria-label={t('energy.scope')}
            value={scope}
            data={Object.entries(scopes).map(([value, label]) => ({ value, label: t(label) }))}
            onChange={(value) => setScope(value as ScopeId)}
          />
          <SegmentedControl
            aria-label={t('energy.medium')}
            value={medium}
            data={mediaIds.map((value) => ({ value, label: t(mediumLabels[value]) }))}
            onChange={(value) => setMedium(value as MediumId)}
          />
        </div>
      </section>
      <section className="panel">
        <h3>{t('energy.consumers')}</h3>
        <p className="calm">{t('energy.consumers.hint')}</p>
        {found && rows.length === 0 && <p className="calm">{t('energy.consumers.none')}</p>}
        {heads && rows.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard
          <section className="energy-scroll" tabIndex={0} aria-label={t('energy.consumers')}>
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
                  <tr key={row.id}>
                    <th scope="row">{nameOfPlace(plant, text, scope, row.id)}</th>
                    <td>{amount(words, row.value, found.unit)}</td>
                    <td>{row.matchedDays === 0 ? t('energy.new') : amount(words, row.before, found.unit)}</td>
                    <td>{percent(words, row.changePct)}</td>
                    <td>{percent(words, row.normalisedPct)}</td>
                    <td>{`${row.matchedDays} / ${row.days}`}</td>
                    <td>{row.value ? `${number((100 * (row.estimated + row.unknown)) / row.value, 1)} %` : '–'}</td>
                    <td>{per(row.perM2)}</td>
                    <td>{per(row.perBedDay)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
        <p className="calm">{t('energy.like')}</p>
      </section>
    </div>
  );
}
