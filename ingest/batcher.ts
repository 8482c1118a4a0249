/**
 * Collects points into bounded batches, writes them, and says which messages are in. What the store does not take now is tried again until it
 * does; what it refuses for good is handed to `refused`. Memory is bounded: above `maxMessages` a new message is not taken, and because nobody
 * hears "committed" for it, its gateway sends it again.
 */
import type { Clock } from '../shared/clock.ts';
import { Fault, reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import type { MessageName } from './commits.ts';
import { Isolation, isAnswer, suspiciousAfter } from './isolate.ts';
import type { Refusal, Store, StorePoint } from './store.ts';

export interface BatchLimits {
  /**
   * A batch is written when it holds so many values, or when its first message is so old. Meters are read together and their messages come
   * together: when nothing more has come for `quietMs` it is written then, but single messages that trickle in make no batch each: at most
   * one in `maxAgeMs` is written for that reason.
   */
  maxValues: number;
  maxAgeMs: number;
  quietMs: number;
  /** Batches under way at once. */
  inFlight: number;
  /** Messages in memory, under way or waiting. */
  maxMessages: number;
  firstRetryMs: number;
  longestRetryMs: number;
}

export const batchLimits: BatchLimits = {
  maxValues: 10_000,
  maxAgeMs: 250,
  quietMs: 50,
  inFlight: 2,
  maxMessages: 40_000,
  firstRetryMs: 250,
  longestRetryMs: 5_000,
};

export interface BatchDeps {
  store: Pick<Store, 'write'>;
  /** Real time: batching is about load, not about the plant. */
  clock: Clock;
  log: Log;
  /** Keeps refused points. May throw a retryable Fault: then the batch is not done yet. */
  refused(refusals: { point: StorePoint; reason: string }[]): void;
  written(batch: Batch, tookMs: number): void;
}

export interface Batch {
  /** Once written: without those that were refused. */
  points: StorePoint[];
  /** Readings messages, to be committed. */
  names: MessageName[];
  /** All messages, those without a name too. */
  messages: number;
  values: number;
}

/** Such a refusal is not about a single value. */
const aboutTheWhole = /retention|^time |tags? |fails on this point alone/i;

const empty = (): Batch => ({ points: [], names: [], messages: 0, values: 0 });

function join(batch: Batch, next: Batch): void {
  for (const point of next.points) batch.points.push(point);
  for (const name of next.names) batch.names.push(name);
  batch.messages += next.messages;
  batch.values += next.values;
}

export class Batcher {
  readonly #deps: BatchDeps;
  readonly #limits: BatchLimits;
  #open = empty();
  readonly #full: Batch[] = [];
  #underWay = 0;
  #messages = 0;
  /** Monotonic ms. */
  #openedAt = 0;
  #closedAt = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;
  readonly #stop = new AbortController();
  #idle: (() => void)[] = [];
  /** False from the first failed try until a batch is in. */
  storeUp = true;
  /** The first thing that went wrong since the store took something last, and when (monotonic ms): what follows is often only its echo. */
  failure: { error: unknown; at: number } | undefined;

  constructor(deps: BatchDeps, limits: Partial<BatchLimits> = {}) {
    this.#deps = deps;
    this.#limits = { ...batchLimits, ...limits };
  }

  get messages(): number {
    return this.#messages;
  }

  /** False: there is no room, the message was not taken. `name` is left out where nobody waits for a commit (status messages). */
  add(points: readonly StorePoint[], values: number, name?: MessageName): boolean {
    if (this.#messages >= this.#limits.maxMessages) return false;
    const batch = this.#open;
    for (const point of points) batch.points.push(point);
    if (name) batch.names.push(name);
    batch.values += values;
    batch.messages++;
    this.#messages++;
    if (batch.values >= this.#limits.maxValues) this.#close();
    else if (!this.#cancelTimer) {
      this.#openedAt = this.#deps.clock.monotonic();
      this.#closeWhenQuiet();
    }
    return true;
  }

  #closeWhenQuiet(): void {
    const { clock } = this.#deps;
    const { maxAgeMs, quietMs } = this.#limits;
    const now = clock.monotonic();
    const left = this.#openedAt + maxAgeMs - now;
    const waitMs = Math.min(left, Math.max(quietMs, this.#closedAt + maxAgeMs - now));
    const before = this.#open.messages;
    this.#cancelTimer = clock.after(waitMs, () => {
      if (this.#open.messages === before || waitMs >= left) this.#close();
      else this.#closeWhenQuiet();
    });
  }

  #close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#open.points.length === 0 && this.#open.names.length === 0) return;
    this.#closedAt = this.#deps.clock.monotonic();
    const last = this.#full.at(-1);
    // While the store is away batches wait for it: few large ones are worked off soon, thousands of small ones would hold up what comes after.
    if (last && last.values + this.#open.values <= this.#limits.maxValues) join(last, this.#open);
    else this.#full.push(this.#open);
    this.#open = empty();
    this.#send();
  }

  #send(): void {
    while (this.#underWay < this.#limits.inFlight) {
      const batch = this.#full.shift();
      if (!batch) break;
      this.#underWay++;
      void this.#write(batch).finally(() => {
        this.#underWay--;
        this.#send();
        if (this.#underWay === 0 && this.#full.length === 0) for (const wake of this.#idle.splice(0)) wake();
      });
    }
  }

  /** Until it is in, or the batcher is stopped: then its messages stay uncommitted and come again. */
  async #write(batch: Batch): Promise<void> {
    const { clock, log } = this.#deps;
    let waitMs = this.#limits.firstRetryMs;
    let reported = '';
    let answers = 0;
    let isolation: Isolation | undefined;
    while (!this.#stop.signal.aborted) {
      const start = clock.monotonic();
      try {
        if (answers >= suspiciousAfter) isolation ??= new Isolation(batch.points, (points) => this.#attempt(points));
        const refusals = isolation ? await isolation.round() : await this.#attempt(batch.points);
        if (refusals.length > 0) {
          this.#deps.refused(await this.#salvage(batch.points, refusals));
          const gone = new Set(refusals.map(({ index }) => index));
          batch.points = batch.points.filter((_, index) => !gone.has(index));
        }
        this.#messages -= batch.messages;
        if (!this.storeUp) log.info('the store takes readings again');
        this.storeUp = true;
        this.failure = undefined;
        this.#deps.written(batch, clock.monotonic() - start);
        return;
      } catch (error) {
        answers = isAnswer(error) ? answers + 1 : 0;
        if (this.storeUp || reported !== reasonOf(error))
          log.warn({ reason: reasonOf(error) }, 'the store does not take readings, trying on');
        reported = reasonOf(error);
        this.storeUp = false;
        this.failure ??= { error, at: clock.monotonic() };
        await clock.sleep(waitMs, this.#stop.signal).catch(() => undefined);
        waitMs = Math.min(waitMs * 2, this.#limits.longestRetryMs);
      }
    }
  }

  /** What the store refuses may be one value only: the others of the point are stored, and the letter names the ones that are not. */
  async #salvage(points: readonly StorePoint[], refusals: readonly Refusal[]): Promise<{ point: StorePoint; reason: string }[]> {
    const letters: { point: StorePoint; reason: string }[] = [];
    const single: { of: number; point: StorePoint }[] = [];
    for (const { index, reason } of refusals) {
      const point = points[index] as StorePoint;
      const fields = Object.entries(point.fields);
      if (fields.length < 2 || aboutTheWhole.test(reason)) letters.push({ point, reason });
      else for (const [field, value] of fields) single.push({ of: index, point: { ...point, fields: { [field]: value } } });
    }
    const lost = new Map<number, { fields: Record<string, number>; reason: string }>();
    for (const { index, reason } of await this.#attempt(single.map(({ point }) => point))) {
      const { of, point } = single[index] as (typeof single)[number];
      const known = lost.get(of);
      lost.set(of, { fields: { ...known?.fields, ...point.fields }, reason: known?.reason ?? reason });
    }
    for (const [index, { fields, reason }] of lost) letters.push({ point: { ...(points[index] as StorePoint), fields }, reason });
    return letters;
  }

  /** A batch that is refused as a whole is halved until the refused points stand alone, so that one cannot hold up the others. */
  async #attempt(points: readonly StorePoint[]): Promise<Refusal[]> {
    if (points.length === 0) return [];
    try {
      return await this.#deps.store.write(points);
    } catch (error) {
      if (!(error instanceof Fault) || error.retryable) throw error;
      if (points.length === 1) return [{ index: 0, reason: reasonOf(error) }];
      const half = points.length >> 1;
      const first = await this.#attempt(points.slice(0, half));
      const second = await this.#attempt(points.slice(half));
      return [...first, ...second.map(({ index, reason }) => ({ index: index + half, reason }))];
    }
  }

  /** Writes what is there, for at most `limitMs`; then gives up what the store did not take. */
  async stop(limitMs: number): Promise<void> {
    this.#close();
    if (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#deps.clock.after(limitMs, resolve);
        this.#idle.push(() => {
          cancel();
          resolve();
        });
      });
    }
    this.#stop.abort(new Error('stopping'));
  }
}
