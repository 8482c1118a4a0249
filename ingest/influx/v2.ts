/**
 * What InfluxDB 2 and 3 share: writing through the official client's /api/v2/write, reading by InfluxQL at /query with the same token. The lines are
 * ours; the client adds connections, headers and the reading of errors, not its retries: whoever writes to a store decides about those.
 */

import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpError, InfluxDB, setLogger, type Transport } from '@influxdata/influxdb-client';
import { systemClock } from '../../shared/clock.ts';
import { Fault, reasonOf } from '../../shared/errors.ts';
import { type Secret, secretOfUrl } from '../../shared/secret.ts';
import { hourMs } from '../buckets.ts';
import { refusalOf } from '../point-check.ts';
import { rowsOf } from '../scan-rows.ts';
import type { EvenSeries, Newest, Refusal, ScanBlock, ScanQuery, SeriesPoint, SeriesQuery, Store, StorePoint } from '../store.ts';
import { type Answer, deliver } from './deliver.ts';
import { evenLines } from './even.ts';
import { HourRolls, hourly } from './hour-rolls.ts';
import { type HttpClient, openHttp } from './http.ts';
import { type InfluxQl, identifier, isUnknown, newest, type Result, resultsIn, scanBlocks, seriesMany } from './influxql.ts';
import { lineOf } from './lines.ts';
import { rolledSeriesMany } from './rolled-series.ts';
import { isRolledUp } from './rollups.ts';

const writeTimeoutMs = 15_000;
const queryTimeoutMs = 60_000;
const queriesAtOnce = 4;
/** What lies in the database that is kept long, where there is one. */
const apart = /FROM "(?:hourly_|rollup_state|consumption)/;
const wallClock = systemClock();

// The library would print every failed write, also those that we report ourselves.
setLogger({ error: () => {}, warn: () => {} });

export interface V2Address {
  /** http or https, host and port. */
  base: URL;
  token: Secret;
  org: string;
  bucket: string;
  /** For logs; without the token. */
  name: string;
}

/** influx2://token@host:8086/org/bucket, influx3://token@host:8181/database; ?tls=1 for https, ?token_file=F for a token in a file. @throws Fault store/query, secret/missing */
export function addressOf(text: string, scheme: 'influx2' | 'influx3'): V2Address {
  const url = new URL(text);
  const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const [org, bucket] = scheme === 'influx2' ? [parts[0], parts[1]] : ['', parts[0]];
  if (org === undefined || !bucket || !url.hostname) {
    const form = scheme === 'influx2' ? 'influx2://token@host:8086/org/bucket' : 'influx3://token@host:8181/database';
    throw new Fault('store/query', `this store is named ${form}`);
  }
  const base = new URL(
    `${url.searchParams.get('tls') === '1' ? 'https' : 'http'}://${url.hostname}:${url.port || (scheme === 'influx2' ? 8086 : 8181)}`,
  );
  // A token may be in either place of user:password; a generated one can contain any character, so it is percent-encoded.
  const token = secretOfUrl(url, 'token_file', url.password || url.username);
  return { base, token, org, bucket, name: `${scheme}://${base.host}/${parts.join('/')}` };
}

/**
 * The client takes every 2xx for success and does not show its body: the lines that a 201 (partial success of InfluxDB 3) names would be lost without a
 * word, and all of them where a proxy says 200 with a page of its own.
 */
function tellAnswer(transport: Transport, told: (answer: Answer) => void): void {
  const send = transport.send.bind(transport);
  transport.send = (path, body, options, callbacks) => {
    let status = 0;
    const chunks: Uint8Array[] = [];
    send(path, body, options, {
      ...callbacks,
      next: (chunk) => {
        chunks.push(chunk);
      },
      error: (error) => callbacks?.error?.(error),
      complete: () => {
        told({ status, body: Buffer.concat(chunks).toString() });
        callbacks?.complete?.();
      },
      responseStarted: (headers, code) => {
        status = code ?? 0;
        callbacks?.responseStarted?.(headers, code);
      },
    });
  };
}

export interface V2Options {
  /** InfluxDB 3 takes one statement in a query; the others several, separated by ";". */
  oneStatement?: boolean;
  /** Drops what is too old, where the version can; what is dropped of the points is rolled up before. */
  drop?(store: V2Store, before: { rawMs: number; hourlyMs: number }): Promise<void>;
  /**
   * Where the database itself drops what is too old, whatever it is: a database beside it, without such a limit, for the hours and for consumption.
   * Where we drop by measurement one is enough.
   */
  longDatabase?: string;
}

