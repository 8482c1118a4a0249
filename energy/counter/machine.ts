/**
 * One counter, step by step. What is decided depends on what lies behind and on a few readings ahead; while those are missing it waits. So a stream,
 * a file and a file that arrived in pieces give the same.
 */
import { type Ahead, comesBack, findAhead, goesOn, isSpike, isSustained } from './ahead.ts';
import { Bound, Resolution } from './bound.ts';
import { IntervalBook } from './intervals.ts';
import { Profile } from './profile.ts';
import { rolledOver } from './rollover.ts';
import { SwapRecords } from './swaps.ts';
import type { CounterOptions, Decision, Multiplier, Quality, RegisterReadings, Segment, Suspect, Swap } from './types.ts';
import { intervalMs } from './types.ts';

/** Longer between two readings than this, and how it was spread is a guess. */
const gapMs = 1.5 * intervalMs;
/** A counter that fell to zero and comes back to where it was within this time had only lost its voice. */
const returnMs = 48 * 3_600_000;
const jitterShare = 0.001;
const defaultTimezone = 'Asia/Shanghai';

type Next = number | 'wait';
type Step = { tb: number; b: number; manual: boolean; ms: number; i: number };

export class Machine {
  readonly book = new IntervalBook();
  readonly segments: Segment[] = [];
  readonly suspects: Suspect[] = [];
  private readonly net: boolean;
  private readonly digits: number | undefined;
  private readonly bound: Bound;
  private readonly profile: Profile;
  private readonly resolution = new Resolution();
  private readonly swaps: SwapRecords;
  private readonly multipliers: Multiplier[];
  private readonly decisions: ReadonlyMap<number, Decision['verdict']>;
  private readonly special: boolean;
  private has = false;
  private t = 0;
  private v = 0;
  private manual = false;
  private unit = 1;
  /** When the register last went up: what comes after a frozen register may be as much as the whole time allows. */
  private movedAt = 0;
  private typicalMs = 60_000;
  private multiplier = 1;
  private nextMultiplierAt = Number.POSITIVE_INFINITY;
  /** Before the last fall to the bottom, in case the register only lost its voice. */
  private before: { t: number; v: number; since: number; counted: number } | undefined;
  private learnt = Number.NaN;

  constructor(options: CounterOptions = {}) {
    this.net = options.kind === 'net';
    this.digits = options.digits;
    this.bound = new Bound(options.rated);
    this.profile = new Profile(options.timezone ?? defaultTimezone);
    this.swaps = new SwapRecords(options.swaps ?? []);
    this.multipliers = [...(options.multipliers ?? [])].sort((x, y) => x.from - y.from);
    this.decisions = new Map((options.decisions ?? []).map(({ t, verdict }) => [t, verdict]));
    this.special = (options.swaps ?? []).length > 0 || this.decisions.size > 0 || this.net;
  }

  /** The last reading that counts. */
  get at(): { t: number; v: number } | undefined {
    return this.has ? { t: this.t, v: this.v } : undefined;
  }

  /** Works through the readings from `start`; returns how far it came. Without `final` it stops where the future decides. */
  run(readings: RegisterReadings, start: number, final: boolean): number {
    const { t, v, manual } = readings;
    const n = readings.length;
    let i = start;
    while (i < n) {
      const b = v[i] as number;
      const tb = t[i] as number;
      if (!this.valid(b) || !this.has) {
        if (this.valid(b) && this.decisions.get(tb) !== 'drop') this.begin(tb, b, manual?.[i] === 1);
        i++;
        continue;
      }
      const ms = tb - this.t;
      if (!this.special && ms > 0 && tb <= this.nextMultiplierAt && this.bound.perMs !== undefined) {
        const rise = b - this.v;
        const next = v[i + 1] as number;
        if (rise >= 0 && (rise - this.unit) * this.multiplier <= this.bound.perMs * ms && (next >= b || (i + 1 >= n && final))) {
          this.accept(tb, b, manual?.[i] === 1, ms);
          i++;
          continue;
        }
      }
      const after = this.decide(readings, i, final);
      if (after === 'wait') return i;
      i = after;
    }
    return i;
  }

  /** Nothing more will come: records that matched nothing are told. */
  finish(): void {
    for (const { t, final, first } of this.swaps.unmatched)
      this.suspects.push({ verdict: 'unmatched-swap', from: t, to: t, a: final, b: first, delta: 0 });
  }

  private valid(value: number): boolean {
    return Number.isFinite(value) && (this.net || value >= 0);
  }

  private begin(t: number, v: number, manual: boolean): void {
    this.has = true;
    this.multiplierFrom(t);
    this.segment(t, v);
    this.set(t, v, manual);
    this.movedAt = t;
  }

