/**
 * Random lives of a meter whose truth is known: what passed in every step, and what anybody can know of it afterwards. Each life has one to six of the
 * things that happen to meters.
 */

import { rolledOver } from '../../energy/counter/rollover.ts';
import { CounterStream, consumption, type Multiplier, type RegisterReadings, type Swap } from '../../energy/counter.ts';
import { random as randomFrom } from '../random.ts';

export const events = [
  'zero-glitch', 'spike', 'bad-values', 'jitter', 'gap', 'frozen', 'reset', 'swap', 'swap-without-record', 'jump', 'ct-change', 'late', 'restated', 'rollover', 'idle', 'long-zero',
] as const; // biome-ignore format: a list
type Event = (typeof events)[number];

export interface History {
  seed: number;
  /** In the order of arrival. */
  readings: { t: number[]; v: number[] };
  truth: number;
  options: { rated: number | undefined; digits: number | undefined; swaps: Swap[]; multipliers: Multiplier[] };
  happened: Event[];
}

const minute = 60_000;

export function history(seed: number): History {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const whole = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const every = pick([1, 5, 15]) * minute;
  const unit = pick([0.01, 0.1, 1]);
  const rated = pick([5, 60, 800]);
  const perStep = Math.floor((rated * every) / 3_600_000 / unit);
  const happened: Event[] = [];
  // Whoever has seen a register move twice knows nothing of it.
  const declared = random() < 0.7 || perStep < 5;
  const wanted = Array.from({ length: whole(1, 6) }, () => pick(events));
  const rolls = wanted.includes('rollover');
  // An end that a few steps reach is no end that anybody builds.
  const ends = [65_536 * unit, 2 ** 32 * unit, 1e6, 1e5].filter((one) => one > (perStep + 2) * unit * 1500);
  const end = rolls ? pick(ends) : Number.POSITIVE_INFINITY;
  const exact = (value: number) => Math.round(value / unit) * unit;
  const far = (perStep + 2) * unit;
  const load = 0.2 + 0.7 * random();
  let register = rolls ? exact(end - perStep * load * 0.8 * unit * whole(30, 60)) : exact(whole(1, 9) * 1000 + far * 400 + random() * 9e5);
  let ratio = 1;
  let truth = 0;
  const t: number[] = [];
  const v: number[] = [];
  const swaps: Swap[] = [];
  const multipliers: Multiplier[] = [];
  const late: { t: number; v: number; after: number }[] = [];
  let now = Date.UTC(2026, whole(0, 11), whole(1, 28), whole(0, 23)) + whole(0, 14) * minute;
  let crossed = false;
  let carry = 0;
  const live = (): number => {
    now += every;
    carry += (rated * every * load * (0.6 + 0.4 * random())) / 3_600_000 / unit;
    const q = Math.floor(carry);
    carry -= q;
    register = exact(register + q * unit);
    if (!crossed && register >= end - unit / 2) {
      register = exact(register - end);
      crossed = true;
    }
    truth += q * unit * ratio;
    return q;
  };
  const show = (value = register) => {
    t.push(now);
    v.push(Number(value.toFixed(3)));
  };
  const calm = (steps: number) => {
    for (let k = 0; k < steps; k++) {
      live();
      show();
    }
  };
  show();
  calm(whole(24, 60));
  for (const event of wanted) {
    // While a counter stands near its end, a fall is the end of the register; other falls come after it.
    if (rolls && !crossed && event !== 'idle' && event !== 'gap' && event !== 'bad-values') continue;
    // What cannot be told from its circumstances belongs to a meter that counts more than it shows in a step.
    // Just below an end that a register may have, a reset and the end look alike.
    const small = register < far * 200 || rolledOver(register, 0, undefined, undefined) !== undefined;
    switch (event) {
      case 'zero-glitch':
        if (small) continue;
        for (let k = whole(1, 3); k > 0; k--) {
          live();
          show(0);
        }
        break;
      case 'spike':
        for (let k = whole(1, 3); k > 0; k--) {
          live();
          show(register + far * 1e4 * (1 + random()) + 1e5);
        }
        break;
      case 'bad-values':
        for (let k = whole(1, 3); k > 0; k--) {
          live();
          show(pick([Number.NaN, -1, Number.POSITIVE_INFINITY]));
        }
        break;
      case 'jitter':
        live();
        show();
        now += every;
        show(register - unit);
        break;
      case 'gap':
        for (let k = whole(2, 40); k > 0; k--) live();
        break;
      case 'frozen': {
        const stuck = register;
        for (let k = whole(2, 20); k > 0; k--) {
          live();
          if (register < stuck) break;
          show(stuck);
        }
        break;
      }
      case 'idle':
        for (let k = whole(2, 20); k > 0; k--) {
          now += every;
          show();
        }
        break;
      case 'reset':
        if (small) continue;
        register = 0;
        break;
      case 'long-zero':
        if (small) continue;
        for (let k = Math.ceil((20 * minute) / every) + whole(4, 6); k > 0; k--) {
          live();
          show(0);
        }
        break;
      case 'swap': {
        const first = exact(far * 2 + random() * (random() < 0.5 ? 10 : 2e6));
        live();
        swaps.push({ t: now, final: register, first });
        register = first;
        break;
      }
      case 'swap-without-record': {
        if (small) continue;
        // Nobody knows what passed between the two: that step adds nothing.
        const before = truth;
        live();
        register = exact(register * (0.3 + 0.3 * random()));
        truth = before;
        show();
        break;
      }
      case 'jump': {
        if (rolls) continue;
        const before = truth;
        live();
        register = exact(register + (far * 3e4 + 1e5) * (1 + random()));
        truth = before;
        show();
        break;
      }
      case 'ct-change':
        // With another ratio the rating allows more in the register, and less can be told apart.
        if (wanted.some((one) => ['reset', 'rollover', 'long-zero', 'swap-without-record', 'swap'].includes(one))) continue;
        ratio = pick([1, 20, 40, 0.5]);
        multipliers.push({ from: now, multiplier: ratio });
        break;
      case 'late':
        for (let k = whole(1, 5); k > 0; k--) {
          live();
          late.push({ t: now, v: Number(register.toFixed(3)), after: t.length + whole(1, 8) });
        }
        break;
      case 'restated': {
        live();
        const wrong = register + whole(2, 9) * far;
        show(wrong);
        late.push({ t: now, v: Number(register.toFixed(3)), after: t.length + whole(1, 8) });
        break;
      }
      case 'rollover':
        break;
    }
    happened.push(event);
    // Longer than a glitch may last: of two things at once nobody could tell which was which.
    calm(Math.ceil((18 * minute) / every) + whole(8, 26));
  }
  if (rolls) while (!crossed) calm(1);
  calm(12);
  for (const one of late.sort((x, y) => y.after - x.after)) {
    t.splice(one.after, 0, one.t);
    v.splice(one.after, 0, one.v);
  }
  const digits = end === 1e6 ? 6 : end === 1e5 ? 5 : undefined;
  // The rating is of what passes, so the largest ratio counts.
  const largest = Math.max(1, ...multipliers.map(({ multiplier }) => multiplier));
  return {
    seed,
    readings: { t, v },
    truth,
    options: { rated: declared ? rated * largest : undefined, digits: random() < 0.5 ? digits : undefined, swaps, multipliers },
    happened,
  };
}

