/** Options for a chart of several lines: palette apart from the alarm colours, one axis per unit, limits as dashed lines. */
import uPlot from 'uplot';
import type { PanelAnswer } from '../../panel/data.ts';
import type { Words } from '../i18n/i18n.tsx';
import { drawLimits, tickWriter, timeAxisFormat, withNearLimits } from './options.ts';

/** Also in styles.css as .series-0 to .series-7, for legends and bars. */
export const palette = {
  light: ['#345a80', '#2a7f62', '#8a6d1f', '#7a4e8a', '#3d8ea8', '#66752b', '#a05a7a', '#5c6773'],
  dark: ['#8fb4d8', '#6fc3a4', '#d6b85f', '#c39ad3', '#7cc7de', '#b3c26f', '#dd9dba', '#aab4be'],
} as const;

export interface LinesStyle {
  width: number;
  height: number;
  words: Words;
  timezone: string;
  dark: boolean;
  answer: PanelAnswer;
  /** What the lines of an earlier period are called; each follows after all of the present, in the same order. */
  compareLabel: string | undefined;
  digits: number | undefined;
  onZoom(from: number, to: number): void;
}

export function linesOptions({ width, height, words, timezone, dark, answer, compareLabel, digits, onZoom }: LinesStyle): uPlot.Options {
  const ink = dark ? '#c1c9d2' : '#3c4650';
  const grid = dark ? '#333b44' : '#dde2e7';
  const font = `14px ${getComputedStyle(document.body).fontFamily}`;
  const format = timeAxisFormat(words, timezone, answer.to - answer.from);
  const units = [...new Set(answer.lines.map(({ unit }) => unit))];
  const colors = dark ? palette.dark : palette.light;
  const axis = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  const write = (value: number) => words.number(value, Number.isInteger(value) ? 0 : digits);
  const limitsOf = (unit: string) => [
    ...new Map(
      answer.lines
        .filter((line) => line.unit === unit)
        .flatMap((line) => line.limits.map((limit) => [`${limit.rule}${limit.value}`, limit] as const)),
    ).values(),
  ];
  return {
    width,
    height,
    ms: 1e-3,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), timezone),
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
    legend: { show: false },
    scales: {
      x: { time: true, min: answer.from / 1_000, max: answer.to / 1_000 },
      ...Object.fromEntries(
        units.map((unit) => [
          `u-${unit}`,
          { range: (_plot: uPlot, min: number | null, max: number | null) => withNearLimits(min, max, limitsOf(unit)) },
        ]),
      ),
    },
    axes: [
      { ...axis, space: 80, values: (_plot, ticks) => ticks.map((seconds) => format.format(seconds * 1_000)) },
      ...units.slice(0, 2).map((unit, index) => ({
        ...axis,
        scale: `u-${unit}`,
        side: (index === 0 ? 3 : 1) as uPlot.Axis.Side,
        size: 62,
        grid: { show: index === 0, stroke: grid, width: 1 },
        label: unit,
        labelSize: unit ? 16 : 0,
        labelFont: font,
        values: tickWriter(words),
      })),
    ],
    series: [
      {},
      ...answer.lines.map((line, index) => ({
        label: words.text(line.label),
        scale: `u-${line.unit}`,
        stroke: colors[index % colors.length] as string,
        width: 1.6,
        points: { show: false },
        spanGaps: false,
      })),
      ...(compareLabel === undefined ? [] : answer.lines).map((line, index) => ({
        label: `${words.text(line.label)} ${compareLabel}`,
        scale: `u-${line.unit}`,
        stroke: `${colors[index % colors.length]}a6`,
        width: 1.6,
        dash: [5, 4],
        points: { show: false },
        spanGaps: false,
      })),
    ],
    hooks: {
      draw: [
        (plot) => {
          for (const unit of units.slice(0, 2)) {
            const limits = limitsOf(unit).map(({ rule, value }) => ({ rule, value, text: `${rule}  ${write(value)} ${unit}` }));
            drawLimits(plot, `u-${unit}`, limits, dark, font);
          }
        },
      ],
      setSelect: [
        (plot) => {
          if (plot.select.width < 5) return;
          onZoom(
            Math.floor(plot.posToVal(plot.select.left, 'x') * 1_000),
            Math.ceil(plot.posToVal(plot.select.left + plot.select.width, 'x') * 1_000),
          );
        },
      ],
      setCursor: [(plot) => showTip(plot, answer, words, compareLabel, digits)],
    },
  };
}

/** Values under the pointer, largest first, in a box that follows it. */
function showTip(plot: uPlot, answer: PanelAnswer, words: Words, compareLabel: string | undefined, digits: number | undefined): void {
  const holder = plot.over;
  let tip = holder.querySelector<HTMLDivElement>('.chart-tip');
  const index = plot.cursor.idx;
  if (index === null || index === undefined || (plot.cursor.left ?? -1) < 0) {
    tip?.remove();
    return;
  }
  if (!tip) {
    tip = document.createElement('div');
    tip.className = 'chart-tip';
    holder.append(tip);
  }
  const time = document.createElement('b');
  time.textContent = words.dateTime((plot.data[0][index] ?? 0) * 1_000);
  const rows = answer.lines
    .map((line, at) => ({ line, at, value: plot.data[at + 1]?.[index], earlier: plot.data[at + 1 + answer.lines.length]?.[index] }))
    .filter(({ value, earlier }) => typeof value === 'number' || typeof earlier === 'number')
    .sort((a, b) => (b.value ?? b.earlier ?? 0) - (a.value ?? a.earlier ?? 0))
    .slice(0, 12)
    .map(({ line, at, value, earlier }) => {
      const row = document.createElement('div');
      const mark = document.createElement('i');
      mark.className = `series-${at % 8}`;
      const write = (one: number | null | undefined) => (typeof one === 'number' ? `${words.number(one, digits)} ${line.unit}` : '—');
      const before = typeof earlier === 'number' ? ` · ${compareLabel} ${write(earlier)}` : '';
      row.append(mark, `${words.text(line.label)}  ${write(value)}${before}`);
      return row;
    });
  tip.replaceChildren(time, ...rows);
  const left = plot.cursor.left ?? 0;
  tip.style.left = left > holder.clientWidth / 2 ? '' : `${left + 14}px`;
  tip.style.right = left > holder.clientWidth / 2 ? `${holder.clientWidth - left + 14}px` : '';
}