  private set(t: number, v: number, manual: boolean): void {
    if (v !== this.v) this.movedAt = t;
    this.resolution.see(v);
    this.unit = this.resolution.unitAt(v);
    this.t = t;
    this.v = v;
    this.manual = manual;
    if (t < this.nextMultiplierAt) return;
    this.multiplierFrom(t);
    this.segment(t, v);
  }

  private segment(t: number, first: number): void {
    this.segments.push({ from: t, to: t, first, last: first, multiplier: this.multiplier });
  }

  private extend(t: number, last: number): void {
    const segment = this.segments.at(-1) as Segment;
    segment.to = t;
    segment.last = last;
  }

  private multiplierAt(t: number): number {
    return this.multipliers.findLast(({ from }) => from < t)?.multiplier ?? 1;
  }

  private multiplierFrom(t: number): void {
    const at = this.multipliers.findLastIndex(({ from }) => from <= t);
    this.multiplier = this.multipliers[at]?.multiplier ?? 1;
    this.nextMultiplierAt = this.multipliers[at + 1]?.from ?? Number.POSITIVE_INFINITY;
  }

  private accept(t: number, v: number, manual: boolean, ms: number, quality?: Quality, learn = true): void {
    if (t > this.nextMultiplierAt) {
      this.acceptOverChange(t, v, manual);
      return;
    }
    const delta = (v - this.v) * this.multiplier;
    const byHand = manual || this.manual;
    // Nothing passed: then nothing passed in any part of the gap.
    const sure = ms <= gapMs || delta === 0;
    this.spread(this.t, t, delta, quality ?? (byHand ? 'manual' : sure ? 'measured' : 'estimated'), !sure);
    this.extend(t, v);
    if (learn) this.bound.learn(t, Math.abs(delta), Math.max(ms, t - this.movedAt), this.unit * this.multiplier);
    if (ms <= gapMs) this.typicalMs = ms;
    if (this.before) {
      this.before.counted += delta;
      if (t - this.before.since > returnMs) this.before = undefined;
    }
    this.set(t, v, manual);
  }

  /** Puts `delta` on the quarter hours between: evenly within a short step, by the meter's habits over a gap. */
  private spread(ta: number, tb: number, delta: number, quality: Quality, habits: boolean): void {
    const from = tb > ta ? ta : tb - this.typicalMs;
    const first = Math.floor(from / intervalMs);
    const last = Math.max(first, Math.ceil(tb / intervalMs) - 1);
    if (first !== this.learnt) this.learn(first);
    if (first === last) {
      this.book.add(first, delta, quality);
      return;
    }
    const weights = habits ? this.profile.weights(first, last) : undefined;
    const part = (index: number) =>
      (Math.min(tb, (index + 1) * intervalMs) - Math.max(from, index * intervalMs)) * (weights?.[index - first] ?? 1);
    let total = 0;
    for (let index = first; index <= last; index++) total += part(index);
    let rest = delta;
    for (let index = first; index < last; index++) {
      const share = (delta * part(index)) / total;
      this.book.add(index, share, quality);
      rest -= share;
    }
    // The last one takes what rounding left over: the parts are exactly the whole.
    this.book.add(last, rest, quality);
    this.learnt = last;
  }

  /** The quarter hour before `index` is complete: it becomes a habit. */
  private learn(index: number): void {
    const value = this.book.measured(this.learnt);
    if (!Number.isNaN(value)) this.profile.learn(this.learnt, value);
    this.learnt = index;
  }

  private suspect(verdict: Suspect['verdict'], to: number, b: number, delta: number): void {
    this.suspects.push({ verdict, from: this.t, to, a: this.v, b, delta });
  }

  /** A new beginning at (t, b): what the old segment ends with, what the new one starts with. */
  private restart(t: number, b: number, manual: boolean, closes: number | undefined, opens: number, multiplier: number): void {
    if (closes !== undefined) this.extend(t, closes);
    this.segments.push({ from: this.t, to: t, first: opens, last: b, multiplier });
    this.set(t, b, manual);
    this.movedAt = t;
    this.before = undefined;
  }

  /** The step runs over the day of a new CT: before it the old ratio counts, after it the new one; the register in between is drawn straight. */
  private acceptOverChange(t: number, v: number, manual: boolean): void {
    const [ta, a] = [this.t, this.v];
    while (t > this.nextMultiplierAt) {
      const at = this.nextMultiplierAt;
      const value = t > ta && at > ta ? a + ((v - a) * (at - ta)) / (t - ta) : a;
      this.spread(this.t, at, (value - this.v) * this.multiplier, value === this.v ? 'measured' : 'estimated', at - this.t > gapMs);
      this.extend(at, value);
      this.set(at, value, manual);
    }
    const exact = this.t === ta || v === this.v;
    this.accept(t, v, manual, t - this.t, exact ? undefined : 'estimated', false);
  }

