/** Retrofits: what each saved, with the band it lies in; where it may not be called a saving, why. */
import '../energy/management.css';
import { useEffect, useState } from 'react';
import { type EnergyOverview, energyApi, type ProjectInfo } from '../data/energy-pages-api.ts';
import { amount, percent } from '../energy/words.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { SavedWords } from './energy.tsx';

export function RetrofitsPage() {
  const words = useWords();
  const { t, text, number, dateTime } = words;
  const { plant, act } = useConsole();
  const [overview, setOverview] = useState<EnergyOverview>();
  const [projects, setProjects] = useState<ProjectInfo[]>();
  useEffect(
    () =>
      void act(async () => {
        const found = await energyApi.overview();
        setOverview(found);
        setProjects(found.projects ? await energyApi.projects() : []);
      }),
    [act],
  );
  const day = (t: number) => dateTime(t).slice(0, 10);
  return (
    <div className="column">
      <section className="panel">
        <h2>{t('nav.retrofits')}</h2>
        <p className="calm">{t('energy.retrofits.hint')}</p>
        {overview?.simulated && <span className="energy-mark">{t('energy.simulated')}</span>}
        {projects?.length === 0 && <p className="calm">{t('energy.savings.none')}</p>}
      </section>
      {projects?.map((one) => (
        <section className="panel" key={one.id} data-project={one.id}>
          <h3>{text(one.name)}</h3>
          {one.measure && <p>{text(one.measure)}</p>}
          <div className="energy-line">
            <span>{t('energy.retrofits.result')}</span>
            <SavedWords one={one} />
          </div>
          <div className="energy-line">
            <span>{t('energy.retrofits.boundary')}</span>
            <b>{one.meters.map((id) => text(plant.devices.get(id)?.name) || id).join(', ')}</b>
          </div>
          <div className="energy-line">
            <span>{t('energy.retrofits.baseline')}</span>
            <b>{`${day(one.baseline.from)} – ${day(one.baseline.to - 1)}`}</b>
            <p>
              {t('energy.retrofits.coverage', {
                amount: amount(words, one.baseline.value, one.unit),
                share: number(100 * one.baseline.coverage, 1),
              })}
            </p>
          </div>
          <div className="energy-line">
            <span>{t('energy.retrofits.reporting')}</span>
            <b>{`${day(one.reporting.from)} – ${day(one.reporting.to - 1)}`}</b>
            <p>
              {t('energy.retrofits.coverage', {
                amount: amount(words, one.reporting.value, one.unit),
                share: number(100 * one.reporting.coverage, 1),
              })}
            </p>
          </div>
          {one.result && (
            <div className="energy-line">
              <span>{t('energy.retrofits.against')}</span>
              <b>{amount(words, one.result.counterfactual, one.unit)}</b>
              <p>
                {t('energy.retrofits.change', {
                  change: percent(
                    words,
                    one.result.counterfactual
                      ? (100 * (one.result.observed - one.result.counterfactual)) / one.result.counterfactual
                      : null,
                  ),
                })}
              </p>
            </div>
          )}
          {one.investedYuan !== null && (
            <div className="energy-line">
              <span>{t('energy.retrofits.invested')}</span>
              <b>
                {number(one.investedYuan, 0)} {t('energy.yuan')}
              </b>
              {one.paybackYears !== null && <p>{t('energy.retrofits.payback', { years: number(one.paybackYears, 1) })}</p>}
            </div>
          )}
        </section>
      ))}
    </div>
  );
}
