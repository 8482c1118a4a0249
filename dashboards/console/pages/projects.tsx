/** Retrofits: what each has brought with its band, and on one page what an auditor asks. */
import { Button, Group } from '@mantine/core';
import '../energy/management.css';
import { useCallback } from 'react';
import { wallOf } from '../../../shared/zone.ts';
import { moneyApi, type ProjectPage as Shown, type ShownProject } from '../data/money-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useList } from '../plant/use-list.ts';

export function ProjectsPage() {
  const { t, text } = useWords();
  const [projects] = useList(moneyApi.projects);
  return (
    <div className="column">
      <section className="panel">
        <h2>{t('nav.projects')}</h2>
        <p className="calm">{t('projects.hint')}</p>
        {projects?.length === 0 && <p className="calm">{t('projects.none')}</p>}
        <ul className="rows">
          {projects?.map((project) => (
            <li className="row channel-row" key={project.id} data-project={project.id}>
              <div className="row-body">
                <a className="row-title" href={`#/projects/${project.id}`}>
                  <strong>{text(project.name)}</strong>
                </a>
                <Result project={project} />
              </div>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

export function ProjectPage({ id }: { id: string }) {
  const { t, text, number, language } = useWords();
  const { plant } = useConsole();
  const [project] = useList(useCallback(() => moneyApi.project(id), [id]));
  if (!project) return null;
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
          <div className="book-scroll">
            <table className="book-table">
              <thead>
                <tr>
                  {(['projects.month', 'projects.used', 'projects.model', 'projects.less'] as const).map((key) => (
                    <th key={key} scope="col">
                      {t(key)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {months.map(([month, points]) => (
                  <tr key={month}>
                    <th scope="row">{month}</th>
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
          </div>
        </section>
      )}
    </div>
  );
}

function Result({ project }: { project: ShownProject }) {
  const { t, text, number } = useWords();
  const { plant } = useConsole();
  const { result, unit, yuan, baseline, reporting } = project;
  const day = (at: number) => new Date(wallOf(plant.site.timezone, at)).toISOString().slice(0, 10);
  const whole = (value: number) => number(value, 0);
  return (
    <>
      <p className={result?.claimed ? '' : 'stage-urgent'}>
        <strong>
          {!result
            ? t('projects.noResult')
            : t(result.claimed ? 'projects.saved' : 'projects.difference', { value: whole(result.saved), unit })}
        </strong>
      </p>
      {project.purpose === 'capacity' && <p className="calm">{t('projects.capacity')}</p>}
      {project.why && <p>{text(project.why)}</p>}
      {result && (
        <>
          <p>
            {t('projects.band', { low: whole(result.low), high: whole(result.high), unit })}
            {yuan && ` · ${t('projects.yuan', { saved: whole(yuan.saved), low: whole(yuan.low), high: whole(yuan.high) })}`}
            {project.paybackYears !== null && ` · ${t('projects.payback', { years: number(project.paybackYears, 1) })}`}
          </p>
          <p className="calm">{t('projects.formula', { opendsm: whole(result.half.opendsm), bootstrap: whole(result.half.bootstrap) })}</p>
          {result.reasons.map((reason) => (
            <p key={reason.id} className={reason.blocks ? 'stage-urgent' : 'calm'}>
              {text(reason.text)}
            </p>
          ))}
        </>
      )}
      <p className="calm">
        {t('projects.periods', { a: day(baseline.from), b: day(baseline.to - 1), c: day(reporting.from), d: day(reporting.to - 1) })}
      </p>
    </>
  );
}