  /** Everything that is not an ordinary step. Returns the next reading to look at. */
  private decide(readings: RegisterReadings, i: number, final: boolean): Next {
    const tb = readings.t[i] as number;
    const b = readings.v[i] as number;
    const step = { tb, b, manual: readings.manual?.[i] === 1, ms: tb > this.t ? tb - this.t : this.typicalMs, i };
    const person = this.decisions.get(tb);
    if (person) return this.personDecides(person, step);
    // What a person reads is checked when it is written down; months until the next reading are no reason to wait.
    const perMs = this.bound.perMs ?? (step.manual ? Number.POSITIVE_INFINITY : Bound.lookAhead(readings, i, final, this.unit, step.ms));
    if (perMs === undefined) return 'wait';
    const known = Number.isFinite(perMs);
    // In the step over the day of a new CT the smaller ratio decides what is possible.
    const ratio = tb > this.nextMultiplierAt ? Math.min(this.multiplier, this.multiplierAt(tb)) : this.multiplier;
    const ahead: Ahead = {
      readings,
      final,
      valid: (value) => this.valid(value),
      possible: (delta, within) => (Math.abs(delta) - this.unit) * ratio <= perMs * within,
      jitter: this.net ? 0 : Math.max(2 * this.unit * 1.000001, jitterShare * this.v),
    };
    const rise = b - this.v;
    const swap = this.swapFor(step, ahead, known, false);
    if (swap) return this.swapped(swap, step);
    if (rise < 0 && !this.net) return this.fell(step, ahead, known);
    if (step.manual) {
      this.accept(tb, b, true, step.ms);
      return i + 1;
    }
    const returned = this.before && this.returned(step, ahead, this.before);
    if (returned) return returned === 'wait' ? 'wait' : i + 1;
    if (!ahead.possible(rise, step.ms)) return this.jumped(step, ahead, perMs);
    const spike = !this.net && isSpike(ahead, i, this.t, this.v);
    if (spike === 'wait') return 'wait';
    if (spike) this.suspect('glitch', tb, b, 0);
    else this.accept(tb, b, step.manual, step.ms);
    return i + 1;
  }

  /** A record whose figures fit. A moment inside the step is enough; one from 48 hours around must explain something, and glitches come first. */
  private swapFor({ tb, b, ms }: Step, ahead: Ahead, known: boolean, odd: boolean): Swap | undefined {
    const possible = (delta: number, slackMs: number) => !known || ahead.possible(delta, ms + slackMs);
    return this.swaps.take({ ta: this.t, tb, a: this.v, b, unit: this.unit, odd, possible });
  }

  private glitch({ tb, b }: Step, back: Next): Next {
    if (back !== 'wait') this.suspect('glitch', tb, b, 0);
    return back;
  }

  private fell(step: Step, ahead: Ahead, known: boolean): Next {
    const { tb, b, manual, ms, i } = step;
    if (this.v - b <= ahead.jitter) {
      this.suspect('jitter', tb, b, 0);
      this.accept(tb, this.v, manual, ms, undefined, false);
      return i + 1;
    }
    const back = manual ? undefined : comesBack(ahead, i, this.t, this.v);
    if (back !== undefined) return this.glitch(step, back);
    const swap = this.swapFor(step, ahead, known, true);
    if (swap) return this.swapped(swap, step);
    // An end of the register that nobody declared must fit what the meter usually does.
    const fits = (delta: number) => (this.digits === undefined ? this.usual(ahead, delta, ms, 0.5) : ahead.possible(delta, ms));
    const over = rolledOver(this.v, b, this.digits, known ? fits : undefined);
    if (over) {
      const delta = over.delta * this.multiplier;
      this.suspect('rollover', tb, b, delta);
      this.spread(this.t, tb, delta, manual ? 'manual' : ms <= gapMs ? 'measured' : 'estimated', ms > gapMs);
      const before = { t: this.t, v: this.v, since: tb, counted: delta };
      this.restart(tb, b, manual, over.end, 0, this.multiplier);
      this.before = before;
      return i + 1;
    }
    if (known ? this.usual(ahead, b, ms) : b <= 2 * this.unit) return this.reset(step);
    return this.split(step, 'unknown');
  }

