/**
 * Do summer, winter and the months between, working days and weekends need models of their own? Ways to split the year, those that cannot be told apart
 * struck out, and the one that pays for its parts. As OpenDSM does; seasons are a setting, because they follow the city.
 */
import { minimiseScalar } from './scalar.ts';

export type Season = 'summer' | 'shoulder' | 'winter';
export const seasons: readonly Season[] = ['summer', 'shoulder', 'winter'];
/** By month, January first. */
export const defaultSeasons: readonly Season[] = [
  'winter', 'winter', 'shoulder', 'shoulder', 'shoulder', 'summer', 'summer', 'summer', 'summer', 'shoulder', 'winter', 'winter',
]; // biome-ignore format: twelve months

export interface Day {
  season: Season;
  weekend: boolean;
  t: number;
  y: number;
}

export interface Part {
  days: 'all' | 'week' | 'weekend';
  seasons: readonly Season[];
}
export const partName = ({ days, seasons: ones }: Part): string => `${days}: ${ones.join('+')}`;
export const belongs = ({ days, seasons: ones }: Part, day: Pick<Day, 'season' | 'weekend'>): boolean =>
  ones.includes(day.season) && (days === 'all' || day.weekend === (days === 'weekend'));

const whole: Part[] = [{ days: 'all', seasons }];
const divisions: readonly (readonly Season[])[][] = [
  [['summer', 'shoulder', 'winter']],
  [['summer'], ['shoulder', 'winter']],
  [['summer', 'shoulder'], ['winter']],
  [['summer', 'winter'], ['shoulder']],
  [['summer'], ['shoulder'], ['winter']],
]; // biome-ignore format: one a line

const fewestDays = 30;
const fewestWeekendDays = 8;

/** All splits worth trying; the undivided year is always among them and first. */
export function candidates(days: readonly Day[]): Part[][] {
  const apart = separable(days);
  for (const season of seasons) if (days.filter((day) => day.season === season).length < fewestDays) apart[season] = false;
  const weekendDays = (ones: readonly Season[]) => days.filter((day) => day.weekend && ones.includes(day.season)).length;
  const all = divisions.flatMap((week) =>
    (apart.weekend ? divisions : [week]).flatMap((weekend) => mergings(week, weekend, apart.weekend)),
  );
  const seen = new Set<string>();
  const kept = all.filter((parts) => {
    const name = parts.map(partName).sort().join('; ');
    if (seen.has(name)) return false;
    seen.add(name);
    return (
      parts.length === 1 ||
      parts.every(({ seasons: ones }) => !(ones.length === 1 && !apart[ones[0] as Season]) && weekendDays(ones) >= fewestWeekendDays)
    );
  });
  return [whole, ...kept.filter((parts) => !(parts.length === 1 && parts[0]?.days === 'all'))];
}

/** Parts that weekdays and weekends share may be one part, each of them or not. */
function mergings(week: readonly (readonly Season[])[], weekend: readonly (readonly Season[])[], separate: boolean): Part[][] {
  const same = (a: readonly Season[], b: readonly Season[]) => a.join() === b.join();
  const shared = week.filter((one) => weekend.some((other) => same(one, other)));
  if (!separate) return shared.length === week.length ? [week.map((ones) => ({ days: 'all', seasons: ones }))] : [];
  return Array.from({ length: 2 ** shared.length }, (_, bits) => {
    const merged = shared.filter((_, i) => bits & (1 << i));
    const rest = (list: readonly (readonly Season[])[], days: Part['days']) =>
      list.filter((one) => !merged.some((other) => same(one, other))).map((ones): Part => ({ days, seasons: ones }));
    return [...merged.map((ones): Part => ({ days: 'all', seasons: ones })), ...rest(week, 'week'), ...rest(weekend, 'weekend')];
  });
}

/** `errors`: RMSE of a split. The part that is spared must be worth more than the part that is added (a BIC with a harder price). */
export function criterion(rmse: number, undivided: number, n: number, parts: number): number {
  return Math.log(rmse / undivided) + (0.24 * parts * Math.log(n) ** 2.061) / n;
}

interface Ellipse {
  mean: [number, number];
  cov: [number, number, number];
}

