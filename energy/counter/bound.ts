/** How much can have passed: by the rated power, else by what this meter has done in the last four weeks. */
import { memoryDays } from './profile.ts';
import type { RegisterReadings } from './types.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Above the rated power by a fifth is still possible: cos φ, overload, a coarse clock. */
const ratedSlack = 1.2;
/** The shorter a meter is known, the less its past says: [known for, times the highest seen]. */
const learnedSlack = [
  [7 * dayMs, 4],
  [dayMs, 20],
  [0, 100],
] as const;
/** Steps with consumption before the past counts. */
const fewestSteps = 3;
/** So many readings ahead tell what is usual where there is no past. */
const ahead = 8;
const idleSteps = 1000;

export class Bound {
  private readonly rated: number | undefined;
  private readonly maxima = new Float64Array(memoryDays);
  private readonly days = new Float64Array(memoryDays).fill(Number.NaN);
  private since = Number.NaN;
  private steps = 0;
  private day = Number.NaN;
  private dayMax = 0;
  /** Units per ms, slack included; undefined while unknown. */
  perMs: number | undefined;
  /** What the meter does when it is well known; not used to refuse, only to choose between two explanations. */
  sharpPerMs: number | undefined;

  constructor(rated: number | undefined) {
    this.rated = rated;
    if (rated !== undefined) this.perMs = (rated * ratedSlack) / hourMs;
  }

  get declared(): boolean {
    return this.rated !== undefined;
  }

  /** A good step of `delta` (already times the multiplier) in `ms`. `unit`: what the register cannot show. */
  learn(t: number, delta: number, ms: number, unit: number): void {
    if (this.rated !== undefined || ms <= 0) return;
    if (Number.isNaN(this.since)) this.since = t;
    if (delta <= 0) return;
    this.steps++;
    const rate = (delta > 2 * unit ? delta - unit : delta) / ms;
    const day = Math.floor(t / dayMs);
    const same = day === this.day;
    if (same && rate <= this.dayMax && this.steps > fewestSteps + 1) return;
    if (!same) {
      this.day = day;
      this.dayMax = 0;
      const ring = ((day % memoryDays) + memoryDays) % memoryDays;
      this.days[ring] = day;
      this.maxima[ring] = 0;
    }
    if (rate > this.dayMax) {
      this.dayMax = rate;
      this.maxima[((day % memoryDays) + memoryDays) % memoryDays] = rate;
    }
    if (this.steps < fewestSteps) return;
    let highest = 0;
    for (let ring = 0; ring < memoryDays; ring++)
      if ((this.days[ring] as number) > day - memoryDays) highest = Math.max(highest, this.maxima[ring] as number);
    const age = t - this.since;
    const [, slack] = learnedSlack.find(([known]) => age >= known) ?? learnedSlack[2];
    this.perMs = highest * slack;
    this.sharpPerMs = highest * learnedSlack[0][1];
  }

  /** Without a past: what the next readings do, or a thousand steps of the display when they do nothing. Undefined when there are too few yet. */
  static lookAhead(readings: RegisterReadings, from: number, final: boolean, unit: number, ms: number): number | undefined {
    const rates: number[] = [];
    let seen = 0;
    for (let i = from + 1; i < readings.length && seen < ahead; i++) {
      const rise = (readings.v[i] as number) - (readings.v[i - 1] as number);
      const ms = (readings.t[i] as number) - (readings.t[i - 1] as number);
      seen++;
      if (rise > 0 && ms > 0) rates.push(rise / ms);
    }
    if (seen < ahead && !final) return undefined;
    if (rates.length < 2) return seen < ahead ? Number.POSITIVE_INFINITY : (idleSteps * unit) / ms;
    rates.sort((x, y) => x - y);
    // The low ones: a false reading among the next readings makes only high ones.
    return (rates[rates.length >> 2] as number) * learnedSlack[2][1];
  }
}

/** The step of the display, learned from the digits that come; a float register cannot show less than its last bit. */
export class Resolution {
  private decimal = 1;

  unitAt(value: number): number {
    const float = value >= 2 ** 14 && Math.fround(value) === value ? 2 ** (Math.floor(Math.log2(value)) - 23) : 0;
    return Math.max(this.decimal, float);
  }

  see(value: number): void {
    while (this.decimal > 0.001) {
      const steps = value / this.decimal;
      if (Math.abs(steps - Math.round(steps)) < 1e-6 * Math.max(1, Math.abs(steps) * 1e-6)) return;
      this.decimal = Math.round(this.decimal * 100) / 1000;
    }
  }
}
