/** What every device says now: readings and states from MQTT, and from the store what was there before this role started. */
import type { MqttClient } from 'mqtt';
import type { Newest } from '../../ingest/store.ts';
import { isQuantity, type QuantityId } from '../../shared/quantity.ts';
import type { BadReason, LatestReading } from '../../shared/reading.ts';
import { isRejection, readDeviceStatus, readReadings } from '../../shared/readings.ts';
import { onMessages } from '../../shared/readings-stream.ts';
import { newSeriesTime, type SeriesTime, takeTime } from '../../shared/series-time.ts';
import { filters, topicReader } from '../../shared/topic.ts';

export interface LiveDevice {
  /** null until the gateway or a reading has told. */
  online: boolean | null;
  since: number | null;
  reason: string | null;
  lastReadingAt: number | null;
  latest: Map<QuantityId, LatestReading>;
  series: Map<QuantityId, Series>;
  /** The series of a message, in the order in which its values come: the next one has them in the same. */
  order: Series[];
}

interface Series {
  id: QuantityId;
  /** The time that it carries itself; what is shown never lies in the future. */
  time: SeriesTime;
  /** What stands in `latest`, where that came from here. */
  shown: LatestReading | undefined;
}

export interface LiveChange {
  /** New values by device. */
  readings: Map<string, Map<QuantityId, LatestReading>>;
  /** Devices whose online state changed. */
  devices: Set<string>;
}

/** Between asking for the whole and being among those who follow. */
const justNowMs = 10_000;

export class LiveCache {
  readonly devices = new Map<string, LiveDevice>();
  /** Messages that were not of the agreed form; ingest keeps them in the dead-letter table, here they are only counted. */
  invalid = 0;
  #changed: LiveChange = { readings: new Map(), devices: new Set() };
  #followed = true;
  readonly #parts = topicReader();
  readonly #site: string;
  readonly #now: () => number;
  readonly #speed: number;

  /** @param now plant time */
  constructor(site: string, devices: Iterable<string>, now: () => number, speed = 1) {
    this.#site = site;
    this.#now = now;
    this.#speed = speed;
    for (const id of devices) {
      this.devices.set(id, {
        online: null,
        since: null,
        reason: null,
        lastReadingAt: null,
        latest: new Map(),
        series: new Map(),
        order: [],
      });
    }
  }

  /** Subscribes now and after every reconnect. */
  follow(client: MqttClient): void {
    const subscribe = () => {
      client.subscribe([filters.allReadings(this.#site), filters.allDeviceStatus(this.#site)], { qos: 0 });
    };
    client.on('connect', subscribe);
    if (client.connected) subscribe();
    onMessages(client, (topic, payload) => this.message(topic, payload));
  }

  message(topic: string, payload: Buffer): void {
    const parts = this.#parts(topic);
    if (!parts?.device || parts.site !== this.#site) return;
    const device = this.devices.get(parts.device);
    // Only devices of the site file: what others publish is not shown and cannot fill the memory.
    if (!device) return;
    if (parts.kind === 'status') {
      const status = readDeviceStatus(payload);
      if (!status) this.invalid++;
      else this.#status(parts.device, device, status);
      return;
    }
    const readings = readReadings(payload);
    if (isRejection(readings)) {
      this.invalid++;
      return;
    }
    const { t, v, bad, left } = readings;
    const now = this.#now();
    if (left !== undefined) this.invalid++;
    let i = 0;
    for (const id in v) {
      let series = device.order[i];
      // A look into a map for each of thousands of values a second would be much of the work.
      if (series?.id !== id) {
        series = seriesOf(device, id as QuantityId);
        device.order[i] = series;
      }
      i++;
      this.#value(parts.device, device, series, v[id] as number, t, undefined, now);
    }
    for (const id in bad) this.#value(parts.device, device, seriesOf(device, id as QuantityId), null, t, bad[id] as BadReason, now);
  }

  /** Values that the store holds; anything newer from MQTT stays. */
  remember(newest: Iterable<{ device: string; field: string; t: number; value: number }>): void {
    for (const { device: id, field, t, value } of newest) {
      const device = this.devices.get(id);
      if (device && isQuantity(field)) this.#value(id, device, seriesOf(device, field), value, t);
    }
  }

  /** What the devices say now, as the store will have it in a moment; a value that is bad now is none. */
  newest(devices: Iterable<string>): Newest[] {
    const found: Newest[] = [];
    for (const id of devices) {
      const device = this.devices.get(id);
      if (!device) continue;
      let bad = 0;
      let last = 0;
      for (const [field, { value, t }] of device.latest) {
        if (value === null) bad++;
        else found.push({ device: id, field, t, value });
        last = Math.max(last, t);
      }
      if (device.online !== null) found.push({ device: id, field: 'online', t: device.since ?? last, value: device.online ? 1 : 0 });
      if (last > 0) found.push({ device: id, field: 'bad_points', t: last, value: bad });
    }
    return found;
  }

  /**
   * While nobody follows, changes are not gathered. Whoever begins to follow asks for the whole beside it: what has changed in these moments is told as well.
   */
  followed(followed: boolean): void {
    if (this.#followed === followed) return;
    this.#followed = followed;
    this.takeChanges();
    if (!followed) return;
    const since = this.#now() - justNowMs * this.#speed;
    for (const [id, device] of this.devices) {
      if (device.since !== null && device.since >= since) this.#changed.devices.add(id);
      const recent = [...device.latest].filter(([, { t }]) => t >= since);
      if (recent.length > 0) this.#changed.readings.set(id, new Map(recent));
    }
  }

  /** What has changed since the last call. */
  takeChanges(): LiveChange {
    const changed = this.#changed;
    this.#changed = { readings: new Map(), devices: new Set() };
    return changed;
  }

  #status(id: string, device: LiveDevice, status: { online: boolean; since: number; reason?: string | undefined }): void {
    if (device.online === status.online && device.since === status.since) return;
    device.online = status.online;
    device.since = status.since;
    device.reason = status.online ? null : (status.reason ?? null);
    if (this.#followed) this.#changed.devices.add(id);
  }

  /** `arrivedAt`: undefined for what the store knows. */
  #value(
    id: string,
    device: LiveDevice,
    series: Series,
    read: number | null,
    readAt: number,
    reason?: BadReason,
    arrivedAt?: number,
  ): void {
    // Late data out of a gateway's outbox goes into the store, not onto the screen; a clock that was set back hides nothing.
    const order = takeTime(series.time, readAt, arrivedAt, this.#speed);
    if (order === 'late') return;
    const t = arrivedAt !== undefined && readAt > arrivedAt ? arrivedAt : readAt;
    let value = series.shown;
    if (value?.quality === 'good' && read !== null) {
      // Thousands a second: a new object for each is what this role would spend most of its time on.
      value.value = read;
      value.t = t;
    } else {
      value = read === null ? { value: null, t, quality: 'bad', ...(reason ? { reason } : {}) } : { value: read, t, quality: 'good' };
      series.shown = value;
      device.latest.set(series.id, value);
    }
    if (read !== null && (device.lastReadingAt === null || order === 'anew' || t > device.lastReadingAt)) device.lastReadingAt = t;
    if (!this.#followed) return;
    let changes = this.#changed.readings.get(id);
    if (!changes) {
      changes = new Map();
      this.#changed.readings.set(id, changes);
    }
    changes.set(series.id, value);
  }
}

function seriesOf(device: LiveDevice, id: QuantityId): Series {
  let series = device.series.get(id);
  if (!series) {
    series = { id, time: newSeriesTime(), shown: undefined };
    device.series.set(id, series);
  }
  return series;
}
