/** Third-party devices that publish JSON: by default on Plantroom's own broker, else on the broker that the bus names. */
import type { IClientOptions } from 'mqtt';
import { reasonOf } from '../../shared/errors.ts';
import { connectMqtt, type MqttAccess } from '../../shared/role.ts';
import { readSecret, Secret } from '../../shared/secret.ts';
import type { MqttBus } from '../../shared/site.ts';
import { Listener } from '../mqtt/listener.ts';
import { showListener } from '../mqtt/metrics.ts';
import type { Transport, TransportContext } from '../transport.ts';

const transport: Transport<MqttBus> = {
  id: 'mqtt',
  start(bus, context) {
    const { clock, log, sink } = context;
    const listener = new Listener(bus, clock, log, sink, context.timezone ?? 'UTC');
    const client = connectMqtt(accessOf(bus, context), log, { resubscribe: false, ...lasting(bus, context) });
    const hide = context.metrics && showListener(context.metrics, bus.id, listener.counts);
    client.on('connect', () => {
      // rh 2: an MQTT 5 broker need not send what it has retained, unless it carries its time; from a 3.1.1 broker it comes marked.
      const wanted = Object.fromEntries(listener.topics.map(({ topic, timed }) => [topic, { qos: 1 as const, rh: timed ? 0 : 2 }]));
      client.subscribe(wanted, (error, granted) => {
        const refused = granted?.filter(({ qos }) => qos > 2).map(({ topic }) => topic) ?? [];
        if (client.connected && (error || refused.length > 0)) {
          log.error({ refused, reason: error ? reasonOf(error) : 'refused' }, 'the broker does not let the gateway hear these devices');
        }
      });
    });
    client.on('message', (topic, payload, packet) => listener.receive({ topic, payload, retain: packet.retain, dup: packet.dup }));
    let cancel: () => void = () => {};
    const watch = () => {
      cancel = clock.after(listener.expireEveryMs, () => {
        listener.expire(client.connected ? undefined : 'no connection to the broker');
        watch();
      });
    };
    watch();
    return {
      async [Symbol.asyncDispose]() {
        cancel();
        hide?.();
        await client.endAsync(true);
      },
    };
  },
};
export default transport;

/** So long a broker keeps what devices send at QoS 1 while the gateway is away: as long as promised for everything else, s. */
const sessionSeconds = 72 * 3_600;

/** A session that outlives us, where the broker outlives us. */
function lasting(bus: MqttBus, { session, mqtt }: TransportContext): IClientOptions {
  if (session === undefined || (bus.url === undefined && !mqtt?.keepsSessions)) return {};
  return { clientId: `${session}-${bus.id}`, clean: false, properties: { sessionExpiryInterval: sessionSeconds } };
}

function accessOf(bus: MqttBus, context: TransportContext): MqttAccess {
  if (bus.url === undefined) {
    if (!context.mqtt) return { url: 'mqtt://127.0.0.1:1883' };
    const { url, username, password } = context.mqtt;
    return { url, username, password: password === undefined ? undefined : new Secret(password) };
  }
  return {
    url: bus.url,
    username: bus.username,
    password: bus.password ? readSecret(bus.password, context.environment) : undefined,
  };
}
