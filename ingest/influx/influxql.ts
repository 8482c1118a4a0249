/** Reading by InfluxQL, the one language that InfluxDB 1, 2 and 3 all speak. How a query gets there is the store's business. */
import { Fault } from '../../shared/errors.ts';
import { systems } from '../../shared/system.ts';
import { type Buckets, bucketsOf, defaultLimit, tooMany } from '../buckets.ts';
import { latestTimeMs } from '../point-check.ts';
import type { Measurement, Newest, ScanBlock, ScanQuery, SeriesPoint, SeriesQuery } from '../store.ts';

/** One statement's rows; times are UTC ms. */
export interface Result {
  series?: { name?: string; tags?: Record<string, string>; columns: string[]; values: unknown[][] }[];
  error?: string;
}

export interface InfluxQl {
  /** One result per statement, in their order. @throws Fault store/unavailable, store/denied, store/query */
  query(statements: readonly string[]): Promise<Result[]>;
  /** The measurement as it stands behind FROM, with its retention policy where there are several. */
  source(measurement: Measurement): string;
}

/** The results of an answer of 200. @throws Fault store/unavailable for a page or whatever else is no answer of InfluxDB: "no rows" would be a lie. */
export function resultsIn(body: unknown, name: string): Result[] {
  let answer: unknown = body;
  if (typeof body === 'string') {
    try {
      answer = JSON.parse(body);
    } catch {
      answer = undefined;
    }
  }
  const results = typeof answer === 'object' && answer !== null && 'results' in answer ? answer.results : undefined;
  if (Array.isArray(results)) return results as Result[];
  const said = (typeof body === 'string' ? body : (JSON.stringify(body) ?? '')).slice(0, 200);
  throw new Fault('store/unavailable', `${name}: what answers is not InfluxDB: ${said}`, { detail: { trouble: 'store-wrong' } });
}

const measurements: readonly Measurement[] = [...systems, 'device_status', 'consumption'];
/** A URL or body of a thousand statements is fine; more are asked in several requests. */
const statementsAtOnce = 500;
/** InfluxDB refuses a request line of more than a megabyte; a statement that names all devices is long. */
const charactersAtOnce = 200_000;

