/**
 * DIRECT (Jones, Perttunen and Stuckman 1993): a box is cut into thirds where a low value may hide, big boxes and good ones first. Only for a first guess:
 * it ends when a round gains less than half, as OpenDSM's does, whose guess it has to repeat (NLopt's GN_DIRECT).
 */
import type { Box } from './subplex.ts';

interface Rectangle {
  /** Half of the diagonal, in single precision: sizes that should be equal are. */
  size: number;
  value: number;
  age: number;
  centre: number[];
  widths: number[];
}

const third = 0.3333333333333333;
/** Sides that differ by less are equal. */
const equalSides = 0.05;
const smallest = 1e-3;

const sizeOf = (widths: readonly number[]): number => Math.fround(Math.sqrt(widths.reduce((sum, w) => sum + w * w, 0)) * 0.5);

/** The best point of `box`. */
export function firstGuess(f: (x: readonly number[]) => number, box: Box, most: number): number[] {
  const n = box.length;
  const scaled = (x: readonly number[]) => x.map((at, i) => (box[i] as readonly [number, number])[0] + at * ((box[i] as readonly [number, number])[1] - (box[i] as readonly [number, number])[0])); // biome-ignore format: one
  let [evaluations, age] = [0, 0];
  const best = { x: new Array<number>(n).fill(0.5), value: Number.POSITIVE_INFINITY };
  const evaluate = (x: readonly number[]): number => {
    const value = f(scaled(x));
    if (value < best.value) {
      best.value = value;
      best.x = [...x];
    }
    evaluations++;
    return value;
  };
  const over = () => evaluations >= most;
  const first: Rectangle = { size: 0, value: 0, age: age++, centre: [...best.x], widths: new Array<number>(n).fill(1) };
  first.size = sizeOf(first.widths);
  first.value = evaluate(first.centre);
  const rectangles = [first];
  const part = (one: Rectangle, i: number, side: number, value?: number): boolean => {
    const centre = [...one.centre];
    centre[i] = (centre[i] as number) + (one.widths[i] as number) * side;
    const found = value ?? evaluate(centre);
    if (value === undefined && over()) return false;
    rectangles.push({ size: one.size, value: found, age: age++, centre, widths: [...one.widths] });
    return true;
  };
  const narrow = (one: Rectangle, i: number) => {
    one.widths[i] = (one.widths[i] as number) * third;
    one.size = sizeOf(one.widths);
    one.age = age++;
  };
  /** Cubes along all sides, the best direction first and so with the biggest parts; others along their longest. False: no evaluation is left. */
  const divide = (one: Rectangle): boolean => {
    const widest = Math.max(...one.widths);
    if (one.widths.every((w) => widest - w <= widest * equalSides)) {
      const tried: [number, number][] = [];
      for (let i = 0; i < n; i++) {
        const pair = [-1, 1].map((side) => {
          if (over()) return 0;
          const x = [...one.centre];
          x[i] = (x[i] as number) + side * (one.widths[i] as number) * third;
          return evaluate(x);
        });
        if (over()) return false;
        tried.push(pair as [number, number]);
      }
      const order = tried.map((_, i) => i).sort((a, b) => Math.min(...(tried[a] as number[])) - Math.min(...(tried[b] as number[])));
      for (const i of order) {
        narrow(one, i);
        for (const k of [0, 1] as const) part(one, i, 2 * k - 1, (tried[i] as [number, number])[k]);
      }
      return true;
    }
    const i = one.widths.indexOf(widest);
    narrow(one, i);
    return part(one, i, -1) && part(one, i, 1);
  };
  if (!divide(first)) return scaled(best.x);
  for (;;) {
    const before = best.value;
    const hull = lowerHull(rectangles);
    let allSmall = true;
    for (let i = 0; i < hull.length; i++) {
      const at = hull[i] as Rectangle;
      let [down, up] = [i - 1, i + 1];
      while (down >= 0 && (hull[down] as Rectangle).size === at.size) down--;
      while (up < hull.length && (hull[up] as Rectangle).size === at.size) up++;
      const slope = (to: Rectangle | undefined) => (to ? (at.value - to.value) / (at.size - to.size) : Number.NEGATIVE_INFINITY);
      const steepest = Math.max(slope(hull[down]), slope(hull[up]));
      if (!(up === hull.length || at.value - steepest * at.size <= best.value)) continue;
      if (!divide(at)) return scaled(best.x);
      allSmall &&= at.widths.every((w) => w <= smallest);
    }
    if (allSmall) break;
    if (best.value < before && before - best.value < 0.25 * (Math.abs(best.value) + Math.abs(before))) break;
  }
  return scaled(best.x);
}

/** Those that are lowest for some weight of size against value, from small to big; equal ones each. */
function lowerHull(rectangles: readonly Rectangle[]): Rectangle[] {
  const sorted = [...rectangles].sort((a, b) => a.size - b.size || a.value - b.value || a.age - b.age);
  const [smallestOne, biggest] = [sorted[0] as Rectangle, sorted.at(-1) as Rectangle];
  const equal = (from: number) => {
    const one = sorted[from] as Rectangle;
    let to = from;
    while (sorted[to]?.size === one.size && sorted[to]?.value === one.value) to++;
    return sorted.slice(from, to);
  };
  const hull = equal(0);
  if (smallestOne.size === biggest.size) return hull;
  const end = sorted.findIndex(({ size }) => size === biggest.size);
  const last = sorted[end] as Rectangle;
  const slope = (last.value - smallestOne.value) / (biggest.size - smallestOne.size);
  let at = sorted.findIndex(({ size }) => size > smallestOne.size);
  while (at < end) {
    const one = sorted[at] as Rectangle;
    at++;
    if (one.value > smallestOne.value + (one.size - smallestOne.size) * slope) continue;
    const top = hull.at(-1) as Rectangle;
    if (one.size === top.size) {
      if (one.value === top.value) hull.push(one);
      continue;
    }
    while (hull.length > 1 && turnsRight(hull, one)) hull.pop();
    hull.push(one);
  }
  return [...hull, ...equal(end)];
}

function turnsRight(hull: readonly Rectangle[], next: Rectangle): boolean {
  const top = hull.at(-1) as Rectangle;
  let at = hull.length - 2;
  let below = hull[at--] as Rectangle;
  while (at >= 0 && below.size === top.size && below.value === top.value) below = hull[at--] as Rectangle;
  // The first one always stays, and with it the second.
  if (at < 0) return false;
  return (top.size - below.size) * (next.value - below.value) - (top.value - below.value) * (next.size - below.size) < 0;
}