const asReadings = ({ t, v }: { t: number[]; v: number[] }): RegisterReadings => ({ t, v, length: t.length });

/** What is wrong with the engine's answer for a history; undefined when nothing is. */
export function wrongWith(one: History): string | undefined {
  const { readings, options, truth } = one;
  const batch = consumption(asReadings(readings), options);
  const sum = batch.intervals.reduce((total, { value }) => total + value, 0);
  const say = (what: string) => `seed ${one.seed} (${one.happened.join(', ')}): ${what}`;
  if (Math.abs(sum - truth) > 0.01) return say(`${sum.toFixed(3)} instead of ${truth.toFixed(3)}`);
  if (Math.abs(sum - batch.total) > 1e-6 * Math.max(1, Math.abs(sum))) return say(`${sum} is not last − first = ${batch.total}`);
  const byQuality = batch.intervals.reduce(
    (total, { measured, manual, estimated, unknown }) => total + measured + manual + estimated + unknown,
    0,
  );
  if (Math.abs(byQuality - sum) > 1e-6 * Math.max(1, Math.abs(sum))) return say('the qualities do not add up');
  // Live: one reading at a time, in order; what had come late or wrong is there by then, as a recomputation from the store has it.
  const order = readings.t.map((_, i) => i).sort((x, y) => (readings.t[x] as number) - (readings.t[y] as number) || x - y);
  const stream = new CounterStream(options);
  const live = new Map<number, number>();
  const take = (final: boolean) => {
    for (const { from, value } of stream.settle(final)) live.set(from, value);
  };
  const random = randomFrom(one.seed + 1);
  order.forEach((i, k) => {
    if (readings.t[order[k + 1] as number] === readings.t[i]) return;
    stream.push(readings.t[i] as number, readings.v[i] as number);
    if (random() < 0.6) take(false);
  });
  take(true);
  for (const { from, value } of batch.intervals)
    if (live.get(from) !== value) return say(`live ${live.get(from)} and batch ${value} differ at ${new Date(from).toISOString()}`);
  return live.size === batch.intervals.length ? undefined : say('live and batch have different intervals');
}
