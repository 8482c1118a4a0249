/** House style of time series: site time zone, labels of the language, calm colours, gaps stay gaps. */
import uPlot from 'uplot';
import type { QuantityKind } from '../../../shared/quantity.ts';
import type { Text } from '../../../shared/text.ts';
import type { Words } from '../i18n/i18n.tsx';

export interface ChartLimit {
  /** The rule's title. */
  label: string;
  side: 'above' | 'below';
  value: number;
}

export interface ChartStyle {
  width: number;
  words: Words;
  timezone: string;
  label: string;
  unit: string;
  kind: QuantityKind;
  states: Record<string, Text> | undefined;
  dark: boolean;
  compareLabel: string | undefined;
  from: number;
  to: number;
  /** Limits of the rules that watch this; drawn as dashed lines that say whose they are. */
  limits: readonly ChartLimit[];
  onZoom(from: number, to: number): void;
}

export function chartOptions(style: ChartStyle): uPlot.Options {
  const { words, timezone, dark } = style;
  const ink = dark ? '#c1c9d2' : '#3c4650';
  const grid = dark ? '#333b44' : '#dde2e7';
  const line = dark ? '#8fb4d8' : '#345a80';
  const faint = dark ? '#8fb4d833' : '#345a8026';
  const font = `13px ${getComputedStyle(document.body).fontFamily}`;
  const format = timeAxisFormat(words, timezone, style.to - style.from);
  const digits = (value: number) => words.number(value, Number.isInteger(value) ? 0 : undefined);
  const state = (value: number) => words.text(style.states?.[String(value)]);
  const edge = (label: 'chart.min' | 'chart.max'): uPlot.Series => ({
    label: words.t(label),
    stroke: faint,
    width: 1,
    points: { show: false },
    value: (_plot, value) => (value === null ? '—' : digits(value)),
  });
  const axis = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  return {
    width: style.width,
    height: 320,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), timezone),
    ms: 1e-3,
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 8 } },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: true, min: style.from / 1_000, max: style.to / 1_000 },
      // A limit close to the values is kept in view; a far one must not press the curve flat.
      y: { range: (_plot, min, max) => withNearLimits(min, max, style.limits) },
    },
    legend: { live: true },
    axes: [
      { ...axis, values: (_plot, ticks) => ticks.map((seconds) => format.format(seconds * 1_000)), space: 80 },
      {
        ...axis,
        size: 70,
        values: style.states ? (_plot, ticks) => ticks.map(state) : tickWriter(words),
      },
    ],
    series: [
      { label: words.t('audit.when'), value: (_plot, seconds) => (seconds === null ? '—' : words.dateTime(seconds * 1_000)) },
      {
        label: style.label,
        stroke: line,
        width: 2,
        spanGaps: false,
        ...(style.kind === 'state' && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
        value: (_plot, value) => (value === null ? '—' : state(value) || `${digits(value)} ${style.unit}`),
      },
      ...(style.kind === 'gauge' ? [edge('chart.min'), edge('chart.max')] : []),
      ...(style.compareLabel === undefined
        ? []
        : [
            {
              label: style.compareLabel,
              stroke: dark ? '#d0a15f' : '#9a6a1f',
              width: 1.5,
              dash: [6, 4],
              points: { show: false },
              value: (_plot: uPlot, value: number | null) => (value === null ? '—' : `${digits(value)} ${style.unit}`),
            },
          ]),
    ],
    bands: style.kind === 'gauge' ? [{ series: [3, 2], fill: faint }] : [],
    hooks: {
      draw: [
        (plot) => {
          const limits = style.limits.map(({ label, side, value }) => ({
            value,
            text: `${label} ${side === 'above' ? '>' : '<'} ${digits(value)} ${style.unit}`,
          }));
          drawLimits(plot, 'y', limits, dark, font);
        },
      ],
      setSelect: [
        (plot) => {
          if (plot.select.width < 5) return;
          const from = plot.posToVal(plot.select.left, 'x') * 1_000;
          const to = plot.posToVal(plot.select.left + plot.select.width, 'x') * 1_000;
          style.onZoom(Math.floor(from), Math.ceil(to));
        },
      ],
    },
  };
}

/** Room around the values, and limits that lie within half their range of them. */
export function withNearLimits(min: number | null, max: number | null, limits: readonly { value: number }[]): [number, number] {
  if (min === null || max === null) return [0, 1];
  const span = Math.max(max - min, Math.abs(max) * 0.02, max === 0 ? 1 : 1e-6);
  let low = min;
  let high = max;
  for (const { value } of limits) {
    if (value < low && min - value < span * 1.5) low = value;
    if (value > high && value - max < span * 1.5) high = value;
  }
  const room = Math.max((high - low) * 0.08, span * 0.08);
  return [low - room, high + room];
}

/** Dashed lines with the names of their rules, where they are in view. Every line has its name: those of lines close together stand above each other. */
export function drawLimits(
  plot: uPlot,
  scale: string,
  limits: readonly { value: number; text: string }[],
  dark: boolean,
  font: string,
): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.font = font.replace(/^\d+px/, `${12 * devicePixelRatio}px`);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([8, 5]);
  ctx.strokeStyle = dark ? '#ff9a9d' : '#b01621';
  const shown = [...limits]
    .sort((a, b) => a.value - b.value)
    .map(({ value, text }) => ({ text, y: plot.valToPos(value, scale, true) }))
    .filter(({ y }) => y >= bbox.top && y <= bbox.top + bbox.height);
  for (const { y } of shown) {
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  const height = 14 * devicePixelRatio;
  const places = nameHeights(
    shown.map(({ y }) => y),
    height,
  );
  for (const [index, { text }] of shown.entries()) {
    const y = (places[index] as number) - 2;
    // No line goes through a name.
    ctx.fillStyle = dark ? '#1e242a' : '#f7f8f9';
    ctx.fillRect(bbox.left + 4, y - height + 2, ctx.measureText(text).width + 4, height - 2);
    ctx.fillStyle = ctx.strokeStyle;
    ctx.fillText(text, bbox.left + 6, y);
  }
  ctx.restore();
}

/** Where the names of lines stand, from the lowest line on; each at its line, or above the name below it. */
export function nameHeights(lines: readonly number[], height: number): number[] {
  let below = Number.POSITIVE_INFINITY;
  return lines.map((y) => {
    below = Math.min(y, below - height);
    return below;
  });
}

/** Months for a year, days for weeks, hours for a day. */
export function timeAxisFormat(words: Words, timeZone: string, spanMs: number): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(words.language === 'zh' ? 'zh-CN' : 'en-GB', {
    timeZone,
    hourCycle: 'h23',
    ...(spanMs > 60 * 86_400_000
      ? { year: '2-digit', month: 'numeric' }
      : spanMs > 2 * 86_400_000
        ? { month: 'numeric', day: 'numeric' }
        : { hour: '2-digit', minute: '2-digit' }),
  });
}

/** As many digits as the distance of the ticks needs. */
export const tickWriter =
  (words: Words) =>
  (_plot: uPlot, ticks: number[], _axis: number, _space: number, increment: number): string[] => {
    const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(increment) + 1e-9)));
    return ticks.map((value) => words.number(value, digits));
  };
