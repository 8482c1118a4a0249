/** For the director, in a minute: what this month cost, against last year and the target, what changed, what was saved, what could be. */
import '../energy/management.css';
import { useCallback, useState } from 'react';
import { monthSpan } from '../../../shared/month-span.ts';
import { type EnergyOverview, energyApi, type ProjectInfo, type ProposalInfo, type TargetInfo } from '../data/energy-pages-api.ts';
import { MonthPicker } from '../energy/month-picker.tsx';
import { useReadiness, Waiting } from '../energy/waiting.tsx';
import {
  amount,
  dayRange,
  isoDay,
  mediumLabels,
  monthName,
  moreOf,
  nameOfDevice,
  percent,
  reasonText,
  shiftMonth,
} from '../energy/words.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';

/** More of it estimated or unknown is said above all figures. */
const doubtful = 0.02;
/** A change of a director's interest; smaller ones are noise. */
const largest = 3;

export function EnergyPage() {
  const [month, setMonth] = useState<string>();
  const [found, setFound] = useState<EnergyOverview>();
  const [last, setLast] = useState<string>();
  const [targets, setTargets] = useState<TargetInfo[]>();
  const [projects, setProjects] = useState<ProjectInfo[]>();
  const [proposals, setProposals] = useState<ProposalInfo[]>();
  const [again, setAgain] = useState(0);
  const readiness = useReadiness(
    found === undefined || projects === undefined,
    useCallback(() => setAgain((times) => times + 1), []),
  );
  useLoad(
    useCallback(async () => {
      const overview = await energyApi.overview(month);
      setFound(overview);
      setLast((known) => known ?? overview.month);
      // What takes longer comes after the figures of the month.
      setTargets(await energyApi.targets(Number(overview.month.slice(0, 4))));
      setProjects(overview.projects ? await energyApi.projects() : []);
      if (overview.proposals) {
        const answer = await energyApi.proposals();
        setProposals(Array.isArray(answer) ? answer : answer.proposals);
      } else setProposals([]);
      // `again`: a past that was being written is there now.
      void again;
    }, [month, again]),
  );
  if (!found || last === undefined)
    return (
      <div className="column">
        <Waiting readiness={readiness} reading />
      </div>
    );
  return (
    <div className="column">
      <Waiting readiness={readiness} reading={false} />
      <section className="panel">
        <MonthPicker span={found} simulated={found.simulated} last={last} onChange={setMonth} />
        <Warnings found={found} />
      </section>
      <div className="energy-cards">
        <Cost found={found} targets={targets ?? []} />
        <Targets targets={targets?.filter((one) => !isCostOf(one))} />
        <Changes found={found} />
        <Savings projects={projects} />
        <Proposals proposals={proposals} />
      </div>
      <Media found={found} />
    </div>
  );
}

