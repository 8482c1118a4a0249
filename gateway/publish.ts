/**
 * The gateway on the broker: sends what the outbox gives, hears "committed", keeps the retained statuses of gateway and devices true. One
 * connection per gateway, since its last will says "offline" for exactly one.
 */
import { type MqttClient, type Packet, Store } from 'mqtt';
import type { Clock } from '../shared/clock.ts';
import { reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { type RawPayload, type WatchPayload, watchPayload } from '../shared/raw.ts';
import { connectMqtt, gatewayClientId, type MqttAccess, readingsQos } from '../shared/role.ts';
import { committedPayload, topics } from '../shared/topic.ts';
import type { Troubles } from '../shared/trouble.ts';
import { lowerIds, readingsOut } from './mqtt/readings-out.ts';
import type { Outbox, OutboxLink } from './outbox.ts';
import type { DeviceState } from './transport.ts';
import { slowTryMs, Twin } from './twin.ts';

export interface LinkOptions {
  site: string;
  gateway: string;
  access: MqttAccess;
  outbox: Outbox;
  wire: Clock;
  plant: Clock;
  log: Log;
  /** Further facts for the gateway's status. */
  facts(): Record<string, unknown>;
  /** Where it is told that another program runs as this gateway. */
  troubles?: Troubles | undefined;
  /** Somebody looks at a device. */
  watched?(device: string, request: WatchPayload): void;
  heartbeatMs?: number;
}

export interface Link extends AsyncDisposable {
  /** Publishes the state of a device, retained. */
  device(state: DeviceState): void;
  /** Shows what was read last of a device to those who look; whoever misses it misses nothing. */
  raw(device: string, payload: RawPayload): void;
  /** Publishes the gateway's status now. */
  beat(): void;
}

const heartbeatMs = 10_000;
const farewellMs = 1_000;
const listenAgainMs = 5_000;
/** MQTT 5, 3.14.2.1. */
const sessionTakenOver = 0x8e;

export function startLink(options: LinkOptions): Link {
  const { site, gateway, outbox, wire, plant, log } = options;
  const statusTopic = topics.gatewayStatus(site, gateway);
  const committedTopic = topics.committed(site, gateway);
  const readingsTopics = new Map<string, string>();
  const states = new Map<string, DeviceState>();
  const startedAt = plant.now();
  const store = new NoStore();
  const client = connectMqtt(options.access, log, {
    // One name for good: when a half-dead connection of ours is still open somewhere, the broker ends that one.
    clientId: gatewayClientId(site, gateway),
    resubscribe: false,
    queueQoSZero: false,
    outgoingStore: store,
    messageIdProvider: lowerIds(),
    will: {
      topic: statusTopic,
      payload: Buffer.from(JSON.stringify({ online: false, t: startedAt, boot: outbox.boot, reason: 'connection lost' })),
      qos: 1,
      retain: true,
    },
  });
  const twin = new Twin({ gateway, boot: outbox.boot, log, troubles: options.troubles });
  let open = false;
  let deafLogged = false;

  const publishDevice = (state: DeviceState) => {
    const { device, ...payload } = state;
    client.publish(topics.deviceStatus(site, gateway, device), JSON.stringify(payload), { qos: 1, retain: true });
  };
  const beat = () => {
    if (!open) return;
    let online = 0;
    for (const state of states.values()) if (state.online) online++;
    const payload = {
      online: true,
      t: plant.now(),
      startedAt,
      outbox: outbox.status(),
      devices: { known: states.size, online },
      ...options.facts(),
    };
    client.publish(statusTopic, JSON.stringify(payload), { qos: 1, retain: true }, (error) => error || twin.spoke());
    twin.look(wire.monotonic());
  };
  let refusedLogged = false;
  /** An MQTT 5 broker says so; from one of 3.1.1 we only see that nothing is ever committed. */
  const refused = (reasonCode: number) => {
    if (refusedLogged || !open) return;
    refusedLogged = true;
    log.error({ reasonCode }, 'the broker refuses readings; check its access rights');
  };
  const out = readingsOut(client, refused, readingsQos());
  const topicOf = (device: string): string => {
    let topic = readingsTopics.get(device);
    if (topic === undefined) {
      topic = topics.readings(site, gateway, device);
      readingsTopics.set(device, topic);
    }
    return topic;
  };
  const link: OutboxLink = {
    send(batch) {
      out.send(batch.map(({ device, payload }) => ({ topic: topicOf(device), payload })));
    },
  };

  const watchFilter = topics.watch(site, gateway, '+');
  let watchesLogged = false;
  /** Nothing of weight hangs on it: the broker's access rights may be older than this topic. */
  const deafToWatches = (refused: boolean) => {
    if (refused && !watchesLogged && client.connected) {
      log.warn({ topic: watchFilter }, 'the broker does not let the gateway hear who looks at a device; raw registers cannot be shown');
      watchesLogged = true;
    }
  };
  const watched = (topic: string, payload: Buffer) => {
    const device = topic.split('/')[3];
    if (device === undefined || topic !== topics.watch(site, gateway, device)) return;
    try {
      options.watched?.(device, watchPayload.parse(JSON.parse(payload.toString())));
    } catch {
      log.debug({ topic }, 'a request to look at a device that makes no sense was ignored');
    }
  };
  let cancelRetry: () => void = () => {};
  const listen = () => {
    // Before our own status goes out: what is kept there is the last word of whoever held our name meanwhile.
    client.subscribe(statusTopic, { qos: 0 });
    client.subscribe(committedTopic, { qos: 1 }, (error, granted) => {
      if (!client.connected) return;
      if (error || granted?.[0] === undefined || granted[0].qos > 2) {
        const reason = error ? reasonOf(error) : 'refused';
        if (!deafLogged)
          log.error({ topic: committedTopic, reason }, 'the broker does not let the gateway hear "committed"; nothing is sent');
        deafLogged = true;
        cancelRetry = wire.after(listenAgainMs, listen);
        return;
      }
      deafLogged = false;
      open = true;
      beat();
      for (const state of states.values()) publishDevice(state);
      outbox.connected(link);
      if (options.watched)
        client.subscribe(watchFilter, { qos: 0 }, (failure, given) => deafToWatches(Boolean(failure) || given?.[0]?.qos === 128));
    });
  };
  client.on('connect', () => {
    // mqtt.js makes a store of its own when it falls back to MQTT 3.1.1.
    client.outgoingStore = store;
    // Two of one name: whoever holds it keeps it for a while, and both get their readings out.
    if (twin.isThere(wire.monotonic())) client.options.reconnectPeriod = slowTryMs;
    cancelRetry();
    listen();
  });
  client.on('disconnect', ({ reasonCode }) => {
    if (reasonCode === sessionTakenOver) twin.taken(wire.monotonic());
  });
  client.on('close', () => {
    open = false;
    outbox.disconnected();
  });
  client.on('message', (topic, payload) => {
    if (topic === statusTopic) {
      twin.heard(payload, wire.monotonic());
      if (twin.isThere(wire.monotonic())) client.options.reconnectPeriod = slowTryMs;
      return;
    }
    if (topic !== committedTopic) return watched(topic, payload);
    try {
      outbox.committed(committedPayload.parse(JSON.parse(payload.toString())));
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'a "committed" that makes no sense was ignored');
    }
  });

  let cancelBeat: () => void = () => {};
  const next = () => {
    cancelBeat = wire.after(options.heartbeatMs ?? heartbeatMs, () => {
      beat();
      next();
    });
  };
  next();

  return {
    device(state) {
      states.set(state.device, state);
      if (open) publishDevice(state);
    },
    raw(device, payload) {
      if (open) client.publish(topics.raw(site, gateway, device), JSON.stringify(payload));
    },
    beat,
    async [Symbol.asyncDispose]() {
      cancelBeat();
      cancelRetry();
      outbox.disconnected();
      if (open)
        await farewell(client, statusTopic, JSON.stringify({ online: false, t: plant.now(), boot: outbox.boot, reason: 'stopped' }), wire);
      open = false;
      await client.endAsync(true);
    },
  };
}

async function farewell(client: MqttClient, topic: string, payload: string, wire: Clock): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = wire.after(farewellMs, resolve);
    client.publish(topic, payload, { qos: 1, retain: true }, () => {
      cancel();
      resolve();
    });
  });
  await new Promise<void>((resolve) => {
    const cancel = wire.after(farewellMs, resolve);
    client.end(false, {}, () => {
      cancel();
      resolve();
    });
  });
}

/**
 * mqtt.js keeps QoS 1 messages and sends them again after a reconnect. The outbox does that on better grounds (what ingest has committed),
 * so the client keeps nothing.
 */
class NoStore extends Store {
  override put(_packet: object, done: () => void): this {
    done();
    return this;
  }
  override del<P extends object>(packet: P, done: (error?: Error, packet?: P & Packet) => void): this {
    done(undefined, packet as P & Packet);
    return this;
  }
}
