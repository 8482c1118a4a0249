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
  const centreOf = () => from.x.map((_, i) => points.slice(0, m).reduce((sum, { x }) => sum + (x[i] as number), 0) / m);
  while (spent < evaluations) {
    const best = points[0] as Minimum;
    const worst = points[m] as Minimum;
    if (Math.abs(worst.value - best.value) <= 1e-11 * Math.abs(best.value)) break;
    const centre = centreOf();
    const at = (reach: number): Minimum => {
      const x = inside(
        centre.map((value, i) => value + reach * ((worst.x[i] as number) - value)),
        box,
      );
      spent++;
      return { x, value: f(x) };
    };
    const reflected = at(-1);
    if (reflected.value < best.value) {
      const expanded = at(-2);
      points[m] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < (points[m - 1] as Minimum).value) points[m] = reflected;
    else {
      const contracted = at(reflected.value < worst.value ? -0.5 : 0.5);
      if (contracted.value < Math.min(worst.value, reflected.value)) points[m] = contracted;
      else
        for (let k = 1; k <= m; k++) {
          const x = (points[k] as Minimum).x.map((value, i) => (best.x[i] as number) + 0.5 * (value - (best.x[i] as number)));
          points[k] = { x, value: f(x) };
          spent++;
        }
    }
    order();
  }
  return points[0] as Minimum;
}

/** The lowest point of a function of one variable on [low, high], by golden section. */
export function minimiseScalar(f: (x: number) => number, low: number, high: number, tolerance = 1e-5): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let [c, d] = [b - golden * (b - a), a + golden * (b - a)];
  let [fc, fd] = [f(c), f(d)];
  while (b - a > tolerance) {
    if (fc < fd) {
      [b, d, fd] = [d, c, fc];
      c = b - golden * (b - a);
      fc = f(c);
    } else {
      [a, c, fc] = [c, d, fd];
      d = a + golden * (b - a);
      fd = f(d);
    }
  }
  return (a + b) / 2;
}