export class V2Store implements Store {
  readonly name: string;
  readonly address: V2Address;
  readonly http: HttpClient;
  readonly #options: V2Options;
  readonly #agent: HttpAgent;
  readonly #influx: InfluxDB;
  readonly #ql: InfluxQl;
  readonly #rolls: HourRolls;
  #answer: Answer | undefined;
  #writing: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(address: V2Address, options: V2Options = {}) {
    this.name = address.name;
    this.address = address;
    this.#options = options;
    this.http = openHttp(address.base);
    const secure = address.base.protocol === 'https:';
    this.#agent = secure ? new HttpsAgent({ keepAlive: true, maxSockets: 4 }) : new HttpAgent({ keepAlive: true, maxSockets: 4 });
    this.#influx = new InfluxDB({
      url: address.base.toString(),
      token: address.token.reveal(),
      timeout: writeTimeoutMs,
      transportOptions: { agent: this.#agent },
    });
    tellAnswer(this.#influx.transport, (answer) => {
      this.#answer = answer;
    });
    this.#ql = { query: (statements) => this.#queryAll(statements), source: identifier };
    this.#rolls = new HourRolls({
      ql: this.#ql,
      send: async (lines) => {
        const refused = await deliver({ lines, indexes: lines.map((_, i) => i) }, (part) => this.#send(part, this.#long));
        if (refused.length > 0) throw new Fault('store/unavailable', `${this.name} refuses roll-ups: ${refused[0]?.reason}`);
      },
      monotonic: () => wallClock.monotonic(),
    });
  }

  get authorization(): Record<string, string> {
    return { authorization: `Token ${this.address.token.reveal()}` };
  }

  get #long(): string {
    return this.#options.longDatabase ?? this.address.bucket;
  }

  async #send(lines: readonly string[], bucket = this.address.bucket): Promise<Answer> {
    const { org } = this.address;
    const api = this.#influx.getWriteApi(org, bucket, 'ms', {
      batchSize: lines.length + 1,
      maxBatchBytes: Number.MAX_SAFE_INTEGER,
      flushInterval: 0,
      maxRetries: 0,
      gzipThreshold: Number.MAX_SAFE_INTEGER,
    });
    this.#answer = undefined;
    try {
      api.writeRecords(lines as string[]);
      await api.flush();
      return this.#answer ?? { status: 0, body: 'no answer' };
    } catch (error) {
      if (error instanceof HttpError) return { status: error.statusCode, body: error.body || error.message };
      throw new Fault('store/unavailable', `${this.name}: ${reasonOf(error) || 'no answer'}`, { cause: error });
    } finally {
      await api.close().catch(() => undefined);
    }
  }

  async write(points: readonly StorePoint[]): Promise<Refusal[]> {
    if (this.#closed) throw new Fault('store/unavailable', 'the store is closed');
    const refused: Refusal[] = [];
    const short = { lines: [] as string[], indexes: [] as number[] };
    const long = { lines: [] as string[], indexes: [] as number[] };
    const floorMs = ((await this.#rolls.state().catch(() => undefined))?.floor ?? 0) * hourMs;
    for (let index = 0; index < points.length; index++) {
      const point = points[index] as StorePoint;
      // What comes for an hour whose points are gone would stand alone in it.
      const reason = refusalOf(point) ?? (point.t < floorMs && isRolledUp(point.measurement) ? 'older than the retention' : undefined);
      if (reason !== undefined) {
        refused.push({ index, reason });
        continue;
      }
      const lines = point.measurement === 'consumption' ? long : short;
      lines.lines.push(lineOf(point));
      lines.indexes.push(index);
    }
    // One after the other, so that a partial success is told to the right batch.
    const turn = this.#writing.then(async () => [
      ...(await deliver(short, (part) => this.#send(part))),
      ...(await deliver(long, (part) => this.#send(part, this.#long))),
    ]);
    this.#writing = turn.catch(() => undefined);
    refused.push(...(await turn));
    await this.#rolls.wrote(points);
    return refused.sort((a, b) => a.index - b.index);
  }

  /** Points as they are: hours are made of them when they are rolled up. What the database itself keeps for a shorter time only, it drops. */
  async writeEven(series: readonly EvenSeries[]): Promise<void> {
    for (const [bucket, own] of [
      [this.#long, series.filter(({ measurement }) => measurement === 'consumption')],
      [this.address.bucket, series.filter(({ measurement }) => measurement !== 'consumption')],
    ] as const)
      for (const lines of evenLines(own)) {
        const turn = this.#writing.then(() => deliver({ lines, indexes: lines.map((_, i) => i) }, (part) => this.#send(part, bucket)));
        this.#writing = turn.catch(() => undefined);
        const refused = await turn;
        if (refused.length > 0 && bucket === this.#long)
          throw new Fault('store/unavailable', `${this.name} refuses a history: ${refused[0]?.reason}`);
      }
  }

  async #queryAll(statements: readonly string[]): Promise<Result[]> {
    if (!this.#options.oneStatement) return this.#query(statements.join(';'));
    const results: Result[] = [];
    for (let i = 0; i < statements.length; i += queriesAtOnce) {
      const part = await Promise.all(statements.slice(i, i + queriesAtOnce).map((statement) => this.#query(statement)));
      for (const [result] of part) results.push(result ?? {});
    }
    return results;
  }

  async #query(text: string): Promise<Result[]> {
    return this.#rowsIn(await this.#ask(text));
  }

  async #ask(text: string): Promise<Answer> {
    if (this.#closed) throw new Fault('store/unavailable', 'the store is closed');
    const database = apart.test(text) ? this.#long : this.address.bucket;
    const path = `/query?db=${encodeURIComponent(database)}&epoch=ms`;
    const headers = { ...this.authorization, 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    return this.http.post(path, new URLSearchParams({ q: text }).toString(), headers, queryTimeoutMs);
  }

  #rowsIn({ status, body }: Answer): Result[] {
    if (status === 401 || status === 403) throw new Fault('store/denied', `${this.name} refuses our credentials`);
    if (status >= 500 || status === 429 || status === 0)
      throw new Fault('store/unavailable', `${this.name} answers HTTP ${status}: ${body.slice(0, 300)}`);
    if (status !== 200 && isUnknown(body)) return [];
    if (status !== 200) throw new Fault('store/query', `InfluxQL, HTTP ${status}: ${body.slice(0, 300)}`);
    return resultsIn(body, this.name);
  }

  async series(query: SeriesQuery): Promise<SeriesPoint[]> {
    return (await this.seriesMany([query]))[0] ?? [];
  }

  async seriesMany(queries: readonly SeriesQuery[]): Promise<SeriesPoint[][]> {
    const state = queries.some(({ every }) => every !== undefined && every % hourMs === 0) ? await this.#rolls.state() : undefined;
    if (!state) return seriesMany(this.#ql, queries);
    const to = Math.max(...queries.map((query) => query.to));
    return rolledSeriesMany(this.#ql, queries, {
      dirty: async () => this.#rolls.dirty(state, to),
      floorHour: async () => state.floor,
      rolled: hourly,
    });
  }

  async maintain(now: number): Promise<void> {
    await this.#rolls.roll(now);
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

  async retain({ rawMs, hourlyMs }: { rawMs: number; hourlyMs: number }, now: number): Promise<void> {
    const floor = Math.floor((now - rawMs) / hourMs);
    const state = await this.#rolls.roll(now, this.#options.drop ? floor * hourMs : 0);
    if (!this.#options.drop) return;
    // First nothing more is taken for those hours, only then their points go.
    await this.#rolls.lift(state, floor);
    await this.#options.drop(this, { rawMs: floor * hourMs, hourlyMs: now - Math.max(rawMs, hourlyMs) });
  }

  async check(): Promise<void> {
    const answer = await this.#ask('SHOW MEASUREMENTS LIMIT 1');
    const words = answer.status === 200 ? (resultsIn(answer.body, this.name)[0]?.error ?? '') : answer.body;
    if (/not found/i.test(words)) {
      throw new Fault(
        'store/unavailable',
        `${this.name}: the bucket, or what maps it to a database, does not exist: ${words.slice(0, 200)}`,
        {
          detail: { trouble: 'store-missing' },
        },
      );
    }
    if (/unauthori[sz]ed|not authori[sz]ed|forbidden|permission/i.test(words)) throw this.#mayNot('read', words);
    this.#rowsIn(answer);
    // InfluxDB 3 has no organisations, and makes what is missing with the first write.
    if (!this.#options.oneStatement) await this.#checkWriting();
  }

  /** A write of nothing changes nothing; organisation, bucket and right are looked at before the body. */
  async #checkWriting(): Promise<void> {
    const { org, bucket } = this.address;
    const path = `/api/v2/write?org=${encodeURIComponent(org)}&bucket=${encodeURIComponent(bucket)}&precision=ms`;
    const { status, body } = await this.http.post(path, '', this.authorization, queryTimeoutMs);
    if (status === 404)
      throw new Fault('store/unavailable', `${this.name}: the organisation or the bucket does not exist: ${body.slice(0, 200)}`, {
        detail: { trouble: 'store-missing' },
      });
    if (status === 401 || status === 403) throw this.#mayNot('write', body);
  }

  #mayNot(what: 'read' | 'write', words: string): Fault {
    return new Fault('store/denied', `${this.name}: the token may not ${what} the bucket: ${words.slice(0, 200)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#writing;
    this.http[Symbol.dispose]();
    this.#agent.destroy();
  }
}
