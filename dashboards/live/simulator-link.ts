/** Faults of a simulated site, over MQTT: the list is retained, a command gets a reply. */
import { randomUUID } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/errors.ts';
import { type SimulatorCommand, type SimulatorFault, simulatorFault, simulatorReply, topics } from '../../shared/topic.ts';

const replyLimitMs = 5_000;
const faultList = z.union([z.array(simulatorFault), z.object({ faults: z.array(simulatorFault) }).transform(({ faults }) => faults)]);

export class SimulatorLink {
  readonly #site: string;
  readonly #client: MqttClient;
  readonly #wall: Clock;
  readonly #waiting = new Map<string, (reply: { ok: boolean; error?: string | undefined }) => void>();
  #faults: SimulatorFault[] = [];
  /** Called when the list changes. */
  onChange: (faults: SimulatorFault[]) => void = () => undefined;

  constructor(site: string, client: MqttClient, wall: Clock) {
    this.#site = site;
    this.#client = client;
    this.#wall = wall;
    const subscribe = () => {
      client.subscribe([topics.simulatorFaults(site), topics.simulatorReply(site, '+')], { qos: 1 });
    };
    client.on('connect', subscribe);
    if (client.connected) subscribe();
    client.on('message', (topic, payload) => this.#message(topic, payload));
  }

  faults(): SimulatorFault[] {
    return this.#faults;
  }

  /** @throws Fault fault/unknown, api/invalid (the simulator refused), mqtt/closed, transport/timeout */
  async command(action: 'start' | 'stop', name: string, params?: SimulatorCommand['params']): Promise<SimulatorFault> {
    if (!this.#client.connected) throw new Fault('mqtt/closed');
    if (this.#faults.length > 0 && !this.#faults.some((fault) => fault.name === name)) {
      throw new Fault('fault/unknown', `The simulator knows no fault "${name}"`);
    }
    const id = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<{ ok: boolean; error?: string | undefined }>();
    const cancel = this.#wall.after(replyLimitMs, () => reject(new Fault('transport/timeout', 'The simulator did not answer')));
    this.#waiting.set(id, resolve);
    try {
      const command: SimulatorCommand = { id, action, name, ...(params ? { params } : {}) };
      await this.#client.publishAsync(topics.simulatorCommand(this.#site), JSON.stringify(command), { qos: 1 });
      const reply = await promise;
      if (!reply.ok) {
        const unknown = /unknown|no such/i.test(reply.error ?? '');
        throw new Fault(unknown ? 'fault/unknown' : 'api/invalid', reply.error ?? 'The simulator refused');
      }
    } finally {
      cancel();
      this.#waiting.delete(id);
    }
    const fault = this.#faults.find((known) => known.name === name);
    if (!fault) throw new Fault('fault/unknown', `The simulator knows no fault "${name}"`);
    return { ...fault, active: action === 'start' };
  }

  #message(topic: string, payload: Buffer): void {
    const replyPrefix = topics.simulatorReply(this.#site, '');
    const isList = topic === topics.simulatorFaults(this.#site);
    if (!isList && !topic.startsWith(replyPrefix)) return;
    let json: unknown;
    try {
      json = JSON.parse(payload.toString());
    } catch {
      return;
    }
    if (isList) {
      const list = faultList.safeParse(json);
      if (!list.success) return;
      this.#faults = list.data;
      this.onChange(list.data);
      return;
    }
    const reply = simulatorReply.safeParse(json);
    if (reply.success) this.#waiting.get(reply.data.id)?.(reply.data);
  }
}
