/** Panels that are shapes rather than curves: bars, state timelines. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { ReadingsPanel } from '../../board/board.ts';
import { comparisonLabels } from '../chart/comparison.ts';
import { bridge } from '../chart/gaps.ts';
import { useWords } from '../i18n/i18n.tsx';
import { beyond, Difference, Estimated, FigureText, isTold } from './figures.tsx';
import { keyOf, type PanelAnswer, type PanelContent, type PanelLine } from './use-panel.ts';

/** One bar per line, the largest first; below it, paler, the same of the earlier period. */
export function BarsEach({ panel, content }: { panel: ReadingsPanel; content: PanelContent }) {
  const { text } = useWords();
  const { lines } = content.answer;
  const before = (line: PanelLine) => content.earlier?.lines.get(keyOf(line))?.figure ?? 0;
  const most = Math.max(...lines.map((line) => Math.max(line.figure ?? 0, before(line))), 1e-9);
  const wide = (value: number) => ({ width: `${Math.max(0, (100 * value) / most)}%` });
  const sorted = [...lines].sort((a, b) => (b.figure ?? -1) - (a.figure ?? -1));
  return (
    <ul className="gauges one-column">
      {sorted.map((line) => (
        <li key={keyOf(line)}>
          <div className="gauge-head">
            <span>{text(line.label)}</span>
            <span>
              <Estimated line={line} digits={panel.digits} /> <Difference line={line} content={content} digits={panel.digits} />{' '}
              <FigureText line={line} digits={panel.digits} />
            </span>
          </div>
          <div className="gauge" aria-hidden="true">
            <i style={wide(line.figure ?? 0)} />
          </div>
          {content.earlier && (
            <div className="gauge earlier" aria-hidden="true">
              <i style={wide(before(line))} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

const axisHeight = 26;
/** Of a letter of the scale, about. */
const letterWidth = 7.6;

/** A group of bars per step, one for each line; paler beside it the same of the earlier period. */
export function BarsOverTime({ panel, content }: { panel: ReadingsPanel; content: PanelContent }) {
  const { t, text, number, shortTime } = useWords();
  const [box, { width, height }] = useSize();
  const { answer, earlier } = content;
  const period = earlier && t(comparisonLabels[earlier.period]);
  const bars = answer.lines.flatMap((line, at) => {
    const before = earlier?.lines.get(keyOf(line));
    const bar = { line, at, points: new Map(line.points), filled: new Map(line.estimated?.points), label: text(line.label), pale: false };
    return before
      ? [
          bar,
          {
            ...bar,
            points: new Map(before.points),
            filled: new Map(before.estimated?.points),
            label: `${bar.label} ${period}`,
            pale: true,
          },
        ]
      : [bar];
  });
  const times = [...new Set(answer.lines.flatMap(({ points }) => points.map(([t0]) => t0)))].sort((a, b) => a - b);
  const most = niceTop(Math.max(...bars.flatMap(({ points }) => times.map((one) => points.get(one) ?? 0))));
  // Half a start or half a kilowatt-hour is not written where whole ones are counted.
  const grid = panel.digits === 0 && !Number.isInteger(most / 2) ? [1] : [0.5, 1];
  const scaleText = (value: number) => `${number(value, Number.isInteger(value) ? 0 : panel.digits)} ${answer.lines[0]?.unit ?? ''}`;
  const gutter = Math.ceil(Math.max(...grid.map((part) => scaleText(most * part).length)) * letterWidth) + 10;
  const floor = height - axisHeight;
  const tall = (value: number) => Math.max(0, (value / most) * (floor - 18));
  const group = Math.max(0, width - gutter) / Math.max(times.length, 1);
  const bar = Math.min(48, (group * 0.8) / Math.max(bars.length, 1));
  const labelEvery = Math.ceil(times.length / Math.max(1, Math.floor((width - gutter) / 80)));
  return (
    <div className="bars">
      <div className="bars-box" ref={box}>
        <svg width={width} height={height} role="img" aria-label={text(panel.title)}>
          {grid.map((part) => (
            <g key={part}>
              <line className="grid" x1={gutter} x2={width} y1={floor - tall(most * part)} y2={floor - tall(most * part)} />
              <text x={gutter - 6} y={floor - tall(most * part) + 5} textAnchor="end">
                {scaleText(most * part)}
              </text>
            </g>
          ))}
          {times.map((moment, index) => (
            <g key={moment}>
              {bars.map(({ line, at, points, filled, label, pale }, place) => {
                const value = points.get(moment) ?? null;
                if (value === null) return null;
                const part = filled.get(moment) ?? 0;
                const said = isTold(part, value)
                  ? ` (${t('board.estimated', { amount: `${number(part, panel.digits)} ${line.unit}` })})`
                  : '';
                const box = { x: gutter + index * group + (group - bar * bars.length) / 2 + place * bar, y: floor - tall(value), width: Math.max(1, bar - 1) }; // biome-ignore format: short
                return (
                  <g key={label}>
                    <rect className={`series-${at % 8}${pale ? ' earlier' : ''}`} {...box} height={tall(value)}>
                      <title>{`${label} ${shortTime(moment, answer.every)}: ${number(value, panel.digits)} ${line.unit}${said}`}</title>
                    </rect>
                    {said && <rect className="filled-in" {...box} height={tall(part)} />}
                  </g>
                );
              })}
              {index % labelEvery === 0 && (
                <text x={Math.min(gutter + (index + 0.5) * group, width - 26)} y={height - 8} textAnchor="middle">
                  {shortTime(moment, answer.every)}
                </text>
              )}
            </g>
          ))}
        </svg>
      </div>
      {bars.some(({ points, filled }) => times.some((one) => isTold(filled.get(one) ?? 0, points.get(one) ?? null))) && (
        <p className="calm small">{t('board.estimatedBars')}</p>
      )}
      <Legend content={content} />
    </div>
  );
}

/** The next of 1, 2, 2.5, 5 and ten times that. */
export function niceTop(most: number): number {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 2.5, 5, 10].find((step) => step * power >= most) ?? 10) * power;
}

/** The place that an element has, in pixels, so that texts keep their size. */
function useSize(): [RefObject<HTMLDivElement | null>, { width: number; height: number }] {
  const element = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: Math.floor(entry.contentRect.width), height: Math.floor(entry.contentRect.height) });
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, size];
}

export function Legend({ content: { answer, earlier } }: { content: PanelContent }) {
  const { t, text } = useWords();
  if (answer.lines.length < 2 && !earlier) return null;
  return (
    <ul className="legend">
      {answer.lines.map((line, index) => (
        <li key={keyOf(line)}>
          <i className={`series-${index % 8}`} />
          {text(line.label)}
        </li>
      ))}
      {earlier && (
        <li className="legend-earlier">
          <i />
          {t(comparisonLabels[earlier.period])}
        </li>
      )}
    </ul>
  );
}

/** Each line a band; grey for what is in order, the colour of its priority for what is not. */
export function StateTimeline({ answer }: { answer: PanelAnswer }) {
  const { text, time } = useWords();
  const span = answer.to - answer.from;
  const place = (t: number) => (100 * Math.max(0, t - answer.from)) / span;
  return (
    <ul className="timeline">
      {answer.lines.map((line) => (
        <li key={keyOf(line)}>
          <span>{text(line.label)}</span>
          <div className="band">
            {stretches({ points: bridge(line.points, 0) }, answer.to).map(({ from, to, value }) => {
              const bad = beyond(line, value);
              const word = text(line.states?.[value]) || String(value);
              return (
                <i
                  key={from}
                  className={bad ? `fill-${bad}` : value === 0 ? 'state-0' : 'state-1'}
                  style={{ left: `${place(from)}%`, width: `${place(to) - place(from)}%` }}
                  title={`${word} ${time(from, 0)} – ${time(to, 0)}`}
                >
                  {place(to) - place(from) > 12 ? word : ''}
                </i>
              );
            })}
          </div>
        </li>
      ))}
      <TimeAxis from={answer.from} to={answer.to} />
    </ul>
  );
}

export function TimeAxis({ from, to }: { from: number; to: number }) {
  const { shortTime } = useWords();
  return (
    <li className="axis" aria-hidden="true">
      <span />
      <div>
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <span key={part}>{shortTime(from + part * (to - from), (to - from) / 48)}</span>
        ))}
      </div>
    </li>
  );
}

/** Steps of equal value joined. A step without a value is a hole; the last one reaches to the end of what was asked. */
export function stretches(line: Pick<PanelLine, 'points'>, end: number): { from: number; to: number; value: number }[] {
  const found: { from: number; to: number; value: number }[] = [];
  for (const [index, [t, value]] of line.points.entries()) {
    if (value === null) continue;
    const to = Math.min(line.points[index + 1]?.[0] ?? end, end);
    const last = found.at(-1);
    if (last && last.value === value && last.to >= t) last.to = to;
    else found.push({ from: t, to, value });
  }
  return found;
}
