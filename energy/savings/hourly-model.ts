/** Time of week and temperature: each hour of the week has its level, temperature acts in steps, and otherwise while the building is in use (CalTRACK 2 hourly). */
import { type Fit, fitOf } from '../statistics.ts';
import { leastSquares, product } from './linear.ts';

/** °F, as the method has them. */
const edges = [30, 45, 55, 65, 75, 90];
const fewestHours = 20;
const hoursOfWeek = 168;
/** In use: more than this share of the hours needs more than a plain heating and cooling line says. */
const inUse = 0.65;

export interface Hour {
  /** 0 is Monday, midnight. */
  week: number;
  /** °F. */
  t: number;
  y: number;
}

export interface HourlyModel {
  fit: Fit;
  predict(hour: Pick<Hour, 'week' | 't'>): number;
  row(hour: Pick<Hour, 'week' | 't'>): number[];
  used: boolean[];
}

export function fitHourly(hours: readonly Hour[]): HourlyModel {
  const plain = (t: number) => [1, Math.max(0, 50 - t), Math.max(0, t - 65)];
  const line = leastSquares(
    hours.map(({ t }) => plain(t)),
    hours.map(({ y }) => y),
    3,
  );
  const above = new Float64Array(hoursOfWeek);
  const count = new Float64Array(hoursOfWeek);
  for (const { week, t, y } of hours) {
    count[week] = (count[week] as number) + 1;
    if (y > product(plain(t), line)) above[week] = (above[week] as number) + 1;
  }
  const used = Array.from(above, (value, week) => value > inUse * Math.max(1, count[week] as number));
  const bins = [true, false].map((use) => kept(hours.filter(({ week }) => used[week] === use).map(({ t }) => t)));
  const [usedBins, idleBins] = bins as [number[], number[]];
  const parts = (ends: readonly number[], t: number) =>
    Array.from({ length: ends.length + 1 }, (_, k) => {
      const low = k === 0 ? 0 : (ends[k - 1] as number);
      const high = ends[k] ?? Number.POSITIVE_INFINITY;
      return k === 0 ? Math.min(t, high) : Math.min(Math.max(t - low, 0), high - low);
    });
  const width = hoursOfWeek + usedBins.length + idleBins.length + 2;
  const row = ({ week, t }: Pick<Hour, 'week' | 't'>) => {
    const out = new Array<number>(width).fill(0);
    out[week] = 1;
    const use = used[week] === true;
    const begin = use ? hoursOfWeek : hoursOfWeek + usedBins.length + 1;
    parts(use ? usedBins : idleBins, t).forEach((value, k) => {
      out[begin + k] = value;
    });
    return out;
  };
  const y = hours.map((hour) => hour.y);
  const rows = hours.map(row);
  const coefficients = leastSquares(rows, y, width);
  const parameters =
    new Set(hours.map(({ week }) => week)).size +
    usedBins.length +
    idleBins.length +
    (used.includes(true) ? 1 : 0) +
    (used.includes(false) ? 1 : 0);
  const fit = fitOf(
    y,
    rows.map((one) => product(one, coefficients)),
    parameters,
  );
  return { fit, row, used, predict: (hour) => product(row(hour), coefficients) };
}

/** Edges with enough hours on both sides. */
function kept(t: readonly number[]): number[] {
  const out: number[] = [];
  for (const edge of edges) {
    const since = out.at(-1) ?? Number.NEGATIVE_INFINITY;
    const inside = t.filter((value) => value > since && value <= edge).length;
    if (inside >= fewestHours && t.filter((value) => value > edge).length >= fewestHours) out.push(edge);
  }
  return out;
}
