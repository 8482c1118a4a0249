/** Lowest points of functions of one variable: parabolas where they help, golden sections where not (Brent 1973). Steps and tolerances are SciPy's, with which OpenDSM searches. */
type Scalar = (x: number) => number;

/** The three best points so far. */
interface Best {
  x: number;
  fx: number;
  w: number;
  fw: number;
  v: number;
  fv: number;
}

/** The step to the bottom of the parabola through the three points; undefined when it leaves [a, b] or is not less than half of the step before last. */
function parabola({ x, fx, w, fw, v, fv }: Best, a: number, b: number, beforeLast: number): number | undefined {
  const r = (x - w) * (fx - fv);
  let q = (x - v) * (fx - fw);
  let p = (x - v) * q - (x - w) * r;
  q = 2 * (q - r);
  if (q > 0) p = -p;
  q = Math.abs(q);
  return Math.abs(p) < Math.abs(0.5 * q * beforeLast) && p > q * (a - x) && p < q * (b - x) ? p / q : undefined;
}

/** A new point that is no better than the best may still be second or third. */
function keepOther(best: Best, u: number, fu: number): void {
  if (fu <= best.fw || best.w === best.x) Object.assign(best, { v: best.w, fv: best.fw, w: u, fw: fu });
  else if (fu <= best.fv || best.v === best.x || best.v === best.w) Object.assign(best, { v: u, fv: fu });
}

const keepBest = (best: Best, u: number, fu: number) =>
  Object.assign(best, { v: best.w, fv: best.fw, w: best.x, fw: best.fx, x: u, fx: fu });

interface Descent {
  /** Of a golden section. */
  section: number;
  /** The least step at x. */
  least(x: number): number;
  over(fromMiddle: number, limit: number): boolean;
}

function descend(f: Scalar, low: number, high: number, best: Best, { section, least, over }: Descent): number {
  let [a, b] = [low, high];
  let [step, before] = [0, 0];
  for (let round = 0; round < mostRounds; round++) {
    const middle = 0.5 * (a + b);
    const small = least(best.x);
    if (over(Math.abs(best.x - middle), 2 * small - 0.5 * (b - a))) break;
    let found: number | undefined;
    if (Math.abs(before) > small) {
      found = parabola(best, a, b, before);
      before = step;
    }
    if (found === undefined) {
      before = best.x >= middle ? a - best.x : b - best.x;
      step = section * before;
    } else {
      const u = best.x + found;
      step = u - a < 2 * small || b - u < 2 * small ? (middle >= best.x ? small : -small) : found;
    }
    const u = best.x + (step >= 0 ? 1 : -1) * Math.max(Math.abs(step), small);
    const fu = f(u);
    if (fu <= best.fx) {
      if (u >= best.x) a = best.x;
      else b = best.x;
      keepBest(best, u, fu);
    } else {
      if (u < best.x) a = u;
      else b = u;
      keepOther(best, u, fu);
    }
  }
  return best.x;
}

const mostRounds = 500;
const at = (x: number, fx: number): Best => ({ x, fx, w: x, fw: fx, v: x, fv: fx });
const rounding = Math.sqrt(2.2e-16);

/** On [low, high], to `tolerance`. */
export function minimiseScalar(f: Scalar, low: number, high: number, tolerance = 1e-5): number {
  const section = 0.5 * (3 - Math.sqrt(5));
  const x = low + section * (high - low);
  const least = (where: number) => rounding * Math.abs(where) + tolerance / 3;
  return descend(f, low, high, at(x, f(x)), { section, least, over: (fromMiddle, limit) => fromMiddle <= limit });
}

const grow = 1.618034;
const growLimit = 110;
const tiny = 1e-21;

/** Downhill from 0 and 1 until the lowest of three points is in the middle. */
function bracket(f: Scalar): [xa: number, xb: number, xc: number, fb: number] | undefined {
  let [xa, xb] = [0, 1];
  let [fa, fb] = [f(xa), f(xb)];
  if (fa < fb) [xa, xb, fa, fb] = [xb, xa, fb, fa];
  let xc = xb + grow * (xb - xa);
  let fc = f(xc);
  for (let round = 0; fc < fb && round <= 1000; round++) {
    const one = (xb - xa) * (fb - fc);
    const two = (xb - xc) * (fb - fa);
    const value = two - one;
    let w = xb - ((xb - xc) * two - (xb - xa) * one) / (2 * (Math.abs(value) < tiny ? tiny : value));
    const limit = xb + growLimit * (xc - xb);
    let fw: number;
    if ((w - xc) * (xb - w) > 0) {
      fw = f(w);
      if (fw < fc) {
        [xa, xb, fa, fb] = [xb, w, fb, fw];
        break;
      }
      if (fw > fb) {
        [xc, fc] = [w, fw];
        break;
      }
      w = xc + grow * (xc - xb);
      fw = f(w);
    } else if ((w - limit) * (limit - xc) >= 0) {
      w = limit;
      fw = f(w);
    } else if ((w - limit) * (xc - w) > 0) {
      fw = f(w);
      if (fw < fc) {
        [xb, fb, xc, fc] = [xc, fc, w, fw];
        w = xc + grow * (xc - xb);
        fw = f(w);
      }
    } else {
      w = xc + grow * (xc - xb);
      fw = f(w);
    }
    [xa, xb, xc, fa, fb, fc] = [xb, xc, w, fb, fc, fw];
  }
  return fb <= fa && fb <= fc && (fb < fa || fb < fc) ? [xa, xb, xc, fb] : undefined;
}

const leastStep = 1e-11;

/** Anywhere, to `tolerance` of its own size; undefined where no point lies lower than its neighbours. */
export function minimiseFree(f: Scalar, tolerance: number): number | undefined {
  const found = bracket(f);
  if (!found) return undefined;
  const [xa, xb, xc, fb] = found;
  const least = (where: number) => tolerance * Math.abs(where) + leastStep;
  return descend(f, Math.min(xa, xc), Math.max(xa, xc), at(xb, fb), {
    ...{ section: 0.381966, least },
    over: (fromMiddle, limit) => fromMiddle < limit,
  });
}