/** What is wrong with the figures themselves comes first. */
function Warnings({ found }: { found: EnergyOverview }) {
  const words = useWords();
  const { t, number } = words;
  const lines = found.media.flatMap(({ medium, compared }) => {
    const name = t(mediumLabels[medium]);
    const share = compared.value ? (compared.estimated + compared.unknown) / compared.value : 0;
    return [
      ...(compared.measuredDays < compared.days
        ? [t('energy.warn.days', { medium: name, days: compared.days - compared.measuredDays })]
        : []),
      ...(share > doubtful ? [t('energy.warn.estimated', { medium: name, share: number(100 * share, 1) })] : []),
    ];
  });
  if (lines.length === 0) return null;
  return (
    <ul className="energy-warn">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

/** Stands with the cost. */
const isCostOf = ({ medium, amount: aim }: TargetInfo) => medium === 'cost' && aim !== null;

function Cost({ found, targets }: { found: EnergyOverview; targets: readonly TargetInfo[] }) {
  const words = useWords();
  const { t, number, language } = words;
  const { plant } = useConsole();
  const { cost } = found;
  const target = targets.find(isCostOf);
  return (
    <section className="panel">
      <h3>{found.running ? t('energy.cost.running', { day: isoDay(plant.site.timezone, found.to - 1) }) : t('energy.cost')}</h3>
      {cost.value === null ? (
        <p className="calm">{t('energy.cost.none')}</p>
      ) : (
        <>
          <p className="energy-big">
            {number(cost.value, 0)} <small>{t('energy.yuan')}</small>
          </p>
          <p>
            {cost.changePct === null ? (
              t('energy.cost.nothingBefore')
            ) : (
              <>
                <b className={cost.changePct > 0 ? 'energy-worse' : undefined}>{percent(words, cost.changePct)}</b>{' '}
                {t('energy.cost.against')}
              </>
            )}
          </p>
          {cost.like !== null && cost.before !== null && (
            <p className="calm">{t('energy.cost.like', { now: number(cost.like, 0), before: number(cost.before, 0) })}</p>
          )}
          {cost.wholeBefore !== null && cost.wholeBefore > 0 && (
            <p className="calm">
              {t('energy.cost.whole', { month: monthName(language, shiftMonth(found.month, -12)), yuan: number(cost.wholeBefore, 0) })}
            </p>
          )}
        </>
      )}
      {target && <TargetLine target={target} />}
      {cost.unpriced.length > 0 && (
        <p className="calm">
          {t('energy.cost.unpriced', {
            media: cost.unpriced.map((medium) => t(mediumLabels[medium])).join(language === 'zh' ? '、' : ', '),
          })}
        </p>
      )}
    </section>
  );
}

const states = { on: 'energy.target.on', above: 'energy.target.above', unknown: 'energy.target.unknown' } as const;
const reasons = {
  'last-year-incomplete': 'energy.target.lastYear',
  'this-year-incomplete': 'energy.target.thisYear',
  'no-divisor': 'energy.target.divisor',
  'no-cost': 'energy.target.cost',
  'no-meter': 'energy.target.meter',
} as const;

/** What the figure is of: the months that have what it is divided by, else all whole days. */
function spanOf({ unit, months }: TargetInfo, { t, language }: Pick<ReturnType<typeof useWords>, 't' | 'language'>): string {
  if (unit.includes('/')) return monthSpan(months.flatMap(({ month, actual }) => (actual === null ? [] : month)), language); // biome-ignore format: one
  const last = months.findLast(({ days }) => days > 0);
  const day = last ? `${last.month}-${String(last.days).padStart(2, '0')}` : '';
  return t('energy.target.to', { day });
}

export function TargetLine({ target }: { target: TargetInfo }) {
  const words = useWords();
  const { t, text, number } = words;
  const { plannedToDate: planned, actualToDate: actual } = target;
  const unit =
    target.unit === 'yuan'
      ? t('energy.yuan')
      : target.unit.replace('/bed-day', t('energy.per.bedDay')).replace('/m2', '/m²').replace('/visit', t('energy.per.visit'));
  const most = Math.max(planned ?? 0, actual ?? 0, 1e-9);
  return (
    <div>
      <div className="energy-line">
        <span>{text(target.name)}</span>
        <b className={target.state === 'above' ? 'energy-worse' : undefined}>{t(states[target.state])}</b>
        {target.reason !== null && <p>{t(reasons[target.reason])}</p>}
        {planned !== null && actual !== null && (
          <p>
            {t('energy.target.toDate', {
              actual: amount(words, actual, unit),
              planned: amount(words, planned, unit),
              span: spanOf(target, words),
            })}
            {planned > 0 && ` (${percent(words, (100 * (actual - planned)) / planned)})`}
            {target.amount !== null &&
              planned !== target.amount &&
              ` · ${t('energy.target.year', { amount: amount(words, target.amount, unit), year: number(target.year, 0).replace(/\D/g, '') })}`}
          </p>
        )}
      </div>
      {planned !== null && actual !== null && (
        <div className="energy-path" aria-hidden="true">
          <i className={target.state === 'above' ? 'above' : undefined} style={{ width: `${(100 * actual) / most}%` }} />
          <u style={{ left: `calc(${(100 * planned) / most}% - 3px)` }} />
        </div>
      )}
    </div>
  );
}

function Targets({ targets }: { targets: readonly TargetInfo[] | undefined }) {
  const { t } = useWords();
  return (
    <section className="panel">
      <h3>{t('energy.targets')}</h3>
      {!targets && <p className="calm">{t('energy.reading')}</p>}
      {targets?.length === 0 && <p className="calm">{t('energy.target.none')}</p>}
      {targets?.map((target) => (
        <TargetLine key={target.id} target={target} />
      ))}
    </section>
  );
}

function Changes({ found }: { found: EnergyOverview }) {
  const words = useWords();
  const { t, text, number } = words;
  const { plant } = useConsole();
  const priceOf = (medium: string) => found.cost.media.find((one) => one.medium === medium)?.perUnit ?? null;
  // By money where there is a price: a kWh of heat is not one of electricity.
  const ranked = found.changes
    .map((change) => ({ change, yuan: priceOf(change.medium) === null ? null : (priceOf(change.medium) as number) * change.delta }))
    .filter(({ yuan }) => yuan !== null || found.cost.media.length === 0)
    .toSorted((a, b) => Math.abs(b.yuan ?? b.change.delta) - Math.abs(a.yuan ?? a.change.delta));
  return (
    <section className="panel">
      <h3>{t('energy.changes')}</h3>
      {ranked.length === 0 && <p className="calm">{t('energy.changes.none')}</p>}
      {ranked.slice(0, largest).map(({ change, yuan }) => {
        const unit = found.media.find(({ medium }) => medium === change.medium)?.unit ?? '';
        return (
          <div className="energy-line" key={change.device}>
            <a href={`#/media/${change.medium}`}>{nameOfDevice(plant, text, change.device)}</a>
            <b className={change.delta > 0 ? 'energy-worse' : undefined}>
              {change.delta > 0 ? '+' : '−'}
              {amount(words, Math.abs(change.delta), unit)}
              {yuan !== null && ` · ${yuan > 0 ? '+' : '−'}${number(Math.abs(yuan), 0)} ${t('energy.yuan')}`}
            </b>
            <p>
              {change.changePct !== null && `${percent(words, change.changePct)} · `}
              {reasonText(words, plant.site.timezone, change)}
            </p>
          </div>
        );
      })}
    </section>
  );
}

function Savings({ projects }: { projects: readonly ProjectInfo[] | undefined }) {
  const words = useWords();
  const { t, text } = words;
  return (
    <section className="panel">
      <h3>{t('energy.savings')}</h3>
      {!projects && <p className="calm">{t('energy.reading')}</p>}
      {projects?.length === 0 && <p className="calm">{t('energy.savings.none')}</p>}
      {projects?.map((one) => (
        <div className="energy-line" key={one.id}>
          <a href={`#/projects/${one.id}`}>{text(one.name)}</a>
          <SavedWords one={one} />
        </div>
      ))}
    </section>
  );
}

export function SavedWords({ one }: { one: ProjectInfo }) {
  const words = useWords();
  const { t, text, number } = words;
  const { plant } = useConsole();
  const { result, yuan } = one;
  const span = `${dayRange(plant.site.timezone, one.reporting)} · `;
  if (!result) return <p>{text(one.why) || t('energy.savings.early')}</p>;
  if (one.purpose === 'capacity')
    return (
      <>
        <b>{t('energy.savings.capacity')}</b>
        <p>
          {span}
          {t(result.saved < 0 ? 'projects.more.used' : 'projects.less.used', moreOf(words, one.unit, result))}
        </p>
      </>
    );
  const band = t('energy.savings.band', {
    low: amount(words, result.low, one.unit),
    high: amount(words, result.high, one.unit),
    confidence: number(100 * result.confidence, 0),
  });
  return (
    <>
      {result.claimed ? (
        <b>
          {t('energy.savings.saved', { amount: amount(words, result.saved, one.unit) })}
          {yuan && ` · ${number(yuan.saved, 0)} ${t('energy.yuan')}`}
        </b>
      ) : (
        <b>{t('energy.savings.unproven')}</b>
      )}
      <p>
        {span}
        {band}
        {!result.claimed &&
          ` · ${result.reasons
            .filter(({ blocks }) => blocks)
            .map((reason) => text(reason.text))
            .join(' ')}`}
      </p>
    </>
  );
}

function Proposals({ proposals }: { proposals: readonly ProposalInfo[] | undefined }) {
  const { t, text, number } = useWords();
  const best = proposals?.toSorted((a, b) => b.yuan - a.yuan).slice(0, 3) ?? [];
  return (
    <section className="panel energy-wide">
      <h3>{t('energy.proposals')}</h3>
      {!proposals && <p className="calm">{t('energy.reading')}</p>}
      {proposals?.length === 0 && <p className="calm">{t('energy.proposals.none')}</p>}
      {best.map((one) => (
        <div className="energy-line" key={`${one.kind} ${one.where}`}>
          <span>{text(one.title)}</span>
          <b>{t('energy.proposals.yuan', { yuan: number(one.yuan, 0), error: number(one.error, 0) })}</b>
          <p>{text(one.formula)}</p>
        </div>
      ))}
    </section>
  );
}

function Media({ found }: { found: EnergyOverview }) {
  const words = useWords();
  const { t, number } = words;
  return (
    <section className="panel">
      <h3>{t('energy.byMedium')}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard */}
      <section className="energy-scroll" tabIndex={0} aria-label={t('energy.byMedium')}>
        <table className="energy-table">
          <thead>
            <tr>
              {[
                t('energy.medium'),
                t('energy.used'),
                t('energy.cost.short'),
                t('energy.raw'),
                t('energy.normalised'),
                t('energy.matched'),
                t('energy.doubtful'),
              ].map((head) => (
                <th scope="col" key={head}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.media.map(({ medium, unit, compared }) => {
              const cost = found.cost.media.find((one) => one.medium === medium);
              return (
                <tr key={medium}>
                  <th scope="row">
                    <a href={`#/media/${medium}`}>{t(mediumLabels[medium])}</a>
                  </th>
                  <td>{amount(words, compared.value, unit)}</td>
                  <td>{cost ? number(cost.value, 0) : '–'}</td>
                  <td>{percent(words, compared.changePct)}</td>
                  <td>{compared.normalisedPct === null ? t('energy.noSignal') : percent(words, compared.normalisedPct)}</td>
                  <td>{`${compared.matchedDays} / ${compared.days}`}</td>
                  <td>{compared.value ? `${number((100 * (compared.estimated + compared.unknown)) / compared.value, 1)} %` : '–'}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      <p className="calm">{t('energy.like')}</p>
    </section>
  );
}
