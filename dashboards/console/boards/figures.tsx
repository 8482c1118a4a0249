/** Panels of single values: figures, gauges as bars with their limits, tables, tiles of states. */
import type { ReactNode } from 'react';
import { type Priority, priorities } from '../../../shared/alarm.ts';
import type { ReadingsPanel } from '../../board/board.ts';
import { comparisonLabels } from '../chart/comparison.ts';
import { useWords } from '../i18n/i18n.tsx';
import { PriorityMark } from '../parts/priority.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { gaugeFill } from './gauge-fill.ts';
import { keyOf, type PanelAnswer, type PanelContent, type PanelLine } from './use-panel.ts';

/** The worst limit that a value is beyond. */
export function beyond(line: PanelLine, value: number | null): Priority | undefined {
  if (value === null) return undefined;
  const crossed = line.limits
    .filter(({ side, value: limit }) => (side === 'above' ? value > limit : value < limit))
    .map(({ priority }) => priority);
  const state = line.statePriorities?.[value];
  return [...crossed, ...(state ? [state] : [])].sort((a, b) => priorities.indexOf(a) - priorities.indexOf(b))[0];
}

export function FigureText({ line, digits }: { line: PanelLine; digits: number | undefined }): ReactNode {
  const { text, number } = useWords();
  if (line.figure === null) return <span className="value none">—</span>;
  const state = line.states?.[line.figure];
  const bad = beyond(line, line.figure);
  return (
    <span className={`value${bad ? ` in-${bad}` : ''}${state ? ' word' : ''}`}>
      {state ? text(state) : number(line.figure, digits)}
      {!state && line.unit && <small> {line.unit}</small>}
    </span>
  );
}

/** How far a figure is from the same of the earlier period; of what is a share or a temperature no share is told. */
export function Difference({ line, content, digits }: { line: PanelLine; content: PanelContent; digits: number | undefined }): ReactNode {
  const { t, number } = useWords();
  const before = content.earlier?.lines.get(keyOf(line))?.figure;
  if (!content.earlier || line.states) return null;
  const name = t(comparisonLabels[content.earlier.period]);
  if (line.figure === null || before === null || before === undefined) return <span className="difference">{name} —</span>;
  const more = line.figure - before;
  const share =
    before > 0 && !['%', '°C', 'K', ''].includes(line.unit) ? ` (${signed((100 * more) / before, (one) => number(one, 0))} %)` : '';
  return (
    <span className="difference">
      {signed(more, (one) => number(one, digits))} {line.unit}
      {share} · {name} {number(before, digits)}
    </span>
  );
}

/** What was filled in and not measured is never left unsaid. */
export function Estimated({ line, digits }: { line: PanelLine; digits: number | undefined }): ReactNode {
  const { t, number } = useWords();
  const part = line.estimated?.figure ?? 0;
  if (!isTold(part, line.figure)) return null;
  return <span className="difference estimated">{t('board.estimated', { amount: `${number(part, digits)} ${line.unit}` })}</span>;
}

/** Less than a thousandth is nothing that a figure shows. */
export const isTold = (part: number, whole: number | null): boolean => part > 0 && part >= (whole ?? 0) / 1_000;

const signed = (value: number, write: (value: number) => string): string => `${value < 0 ? '−' : '+'}${write(Math.abs(value))}`;

export function StatPanel({ panel, content }: { panel: ReadingsPanel; content: PanelContent }) {
  const { text } = useWords();
  const { lines } = content.answer;
  return (
    <div className="stats">
      {lines.map((line) => (
        <div className="stat" key={keyOf(line)}>
          {lines.length > 1 && <span className="kpi-label">{text(line.label)}</span>}
          <div className="stat-value">
            <FigureText line={line} digits={panel.digits} />
          </div>
          {line.place && <span className="kpi-label">{text(line.place)}</span>}
          <Estimated line={line} digits={panel.digits} />
          <Difference line={line} content={content} digits={panel.digits} />
          {panel.trend && <Sparkline points={line.points} />}
        </div>
      ))}
    </div>
  );
}

