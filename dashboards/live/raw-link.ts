/**
 * Raw registers for those who look at a device: tells its gateway that somebody looks, and keeps what it shows for as long. Nothing is asked
 * of a gateway, and nothing is kept, while nobody looks.
 */
import type { MqttClient } from 'mqtt';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/errors.ts';
import { type RawPayload, rawPayload, type WatchPayload } from '../../shared/raw.ts';
import { filters, topics } from '../../shared/topic.ts';

/** Of this server, whoever looks. A gateway has limits of its own. */
export const lookLimits = { devices: 8, answerMs: 3_000, watchSeconds: 20, renewMs: 5_000 } as const;

interface Look {
  topic: string;
  until: number;
  toldAt: number;
  latest: RawPayload | undefined;
  waiting: Set<() => void>;
}

export class RawLink {
  /** Messages that were not of the agreed form. */
  invalid = 0;
  readonly #site: string;
  readonly #client: MqttClient;
  readonly #wall: Clock;
  readonly #looks = new Map<string, Look>();

  constructor(site: string, client: MqttClient, wall: Clock) {
    this.#site = site;
    this.#client = client;
    this.#wall = wall;
    const subscribe = () => void client.subscribe(filters.allRaw(site), { qos: 0 });
    client.on('connect', subscribe);
    if (client.connected) subscribe();
    client.on('message', (topic, payload) => this.#message(topic, payload));
  }

  /**
   * What was read last; waits a little for the first answer, undefined when none comes. Looks on until nobody has asked for a while.
   * @throws Fault mqtt/closed; api/invalid (429) when too many devices are looked at
   */
  async look(gateway: string, device: string): Promise<RawPayload | undefined> {
    if (!this.#client.connected) throw new Fault('mqtt/closed');
    const now = this.#wall.monotonic();
    for (const [id, { until }] of this.#looks) if (until <= now) this.#looks.delete(id);
    let look = this.#looks.get(device);
    if (!look) {
      if (this.#looks.size >= lookLimits.devices) {
        const text = `${lookLimits.devices} devices are being looked at; try again when one of their pages was closed`;
        throw new Fault('api/invalid', text, { detail: { status: 429 } });
      }
      const topic = topics.raw(this.#site, gateway, device);
      look = { topic, until: 0, toldAt: Number.NEGATIVE_INFINITY, latest: undefined, waiting: new Set() };
      this.#looks.set(device, look);
    }
    look.until = now + lookLimits.watchSeconds * 1_000;
    if (now - look.toldAt >= lookLimits.renewMs) {
      look.toldAt = now;
      const request: WatchPayload = { seconds: lookLimits.watchSeconds };
      this.#client.publish(topics.watch(this.#site, gateway, device), JSON.stringify(request), { qos: 0 });
    }
    if (!look.latest) await this.#answer(look);
    return look.latest;
  }

  #answer(look: Look): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        look.waiting.delete(done);
        resolve();
      };
      const cancel = this.#wall.after(lookLimits.answerMs, done);
      look.waiting.add(done);
    });
  }

  #message(topic: string, payload: Buffer): void {
    const [, , , device = '', kind] = topic.split('/');
    const look = kind === 'raw' ? this.#looks.get(device) : undefined;
    if (!look || look.topic !== topic) return;
    try {
      look.latest = rawPayload.parse(JSON.parse(payload.toString()));
    } catch {
      this.invalid++;
      return;
    }
    for (const done of look.waiting) done();
  }

  [Symbol.dispose](): void {
    for (const { waiting } of this.#looks.values()) for (const done of waiting) done();
    this.#looks.clear();
  }
}
