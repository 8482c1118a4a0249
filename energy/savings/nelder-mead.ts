/** Downhill simplex inside a box, started again from where it ended until that gains nothing. Small and dull: what it climbs down has kinks, and no derivative. */
export type Box = readonly (readonly [low: number, high: number])[];

export interface Minimum {
  x: number[];
  value: number;
}

export function minimise(f: (x: readonly number[]) => number, start: readonly number[], box: Box, evaluations = 1500, step = 0.1): Minimum {
  let best: Minimum = { x: inside(start, box), value: f(inside(start, box)) };
  for (let round = 0; round < 6; round++) {
    const next = simplex(f, best, box, evaluations, step * 0.6 ** round);
    const gain = best.value - next.value;
    if (next.value < best.value) best = next;
    if (gain < 1e-9 * Math.abs(best.value)) break;
  }
  return best;
}

const inside = (x: readonly number[], box: Box): number[] =>
  x.map((value, i) => Math.min(Math.max(value, (box[i] as readonly [number, number])[0]), (box[i] as readonly [number, number])[1]));

function simplex(f: (x: readonly number[]) => number, from: Minimum, box: Box, evaluations: number, step: number): Minimum {
  const n = from.x.length;
  const points: Minimum[] = [from];
  for (let i = 0; i < n; i++) {
    const [low, high] = box[i] as readonly [number, number];
    if (high <= low) continue;
    const x = [...from.x];
    const move = (high - low) * step;
    x[i] = (x[i] as number) + move <= high ? (x[i] as number) + move : (x[i] as number) - move;
    const at = inside(x, box);
    points.push({ x: at, value: f(at) });
  }
  const m = points.length - 1;
  if (m === 0) return from;
  let spent = m;
  const order = () => points.sort((a, b) => a.value - b.value);
  order();
  const centre = new Array<number>(n).fill(0);
  const takeCentre = () => {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let k = 0; k < m; k++) sum += (points[k] as Minimum).x[i] as number;
      centre[i] = sum / m;
    }
  };
  const at = (reach: number, worst: readonly number[]): Minimum => {
    const x = new Array<number>(n);
    for (let i = 0; i < n; i++) {
      const [low, high] = box[i] as readonly [number, number];
      const value = (centre[i] as number) + reach * ((worst[i] as number) - (centre[i] as number));
      x[i] = value < low ? low : value > high ? high : value;
    }
    spent++;
    return { x, value: f(x) };
  };
  /** In place of the worst, at its place among the others. */
  const put = (point: Minimum) => {
    let k = m;
    for (; k > 0 && (points[k - 1] as Minimum).value > point.value; k--) points[k] = points[k - 1] as Minimum;
    points[k] = point;
  };
  while (spent < evaluations) {
    const best = points[0] as Minimum;
    const worst = points[m] as Minimum;
    if (Math.abs(worst.value - best.value) <= 1e-11 * Math.abs(best.value)) break;
    takeCentre();
    const reflected = at(-1, worst.x);
    if (reflected.value < best.value) {
      const expanded = at(-2, worst.x);
      put(expanded.value < reflected.value ? expanded : reflected);
    } else if (reflected.value < (points[m - 1] as Minimum).value) put(reflected);
    else {
      const contracted = at(reflected.value < worst.value ? -0.5 : 0.5, worst.x);
      if (contracted.value < Math.min(worst.value, reflected.value)) put(contracted);
      else {
        for (let k = 1; k <= m; k++) {
          const x = (points[k] as Minimum).x.map((value, i) => (best.x[i] as number) + 0.5 * (value - (best.x[i] as number)));
          points[k] = { x, value: f(x) };
          spent++;
        }
        order();
      }
    }
  }
  return points[0] as Minimum;
}

/** The lowest point of a function of one variable on [low, high]: parabolas where they help, golden sections where not (Brent). */
export function minimiseScalar(f: (x: number) => number, low: number, high: number, tolerance = 1e-5): number {
  const golden = (3 - Math.sqrt(5)) / 2;
  let [a, b] = [low, high];
  let x = a + golden * (b - a);
  let [w, v] = [x, x];
  let fx = f(x);
  let [fw, fv] = [fx, fx];
  let [step, before] = [0, 0];
  for (let round = 0; round < 100; round++) {
    const middle = (a + b) / 2;
    if (Math.abs(x - middle) <= tolerance - (b - a) / 2) break;
    let parabola = false;
    if (Math.abs(before) > tolerance) {
      const r = (x - w) * (fx - fv);
      let q = (x - v) * (fx - fw);
      let p = (x - v) * q - (x - w) * r;
      q = 2 * (q - r);
      if (q > 0) p = -p;
      else q = -q;
      if (Math.abs(p) < Math.abs(0.5 * q * before) && p > q * (a - x) && p < q * (b - x)) {
        before = step;
        step = p / q;
        const u = x + step;
        if (u - a < tolerance || b - u < tolerance) step = x < middle ? tolerance / 2 : -tolerance / 2;
        parabola = true;
      }
    }
    if (!parabola) {
      before = x < middle ? b - x : a - x;
      step = golden * before;
    }
    const u = Math.abs(step) >= tolerance / 2 ? x + step : x + (step > 0 ? tolerance / 2 : -tolerance / 2);
    const fu = f(u);
    if (fu <= fx) {
      if (u < x) b = x;
      else a = x;
      [v, fv, w, fw, x, fx] = [w, fw, x, fx, u, fu];
    } else {
      if (u < x) a = u;
      else b = u;
      if (fu <= fw || w === x) [v, fv, w, fw] = [w, fw, u, fu];
      else if (fu <= fv || v === x || v === w) [v, fv] = [u, fu];
    }
  }
  return x;
}