/** Groups whose ellipses of temperature and energy overlap need no model of their own. */
function separable(days: readonly Day[]): Record<Season | 'weekend', boolean> {
  const ellipses = new Map<string, Ellipse | undefined>();
  for (const season of seasons)
    for (const weekend of [false, true]) {
      const group = days.filter((day) => day.season === season && day.weekend === weekend).sort((a, b) => a.t - b.t);
      ellipses.set(`${season} ${weekend}`, robustEllipse(group));
    }
  const apart = (a: string, b: string) => {
    const [one, other] = [ellipses.get(a), ellipses.get(b)];
    return !(one && other && overlap(one, other));
  };
  const seasonsApart = (a: Season, b: Season) => apart(`${a} false`, `${b} false`) || apart(`${a} true`, `${b} true`);
  return {
    summer: seasonsApart('summer', 'shoulder') && seasonsApart('summer', 'winter'),
    shoulder: seasonsApart('summer', 'shoulder') && seasonsApart('shoulder', 'winter'),
    winter: seasonsApart('shoulder', 'winter') && seasonsApart('summer', 'winter'),
    weekend: seasons.some((season) => apart(`${season} false`, `${season} true`)),
  };
}

const outlierStd = 3.6;
/** Standard deviations of the ellipse in temperature and energy. */
const reach = [1.4, 0.89] as const;

function robustEllipse(group: readonly Day[]): Ellipse | undefined {
  let points = group.map(({ t, y }) => [t, y] as const);
  const constant = (list: readonly (readonly [number, number])[]) =>
    list.every(([t]) => t === list[0]?.[0]) || list.every(([, y]) => y === list[0]?.[1]);
  for (let round = 0; round < 3 && points.length > 1 && !constant(points); round++) {
    const { mean, cov } = ellipse(points, outlierStd, outlierStd);
    const [xx, xy, yy] = cov;
    const det = xx * yy - xy * xy;
    if (!(det > 0)) break;
    const inner = points.filter(([t, y]) => {
      const [dx, dy] = [t - mean[0], y - mean[1]];
      return (dx * dx * yy - 2 * dx * dy * xy + dy * dy * xx) / det <= 1;
    });
    if (inner.length < 3 || inner.length === points.length) break;
    points = inner;
  }
  return points.length < 3 || constant(points) ? undefined : ellipse(points, reach[0], reach[1]);
}

/** `points` by temperature; a median of five keeps single days from stretching it. */
function ellipse(points: readonly (readonly [number, number])[], stdT: number, stdY: number): Ellipse {
  const n = points.length;
  const at = (i: number) => (points[i < 0 ? -i - 1 : i >= n ? 2 * n - i - 1 : i] as readonly [number, number])[1];
  const smooth = points.map((_, i) => [at(i - 2), at(i - 1), at(i), at(i + 1), at(i + 2)].sort((a, b) => a - b)[2] as number);
  const mean: [number, number] = [points.reduce((sum, [t]) => sum + t, 0) / n, smooth.reduce((sum, y) => sum + y, 0) / n];
  let [xx, xy, yy] = [0, 0, 0];
  points.forEach(([t], i) => {
    const [dx, dy] = [t - mean[0], (smooth[i] as number) - mean[1]];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  });
  const free = Math.max(1, n - 1);
  return { mean, cov: [(xx / free) * stdT * stdT, (xy / free) * stdT * stdY, (yy / free) * stdY * stdY] };
}

/** Two ellipses meet when no convex mix of their quadratic forms keeps their centres apart. */
function overlap(a: Ellipse, b: Ellipse): boolean {
  const [axx, axy, ayy] = a.cov;
  const [bxx, bxy, byyRaw] = b.cov;
  const byy = byyRaw === 0 ? 1e-14 : byyRaw;
  const [dx, dy] = [a.mean[0] - b.mean[0], a.mean[1] - b.mean[1]];
  // v² of both directions together: d' ((1−s) B + s A)^-1 d · s(1−s), the same without the eigenvectors.
  const k = (s: number) => {
    const [xx, xy, yy] = [(1 - s) * bxx + s * axx, (1 - s) * bxy + s * axy, (1 - s) * byy + s * (ayy === 0 ? 1e-14 : ayy)];
    const det = xx * yy - xy * xy;
    return 1 - (s * (1 - s) * (dx * dx * yy - 2 * dx * dy * xy + dy * dy * xx)) / det;
  };
  return k(minimiseScalar(k, 0, 1)) >= 0;
}
