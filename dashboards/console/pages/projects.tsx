/** Retrofits: what each has brought with its band, and on one page what an auditor asks. */
import { Button, Group } from '@mantine/core';
import '../energy/management.css';
import { useCallback } from 'react';
import { wallOf } from '../../../shared/zone.ts';
import { moneyApi, type ProjectPage as Shown, type ShownProject } from '../data/money-api.ts';
import { amount, dayRange, monthName, moreOf, nameOfDevice, percent } from '../energy/words.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useList } from '../plant/use-list.ts';

export function ProjectsPage() {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const [projects] = useList(moneyApi.projects);
  return (
    <div className="column">
      <section className="panel">
        <h2>{t('nav.projects')}</h2>
        <p className="calm">{t('projects.hint')}</p>
        {!projects && <p className="calm">{t('energy.reading')}</p>}
        {projects?.length === 0 && <p className="calm">{t('projects.none')}</p>}
        {plant.site.simulated && <span className="energy-mark">{t('energy.simulated')}</span>}
      </section>
      {projects?.map((project) => (
        <section className="panel" key={project.id} data-project={project.id}>
          <h3>
            <a href={`#/projects/${project.id}`}>{text(project.name)}</a>
          </h3>
          {project.measure && <p>{text(project.measure)}</p>}
          <Result project={project} />
          <Facts project={project} />
          <p>
            <a href={`#/projects/${project.id}`}>{t('projects.more')}</a>
          </p>
        </section>
      ))}
    </div>
  );
}

