/**
 * Reads series, newest values and long scans. Buckets of whole hours come from the roll-ups; the hours at the edges and those that are not
 * rolled up (yet, or again after late data) come from the points, so the answer is always that of the points.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Buckets, bucketsOf, defaultLimit, hourMs, tooMany } from '../buckets.ts';
import { bucketsOfHours, fitsHours, foldHours, type HourSpan, pointSpans, wholeHours } from '../hours.ts';
import type { SeriesQuery } from '../store.ts';
import type { Replies, Request } from './messages.ts';
import { noAlarms, tableMeasurement } from './schema.ts';

type Columns = Replies['series'][number];
const nothing = (): Columns => ({ t: new Float64Array(0), value: new Float64Array(0) });

const hoursAtOnce = 2_000;
/** Value and weight of an hour; see HourRow. */
const hourColumns: Record<Buckets['aggregate'], string> = {
  mean: 'sum, count',
  min: 'min, 1',
  max: 'max, 1',
  first: 'first, 1',
  last: 'last, 1',
  sum: 'sum, 1',
  count: 'count, 1',
};
/** The same of several hours at once, weight included. */
const joinedHours: Record<Buckets['aggregate'], string> = {
  mean: 'sum(sum) / sum(count)',
  min: 'min(min)',
  max: 'max(max)',
  first: 'first',
  last: 'last',
  sum: 'sum(sum)',
  count: 'sum(count)',
};

