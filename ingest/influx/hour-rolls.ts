/**
 * Hourly roll-ups for InfluxDB 2 and 3, which make none of their own by InfluxQL: read hour by hour from the points, written back as `hourly_<system>`, once no
 * outbox can bring anything to that hour any more. How far that has come stands in the store itself (`rollup_state`), so that several processes agree.
 * Hours before that are read from the roll-ups, all later ones from their points; a point that comes later still makes its hour anew.
 */
import { systems } from '../../shared/system.ts';
import { hourMs } from '../buckets.ts';
import type { Measurement, StorePoint, Tags } from '../store.ts';
import { type InfluxQl, identifier, statements } from './influxql.ts';
import { lineOf } from './lines.ts';
import { isRolledUp } from './rollups.ts';

/** The longest that a gateway keeps a reading by default, and a day. */
const settledMs = 8 * 24 * hourMs;
const stateValidMs = 60_000;
const chunkHours = 24;
const mostLate = 5_000;
const rolledMeasurements: readonly Measurement[] = [...systems, 'device_status'];

export const hourly = (measurement: Measurement) => identifier(`hourly_${measurement}`);
const stateName = 'rollup_state';

export interface HourRollsDeps {
  ql: InfluxQl;
  /** Throws when they are not in. */
  send(lines: readonly string[]): Promise<void>;
  /** Real time, monotonic ms. */
  monotonic(): number;
}

/** Hours since 1970: before `until` all hours are rolled up, before `floor` their points may be gone. */
interface State {
  until: number;
  floor: number;
}

export class HourRolls {
  readonly #deps: HourRollsDeps;
  #state: { known: State | undefined; at: number } | undefined;
  readonly #late = new Map<string, [measurement: Measurement, hour: number]>();

  constructor(deps: HourRollsDeps) {
    this.#deps = deps;
  }

  async state(): Promise<State | undefined> {
    const now = this.#deps.monotonic();
    if (!this.#state || now - this.#state.at > stateValidMs) {
      const [result] = await statements(this.#deps.ql, [
        `SELECT last("until") AS "until", last("floor") AS "floor" FROM ${identifier(stateName)}`,
      ]);
      const [, until, floor] = (result?.series?.[0]?.values[0] ?? []) as [unknown, number?, number?];
      this.#state = { known: typeof until === 'number' ? { until, floor: floor ?? 0 } : undefined, at: now };
    }
    return this.#state.known;
  }

  /** Hours that must be read from their points: from where the roll-ups end until `to`. */
  dirty({ until }: State, to: number): Map<Measurement, Set<number>> {
    const hours = new Set<number>();
    for (let hour = until; hour <= to / hourMs; hour++) hours.add(hour);
    return new Map(rolledMeasurements.map((measurement) => [measurement, new Set([...hours, ...this.#lateOf(measurement)])]));
  }

  *#lateOf(measurement: Measurement): Iterable<number> {
    for (const [of, hour] of this.#late.values()) if (of === measurement) yield hour;
  }

  /** Points that are in: those of hours that were rolled up already make them anew. */
  async wrote(points: readonly StorePoint[]): Promise<void> {
    const state = this.#state?.known;
    if (!state) return;
    for (const { measurement, t } of points) {
      const hour = Math.floor(t / hourMs);
      if (hour >= state.until || !isRolledUp(measurement) || this.#late.size >= mostLate) continue;
      this.#late.set(`${measurement} ${hour}`, [measurement, hour]);
    }
  }

  /** Rolls up what is settled, in order; `upTo` (plant ms): at least until there, settled or not. */
  async roll(now: number, upTo = 0): Promise<State> {
    const state = await this.state();
    const target = Math.floor(Math.max(now - settledMs, upTo) / hourMs);
    for (const [key, [measurement, hour]] of this.#late) {
      // Of an hour whose other points are gone only the part that came late could be made.
      if (hour >= (state?.floor ?? 0)) await this.#make(measurement, hour, hour + 1);
      this.#late.delete(key);
    }
    let until = state?.until ?? (await this.#earliest()) ?? target;
    const floor = state?.floor ?? 0;
    for (; until < target; until = Math.min(target, until + chunkHours)) {
      const end = Math.min(target, until + chunkHours);
      for (const measurement of rolledMeasurements) await this.#make(measurement, until, end);
      await this.#note({ until: end, floor });
    }
    if (!state) await this.#note({ until: target, floor });
    return { until: Math.max(until, target), floor };
  }

  /** From now on points before this hour may be gone. */
  async lift(state: State, floor: number): Promise<void> {
    if (floor > state.floor) await this.#note({ until: state.until, floor });
  }

  /** `at` 0: there is one state, each writing replaces the last. */
  async #note(state: State): Promise<void> {
    await this.#deps.send([`${stateName} floor=${state.floor},until=${state.until} 0`]);
    this.#state = { known: state, at: this.#deps.monotonic() };
  }

  async #earliest(): Promise<number | undefined> {
    const first = await statements(
      this.#deps.ql,
      rolledMeasurements.map((measurement) => `SELECT * FROM ${identifier(measurement)} ORDER BY time ASC LIMIT 1`),
    );
    const times = first.flatMap(({ series }) => (series ?? []).map(({ values }) => Number(values[0]?.[0])));
    return times.length > 0 ? Math.floor(Math.min(...times) / hourMs) : undefined;
  }

  async #make(measurement: Measurement, first: number, end: number): Promise<void> {
    const [result] = await statements(this.#deps.ql, [
      `SELECT count(*), sum(*), min(*), max(*), first(*), last(*) FROM ${identifier(measurement)} ` +
        `WHERE time >= ${first * hourMs}ms AND time < ${end * hourMs}ms GROUP BY time(1h), * fill(none)`,
    ]);
    const lines: string[] = [];
    for (const { tags = {}, columns, values } of result?.series ?? []) {
      const own = Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== '')) as unknown as Tags;
      for (const row of values) {
        const fields: Record<string, number> = {};
        for (let i = 1; i < row.length; i++) if (typeof row[i] === 'number') fields[columns[i] as string] = row[i] as number;
        if (Object.keys(fields).length > 0)
          lines.push(lineOf({ measurement: `hourly_${measurement}` as Measurement, tags: own, t: row[0] as number, fields }));
      }
    }
    if (lines.length > 0) await this.#deps.send(lines);
  }
}
