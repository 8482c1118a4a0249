/** One MQTT bus without its connection: messages in, results and device states out. Time is handed in; nothing here waits. */
import type { JSONValue } from 'json-p3';
import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import type { RawField } from '../../shared/raw.ts';
import type { MqttBus } from '../../shared/site.ts';
import { covers } from '../access.ts';
import type { DeviceReadings, Sink } from '../transport.ts';
import { DeviceClock } from './device-clock.ts';
import { allBad, extract, extractAll, type Mapping, mappingsOf, rawFields } from './extract.ts';
import { parsePayload } from './payload.ts';

export const maxPayloadBytes = 64 << 10;
/** Remembered messages per device and topic, to know a repeated one; brokers repeat within seconds. */
const remembered = 32;
const rememberedRows = 512;
/** Retained messages that are older say nothing that is not stored long since. */
const keptAtMostMs = 7 * 86_400_000;

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
  taken: { value: JSONValue; t: number } | undefined;
}

export interface Arrival {
  topic: string;
  payload: Buffer;
  retain: boolean;
  /** The sender says that it may have sent this one before (MQTT 3.1.1 §3.3.1.1). */
  dup: boolean;
}

export interface ListenerCounts {
  /** Kept by a broker from before, of which nobody knows how old it is. */
  retained: number;
  duplicate: number;
  /** Cannot be read at all, or larger than 64 KB. */
  junk: number;
  /** Not JSON as it came, yet with one meaning. */
  mended: number;
  /** Values that were bad in messages that could be read. */
  badFields: number;
}

export class Listener {
  readonly counts: ListenerCounts = { retained: 0, duplicate: 0, junk: 0, mended: 0, badFields: 0 };
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #sink: Sink;
  readonly #exact = new Map<string, Source[]>();
  readonly #wild: { filter: string; source: Source }[] = [];
  readonly #watches: Watch[] = [];

  /** `zone`: of the site. */
  constructor(bus: MqttBus, clock: Clock, log: Log, sink: Sink, zone: string) {
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
      for (const mapping of mappingsOf(device, zone)) {
        const source: Source = { mapping, watch, recent: new Map(), last: undefined, taken: undefined };
        own.push(source);
        if (/[+#]/.test(mapping.topic)) this.#wild.push({ filter: mapping.topic, source });
        else this.#exact.set(mapping.topic, [...(this.#exact.get(mapping.topic) ?? []), source]);
      }
    }
  }

  /** What to subscribe to; `timed`: messages carry their own time, so that what a broker kept is worth having. */
  get topics(): { topic: string; timed: boolean }[] {
    const all = [
      ...[...this.#exact].map(([topic, sources]) => ({ topic, sources })),
      ...this.#wild.map(({ filter, source }) => ({ topic: filter, sources: [source] })),
    ];
    const timed = new Map<string, boolean>();
    for (const { topic, sources } of all)
      timed.set(topic, timed.get(topic) === true || sources.some(({ mapping }) => mapping.time !== undefined));
    return [...timed].map(([topic, isTimed]) => ({ topic, timed: isTimed }));
  }

  /** How often `expire` should run so that no device is found silent later than a tenth of its limit. */
  get expireEveryMs(): number {
    return Math.max(500, Math.min(...this.#watches.map((watch) => watch.expireMs), 600_000) / 10);
  }

  receive({ topic, payload, retain, dup }: Arrival): void {
    const sources = this.#sourcesOf(topic);
    // An empty message takes a retained one away; it says nothing of the device.
    if (sources.length === 0 || payload.length === 0) return;
    const text = payload.length > maxPayloadBytes ? undefined : payload.toString();
    const parsed = text === undefined ? undefined : parsePayload(text);
    if (parsed?.mended) this.counts.mended++;
    for (const source of sources) {
      if (text === undefined || parsed === undefined || (parsed.bare && !source.mapping.whole)) this.#junk(source, payload.length, retain);
      else this.#take(source, text, parsed.value, { retain, dup });
    }
  }

  #take(source: Source, text: string, value: JSONValue, { retain, dup }: { retain: boolean; dup: boolean }): void {
    const { mapping, watch } = source;
    const now = this.#clock.now();
    const all = extractAll(mapping, value, now);
    // Only what carries its own time can be believed when the broker kept it: nobody knows how old the rest is.
    const taken = retain ? all.filter(({ result }) => result.at !== undefined && now - result.t <= keptAtMostMs) : all;
    if (retain) this.counts.retained += all.length - taken.length;
    let newest: DeviceReadings | undefined;
    for (const { result, row } of taken) {
      if (this.#isRepeated(source, result.t, mapping.rows ? JSON.stringify(row) : text, dup)) {
        this.counts.duplicate++;
        continue;
      }
      // Heard it was by the broker, and when, nobody knows.
      if (retain) delete result.at;
      for (const _ in result.bad) this.counts.badFields++;
      this.#sink.readings(result);
      newest = result;
      source.taken = { value: row, t: now };
    }
    if (!retain) {
      if (watch.junk) this.#log.info({ device: watch.device }, 'payloads are readable again');
      watch.junk = false;
      this.#heard(watch, 0);
    } else if (newest) this.#heard(watch, Math.max(0, now - newest.t));
    if (newest && !retain) this.#noteClock(watch, newest);
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

  /** `agoMs`: so long ago it spoke. */
  #heard(watch: Watch, agoMs: number): void {
    const heardAt = this.#clock.monotonic() - agoMs;
    if (agoMs >= watch.expireMs) return;
    watch.heardAt = watch.online ? Math.max(watch.heardAt, heardAt) : heardAt;
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
  #noteClock(watch: Watch, { t, at }: DeviceReadings): void {
    // Faster plant time runs apart in two processes by more than a clock may be wrong.
    if (at === undefined || (this.#clock.speed ?? 1) !== 1) return;
    if (!watch.ownClock.note(t, at, this.#clock.monotonic())) return;
    const { offMs } = watch.ownClock;
    if (offMs === undefined) this.#log.info({ device: watch.device }, 'the clock of the device is right again');
    else this.#log.warn({ device: watch.device, offMs }, `the clock of the device is ${offMs < 0 ? 'behind' : 'ahead'}; set it`);
    this.#tell(watch);
  }

  /** It speaks, so it is there; but nobody can read it. */
  #junk({ mapping, watch }: Source, bytes: number, retain: boolean): void {
    this.counts.junk++;
    if (retain) return;
    this.#heard(watch, 0);
    if (!watch.junk) this.#log.warn({ device: watch.device, bytes }, 'payload cannot be read or is larger than 64 KB; its values are bad');
    watch.junk = true;
    const result = allBad(mapping, 'decode', this.#clock.now());
    if (Object.keys(result.bad).length > 0) this.#sink.readings(result);
  }

  #isRepeated(source: Source, t: number, text: string, dup: boolean): boolean {
    if (!source.mapping.time) {
      const repeated = dup && source.last === text;
      source.last = text;
      return repeated;
    }
    if (source.recent.get(t) === text) return true;
    source.recent.set(t, text);
    if (source.recent.size > (source.mapping.rows ? rememberedRows : remembered))
      source.recent.delete(source.recent.keys().next().value as number);
    return false;
  }
}

function fieldsOf({ mapping, taken }: Source): RawField[] {
  return rawFields(mapping, taken?.value, taken && extract(mapping, taken.value, taken.t));
}
