/**
 * Subplex (Rowan 1990): downhill simplexes in turn over small groups of coordinates, those that moved alike together. Bounds pin what would leave the box
 * (Richardson and Kuester 1973). Constants and stopping rules are those of NLopt's SBPLX, in which OpenDSM searches: that two searches stop at the same
 * point, and not only near the same value, is what it is for (docs/decisions/0058).
 */
export type Box = readonly (readonly [low: number, high: number])[];
type Objective = (x: readonly number[]) => number;

export interface Minimum {
  x: number[];
  value: number;
}

interface Search {
  f: Objective;
  evaluations: number;
  most: number;
}

/** A simplex is done when its diameter has come down to this share. */
const shrinkage = 0.25;
/** Steps change by at most this factor, or its inverse. */
const stepChange = 0.1;
const [smallest, largest] = [2, 5];
const initialStep = 0.1;
const tolerance = 1e-5;

/** @param most evaluations */
export function minimise(f: Objective, start: readonly number[], box: Box, most = 1999): Minimum {
  const n = start.length;
  const [low, high] = [box.map(([a]) => a), box.map(([, b]) => b)];
  const free = start.map((_, i) => i).filter((i) => (low[i] as number) < (high[i] as number));
  const whole = start.map((value, i) =>
    (low[i] as number) < (high[i] as number) ? pinned(value, low[i] as number, high[i] as number) : value,
  );
  if (free.length < n) {
    // What cannot move is no coordinate.
    const inner = (x: readonly number[]) => {
      free.forEach((i, k) => {
        whole[i] = x[k] as number;
      });
      return f(whole);
    };
    const pick = (list: readonly number[]) => free.map((i) => list[i] as number);
    const found = minimise(inner, pick(whole), free.map((i) => box[i] as readonly [number, number]), most); // biome-ignore format: one
    inner(found.x);
    return { x: [...whole], value: found.value };
  }
  const x = whole;
  const search: Search = { f, evaluations: 1, most };
  let value = f(x);
  if (n === 0) return { x, value };
  let steps = x.map((at, i) => {
    const step = ((high[i] as number) - (low[i] as number)) * initialStep;
    return at + step > (high[i] as number) ? -step : step;
  });
  let moved = new Array<number>(n).fill(0);
  for (;;) {
    const before = [...x];
    let spread = 0;
    const groups = partition(moved);
    for (const group of groups) {
      const pick = (list: readonly number[]) => group.map((i) => list[i] as number);
      const one = simplex(search, x, group, value, { low: pick(low), high: pick(high), steps: pick(steps) });
      group.forEach((i, k) => {
        x[i] = one.x[k] as number;
      });
      value = one.value;
      spread = Math.max(spread, one.spread);
      if (one.end) return { x, value };
    }
    if (near(value + spread, value)) return { x, value };
    moved = x.map((at, i) => at - (before[i] as number));
    const size = (list: readonly number[]) => list.reduce((sum, one) => sum + Math.abs(one), 0);
    if (size(moved) < tolerance * size(x) && steps.every((step, i) => Math.abs(step) * shrinkage <= tolerance * Math.abs(x[i] as number)))
      return { x, value };
    const scale = groups.length === 1 ? shrinkage : pinned(size(moved) / size(steps), stepChange, 1 / stepChange);
    steps = steps.map((step, i) => {
      const change = moved[i] as number;
      return change === 0 ? -step * scale : Math.sign(change) * Math.abs(step * scale);
    });
  }
}

const pinned = (value: number, low: number, high: number): number => (value < low ? low : value > high ? high : value);

const near = (a: number, b: number): boolean => a === b || Math.abs(a - b) < tolerance * (Math.abs(a) + Math.abs(b)) * 0.5;

/** Coordinates by how far they moved, cut where the mean movement falls most. */
function partition(moved: readonly number[]): number[][] {
  const n = moved.length;
  const by = moved.map((_, i) => i).sort((a, b) => Math.abs(moved[b] as number) - Math.abs(moved[a] as number));
  const size = (k: number) => Math.abs(moved[by[k] as number] as number);
  const total = moved.reduce((sum, one) => sum + Math.abs(one), 0);
  const groups: number[][] = [];
  let at = 0;
  let passed = 0;
  while (at + smallest < n) {
    let count = smallest;
    let best = Number.NEGATIVE_INFINITY;
    let sum = passed;
    for (let k = at; k < Math.min(at + largest, n); k++) {
      sum += size(k);
      const left = n - (k + 1);
      if (k + 1 - at < smallest || left < smallest) continue;
      const goodness = sum / (k + 1) - (total - sum) / left;
      if (goodness <= best) continue;
      best = goodness;
      count = k + 1 - at;
    }
    for (let k = at; k < at + count; k++) passed += size(k);
    groups.push(by.slice(at, at + count));
    at += count;
  }
  groups.push(by.slice(at));
  return groups;
}

