/**
 * InfluxDB 1.x. Queries and administration through the `influx` package; points as hand-built lines over HTTP connections that stay open, which is
 * 1.5 to 1.8 times as fast. Raw readings are in the database's default retention policy, what is kept long in "long".
 */
import { InfluxDB } from 'influx';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { Fault, isFault, reasonOf } from '../../shared/errors.ts';
import { secretOfUrl } from '../../shared/secret.ts';
import { hourMs } from '../buckets.ts';
import { deliver } from '../influx/deliver.ts';
import { evenLines, hourLines } from '../influx/even.ts';
import { type HttpClient, openHttp } from '../influx/http.ts';
import { type InfluxQl, identifier, newest, type Result, resultsIn, scanBlocks } from '../influx/influxql.ts';
import { lineOf } from '../influx/lines.ts';
import { rolledSeriesMany } from '../influx/rolled-series.ts';
import { longPolicy, Rollups, rolledUp } from '../influx/rollups.ts';
import type { StoreKind } from '../open-store.ts';
import { refusalOf } from '../point-check.ts';
import { rowsOf } from '../scan-rows.ts';
import type {
  EvenSeries,
  Measurement,
  Newest,
  Refusal,
  ScanBlock,
  ScanQuery,
  SeriesPoint,
  SeriesQuery,
  Store,
  StorePoint,
} from '../store.ts';

const writeTimeoutMs = 15_000;
const queryTimeoutMs = 60_000;
const policyValidMs = 10_000;
const keptLong = new Set<Measurement>(['consumption']);

export class Influx1Store implements Store {
  readonly name: string;
  readonly #database: string;
  readonly #http: HttpClient;
  readonly #influx: InfluxDB;
  readonly #authorization: Record<string, string>;
  readonly #ql: InfluxQl;
  readonly #rollups: Rollups;
  readonly #clock: Clock;
  #policy: { readAt: number; rawMs: number } | undefined;
  #closed = false;