export function ProjectPage({ id }: { id: string }) {
  const { t, text, number, language } = useWords();
  const { plant } = useConsole();
  const [project] = useList(useCallback(() => moneyApi.project(id), [id]));
  if (!project)
    return (
      <div className="column">
        <section className="panel calm">{t('energy.reading')}</section>
      </div>
    );
  const zone = plant.site.timezone;
  const months = [...Map.groupBy(project.points, ({ from }) => new Date(wallOf(zone, from)).toISOString().slice(0, 7))];
  const sum = (points: Shown['points'], pick: (one: Shown['points'][number]) => number) => points.reduce((all, one) => all + pick(one), 0);
  const year = new Date(wallOf(zone, project.reporting.to)).getUTCFullYear();
  return (
    <div className="column">
      <section className="panel">
        <h2>{text(project.name)}</h2>
        {project.measure && <p>{text(project.measure)}</p>}
        <Result project={project} />
        <Facts project={project} />
        <Group gap="xs">
          {project.result && (
            <Button component="a" variant="default" href={`/api/energy/savings/${id}/workbook.xlsx?lang=${language}`} download>
              {t('projects.workbook')}
            </Button>
          )}
          <Button component="a" variant="default" href={`/api/reports/savings?period=${year}&lang=${language}&format=pdf`} download>
            {t('projects.report')}
          </Button>
        </Group>
      </section>
      <section className="panel">
        <h2>{t('projects.questions')}</h2>
        <ol className="rows">
          {project.questions.map((question, i) => (
            <li className="row channel-row" key={question.id} data-question={question.id}>
              <div className="row-body">
                <strong className="row-title">
                  {i + 1}. {text(question.title)}
                </strong>
                {question.answers.map((answer) => (
                  <p key={answer.en}>{text(answer)}</p>
                ))}
              </div>
              <span className={question.open ? 'stage-urgent' : 'calm'}>
                {t(question.open ? 'projects.openQuestion' : 'projects.answered')}
              </span>
            </li>
          ))}
        </ol>
      </section>
      {months.length > 0 && (
        <section className="panel">
          <h2>{t('projects.chart')}</h2>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard */}
          <section className="energy-scroll" tabIndex={0} aria-label={t('projects.chart')}>
            <table className="energy-table">
              <thead>
                <tr>
                  {(['projects.month', 'projects.used', 'projects.model', 'projects.less'] as const).map((key) => (
                    <th key={key} scope="col">
                      {key === 'projects.month' ? t(key) : `${t(key)}, ${project.unit}`}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {months.map(([month, points]) => (
                  <tr key={month}>
                    <th scope="row">{monthName(language, month)}</th>
                    <td>
                      {number(
                        sum(points, ({ observed }) => observed),
                        0,
                      )}
                    </td>
                    <td>
                      {number(
                        sum(points, ({ predicted }) => predicted),
                        0,
                      )}
                    </td>
                    <td>
                      {number(
                        sum(points, ({ predicted, observed }) => predicted - observed),
                        0,
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </section>
      )}
    </div>
  );
}

/** What is compared with what: meters, periods with how much of them is there, what it cost. */
function Facts({ project: one }: { project: ShownProject }) {
  const words = useWords();
  const { t, text, number } = words;
  const { plant } = useConsole();
  const period = (label: 'projects.baseline' | 'projects.reporting', span: ShownProject['baseline']) => (
    <div className="energy-line">
      <span>{t(label)}</span>
      <b>{dayRange(plant.site.timezone, span)}</b>
      <p>{t('projects.coverage', { amount: amount(words, span.value, one.unit), share: number(100 * span.coverage, 1) })}</p>
    </div>
  );
  return (
    <>
      <div className="energy-line">
        <span>{t('projects.boundary')}</span>
        <b>{one.meters.map((id) => nameOfDevice(plant, text, id)).join(t('projects.and'))}</b>
      </div>
      {period('projects.baseline', one.baseline)}
      {period('projects.reporting', one.reporting)}
      {one.result && (
        <div className="energy-line">
          <span>{t('projects.against')}</span>
          <b>{amount(words, one.result.counterfactual, one.unit)}</b>
          {one.result.counterfactual > 0 && (
            <p>
              {t('projects.change', {
                change: percent(words, (100 * (one.result.observed - one.result.counterfactual)) / one.result.counterfactual),
              })}
            </p>
          )}
        </div>
      )}
      {one.investedYuan !== null && (
        <div className="energy-line">
          <span>{t('projects.invested')}</span>
          <b>
            {number(one.investedYuan, 0)} {t('energy.yuan')}
          </b>
          {one.paybackYears !== null && <p>{t('projects.payback', { years: number(one.paybackYears, 1) })}</p>}
        </div>
      )}
    </>
  );
}

function Result({ project }: { project: ShownProject }) {
  const words = useWords();
  const { t, text, number } = words;
  const { result, unit, yuan } = project;
  const whole = (value: number) => number(value, 0);
  if (project.purpose === 'capacity' && result)
    return (
      <>
        <p>
          <strong>{t(result.saved < 0 ? 'projects.more.used' : 'projects.less.used', moreOf(words, unit, result))}</strong>
        </p>
        <p className="calm">{t('projects.capacity')}</p>
      </>
    );
  return (
    <>
      <p className={result?.claimed ? '' : 'stage-urgent'}>
        <strong>
          {!result
            ? t('projects.noResult')
            : t(result.claimed ? 'projects.saved' : 'projects.difference', { value: whole(result.saved), unit })}
        </strong>
      </p>
      {project.why && <p>{text(project.why)}</p>}
      {result && (
        <>
          <p>
            {t('projects.band', { low: whole(result.low), high: whole(result.high), unit })}
            {yuan && ` · ${t('projects.yuan', { saved: whole(yuan.saved), low: whole(yuan.low), high: whole(yuan.high) })}`}
          </p>
          <p className="calm">{t('projects.formula', { opendsm: whole(result.half.opendsm), bootstrap: whole(result.half.bootstrap) })}</p>
          {result.reasons.map((reason) => (
            <p key={reason.id} className={reason.blocks ? 'stage-urgent' : 'calm'}>
              {text(reason.text)}
            </p>
          ))}
        </>
      )}
    </>
  );
}