interface Point {
  x: Float64Array;
  value: number;
}

interface Local {
  low: readonly number[];
  high: readonly number[];
  steps: readonly number[];
}

const same = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-13 * (Math.abs(a) + Math.abs(b));

/** Nelder and Mead over the coordinates of one group, until the simplex is small. `end`: the whole search is over. */
function simplex(search: Search, all: readonly number[], group: readonly number[], value: number, { low, high, steps }: Local) {
  const n = group.length;
  const trial = [...all];
  const best = { x: Float64Array.from(group, (i) => all[i] as number), value, spread: Number.POSITIVE_INFINITY, end: false };
  const evaluate = (x: Float64Array): number => {
    for (let k = 0; k < n; k++) trial[group[k] as number] = x[k] as number;
    const found = search.f(trial);
    search.evaluations++;
    if (found <= best.value) {
      best.value = found;
      best.x.set(x);
    }
    best.end ||= search.evaluations >= search.most;
    return found;
  };
  /** centre + reach·(centre − from), inside the box; false when it falls on one of both. */
  const reflect = (to: Float64Array, centre: Float64Array, reach: number, from: Float64Array): boolean => {
    let [onCentre, onFrom] = [true, true];
    for (let k = 0; k < n; k++) {
      const [c, old] = [centre[k] as number, from[k] as number];
      const at = pinned(c + reach * (c - old), low[k] as number, high[k] as number);
      onCentre &&= same(at, c);
      onFrom &&= same(at, old);
      to[k] = at;
    }
    return !(onCentre || onFrom);
  };
  const points: Point[] = [{ x: best.x.slice(), value }];
  for (let k = 0; k < n; k++) {
    // From the best so far, which the corner before may be.
    const x = best.x.slice();
    const [from, step] = [x[k] as number, steps[k] as number];
    x[k] = firstStep(from, step, low[k] as number, high[k] as number);
    if (same(x[k] as number, from)) return { ...best, end: true };
    points.push({ x, value: evaluate(x) });
    if (best.end) return best;
  }
  const centre = new Float64Array(n);
  const tried = new Float64Array(n);
  let diameter = 0;
  for (;;) {
    const { least, most, second } = ends(points);
    best.spread = most.value - least.value;
    let wide = 0;
    for (let k = 0; k < n; k++) wide += Math.abs((least.x[k] as number) - (most.x[k] as number));
    if (diameter === 0) diameter = wide;
    centre.fill(0);
    for (const point of points) if (point !== most) for (let k = 0; k < n; k++) centre[k] = (centre[k] as number) + (point.x[k] as number);
    for (let k = 0; k < n; k++) centre[k] = (centre[k] as number) * (1 / n);
    if (wide < shrinkage * diameter) return best;
    if (!reflect(tried, centre, 1, most.x)) return best;
    const reflected = evaluate(tried);
    if (best.end) return best;
    if (reflected < least.value) {
      if (!reflect(most.x, centre, 2, most.x)) return best;
      most.value = evaluate(most.x);
      if (best.end) return best;
      if (most.value >= reflected) {
        most.x.set(tried);
        most.value = reflected;
      }
    } else if (reflected < second.value) {
      most.x.set(tried);
      most.value = reflected;
    } else {
      if (!reflect(tried, centre, most.value <= reflected ? -0.5 : 0.5, most.x)) return best;
      const contracted = evaluate(tried);
      if (best.end) return best;
      if (contracted < reflected && contracted < most.value) {
        most.x.set(tried);
        most.value = contracted;
      } else
        for (const point of points) {
          if (point === least) continue;
          if (!reflect(point.x, least.x, -0.5, point.x)) return best;
          point.value = evaluate(point.x);
          if (best.end) return best;
        }
    }
  }
}

function firstStep(from: number, step: number, low: number, high: number): number {
  const size = Math.abs(step);
  let at = from + step;
  if (at > high) at = high - from > size * 0.1 ? high : from - size;
  if (at >= low) return at;
  if (from - low > size * 0.1) return low;
  return from + size > high ? 0.5 * ((high - from > from - low ? high : low) + from) : from + size;
}

/** Of equal ones the earlier is lower. */
function ends(points: readonly Point[]) {
  let least = points[0] as Point;
  let most = points[0] as Point;
  for (const point of points) {
    if (point.value < least.value) least = point;
    if (point.value >= most.value) most = point;
  }
  let second: Point | undefined;
  for (const point of points) if (point !== most && (!second || point.value >= second.value)) second = point;
  return { least, most, second: second as Point };
}