export function GaugePanel({ panel, lines }: { panel: ReadingsPanel; lines: readonly PanelLine[] }) {
  const { t, text, number } = useWords();
  const values = lines.flatMap(({ figure }) => (figure === null ? [] : [figure]));
  const [min, max] = panel.scale ?? [Math.min(0, ...values), Math.max(1, ...values) * 1.1];
  const place = (value: number) => `${Math.max(0, Math.min(100, ((value - min) / (max - min)) * 100))}%`;
  return (
    <ul className="gauges">
      {lines.map((line) => {
        const bad = beyond(line, line.figure);
        const fill = line.figure === null ? undefined : gaugeFill(line.figure, min, max);
        return (
          <li key={keyOf(line)} data-off={fill?.off}>
            <div className="gauge-head">
              <span>
                {text(line.label)}
                {fill?.off && (
                  <small className="gauge-off">
                    {' '}
                    {t(fill.off === 'under' ? 'gauge.under' : 'gauge.over', { limit: number(fill.off === 'under' ? min : max, 0) })}
                  </small>
                )}
              </span>
              <FigureText line={line} digits={panel.digits} />
            </div>
            <div className="gauge" aria-hidden="true">
              {fill && (
                <i className={`${bad ? `fill-${bad}` : ''}${fill.off ? ` ${fill.off}` : ''}`} style={{ width: `${fill.share * 100}%` }} />
              )}
              {line.limits
                .filter(({ value }) => value >= min && value <= max)
                .map((limit) => (
                  <b
                    key={`${limit.rule}${limit.value}`}
                    className={`limit fill-${limit.priority}`}
                    style={{ left: place(limit.value) }}
                    title={`${text(limit.title)} ${limit.value} ${line.unit}`}
                  />
                ))}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** Devices with bad points are those that have some: one that is well is not in that list. */
export const rowsOf = (lines: readonly PanelLine[]): PanelLine[][] =>
  [...Map.groupBy(lines, (line) => line.device ?? line.label.en).values()].filter(
    (row) => !row.every(({ value, figure }) => value === 'bad_points' && figure === 0),
  );

/** A row per device, a column per value; what is beyond a limit first, then the largest. */
export function TablePanel({ panel, lines }: { panel: ReadingsPanel; lines: readonly PanelLine[] }) {
  const { t, text, time } = useWords();
  const values = [...new Set(lines.map(({ value }) => value))];
  const rows = rowsOf(lines);
  const of = (row: readonly PanelLine[], value: string | undefined) => row.find((line) => line.value === value);
  const rank = (row: readonly PanelLine[]) => Math.min(...row.map((line) => rankOf(beyond(line, line.figure))));
  // Where limits are below the values, the smallest is the one to look at.
  const limits = lines.flatMap((line) => (line.value === values[0] ? line.limits : []));
  const down = limits.length > 0 && limits.every(({ side }) => side === 'below') ? -1 : 1;
  const first = (row: readonly PanelLine[]) => of(row, values[0])?.figure ?? -down * Number.MAX_VALUE;
  const sorted = rows.sort((a, b) => rank(a) - rank(b) || down * (first(b) - first(a)));
  const newest = Math.max(...lines.map(({ figureAt }) => figureAt ?? 0));
  const dated = lines.some(({ figureAt }) => figureAt !== null);
  if (rows.length === 0 && lines.length > 0) return <p className="calm">{t('board.allPointsGood', { n: lines.length })}</p>;
  return (
    <table className="panel-table">
      <thead>
        <tr>
          <th>{t('nav.devices')}</th>
          {values.map((value) => (
            <th key={value} className="number">
              {values.length === 1 ? t('board.value') : text(lines.find((line) => line.value === value)?.valueLabel)}
            </th>
          ))}
          {dated && <th className="number">{t('audit.when')}</th>}
        </tr>
      </thead>
      <tbody>
        {sorted.map((row) => {
          const [one] = row as [PanelLine];
          const at = Math.max(...row.map(({ figureAt }) => figureAt ?? 0));
          return (
            <tr key={keyOf(one)}>
              <td>{one.device ? <a href={`#/devices/${one.device}`}>{text(one.deviceName)}</a> : text(one.label)}</td>
              {values.map((value) => {
                const line = of(row, value);
                return (
                  <td key={value} className="number">
                    {line && <FigureText line={line} digits={panel.digits} />}
                  </td>
                );
              })}
              {dated && <td className="number">{at > 0 && time(at, newest)}</td>}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** A row per line, the largest first; a column per month, the newest first. */
export function MonthTable({ panel, answer }: { panel: ReadingsPanel; answer: PanelAnswer }) {
  const { t, text, number, shortTime } = useWords();
  const months = [...new Set(answer.lines.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => b - a);
  const rows = answer.lines.map((line) => ({ line, values: new Map(line.points), estimated: new Map(line.estimated?.points) }));
  const total = ({ points }: PanelLine) => points.reduce((sum, [, value]) => sum + (value ?? 0), 0);
  const sorted = rows.sort((a, b) => total(b.line) - total(a.line));
  const isEstimated = (row: (typeof rows)[number], month: number) => isTold(row.estimated.get(month) ?? 0, row.values.get(month) ?? null);
  const some = rows.some((row) => months.some((month) => isEstimated(row, month)));
  return (
    <table className="panel-table months">
      {some && <caption>{t('board.estimatedMark')}</caption>}
      <thead>
        <tr>
          <th>
            {t('board.name')} ({answer.lines[0]?.unit})
          </th>
          {months.map((month) => (
            <th key={month} className="number">
              {shortTime(month, answer.every)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sorted.map((row) => (
          <tr key={keyOf(row.line)}>
            <td>{text(row.line.label)}</td>
            {months.map((month) => {
              const value = row.values.get(month) ?? null;
              return (
                <td key={month} className="number">
                  {isEstimated(row, month) && <abbr title={t('board.estimatedMark')}>≈</abbr>}
                  {value === null ? '—' : number(value, panel.digits)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const rankOf = (bad: Priority | undefined): number => (bad ? priorities.indexOf(bad) : priorities.length);

export function StatusPanel({ lines }: { lines: readonly PanelLine[] }) {
  const { text } = useWords();
  return (
    <ul className="status-tiles">
      {lines.map((line) => {
        const bad = beyond(line, line.figure);
        return (
          <li key={keyOf(line)} className={bad ? `tile alarm-${bad}` : ''}>
            <span>{text(line.label)}</span>
            <span className="status-word">
              {bad && <PriorityMark priority={bad} size={20} />}
              <FigureText line={{ ...line, limits: [], statePriorities: {} }} digits={0} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}