/** A text: 'it\'s'. */
export const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;
/** A name: "say \"hi\"". */
export const identifier = (name: string) => `"${name.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;

const clamp = (t: number) => Math.max(0, Math.min(latestTimeMs, Math.ceil(t)));
const between = (from: number, to: number) => `time >= ${clamp(from)}ms AND time < ${clamp(to)}ms`;
const oneOf = (devices: readonly string[]) => `(${devices.map((device) => `"device" = ${quoted(device)}`).join(' OR ')})`;

export async function seriesMany(database: InfluxQl, queries: readonly SeriesQuery[]): Promise<SeriesPoint[][]> {
  const all = queries.map((query) => ({ query, buckets: bucketsOf(query) }));
  const wanted = all.filter(({ query, buckets }) => query.to > query.from && buckets?.count !== 0);
  const results = await statements(
    database,
    wanted.map(({ query, buckets }) => statementOf(database, query, buckets)),
  );
  const answers = new Map(wanted.map(({ query }, i) => [query, results[i] as Result]));
  return all.map(({ query, buckets }) => {
    const rows = answers.get(query)?.series?.[0]?.values ?? [];
    return buckets ? inBuckets(buckets, rows) : rawPoints(query, rows);
  });
}

function statementOf(
  database: InfluxQl,
  { measurement, device, alarm, field, from, to, limit = defaultLimit }: SeriesQuery,
  buckets: Buckets | undefined,
): string {
  const which = alarm ? ` AND "rule" = ${quoted(alarm.rule)} AND "transition" = ${quoted(alarm.transition)}` : '';
  const where = `FROM ${database.source(measurement)} WHERE "device" = ${quoted(device)}${which} AND ${between(from, to)}`;
  if (!buckets) return `SELECT ${identifier(field)} ${where} LIMIT ${limit + 1}`;
  const offset = ((buckets.startMs % buckets.everyMs) + buckets.everyMs) % buckets.everyMs;
  return `SELECT ${buckets.aggregate}(${identifier(field)}) ${where} GROUP BY time(${buckets.everyMs}ms, ${offset}ms) fill(none)`;
}

function inBuckets(buckets: Buckets, rows: readonly unknown[][]): SeriesPoint[] {
  const points: SeriesPoint[] = Array.from({ length: buckets.count }, (_, i) => [buckets.startMs + i * buckets.everyMs, null]);
  for (const [t, value] of rows as [number, number | null][]) {
    const point = points[Math.floor((t - buckets.startMs) / buckets.everyMs)];
    // InfluxDB counts 0 in an empty bucket; everywhere else, and here, empty is null.
    if (point && value !== null && !(buckets.aggregate === 'count' && value === 0)) point[1] = value;
  }
  return points;
}

/** A device that moved has two series in InfluxDB; where both have a point at one time, one is enough. */
function rawPoints({ limit = defaultLimit }: SeriesQuery, rows: readonly unknown[][]): SeriesPoint[] {
  if (rows.length > limit) throw tooMany(`over ${limit}`, limit);
  const points: SeriesPoint[] = [];
  for (const [t, value] of rows as [number, number | null][]) {
    if (value === null) continue;
    const last = points.at(-1);
    if (last && last[0] === t) last[1] = value;
    else points.push([t, value]);
  }
  return points;
}

/** Rows of each statement; what does not exist yet has none. @throws Fault store/query for any other mistake of a statement */
export async function statements(database: InfluxQl, texts: readonly string[]): Promise<Result[]> {
  const results: Result[] = [];
  while (results.length < texts.length) {
    const part = partOf(texts, results.length);
    const found = await database.query(part);
    for (const [k, text] of part.entries()) {
      // InfluxDB stops at the first mistake, and reports "not executed" in its place: asked alone, the statement tells its own.
      const result = found[k]?.error === 'not executed' && part.length > 1 ? ((await database.query([text]))[0] ?? {}) : (found[k] ?? {});
      results.push(result);
      if (result.error === undefined && found[k]?.error === undefined) continue;
      if (result.error !== undefined && !isUnknown(result.error)) throw new Fault('store/query', `InfluxQL: ${result.error}`);
      if (/database not found/i.test(result.error ?? '')) return texts.map(() => ({}));
      break;
    }
  }
  return results;
}

/** As many from `start` as one request may hold, at least one. */
function partOf(texts: readonly string[], start: number): string[] {
  const part: string[] = [];
  let characters = 0;
  for (const text of texts.slice(start, start + statementsAtOnce)) {
    characters += encodeURIComponent(text).length;
    if (part.length > 0 && characters > charactersAtOnce) break;
    part.push(text);
  }
  return part;
}

/** What does not exist yet has no rows; that is no mistake of the one who asks. */
export const isUnknown = (error: string) =>
  /database not found|retention policy not found|measurement not found|table .* not found|not found: table/i.test(error);

async function fieldsOf(database: InfluxQl, wanted: readonly Measurement[]): Promise<Map<Measurement, string[]>> {
  if (wanted.length === 0) return new Map();
  // What lies in a retention policy of its own is asked for by itself: where the policy is missing, the whole statement fails.
  const [usual, apart] = [
    wanted.filter((one) => database.source(one) === identifier(one)),
    wanted.filter((one) => database.source(one) !== identifier(one)),
  ];
  const from = [...(usual.length > 0 ? [usual.map(identifier).join(', ')] : []), ...apart.map((one) => database.source(one))];
  const results = await statements(
    database,
    from.map((sources) => `SHOW FIELD KEYS FROM ${sources}`),
  );
  const fields = new Map<Measurement, string[]>();
  for (const { name, values } of results.flatMap(({ series }) => series ?? [])) {
    if (wanted.includes(name as Measurement)) fields.set(name as Measurement, [...new Set(values.map(([field]) => String(field)))]);
  }
  return fields;
}

/** One statement per measurement and field, because only a single last() tells the time of its point. */
export async function newest(database: InfluxQl, devices?: readonly string[]): Promise<Newest[]> {
  if (devices?.length === 0) return [];
  const where = devices ? `WHERE ${oneOf(devices)} ` : '';
  const asked = [...(await fieldsOf(database, measurements))].flatMap(([measurement, fields]) =>
    fields.map((field) => ({ measurement, field })),
  );
  const results = await statements(
    database,
    asked.map(
      ({ measurement, field }) => `SELECT last(${identifier(field)}) FROM ${database.source(measurement)} ${where}GROUP BY "device"`,
    ),
  );
  const found: Newest[] = [];
  for (const [i, { field }] of asked.entries()) {
    for (const { tags, values } of results[i]?.series ?? []) {
      const [t, value] = (values[0] ?? []) as [number, number | null];
      if (tags?.device !== undefined && typeof value === 'number') found.push({ device: tags.device, field, t, value });
    }
  }
  return found;
}

const rowsWanted = 60_000;

/** All series of a measurement in one statement per window of time; the window follows how many rows came back. */
export async function* scanBlocks(database: InfluxQl, query: ScanQuery): AsyncIterable<ScanBlock> {
  const plan = await planScan(database, query);
  if (plan.keys.length === 0) return;
  const places = new Map(plan.keys.map(({ device, field }, i) => [`${device}\n${field}`, i]));
  let windowMs = 3_600_000;
  for (let from = plan.from; from < plan.to; ) {
    const to = Math.min(plan.to, from + windowMs);
    const results = await statements(
      database,
      plan.selects.map((select) => `${select} AND ${between(from, to)} GROUP BY "device"`),
    );
    const rows: [t: number, key: number, value: number][] = [];
    for (const { series } of results) {
      for (const { tags, columns, values } of series ?? []) {
        const keys = columns.map((field) => places.get(`${tags?.device}\n${field}`));
        for (const row of values) {
          for (let i = 1; i < row.length; i++) {
            const key = keys[i];
            if (key !== undefined && typeof row[i] === 'number') rows.push([row[0] as number, key, row[i] as number]);
          }
        }
      }
    }
    rows.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    if (rows.length > 0) yield blockOf(plan.keys, rows);
    windowMs = Math.max(1_000, Math.min(31 * 86_400_000, Math.round(windowMs * Math.min(8, rowsWanted / Math.max(1, rows.length)))));
    from = to;
  }
}

function blockOf(keys: ScanBlock['keys'], rows: readonly [t: number, key: number, value: number][]): ScanBlock {
  const block = {
    keys,
    key: new Uint32Array(rows.length),
    t: new Float64Array(rows.length),
    value: new Float64Array(rows.length),
    count: 0,
  };
  for (const [t, key, value] of rows) {
    const last = block.count - 1;
    if (last >= 0 && block.t[last] === t && block.key[last] === key) block.count--;
    block.t[block.count] = t;
    block.key[block.count] = key;
    block.value[block.count++] = value;
  }
  return block;
}

/** Which columns to select from where, and the range that has rows at all, so that years without any are not walked through. */
async function planScan(database: InfluxQl, query: ScanQuery) {
  const known = await fieldsOf(database, [...new Set(query.series.map(({ measurement }) => measurement))]);
  const keys: { device: string; field: string }[] = [];
  const groups = new Map<string, { measurement: Measurement; fields: string[]; devices: string[] }>();
  for (const { measurement, device, fields } of query.series) {
    const present = (known.get(measurement) ?? []).filter((field) => !fields || fields.includes(field));
    if (present.length === 0) continue;
    const id = JSON.stringify([measurement, present]);
    const group = groups.get(id) ?? { measurement, fields: present, devices: [] };
    group.devices.push(device);
    groups.set(id, group);
    for (const field of present) keys.push({ device, field });
  }
  const where = [...groups.values()].map(({ measurement, devices }) => `FROM ${database.source(measurement)} WHERE ${oneOf(devices)}`);
  const selects = [...groups.values()].map(({ fields }, i) => `SELECT ${fields.map(identifier).join(', ')} ${where[i]}`);
  const edges = await statements(
    database,
    [...groups.values()].flatMap(({ fields }, i) =>
      fields.flatMap((field) => ['first', 'last'].map((call) => `SELECT ${call}(${identifier(field)}) ${where[i]}`)),
    ),
  );
  const times = edges.flatMap(({ series }) => (series ?? []).map(({ values }) => values[0]?.[0] as number));
  return {
    keys,
    selects,
    from: Math.max(query.from, times.length > 0 ? Math.min(...times) : query.to),
    to: Math.min(query.to, times.length > 0 ? Math.max(...times) + 1 : query.to),
  };
}
