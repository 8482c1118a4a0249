/** One MQTT bus without its connection: messages in, results and device states out. Time is handed in; nothing here waits. */
import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import type { RawField } from '../../shared/raw.ts';
import type { MqttBus } from '../../shared/site.ts';
import { covers } from '../access.ts';
import type { PollResult, Sink } from '../transport.ts';
import { DeviceClock } from './device-clock.ts';
import { extract, type Mapping, mappingsOf, parsePayload, rawFields } from './extract.ts';

export const maxPayloadBytes = 64 << 10;
/** Remembered messages per device and topic, to know a repeated one; brokers repeat within seconds. */
const remembered = 32;

interface Watch {
  device: string;
  expireMs: number;
  /** Plant monotonic time of the last message; of the start before the first one. */
  heardAt: number;
  online: boolean | undefined;
  /** When it became so, plant time. */
  since: number;
  reason: string | undefined;
  ownClock: DeviceClock;
  junk: boolean;
}

interface Source {
  mapping: Mapping;
  watch: Watch;
  /** Text of recent messages by time of the reading; without payload time the last text only. */
  recent: Map<number, string>;
  last: string | undefined;
  /** The message that was taken last and when it came, for those who look. */
  taken: { text: string; t: number } | undefined;
}

export interface Arrival {
  topic: string;
  payload: Buffer;
  retain: boolean;
  /** The sender says that it may have sent this one before (MQTT 3.1.1 §3.3.1.1). */
  dup: boolean;
}

export interface ListenerCounts {
  /** Kept by a broker from before: nobody knows how old. */
  retained: number;
  duplicate: number;
  /** Not JSON, or larger than 64 KB. */
  junk: number;
}

export class Listener {
  readonly counts: ListenerCounts = { retained: 0, duplicate: 0, junk: 0 };
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #sink: Sink;
  readonly #exact = new Map<string, Source[]>();
  readonly #wild: { filter: string; source: Source }[] = [];
  readonly #watches: Watch[] = [];

  constructor(bus: MqttBus, clock: Clock, log: Log, sink: Sink) {
    this.#clock = clock;
    this.#log = log;
    this.#sink = sink;
    for (const device of bus.devices) {
      const watch: Watch = {
        device: device.id,
        expireMs: device.expire,
        heardAt: clock.monotonic(),
        online: undefined,
        since: clock.now(),
        reason: undefined,
        ownClock: new DeviceClock(),
        junk: false,
      };
      this.#watches.push(watch);
      const own: Source[] = [];
      sink.raw?.(device.id, () => ({ type: 'mqtt', t: clock.now(), fields: own.flatMap(fieldsOf) }));
      for (const mapping of mappingsOf(device)) {
        const source: Source = { mapping, watch, recent: new Map(), last: undefined, taken: undefined };
        own.push(source);
        if (/[+#]/.test(mapping.topic)) this.#wild.push({ filter: mapping.topic, source });
        else this.#exact.set(mapping.topic, [...(this.#exact.get(mapping.topic) ?? []), source]);
      }
    }
  }

  get topics(): string[] {
    return [...new Set([...this.#exact.keys(), ...this.#wild.map(({ filter }) => filter)])];
  }

  /** How often `expire` should run so that no device is found silent later than a tenth of its limit. */
  get expireEveryMs(): number {
    return Math.max(500, Math.min(...this.#watches.map((watch) => watch.expireMs), 600_000) / 10);
  }

  receive({ topic, payload, retain, dup }: Arrival): void {
    const sources = this.#sourcesOf(topic);
    if (sources.length === 0) return;
    if (retain) {
      this.counts.retained++;
      return;
    }
    const text = payload.length > maxPayloadBytes ? undefined : payload.toString();
    const value = text === undefined ? undefined : parsePayload(text);
    for (const source of sources) {
      if (text === undefined || value === undefined) {
        this.#junk(source.watch, payload.length);
        continue;
      }
      const result = extract(source.mapping, value, this.#clock.now());
      if (this.#isRepeated(source, result.t, text, dup)) {
        this.counts.duplicate++;
        continue;
      }
      source.taken = { text, t: this.#clock.now() };
      this.#heard(source.watch);
      this.#noteClock(source.watch, result);
      this.#sink.readings(result);
    }
  }

  /** Says which devices have been silent for too long. `reason` explains when the broker is the cause. */
  expire(reason?: string): void {
    const now = this.#clock.monotonic();
    for (const watch of this.#watches) {
      if (watch.online === false || now - watch.heardAt < watch.expireMs) continue;
      const why = reason ?? `no message for ${Math.round(watch.expireMs / 1_000)} s`;
      this.#log.warn({ device: watch.device, reason: why }, 'device silent');
      this.#become(watch, false, why);
    }
  }

  #sourcesOf(topic: string): Source[] {
    const exact = this.#exact.get(topic);
    if (this.#wild.length === 0) return exact ?? [];
    return [...(exact ?? []), ...this.#wild.filter(({ filter }) => covers(filter, topic)).map(({ source }) => source)];
  }

  #heard(watch: Watch): void {
    watch.heardAt = this.#clock.monotonic();
    if (watch.junk) this.#log.info({ device: watch.device }, 'payloads are readable again');
    watch.junk = false;
    if (watch.online) return;
    if (watch.online === false) this.#log.info({ device: watch.device }, 'device is back');
    this.#become(watch, true);
  }

  #become(watch: Watch, online: boolean, reason?: string): void {
    Object.assign(watch, { online, since: this.#clock.now(), reason });
    this.#tell(watch);
  }

  #tell({ device, online, since, reason, ownClock }: Watch): void {
    this.#sink.device({
      device,
      online: online === true,
      since,
      ...(reason === undefined ? {} : { reason }),
      ...(ownClock.offMs === undefined ? {} : { clock_off_ms: ownClock.offMs }),
    });
  }

  /** Whose clock is wrong is worth saying: values by a wrong clock are true, but of another time than they claim. */
  #noteClock(watch: Watch, { t, at }: PollResult): void {
    // Faster plant time runs apart in two processes by more than a clock may be wrong.
    if (at === undefined || (this.#clock.speed ?? 1) !== 1) return;
    if (!watch.ownClock.note(t, at, this.#clock.monotonic())) return;
    const { offMs } = watch.ownClock;
    if (offMs === undefined) this.#log.info({ device: watch.device }, 'the clock of the device is right again');
    else this.#log.warn({ device: watch.device, offMs }, `the clock of the device is ${offMs < 0 ? 'behind' : 'ahead'}; set it`);
    this.#tell(watch);
  }

  #junk(watch: Watch, bytes: number): void {
    this.counts.junk++;
    if (!watch.junk) this.#log.warn({ device: watch.device, bytes }, 'payload is not JSON or too large; ignored');
    watch.junk = true;
  }

  #isRepeated(source: Source, t: number, text: string, dup: boolean): boolean {
    if (!source.mapping.time) {
      const repeated = dup && source.last === text;
      source.last = text;
      return repeated;
    }
    if (source.recent.get(t) === text) return true;
    source.recent.set(t, text);
    if (source.recent.size > remembered) source.recent.delete(source.recent.keys().next().value as number);
    return false;
  }
}

function fieldsOf({ mapping, taken }: Source): RawField[] {
  const payload = taken && parsePayload(taken.text);
  return rawFields(mapping, payload, taken && payload !== undefined ? extract(mapping, payload, taken.t) : undefined);
}