  private reset({ tb, b, manual, ms, i }: Step): Next {
    const ratio = this.multiplierAt(tb);
    const before = { t: this.t, v: this.v, since: tb, counted: b * ratio };
    this.suspect('reset', tb, b, b * ratio);
    this.spread(this.t, tb, b * ratio, manual ? 'manual' : 'estimated', ms > gapMs);
    this.restart(tb, b, manual, undefined, 0, ratio);
    this.before = before;
    return i + 1;
  }

  /** Two meters, or one of which nobody knows what it did: nothing is added, and a person is asked. */
  private split({ tb, b, manual, i }: Step, verdict: 'unknown' | 'jump'): Next {
    this.suspect(verdict, tb, b, 0);
    this.spread(this.t, tb, 0, 'unknown', false);
    this.restart(tb, b, manual, undefined, b, this.multiplierAt(tb));
    return i + 1;
  }

  private personDecides(verdict: Decision['verdict'], step: Step): Next {
    const { tb, b, manual, ms, i } = step;
    if (verdict === 'drop') return i + 1;
    if (verdict === 'split') return this.split(step, 'unknown');
    if (verdict === 'reset' || (b < this.v && !this.net)) return this.reset(step);
    this.suspect('accepted', tb, b, (b - this.v) * this.multiplier);
    this.accept(tb, b, manual, ms, 'unknown', false);
    return i + 1;
  }

  /** Was the last reset none? The register goes on from where it stood before it. */
  private returned({ tb, b, manual, i }: Step, ahead: Ahead, before: { t: number; v: number; counted: number }): boolean | 'wait' {
    const passed = Math.max(0, b - before.v);
    const delta = passed * this.multiplier - before.counted;
    if (b < before.v - ahead.jitter || this.v > before.v / 2 || delta < 0 || !this.usual(ahead, passed, tb - before.t)) return false;
    const goes = goesOn(ahead, i);
    if (goes !== true) return goes;
    this.suspect('return', tb, b, delta);
    this.spread(before.t, tb, delta, 'estimated', tb - before.t > gapMs);
    this.restart(tb, b, manual, undefined, b - delta / this.multiplier, this.multiplier);
    return true;
  }

  /** Possible, and like what the meter does when it is well known: to choose between two explanations. */
  private usual(ahead: Ahead, delta: number, ms: number, share = 1): boolean {
    return (
      ahead.possible(delta, ms) && (delta - this.unit) * this.multiplier <= (this.bound.sharpPerMs ?? Number.POSITIVE_INFINITY) * share * ms
    );
  }

  /** More than can have passed. */
  private jumped(step: Step, ahead: Ahead, perMs: number): Next {
    const { tb, b, manual, ms, i } = step;
    const { t, v, length } = ahead.readings;
    const a = this.v;
    const back = findAhead(ahead, i, (j) => {
      const c = v[j] as number;
      if (!this.net && c < a - ahead.jitter) return false;
      return Math.abs(c - a) < Math.abs(b - a) / 2 && ahead.possible(c - a, (t[j] as number) - this.t);
    });
    if (back !== undefined) return this.glitch(step, back);
    const swap = this.swapFor(step, ahead, true, true);
    if (swap) return this.swapped(swap, step);
    if (!this.net && this.t > this.movedAt && ahead.possible(b - a, tb - this.movedAt)) {
      const delta = (b - a) * this.multiplier;
      this.suspect('catch-up', tb, b, delta);
      this.spread(this.movedAt, tb, delta, 'estimated', true);
      this.extend(tb, b);
      this.set(tb, b, manual);
      return i + 1;
    }
    // What goes on at the same rate is a load that was not known; a rating that it exceeds is wrong, and says so.
    if (isSustained(ahead.readings, i, (b - a) / ms, perMs / this.multiplier)) {
      if (this.bound.declared) this.suspect('above-rating', tb, b, (b - a) * this.multiplier);
      this.accept(tb, b, manual, ms, this.bound.declared ? 'unknown' : undefined);
      return i + 1;
    }
    if (i + 1 < length) return this.split(step, 'jump');
    this.suspect('held', tb, b, 0);
    return i + 1;
  }

  private swapped(swap: Swap, { tb, b, manual, ms, i }: Step): Next {
    const moment = Math.min(Math.max(swap.t, this.t), tb);
    const ratio = this.multiplierAt(tb);
    const old = (swap.final - this.v) * this.multiplier;
    const young = (b - swap.first) * ratio;
    this.suspect('swap', tb, b, old + young);
    if (moment > this.t) this.spread(this.t, moment, old, 'manual', ms > gapMs);
    this.spread(moment, tb, moment > this.t ? young : old + young, 'manual', ms > gapMs);
    this.restart(tb, b, manual, swap.final, swap.first, ratio);
    return i + 1;
  }
}
