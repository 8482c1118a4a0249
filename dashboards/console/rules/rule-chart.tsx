/** What a rule watches over the last days, with its limit and the times in which it fired. The limit moves without drawing anew. */
import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import type { SeriesPoint } from '../../../ingest/store.ts';
import type { LimitLine } from '../../../shared/limit.ts';
import { bridge } from '../chart/gaps.ts';
import { palette } from '../chart/lines.ts';
import { tickWriter, timeAxisFormat } from '../chart/options.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';

export interface WatchedLine {
  label: string;
  /** Its colour; several lines of one quantity share it. */
  color: number;
  points: readonly SeriesPoint[];
}
export interface Shade {
  from: number;
  to: number;
  by: 'fired' | 'trial';
}
interface Drawn {
  lines: readonly (LimitLine & { text: string })[];
  tried: readonly (LimitLine & { text: string })[];
  shades: readonly Shade[];
}

const height = 320;

export default function RuleChart({
  label,
  watched,
  from,
  to,
  pollMs,
  ...drawn
}: Drawn & { label: string; watched: readonly WatchedLine[]; from: number; to: number; pollMs: number }) {
  const words = useWords();
  const { plant } = useConsole();
  const dark = useComputedColorScheme('light') === 'dark';
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const now = useRef<Drawn>(drawn);
  now.current = drawn;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const ink = dark ? '#c1c9d2' : '#3c4650';
    const grid = dark ? '#333b44' : '#dde2e7';
    const font = `13px ${getComputedStyle(document.body).fontFamily}`;
    const format = timeAxisFormat(words, plant.site.timezone, to - from);
    const colors = dark ? palette.dark : palette.light;
    const axis = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height,
        ms: 1e-3,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), plant.site.timezone),
        cursor: { drag: { x: false, y: false }, points: { size: 7 } },
        legend: { show: true, live: true },
        scales: {
          x: { time: true, range: () => [from / 1_000, to / 1_000] },
          y: { range: (_plot, min, max) => withLimits(min, max, [...now.current.lines, ...now.current.tried]) },
        },
        axes: [
          { ...axis, space: 70, values: (_plot, ticks) => ticks.map((seconds) => format.format(seconds * 1_000)) },
          { ...axis, size: 62, values: tickWriter(words) },
        ],
        series: [
          { label: words.t('audit.when'), value: (_plot, seconds) => (seconds === null ? '—' : words.dateTime(seconds * 1_000)) },
          ...watched.map((one) => ({
            label: one.label,
            stroke: colors[one.color % colors.length] as string,
            width: 1.6,
            points: { show: false },
            spanGaps: false,
            value: (_plot: uPlot, value: number | null) => (value === null || value === undefined ? '—' : words.number(value)),
          })),
        ],
        hooks: {
          drawClear: [(one) => drawShades(one, now.current.shades, dark)],
          draw: [
            (one) => {
              drawLines(one, now.current.lines, dark ? '#ff9a9d' : '#b01621', font);
              drawLines(one, now.current.tried, dark ? '#8fd0ff' : '#0b5cad', font);
            },
          ],
        },
      },
      aligned(watched.map(({ points }) => bridge(points, pollMs))),
      element,
    );
    chart.current = plot;
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
      chart.current = undefined;
    };
  }, [watched, from, to, pollMs, words, dark, plant.site.timezone]);

  const state = JSON.stringify(drawn);
  useEffect(() => {
    const plot = chart.current;
    if (plot) plot.setData(plot.data);
  }, [state]);

  return <div ref={box} className="rule-chart" role="img" aria-label={label} />;
}

/** The limit is what this chart is about: it is always in view, however far the values are. */
function withLimits(min: number | null, max: number | null, lines: readonly { value: number }[]): [number, number] {
  const all = [...(min === null || max === null ? [] : [min, max]), ...lines.map(({ value }) => value)];
  if (all.length === 0) return [0, 1];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = Math.max(high - low, Math.abs(high) * 0.02, 1e-6) * 0.1;
  return [low - room, high + room];
}

function aligned(lines: readonly SeriesPoint[][]): uPlot.AlignedData {
  const times = [...new Set(lines.flatMap((points) => points.map(([at]) => at)))].sort((a, b) => a - b);
  return [
    times.map((at) => at / 1_000),
    ...lines.map((points) => {
      const byTime = new Map(points);
      return times.map((at) => byTime.get(at));
    }),
  ] as uPlot.AlignedData;
}

/** What fired fills the height; what would fire under trial is a strip at the bottom, so that both can be told apart. */
function drawShades({ ctx, bbox, valToPos }: uPlot, shades: readonly Shade[], dark: boolean): void {
  ctx.save();
  for (const { from, to, by } of shades) {
    const left = Math.max(bbox.left, valToPos(from / 1_000, 'x', true));
    const right = Math.min(bbox.left + bbox.width, Math.max(left + 2 * devicePixelRatio, valToPos(to / 1_000, 'x', true)));
    if (right <= left) continue;
    const strip = 12 * devicePixelRatio;
    ctx.fillStyle = by === 'fired' ? (dark ? '#f07a2b59' : '#f0b27a99') : dark ? '#8fd0ff' : '#0b5cad';
    ctx.fillRect(left, by === 'fired' ? bbox.top : bbox.top + bbox.height - strip, right - left, by === 'fired' ? bbox.height : strip);
  }
  ctx.restore();
}

function drawLines({ ctx, bbox, valToPos }: uPlot, lines: Drawn['lines'], color: string, font: string): void {
  ctx.save();
  ctx.font = font.replace(/^\d+px/, `${12 * devicePixelRatio}px`);
  ctx.textAlign = 'left';
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  const across = (value: number, dash: number[], width: number) => {
    const y = valToPos(value, 'y', true);
    if (!(y >= bbox.top && y <= bbox.top + bbox.height)) return undefined;
    ctx.setLineDash(dash);
    ctx.lineWidth = width * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    return y;
  };
  for (const { value, back, side, text } of lines) {
    const y = across(value, [8, 5], 1.6);
    if (y !== undefined) {
      // Beyond the limit, so that the text does not stand on the curve.
      ctx.textBaseline = side === 'above' ? 'bottom' : 'top';
      ctx.fillText(text, bbox.left + 6, y + (side === 'above' ? -3 : 4));
    }
    if (back !== undefined) across(back, [2, 4], 1);
  }
  ctx.restore();
}
