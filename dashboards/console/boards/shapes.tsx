/** Panels that are shapes rather than curves: bars, state timelines. */
import type { ReadingsPanel } from '../../board.ts';
import { comparisonLabels } from '../chart/comparison.ts';
import { useWords } from '../i18n/i18n.tsx';
import { beyond, Difference, FigureText } from './figures.tsx';
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
              <Difference line={line} content={content} digits={panel.digits} /> <FigureText line={line} digits={panel.digits} />
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

const width = 900;
const height = 260;

/** A group of bars per step, one for each line; paler beside it the same of the earlier period. */
export function BarsOverTime({ panel, content }: { panel: ReadingsPanel; content: PanelContent }) {
  const { t, text, time, number } = useWords();
  const { answer, earlier } = content;
  const period = earlier && t(comparisonLabels[earlier.period]);
  const bars = answer.lines.flatMap((line, at) => {
    const before = earlier?.lines.get(keyOf(line));
    const bar = { line, at, points: new Map(line.points), label: text(line.label), pale: false };
    return before ? [bar, { ...bar, points: new Map(before.points), label: `${bar.label} ${period}`, pale: true }] : [bar];
  });
  const times = [...new Set(answer.lines.flatMap(({ points }) => points.map(([t0]) => t0)))].sort((a, b) => a - b);
  const most = Math.max(...bars.flatMap(({ points }) => times.map((one) => points.get(one) ?? 0)), 1e-9);
  const group = width / Math.max(times.length, 1);
  const bar = Math.min(36, (group * 0.8) / Math.max(bars.length, 1));
  const labelEvery = Math.ceil(times.length / 12);
  return (
    <div className="bars">
      <svg viewBox={`0 0 ${width} ${height + 24}`} role="img" aria-label={text(panel.title)}>
        {[0.5, 1].map((part) => (
          <g key={part}>
            <line className="grid" x1={0} x2={width} y1={height - part * (height - 16)} y2={height - part * (height - 16)} />
            <text x={2} y={height - part * (height - 16) - 4}>
              {number(most * part, panel.digits)} {answer.lines[0]?.unit}
            </text>
          </g>
        ))}
        {times.map((moment, index) => (
          <g key={moment}>
            {bars.map(({ line, at, points, label, pale }, place) => {
              const value = points.get(moment) ?? null;
              if (value === null) return null;
              const tall = Math.max(0, (value / most) * (height - 16));
              return (
                <rect
                  key={label}
                  className={`series-${at % 8}${pale ? ' earlier' : ''}`}
                  x={index * group + (group - bar * bars.length) / 2 + place * bar}
                  y={height - tall}
                  width={Math.max(1, bar - 1)}
                  height={tall}
                >
                  <title>{`${label} ${time(moment, 0)}: ${number(value, panel.digits)} ${line.unit}`}</title>
                </rect>
              );
            })}
            {index % labelEvery === 0 && (
              <text x={index * group + group / 2} y={height + 18} textAnchor="middle">
                {time(moment, 0)}
              </text>
            )}
          </g>
        ))}
      </svg>
      <Legend content={content} />
    </div>
  );
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
            {stretches(line, answer.to).map(({ from, to, value }) => {
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
      <li className="axis" aria-hidden="true">
        <span />
        <div>
          {[0, 0.25, 0.5, 0.75, 1].map((part) => (
            <span key={part}>{time(answer.from + part * span, answer.to)}</span>
          ))}
        </div>
      </li>
    </ul>
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
