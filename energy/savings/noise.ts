/** How errors hang together: an autoregression by Levinson and Durbin, its order by AICc. Pure. */
export interface Noise {
  /** Weights of the errors before, the last one first. */
  phi: Float64Array;
  /** Mean square of what each error brings that is new. */
  innovation: number;
  /** Of one error: the variance of a long sum is the sum of its points' times this. */
  longRun: number;
}

/** Nearer to 1 than this no sum of errors would end; a year of residuals cannot tell. */
const mostMemory = 0.98;

export function noiseOf(errors: ArrayLike<number>, mostLags: number): Noise {
  const n = errors.length;
  const lags = Math.max(0, Math.min(mostLags, Math.floor(n / 10)));
  const gamma = new Float64Array(lags + 1);
  for (let k = 0; k <= lags; k++) {
    let sum = 0;
    for (let i = k; i < n; i++) sum += (errors[i] as number) * (errors[i - k] as number);
    gamma[k] = sum / n;
  }
  let phi = new Float64Array(0);
  let variance = gamma[0] as number;
  if (!(variance > 0)) return { phi, innovation: 0, longRun: 0 };
  let best = { phi, innovation: variance, score: score(variance, n, 0) };
  for (let k = 1; k <= lags; k++) {
    let reach = gamma[k] as number;
    for (let j = 1; j < k; j++) reach -= (phi[j - 1] as number) * (gamma[k - j] as number);
    const mirror = reach / variance;
    const next = new Float64Array(k);
    for (let j = 0; j < k - 1; j++) next[j] = (phi[j] as number) - mirror * (phi[k - 2 - j] as number);
    next[k - 1] = mirror;
    phi = next;
    variance *= 1 - mirror * mirror;
    if (!(variance > 0)) break;
    const value = score(variance, n, k);
    if (value < best.score) best = { phi, innovation: variance, score: value };
  }
  const kept = Math.min(
    mostMemory,
    best.phi.reduce((sum, value) => sum + value, 0),
  );
  return { phi: best.phi, innovation: best.innovation, longRun: best.innovation / (1 - kept) ** 2 };
}

const score = (variance: number, n: number, order: number) => n * Math.log(variance) + (2 * (order + 1) * n) / Math.max(1, n - order - 2);

/** What each error brought that those before did not tell; about 0, with the variance that the model says. */
export function innovations(errors: ArrayLike<number>, { phi, innovation }: Noise): Float64Array {
  const n = errors.length;
  const k = phi.length;
  const out = new Float64Array(n - k);
  for (let i = k; i < n; i++) {
    let value = errors[i] as number;
    for (let j = 0; j < k; j++) value -= (phi[j] as number) * (errors[i - 1 - j] as number);
    out[i - k] = value;
  }
  const mean = out.reduce((sum, value) => sum + value, 0) / Math.max(1, out.length);
  let square = 0;
  for (let i = 0; i < out.length; i++) {
    const value = (out[i] as number) - mean;
    out[i] = value;
    square += value * value;
  }
  const grow = square > 0 ? Math.sqrt((innovation * out.length) / square) : 0;
  return out.map((value) => value * grow);
}
