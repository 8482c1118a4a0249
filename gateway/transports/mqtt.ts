/** Third-party devices that publish JSON: by default on Plantroom's own broker, else on the broker that the bus names. */
import { reasonOf } from '../../shared/errors.ts';
import { connectMqtt, type MqttAccess } from '../../shared/role.ts';
import { readSecret, Secret } from '../../shared/secret.ts';
import type { MqttBus } from '../../shared/site.ts';
import { Listener } from '../mqtt/listener.ts';
import type { Transport, TransportContext } from '../transport.ts';

const transport: Transport<MqttBus> = {
  id: 'mqtt',
  start(bus, context) {
    const { clock, log, sink } = context;
    const listener = new Listener(bus, clock, log, sink);
    const client = connectMqtt(accessOf(bus, context), log, { resubscribe: false });
    client.on('connect', () => {
      // rh 2: an MQTT 5 broker need not send what it has retained; from a 3.1.1 broker it comes marked and is ignored.
      client.subscribe(listener.topics, { qos: 1, rh: 2 }, (error, granted) => {
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
        await client.endAsync(true);
      },
    };
  },
};
export default transport;

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
