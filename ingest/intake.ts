/** From a message on MQTT to points in a batch or a letter in the dead-letter table. No network in here. */
import type { Clock } from '../shared/clock.ts';
import { reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { isRejection, type Readings, readDeviceStatus, readReadings } from '../shared/readings.ts';
import { knownTime, timeMistake } from '../shared/series-time.ts';
import { parseTopic } from '../shared/topic.ts';
import type { Batcher } from './batcher.ts';
import type { Commits, MessageName } from './commits.ts';
import type { DeadLetter, DeadLetterBox } from './dead-letter.ts';
import type { IngestMetrics } from './metrics.ts';
import type { Placement } from './placement.ts';
import type { StorePoint } from './store.ts';

/** Letters that wait to be kept; more than these are not kept and not committed: their gateway sends them again. */
const mostWaitingLetters = 2_000;
/** `bad_points` is written when it changes, and so often at least. */
const repeatBadMs = 3_600_000;

const tellAgainMs = 3_600_000;
const mostTold = 5_000;

export interface IntakeDeps {
  placements: Map<string, Map<string, Placement>>;
  batcher: Batcher;
  commits: Commits;
  box: DeadLetterBox;
  clock: Clock;
  log: Log;
  metrics: IngestMetrics;
}

interface Letter extends Omit<DeadLetter, 'id'> {
  kind: 'payload' | 'device' | 'time' | 'refused';
  name?: MessageName;
}

export class Intake {
  readonly #deps: IntakeDeps;
  readonly #targets = new Map<string, Placement | 'unknown'>();
  readonly #bad = new Map<Placement, { count: number; t: number }>();
  #letters: Letter[] = [];
  #received = 0;
  readonly #told = new Map<string, number>();
  #boxFull = false;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  #target(topic: string): Placement | undefined {
    let target = this.#targets.get(topic);
    if (target === undefined) {
      const parts = parseTopic(topic);
      target = (parts?.device && this.#deps.placements.get(parts.gateway)?.get(parts.device)) || 'unknown';
      // Only the site's own topics are remembered: strangers cannot fill the memory.
      if (target !== 'unknown') this.#targets.set(topic, target);
    }
    return target === 'unknown' ? undefined : target;
  }

  readings(topic: string, bytes: Buffer): void {
    const { batcher, metrics, clock } = this.#deps;
    this.#received++;
    const target = this.#target(topic);
    const message = readReadings(bytes);
    const wrong = isRejection(message) ? ({ kind: 'payload', reason: message.reason } as const) : this.#implausible(target, message);
    if (wrong) {
      const gateway = target?.gateway ?? parseTopic(topic)?.gateway;
      const { boot, seq } = message;
      const name = gateway !== undefined && boot !== undefined && seq !== undefined ? { name: { gateway, boot, seq } } : {};
      this.#set({ ...wrong, t: clock.now(), topic, payload: bytes.toString('utf8', 0, 8_192), ...name });
      return;
    }
    const { boot, seq, v, bad, left } = message as Readings;
    const t = knownTime(message as Readings, clock.now()) as number;
    const place = target as Placement;
    if (left !== undefined) this.#leftOut(topic, left, bytes);

    const points: StorePoint[] = [];
    let good = 0;
    for (const _ in v) good++;
    let badCount = 0;
    for (const id in bad) {
      badCount++;
      metrics.bad.inc({ reason: (bad as Record<string, string>)[id] as string });
    }
    if (good > 0) points.push({ measurement: place.measurement, tags: place.tags, t, fields: v });
    const change = this.#badChange(place, t, badCount);
    if (change) points.push(change);
    if (!batcher.add(points, good, { gateway: place.gateway, boot, seq })) metrics.shed.inc();
  }

  #implausible(target: Placement | undefined, { t, at }: Readings): Pick<Letter, 'kind' | 'reason'> | undefined {
    if (!target) return { kind: 'device', reason: 'the site file has no such gateway or device' };
    const mistake = knownTime({ t, at }, this.#deps.clock.now());
    if (typeof mistake === 'number') return undefined;
    // Whose clock it was: a device that stamps its own values says so by `at`.
    const whose = at === undefined ? `the gateway ${target.gateway}` : `the device ${target.device}`;
    const how = mistake === 'future' ? 'in the future' : 'before 2020';
    return { kind: 'time', reason: `${new Date(t).toISOString()} is ${how}: the clock of ${whose} is wrong` };
  }

  /** Part of a message could not be taken: one letter an hour for each device and reason, or a newer gateway would push out all others. */
  #leftOut(topic: string, reason: string, bytes: Buffer): void {
    const { clock, metrics } = this.#deps;
    const key = `${topic} ${reason}`;
    const now = clock.monotonic();
    metrics.leftOut.inc();
    if (now - (this.#told.get(key) ?? Number.NEGATIVE_INFINITY) < tellAgainMs) return;
    if (this.#told.size > mostTold) this.#told.clear();
    this.#told.set(key, now);
    this.#set({
      kind: 'payload',
      t: clock.now(),
      topic,
      reason: `${reason}; the other values are stored`,
      payload: bytes.toString('utf8', 0, 8_192),
    });
  }

  /** How many points of the device were bad, as a series of its own: where values are missing, this says why the curve has a hole. */
  #badChange(target: Placement, t: number, count: number): StorePoint | undefined {
    const last = this.#bad.get(target);
    if (last ? last.count === count && t - last.t < repeatBadMs : count === 0) return undefined;
    if (last && t < last.t) return undefined;
    this.#bad.set(target, { count, t });
    return { measurement: 'device_status', tags: target.tags, t, fields: { bad_points: count } };
  }

  /** Retained, so it comes again with every connection: the same point, which changes nothing. */
  deviceStatus(topic: string, bytes: Buffer): void {
    const { batcher, metrics, clock } = this.#deps;
    if (bytes.length === 0) return;
    metrics.messages.inc({ kind: 'status' });
    const target = this.#target(topic);
    const status = readDeviceStatus(bytes);
    if (!target) return;
    if (!status || timeMistake(status.since, clock.now()) !== undefined) {
      const reason = status ? 'since is in the future or before 2020' : 'not a device status';
      this.#set({ kind: 'payload', t: clock.now(), topic, reason, payload: bytes.toString('utf8', 0, 8_192) });
      return;
    }
    const point: StorePoint = {
      measurement: 'device_status',
      tags: target.tags,
      t: status.since,
      fields: { online: status.online ? 1 : 0 },
    };
    if (!batcher.add([point], 1)) metrics.shed.inc();
  }

  #set(letter: Letter): void {
    this.#deps.metrics.deadLetters.inc({ kind: letter.kind });
    if (this.#letters.length < mostWaitingLetters) this.#letters.push(letter);
    else this.#deps.metrics.shed.inc();
  }

  /** @throws Fault when they cannot be kept; then their batch is not committed either. */
  keepRefused(refusals: { point: StorePoint; reason: string }[]): void {
    const t = this.#deps.clock.now();
    const topic = (point: StorePoint) => `store/${point.measurement}/${point.tags.device}`;
    const letters = refusals.map(({ point, reason }) => ({ t, topic: topic(point), reason, payload: JSON.stringify(point) }));
    this.#deps.box.keep(letters);
    this.#deps.metrics.deadLetters.inc({ kind: 'refused' }, refusals.length);
  }

  /** Called a few times a second: keeps the letters in one transaction, then their messages are done with for good. */
  settle(): void {
    const { box, commits, log, metrics } = this.#deps;
    if (this.#received > 0) metrics.messages.inc({ kind: 'readings' }, this.#received);
    this.#received = 0;
    if (this.#letters.length === 0) return;
    try {
      box.keep(this.#letters);
      for (const { name } of this.#letters) if (name) commits.add(name);
      if (this.#boxFull) log.info('the dead-letter table can be written again');
      this.#boxFull = false;
      this.#letters = [];
    } catch (error) {
      if (!this.#boxFull) log.error({ reason: reasonOf(error) }, 'the dead-letter table cannot be written, trying on');
      this.#boxFull = true;
    }
  }
}
