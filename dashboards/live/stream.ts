/**
 * Server-sent events for many screens. Each event is made into text once and written to every client; a client that does not read
 * is dropped when its buffer is full, and counted, so that one stuck phone costs nobody anything.
 */
import type { ServerResponse } from 'node:http';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { SeenValues } from '../../desk/index.ts';
import type { Alarm } from '../../shared/alarm.ts';
import { type Clock, untilRound } from '../../shared/clock.ts';
import { Fault } from '../../shared/errors.ts';
import type { Ticket } from '../../shared/ticket.ts';
import type { LiveCache, LiveChange } from './cache.ts';

export const streamLimits = {
  mostClients: 500,
  /** Walls and phones may share an account; but one account must not shut out all others. */
  mostOfUser: 60,
  /** How long a session that another process ended may still be followed. */
  lookMs: 5_000,
  bufferBytes: 512 * 1024,
  burstBytes: 8 * 1024 * 1024,
  tickMs: 500,
  /** A screen that misses three says that the server is away, within 10 s. */
  heartbeatMs: 2_000,
  seenMs: 1_500,
  pathMs: 1_000,
} as const;

/** What the stream needs of the desk: tail the journal, look up what moved. */
export interface JournalTail {
  lastSeq(): number;
  journalSince(seq: number, limit?: number): { seq: number; kind: 'alarm' | 'ticket'; id: string }[];
  alarm(id: string): Alarm | undefined;
  ticket(id: string): Ticket | undefined;
  /** Values now and worst of open alarms, which move without a journal. */
  seen?(): ReadonlyMap<string, SeenValues>;
}

export const streamTopics = ['readings', 'devices', 'alarms', 'tickets', 'faults'] as const;
export type StreamTopic = (typeof streamTopics)[number];

/** Who follows, and whether the session still is: it may be ended elsewhere while the stream is open. */
export interface Viewer {
  user: string;
  isSignedIn(): boolean;
}

interface Client {
  response: ServerResponse;
  topics: ReadonlySet<StreamTopic>;
  viewer: Viewer;
}

export class LiveStream implements AsyncDisposable {
  readonly #clients = new Set<Client>();
  /** What moved in the last seconds, oldest first: a screen may have asked for its lists just before it follows. */
  readonly #recent = new Map<string, { at: number; topic: StreamTopic; now: () => unknown }>();
  readonly #cache: LiveCache;
  readonly #tail: JournalTail;
  readonly #wall: Clock;
  readonly #dropped: Counter;
  readonly #plantNow: () => number;
  #seq: number;
  #nextBeat: number;
  #nextLook: number;
  #nextSeen = Number.NEGATIVE_INFINITY;
  #toldSeen: ReadonlyMap<string, string> = new Map();
  #toldPath = '';
  #nextPath = Number.NEGATIVE_INFINITY;
  #stop: () => void = () => undefined;
  /** Can people be told? Told to screens that follow alarms, when it changes and when they begin. */
  path: (() => unknown) | undefined;