export class SqliteReader {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #rows(sql: string, ...parameters: (string | number)[]): number[][] {
    return this.#statement(sql).all(...parameters) as unknown as number[][];
  }

  series(query: SeriesQuery): Columns {
    const buckets = bucketsOf(query);
    const { device, field, from, to, limit = defaultLimit } = query;
    const measurement = tableMeasurement(query.measurement, query.alarm);
    const id = this.#rows('select id from series where measurement = ? and device = ? and field = ?', measurement, device, field)[0]?.[0];
    if (!buckets) {
      if (id === undefined) return nothing();
      const rows = this.#rows(
        'select t, value from points where series = ? and t >= ? and t < ? order by t limit ?',
        id,
        from,
        to,
        limit + 1,
      );
      if (rows.length > limit) throw tooMany(`over ${limit}`, limit);
      const columns = { t: new Float64Array(rows.length), value: new Float64Array(rows.length) };
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i] as number[];
        columns.t[i] = row[0] as number;
        columns.value[i] = row[1] as number;
      }
      return columns;
    }
    const columns = { t: new Float64Array(buckets.count), value: new Float64Array(buckets.count).fill(Number.NaN) };
    for (let i = 0; i < buckets.count; i++) columns.t[i] = buckets.startMs + i * buckets.everyMs;
    if (id === undefined || buckets.count === 0) return columns;
    if (fitsHours(buckets)) this.#fromHours(id, from, to, buckets, columns.value);
    else this.#fromPoints(id, from, to, buckets, columns.value);
    return columns;
  }

  /** Integers are written into the text: bound numbers are doubles, and the division must be a whole one. */
  #fromPoints(id: number, from: number, to: number, { everyMs, startMs, aggregate }: Buckets, out: Float64Array): void {
    const bucket = `(t - ${startMs}) / ${everyMs}`;
    const where = 'from points where series = ? and t >= ? and t < ?';
    if (aggregate === 'first' || aggregate === 'last') {
      // A bare column beside a single min or max comes from the row that has it (SQLite documentation, "Bare columns in an aggregate query").
      const pick = aggregate === 'first' ? 'min' : 'max';
      const rows = this.#database.prepare(`select ${bucket} as bucket, value, ${pick}(t) ${where} group by bucket`);
      rows.setReturnArrays(true);
      for (const row of rows.all(id, from, to) as unknown as number[][]) out[row[0] as number] = row[1] as number;
      return;
    }
    const call = { mean: 'avg(value)', min: 'min(value)', max: 'max(value)', sum: 'sum(value)', count: 'count(*)' }[aggregate];
    const rows = this.#database.prepare(`select ${bucket} as bucket, ${call} ${where} group by bucket`);
    rows.setReturnArrays(true);
    for (const row of rows.all(id, from, to) as unknown as number[][]) out[row[0] as number] = row[1] as number;
  }

  #fromHours(id: number, from: number, to: number, buckets: Buckets, out: Float64Array): void {
    const floor = (this.#rows("select value from meta where key = 'raw_floor'")[0]?.[0] ?? 0) / hourMs;
    const { first, end } = wholeHours(from, to, floor);
    const dirty = new Set(
      this.#rows('select hour from dirty where series = ? and hour >= ? and hour < ? order by hour', id, first, end).map(
        (row) => row[0] as number,
      ),
    );
    const spans = pointSpans(from, to, { first, end }, dirty);
    const [clean = end] = dirty;
    const { whole, rest } = bucketsOfHours(buckets, first, end, clean);
    const hours = rest.flatMap(([start, stop]) => this.#rolledHours(id, start, stop, buckets.aggregate));
    const late = spans.flatMap(([start, stop]) => this.#hoursFromPoints(id, start, stop, buckets.aggregate));
    foldHours(buckets, out, hours, late, dirty);
    this.#wholeBuckets(id, whole, buckets, out);
  }

  /** In parts, or the rows of years outlive the collector's short breath and cost twice the time. */
  #rolledHours(id: number, first: number, end: number, aggregate: Buckets['aggregate']): number[][] {
    const rows: number[][] = [];
    const sql = `select hour, ${hourColumns[aggregate]} from hourly where series = ? and hour >= ? and hour < ?`;
    for (let start = first; start < end; start += hoursAtOnce) {
      for (const row of this.#rows(sql, id, start, Math.min(end, start + hoursAtOnce))) rows.push(row);
    }
    return rows;
  }

  /** One subquery per bucket: SQLite would sort the hours for a "group by", which takes as long again as reading them. */
  #wholeBuckets(id: number, [first, end]: HourSpan, { everyMs, startMs, aggregate }: Buckets, out: Float64Array): void {
    if (first >= end) return;
    const hours = everyMs / hourMs;
    const order = aggregate === 'first' ? 'order by hour limit 1' : aggregate === 'last' ? 'order by hour desc limit 1' : '';
    const rows = this.#rows(
      `with recursive bucket(start) as (select ?1 union all select start + ${hours} from bucket where start + ${hours} < ?2)
        select start, (select ${joinedHours[aggregate]} from hourly
          where series = ?3 and hour >= start and hour < start + ${hours} ${order}) from bucket`,
      first,
      end,
      id,
    ) as [number, number | null][];
    for (const [start, value] of rows) if (value !== null) out[(start - startMs / hourMs) / hours] = value;
  }

  #hoursFromPoints(id: number, from: number, to: number, aggregate: Buckets['aggregate']): number[][] {
    const call = {
      mean: 'sum(value), count(*)',
      min: 'min(value), 1',
      max: 'max(value), 1',
      first: 'value, 1, min(t)',
      last: 'value, 1, max(t)',
      sum: 'sum(value), 1',
      count: 'count(*), 1',
    }[aggregate];
    return this.#rows(
      `select t / ${hourMs} as hour, ${call} from points where series = ? and t >= ? and t < ? group by hour`,
      id,
      from,
      to,
    );
  }

  /** Series are never renamed or removed, so their names travel once: `known` is the highest id that the asker has the name of. */
  newest(known: number, devices?: readonly string[]): Replies['newest'] {
    const only = `where ${noAlarms}${devices ? ' and s.device in (select value from json_each(?))' : ''}`;
    const rows = this.#statement(`select s.id, p.t, p.value from series s
      left join points p on p.series = s.id and p.t = (select max(t) from points where series = s.id) ${only}`).all(
      ...(devices ? [JSON.stringify(devices)] : []),
    ) as unknown as [number, number | null, number][];
    const reply: Replies['newest'] = {
      names: this.#statement(`select id, device, field from series where id > ? and ${noAlarms}`).all(
        known,
      ) as unknown as Replies['newest']['names'],
      ids: new Float64Array(rows.length),
      t: new Float64Array(rows.length),
      value: new Float64Array(rows.length),
    };
    let count = 0;
    for (const row of rows) {
      // Where retention has dropped the points, the roll-ups still know the last one.
      const [t, value] =
        row[1] === null
          ? (this.#rows('select last_t, last from hourly where series = ? order by hour desc limit 1', row[0])[0] ?? [])
          : [row[1], row[2]];
      if (t === undefined) continue;
      reply.ids[count] = row[0];
      reply.t[count] = t;
      reply.value[count++] = value as number;
    }
    if (count === rows.length) return reply;
    return { ...reply, ids: reply.ids.slice(0, count), t: reply.t.slice(0, count), value: reply.value.slice(0, count) };
  }

  scanOpen(series: Extract<Request, { kind: 'scan-open' }>['series']): Replies['scan-open'] {
    const ids: number[] = [];
    const reply: Replies['scan-open'] = {
      ids: new Float64Array(0),
      devices: [],
      fields: [],
      earliest: Number.MAX_SAFE_INTEGER,
      latest: -1,
    };
    for (const { measurement, device, fields } of series) {
      const rows = this.#statement('select id, field from series where measurement = ? and device = ? order by field').all(
        measurement,
        device,
      );
      for (const [id, field] of rows as unknown as [number, string][]) {
        if (fields && !fields.includes(field)) continue;
        const [edge] = this.#rows(
          'select (select min(t) from points where series = ?1), (select max(t) from points where series = ?1)',
          id,
        );
        if (!edge || edge[0] === null) continue;
        reply.earliest = Math.min(reply.earliest, edge[0] as number);
        reply.latest = Math.max(reply.latest, edge[1] as number);
        ids.push(id);
        reply.devices.push(device);
        reply.fields.push(field);
      }
    }
    reply.ids = Float64Array.from(ids);
    return reply;
  }

  /** Rows of from..to in time order; series that share a time come in the order of the query. */
  scanBlock({ ids, from, to }: Extract<Request, { kind: 'scan-block' }>): Replies['scan-block'] {
    const parts: number[][][] = [];
    let count = 0;
    for (const id of ids) {
      const rows = this.#rows('select t, value from points where series = ? and t >= ? and t < ? order by t', id, from, to);
      parts.push(rows);
      count += rows.length;
    }
    const keys = new Uint32Array(count);
    const times = new Float64Array(count);
    const values = new Float64Array(count);
    // One number holds time and place of a row, so that the sort is the engine's own for numbers.
    const order = new Float64Array(count);
    let place = 0;
    for (let key = 0; key < parts.length; key++) {
      for (const row of parts[key] as number[][]) {
        keys[place] = key;
        times[place] = row[0] as number;
        values[place] = row[1] as number;
        order[place] = ((row[0] as number) - from) * count + place;
        place++;
      }
    }
    order.sort();
    const block: Replies['scan-block'] = { key: new Uint32Array(count), t: new Float64Array(count), value: new Float64Array(count) };
    for (let i = 0; i < count; i++) {
      const at = (order[i] as number) % count;
      block.key[i] = keys[at] as number;
      block.t[i] = times[at] as number;
      block.value[i] = values[at] as number;
    }
    return block;
  }
}