  /** `clock` is real time: it ages marks and is compared with the database's own. */
  constructor(url: URL, clock: Clock = systemClock()) {
    this.#clock = clock;
    this.#database = decodeURIComponent(url.pathname.slice(1));
    if (!this.#database) throw new Fault('store/query', 'an InfluxDB 1 store is named influx1://user:password@host:8086/database');
    const protocol = url.searchParams.get('tls') === '1' ? 'https' : 'http';
    const base = new URL(`${protocol}://${url.hostname}:${url.port || 8086}`);
    this.name = `influx1://${base.host}/${this.#database}`;
    this.#http = openHttp(base);
    const username = decodeURIComponent(url.username);
    const password = secretOfUrl(url, 'password_file', url.password);
    this.#authorization = username ? { authorization: `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}` } : {};
    this.#influx = new InfluxDB({
      hosts: [{ host: base.hostname, port: Number(base.port), protocol }],
      database: this.#database,
      ...(username ? { username, password: password.reveal() } : {}),
      // Its pool would set the only host aside for seconds after one refused connection; who asks us retries as it sees fit.
      pool: { maxRetries: 0, requestTimeout: queryTimeoutMs, backoff: noBackoff },
    });
    this.#rollups = new Rollups({
      query: (statements) => this.#query(statements.join(';')),
      send: async (lines) => void (await deliver({ lines, indexes: lines.map((_, i) => i) }, (part) => this.#send(part, undefined))),
      database: this.#database,
      clock: this.#clock,
    });
    this.#ql = {
      query: (statements) => this.#query(statements.join(';')),
      source: (measurement) =>
        keptLong.has(measurement) ? `${identifier(longPolicy)}.${identifier(measurement)}` : identifier(measurement),
    };
  }

  /** First hour that may still have all its points. */
  async #floorHour(): Promise<number> {
    const now = this.#clock.now();
    if (!this.#policy || now - this.#policy.readAt > policyValidMs) {
      const { duration } = await this.#rawPolicy();
      this.#policy = { readAt: now, rawMs: duration };
    }
    return this.#policy.rawMs === 0 ? 0 : Math.floor((now - this.#policy.rawMs) / hourMs);
  }

  async #rawPolicy(): Promise<{ name: string; duration: number }> {
    const [result] = await this.#query(`SHOW RETENTION POLICIES ON ${identifier(this.#database)}`);
    const { columns = [], values = [] } = result?.series?.[0] ?? {};
    const row = values.find((one) => one[columns.indexOf('default')] === true);
    const [, hours = '0', minutes = '0'] = /^(\d+)h(\d+)m/.exec(String(row?.[columns.indexOf('duration')] ?? '')) ?? [];
    return { name: String(row?.[columns.indexOf('name')] ?? 'autogen'), duration: Number(hours) * hourMs + Number(minutes) * 60_000 };
  }

  async #query(text: string): Promise<Result[]> {
    if (this.#closed) throw new Fault('store/unavailable', 'the store is closed');
    try {
      return resultsIn(await this.#influx.queryRaw(text, { precision: 'ms', database: this.#database }), this.name);
    } catch (error) {
      throw faultOf(error, this.name);
    }
  }

  async #send(lines: readonly string[], policy: string | undefined) {
    const path = `/write?db=${encodeURIComponent(this.#database)}&precision=ms${policy ? `&rp=${policy}` : ''}`;
    const body = lines.join('\n');
    const answer = await this.#http.post(path, body, this.#authorization, writeTimeoutMs);
    if (answer.status !== 404 && !/retention policy not found/.test(answer.body)) return answer;
    // The first write ever, or somebody dropped the database.
    await this.#create();
    return this.#http.post(path, body, this.#authorization, writeTimeoutMs);
  }

  async #create(): Promise<void> {
    const name = identifier(this.#database);
    const may = (error: unknown) =>
      new Fault('store/denied', `the database ${this.#database} does not exist and our user may not make it: ${reasonOf(error)}`, {
        cause: error,
        detail: { trouble: 'store-missing' },
      });
    for (const statement of [`CREATE DATABASE ${name}`, `CREATE RETENTION POLICY ${longPolicy} ON ${name} DURATION INF REPLICATION 1`]) {
      const [result] = await this.#query(statement).catch((error: unknown) => {
        throw isFault(error, 'store/denied') ? may(error) : error;
      });
      if (result?.error && /admin privilege|not authorized/i.test(result.error)) throw may(result.error);
      if (result?.error && !/already exists/.test(result.error)) throw new Fault('store/unavailable', `${statement}: ${result.error}`);
    }
  }

  async write(points: readonly StorePoint[]): Promise<Refusal[]> {
    if (this.#closed) throw new Fault('store/unavailable', 'the store is closed');
    const refused: Refusal[] = [];
    const short = { lines: [] as string[], indexes: [] as number[] };
    const long = { lines: [] as string[], indexes: [] as number[] };
    for (let index = 0; index < points.length; index++) {
      const point = points[index] as StorePoint;
      const reason = refusalOf(point);
      if (reason !== undefined) {
        refused.push({ index, reason });
        continue;
      }
      const lines = keptLong.has(point.measurement) ? long : short;
      lines.lines.push(lineOf(point));
      lines.indexes.push(index);
    }
    const marks = this.#rollups.marksFor(short.indexes.map((index) => points[index] as StorePoint));
    const all = { lines: [...marks.lines, ...short.lines], indexes: [...marks.lines.map(() => -1), ...short.indexes] };
    const refusals = await deliver(all, (lines) => this.#send(lines, undefined));
    if (refusals.every(({ index }) => index >= 0)) marks.done();
    refused.push(...refusals.filter(({ index }) => index >= 0));
    refused.push(...(await deliver(long, (lines) => this.#send(lines, longPolicy))));
    return refused.sort((a, b) => a.index - b.index);
  }

  /** What is kept for years goes to "long": consumption as it is, of all else the hours, since older points would be refused. */
  async writeEven(series: readonly EvenSeries[]): Promise<void> {
    const kept = series.filter(({ measurement }) => keptLong.has(measurement));
    const others = series.filter(({ measurement }) => !keptLong.has(measurement));
    const send = async (lines: readonly string[]) => {
      const refused = await deliver({ lines, indexes: lines.map((_, i) => i) }, (part) => this.#send(part, longPolicy));
      if (refused.length > 0) throw new Fault('store/unavailable', `${this.name} refuses a history: ${refused[0]?.reason}`);
    };
    for (const lines of evenLines(kept)) await send(lines);
    for (const lines of hourLines(others, (measurement) => `hourly_${measurement}`)) await send(lines);
  }

  async series(query: SeriesQuery): Promise<SeriesPoint[]> {
    return (await this.seriesMany([query]))[0] ?? [];
  }

  seriesMany(queries: readonly SeriesQuery[]): Promise<SeriesPoint[][]> {
    return rolledSeriesMany(this.#ql, queries, {
      dirty: () => this.#rollups.dirty(),
      floorHour: () => this.#floorHour(),
      rolled: rolledUp,
    });
  }

  newest(devices?: readonly string[]): Promise<Newest[]> {
    return newest(this.#ql, devices);
  }

  scanBlocks(query: ScanQuery): AsyncIterable<ScanBlock> {
    return scanBlocks(this.#ql, query);
  }

  scan(query: ScanQuery) {
    return rowsOf(this.scanBlocks(query));
  }

  /** Every few minutes, by ingest. */
  async maintain(now: number): Promise<void> {
    await this.#create();
    await this.#rollups.roll(now);
  }

  /** InfluxDB drops whole shards, once all of their points are too old, and refuses older points by its own clock. */
  async retain({ rawMs, hourlyMs }: { rawMs: number; hourlyMs: number }, now: number): Promise<void> {
    // A simulated plant may live in another year than the database: its rules would refuse all that comes.
    if (Math.abs(now - this.#clock.now()) > 86_400_000) return;
    await this.#create();
    await this.#rollups.roll(now, true);
    const raw = await this.#rawPolicy();
    const name = identifier(this.#database);
    for (const [policy, ms] of [[raw.name, rawMs], [longPolicy, Math.max(rawMs, hourlyMs)]] as const) {
      const [result] = await this.#query(`ALTER RETENTION POLICY ${identifier(policy)} ON ${name} DURATION ${Math.ceil(ms / hourMs)}h`);
      if (result?.error) throw new Fault('store/query', `ALTER RETENTION POLICY: ${result.error}`);
      await this.#dropShards(policy, now - ms);
    }
    this.#policy = undefined;
  } // biome-ignore format: short enough

  /** The database would do it itself, every half hour. */
  async #dropShards(policy: string, before: number): Promise<void> {
    const [result] = await this.#query('SHOW SHARDS');
    const { columns = [], values = [] } = result?.series?.find(({ name }) => name === this.#database) ?? {};
    const at = (row: unknown[], column: string) => row[columns.indexOf(column)];
    for (const row of values) {
      if (at(row, 'retention_policy') === policy && Date.parse(String(at(row, 'end_time'))) <= before)
        await this.#query(`DROP SHARD ${Number(at(row, 'id'))}`);
    }
  }

  /** A database that does not exist yet is made: the first write would do the same, and who may not make it should hear of it now. */
  async check(): Promise<void> {
    await this.#query('SHOW DATABASES');
    const [result] = await this.#query(`SHOW RETENTION POLICIES ON ${identifier(this.#database)}`);
    if (/database not found/i.test(result?.error ?? '')) await this.#create();
    else if (result?.error) throw new Fault('store/denied', `${this.name}: ${result.error}`);
    const [read] = await this.#query('SHOW MEASUREMENTS LIMIT 1');
    if (read?.error) throw new Fault('store/denied', `${this.name}: ${read.error}`);
    // A write of nothing changes nothing; the right is looked at before the body.
    const write = await this.#http.post(`/write?db=${encodeURIComponent(this.#database)}`, '', this.#authorization, queryTimeoutMs);
    if (write.status === 401 || write.status === 403)
      throw new Fault('store/denied', `${this.name}: our user may not write: ${write.body.slice(0, 200)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#http[Symbol.dispose]();
  }
}

const noBackoff = { getDelay: () => 0, next: () => noBackoff, reset: () => noBackoff };

function faultOf(error: unknown, name: string): Fault {
  if (error instanceof Fault) return error;
  const status =
    typeof error === 'object' && error !== null && 'res' in error ? (error.res as { statusCode?: number })?.statusCode : undefined;
  if (status === 401 || status === 403) return new Fault('store/denied', `${name} refuses our credentials`, { cause: error });
  if (status === 400) return new Fault('store/query', `InfluxQL: ${reasonOf(error)}`, { cause: error });
  return new Fault('store/unavailable', `${name}: ${reasonOf(error) || 'no answer'}`, { cause: error });
}

export default { id: 'influx1', open: async ({ url }) => new Influx1Store(new URL(url)) } satisfies StoreKind;