  /** `wall` is real time: screens are refreshed by it even where plant time runs faster. */
  constructor(cache: LiveCache, tail: JournalTail, wall: Clock, metrics: Registry, plantNow: () => number) {
    this.#plantNow = plantNow;
    this.#cache = cache;
    this.#tail = tail;
    this.#wall = wall;
    this.#seq = tail.lastSeq();
    this.#nextBeat = wall.monotonic() + streamLimits.heartbeatMs;
    this.#nextLook = wall.monotonic() + streamLimits.lookMs;
    const clients = this.#clients;
    new Gauge({
      name: 'plantroom_live_clients',
      help: 'Screens that follow the live stream',
      registers: [metrics],
      collect() {
        this.set(clients.size);
      },
    });
    this.#dropped = new Counter({
      name: 'plantroom_live_clients_dropped_total',
      help: 'Screens dropped because they did not read',
      registers: [metrics],
    });
    cache.followed(false);
    this.#schedule();
  }

  get size(): number {
    return this.#clients.size;
  }

  /** @throws Fault api/denied when there is no place */
  add(response: ServerResponse, topics: ReadonlySet<StreamTopic>, viewer: Viewer): void {
    if (this.#clients.size >= streamLimits.mostClients) {
      throw new Fault('api/denied', `${streamLimits.mostClients} screens follow already`, { detail: { status: 503 } });
    }
    const own = [...this.#clients].filter(({ viewer: { user } }) => user === viewer.user).length;
    if (own >= streamLimits.mostOfUser) {
      throw new Fault('api/denied', `${own} screens of ${viewer.user} follow already; close some, or use an account of your own`, {
        detail: { status: 429 },
      });
    }
    const client: Client = { response, topics, viewer };
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'keep-alive',
    });
    response.write(`retry: 2000\n\nevent: beat\ndata: ${this.#beat()}\n\n`);
    if (this.path && topics.has('alarms')) response.write(`event: path\ndata: ${JSON.stringify(this.path())}\n\n`);
    for (const { topic, now } of this.#recent.values()) if (topics.has(topic)) response.write(eventOf(topic, now()));
    this.#cache.followed(true);
    this.#clients.add(client);
    const leave = () => this.#clients.delete(client);
    response.on('close', leave);
    response.on('error', leave);
  }

  /** Sends at once. */
  send(topic: StreamTopic, data: unknown): void {
    this.#write(topic, eventOf(topic, data));
  }

  /** Sends what a thing is now, and tells it to everybody who begins to follow in the next seconds. */
  sendMove(topic: StreamTopic, id: string, now: () => unknown): void {
    const key = `${topic} ${id}`;
    this.#recent.delete(key);
    this.#recent.set(key, { at: this.#wall.monotonic(), topic, now });
    this.send(topic, now());
  }

  /** Ends the streams of those who have signed out, were removed or got a new password. */
  endSignedOut(): void {
    for (const client of this.#clients) {
      if (client.viewer.isSignedIn()) continue;
      this.#clients.delete(client);
      client.response.end();
    }
  }

  /** One round: what changed since the last one. Called by its own timer; tests call it directly. */
  tick(): void {
    this.#dropSlow();
    this.#forget();
    if (this.#clients.size > 0 && this.#wall.monotonic() >= this.#nextLook) {
      this.#nextLook = this.#wall.monotonic() + streamLimits.lookMs;
      this.endSignedOut();
    }
    if (this.#clients.size === 0) {
      this.#idle();
      return;
    }
    const change = this.#cache.takeChanges();
    if (change.readings.size > 0) this.send('readings', readingsEvent(change));
    for (const id of change.devices) {
      const device = this.#cache.devices.get(id);
      if (device) this.sendMove('devices', id, () => ({ id, online: device.online, since: device.since, reason: device.reason }));
    }
    this.#tellMoves();
    this.#tellSeen();
    this.#tellPath();
    if (this.#wall.monotonic() >= this.#nextBeat) {
      this.#nextBeat = this.#wall.monotonic() + streamLimits.heartbeatMs;
      this.#write(undefined, `event: beat\ndata: ${this.#beat()}\n\n`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    for (const { response } of this.#clients) response.destroy();
    this.#clients.clear();
  }

  #forget(): void {
    for (const [key, { at }] of this.#recent) {
      if (at > this.#wall.monotonic() - streamLimits.lookMs) return;
      this.#recent.delete(key);
    }
  }

  /** Nobody follows. The first who does is told of the moves of the last seconds: it may have asked for the lists just before them. */
  #idle(): void {
    this.#cache.followed(false);
    if (this.#wall.monotonic() < this.#nextLook) return;
    this.#nextLook = this.#wall.monotonic() + streamLimits.lookMs;
    this.#seq = this.#tail.lastSeq();
  }

  /** Carries plant time, so that screens show ages right also where it runs faster. */
  #beat(): string {
    return JSON.stringify({ now: this.#plantNow() });
  }

  #tellMoves(): void {
    const entries = this.#tail.journalSince(this.#seq, 500);
    if (entries.length === 0) return;
    this.#seq = entries.at(-1)!.seq;
    const moved = new Map(entries.map((entry) => [`${entry.kind} ${entry.id}`, entry]));
    for (const { kind, id } of moved.values()) {
      const find = () => (kind === 'alarm' ? this.#tail.alarm(id) : this.#tail.ticket(id));
      const found = find();
      if (found) this.sendMove(kind === 'alarm' ? 'alarms' : 'tickets', id, () => find() ?? found);
    }
  }

  #tellSeen(): void {
    if (this.#clients.size === 0 || this.#wall.monotonic() < this.#nextSeen) return;
    this.#nextSeen = this.#wall.monotonic() + streamLimits.seenMs;
    const seen = this.#tail.seen?.() ?? new Map<string, SeenValues>();
    const texts = new Map([...seen].map(([id, one]) => [id, JSON.stringify(one)]));
    const news = [...seen].filter(([id]) => this.#toldSeen.get(id) !== texts.get(id));
    this.#toldSeen = texts;
    if (news.length > 0) this.#write('alarms', `event: seen\ndata: ${JSON.stringify(Object.fromEntries(news))}\n\n`);
  }

  /** Looked at also while nobody follows, so that silence is measured and not guessed. */
  #tellPath(): void {
    if (!this.path || this.#wall.monotonic() < this.#nextPath) return;
    this.#nextPath = this.#wall.monotonic() + streamLimits.pathMs;
    const text = JSON.stringify(this.path());
    if (text === this.#toldPath) return;
    this.#toldPath = text;
    this.#write('alarms', `event: path\ndata: ${text}\n\n`);
  }

  #schedule(): void {
    this.#stop = this.#wall.after(untilRound(this.#wall, streamLimits.tickMs), () => {
      try {
        this.tick();
      } finally {
        this.#schedule();
      }
    });
  }

  #write(topic: StreamTopic | undefined, text: string): void {
    const bytes = Buffer.from(text);
    for (const client of this.#clients) {
      if (topic && !client.topics.has(topic)) continue;
      client.response.write(bytes);
      if (client.response.writableLength > streamLimits.burstBytes) this.#drop(client);
    }
  }

  /** What was left unread since the last round counts; a flood of alarms within one round may be large and is no fault of the screen. */
  #dropSlow(): void {
    for (const client of this.#clients) if (client.response.writableLength > streamLimits.bufferBytes) this.#drop(client);
  }

  #drop(client: Client): void {
    this.#clients.delete(client);
    this.#dropped.inc();
    client.response.destroy();
  }
}

const eventOf = (topic: StreamTopic, data: unknown): string => `event: ${topic}\ndata: ${JSON.stringify(data)}\n\n`;

/** `{device: {quantity: [value, t, reason?]}}`, numbers with six digits: enough for a screen, half the bytes. */
export function readingsEvent(change: LiveChange): Record<string, Record<string, [number | null, number, string?]>> {
  const event: Record<string, Record<string, [number | null, number, string?]>> = {};
  for (const [device, values] of change.readings) {
    const row: Record<string, [number | null, number, string?]> = {};
    for (const [id, { value, t, reason }] of values) {
      const short = value === null ? null : Number.isInteger(value) ? value : Number(value.toPrecision(Math.abs(value) >= 1e6 ? 10 : 6));
      row[id] = reason ? [short, t, reason] : [short, t];
    }
    event[device] = row;
  }
  return event;
}
