/**
 * Hourly roll-ups inside InfluxDB 1, kept right also for late data. Every write marks the hours that it touches, in the same request; a round of work
 * makes marked hours anew with SELECT INTO once they are finished, and only then takes the marks away. A marked hour is read from its points.
 *
 * Several writers need no agreement: a mark counts for `markValidMs` of writing, and is not worked on before `markSettledMs`, so every point that
 * relied on it is in by then.
 */
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/errors.ts';
import { hourMs } from '../buckets.ts';
import type { Measurement, StorePoint } from '../store.ts';
import { identifier, quoted, type Result } from './influxql.ts';

export const longPolicy = 'long';
const marks = identifier('rollup_marks');
const markValidMs = 60_000;
const markSettledMs = 120_000;
/** An hour is finished when it has been over for so long; readings that come later mark it again. */
const graceMs = 10 * 60_000;
const hoursAtOnce = 24;
const noMeasurement = 'none';

export const rolledUp = (measurement: Measurement) => `${identifier(longPolicy)}.${identifier(`hourly_${measurement}`)}`;
export const isRolledUp = (measurement: Measurement) => measurement !== 'consumption' && measurement !== 'alarm_transition';

export interface RollupDeps {
  query(statements: readonly string[]): Promise<Result[]>;
  /** Lines without points; throws when they are not in. */
  send(lines: readonly string[]): Promise<void>;
  database: string;
  /** Real time: marks are about processes, not about the plant. */
  clock: Clock;
}

export class Rollups {
  readonly #deps: RollupDeps;
  readonly #source = Math.random().toString(36).slice(2, 10);
  readonly #marked = new Map<string, number>();
  #lastMark = 0;

  constructor(deps: RollupDeps) {
    this.#deps = deps;
  }

  /** Lines to send with these points, and what to call once they are in. */
  marksFor(points: readonly StorePoint[]): { lines: string[]; done: () => void } {
    const now = this.#deps.clock.now();
    const fresh = new Map<string, [measurement: Measurement, hour: number]>();
    let last = '';
    for (const { measurement, t } of points) {
      const hour = Math.floor(t / hourMs);
      const key = `${measurement} ${hour}`;
      if (key === last || !isRolledUp(measurement)) continue;
      last = key;
      if (now - (this.#marked.get(key) ?? 0) >= markValidMs) fresh.set(key, [measurement, hour]);
    }
    return {
      lines: [...fresh.values()].map(([measurement, hour]) => this.#markLine(measurement, hour)),
      done: () => {
        for (const key of fresh.keys()) this.#marked.set(key, now);
        if (this.#marked.size > 10_000) this.#marked.clear();
      },
    };
  }

  #markLine(measurement: string, hour: number): string {
    this.#lastMark = Math.max(this.#deps.clock.now(), this.#lastMark + 1);
    return `rollup_marks,source=${this.#source} of=${JSON.stringify(measurement)},hour=${hour} ${this.#lastMark}`;
  }

  /** Marked hours by measurement: those that must be read from points. */
  async dirty(until?: number): Promise<Map<Measurement, Set<number>>> {
    const where = until === undefined ? '' : ` WHERE time <= ${until}ms`;
    const [result] = await this.#deps.query([`SELECT "of", "hour" FROM ${marks}${where}`]);
    const found = new Map<Measurement, Set<number>>();
    for (const [, of, hour] of result?.series?.[0]?.values ?? []) {
      if (of === noMeasurement) continue;
      const hours = found.get(of as Measurement) ?? new Set();
      hours.add(Number(hour));
      found.set(of as Measurement, hours);
    }
    return found;
  }

  /**
   * Makes finished marked hours anew. `now` is plant time.
   * @param all also hours that are not finished and marks that are not settled; those marks stay
   */
  async roll(now: number, all = false): Promise<void> {
    const settled = this.#deps.clock.now() - markSettledMs;
    const unfinished = Math.floor((now - graceMs) / hourMs);
    const keep: string[] = [];
    for (const [measurement, hours] of await this.dirty(all ? undefined : settled)) {
      const ready = [...hours].filter((hour) => {
        if (hour >= unfinished) keep.push(this.#markLine(measurement, hour));
        return all || hour < unfinished;
      });
      for (const [first, end] of runsOf(ready)) await this.#rollRange(measurement, first, end);
    }
    // One mark of no hour stays: a series that is deleted empty while others write to it is asking for trouble in InfluxDB's index.
    await this.#deps.send([...keep, this.#markLine(noMeasurement, 0)]);
    const [result] = await this.#deps.query([`DELETE FROM ${marks} WHERE time <= ${settled}ms`]);
    if (result?.error && !/not found/.test(result.error)) throw new Fault('store/query', `InfluxDB roll-up: ${result.error}`);
  }

  async #rollRange(measurement: Measurement, first: number, end: number): Promise<void> {
    const target = `${identifier(this.#deps.database)}.${rolledUp(measurement)}`;
    const [result] = await this.#deps.query([
      `SELECT count(*), sum(*), min(*), max(*), first(*), last(*) INTO ${target} FROM ${identifier(measurement)} ` +
        `WHERE time >= ${first * hourMs}ms AND time < ${end * hourMs}ms GROUP BY time(1h), *`,
    ]);
    if (result?.error) throw new Fault('store/query', `InfluxDB roll-up: ${result.error}`);
  }
}

/** Hours as runs [first, end), none longer than a statement should work on. */
export function runsOf(hours: Iterable<number>): [first: number, end: number][] {
  const runs: [number, number][] = [];
  for (const hour of [...hours].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && last[1] === hour && hour - last[0] < hoursAtOnce) last[1] = hour + 1;
    else runs.push([hour, hour + 1]);
  }
  return runs;
}

/** Names of the columns that hold a field's [value, weight] for an aggregate; see HourRow. */
export function hourColumns(field: string, aggregate: string): [value: string, weight: string | undefined] {
  return aggregate === 'mean' ? [`sum_${field}`, `count_${field}`] : [`${aggregate}_${field}`, undefined];
}

export const deviceIs = (device: string) => `"device" = ${quoted(device)}`;
