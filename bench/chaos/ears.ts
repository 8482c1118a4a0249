/** Hears what the roles of a chaos run say on MQTT: alarms, troubles, and the gateway of itself. */
import mqtt from 'mqtt';
import { mqttAccess, type RoleStatus, roleTopic } from '../../shared/role.ts';

export interface Ears extends AsyncDisposable {
  /** When an alarm was first heard of. */
  seen: Map<string, number>;
  troubles: Set<string>;
  dropped(): number;
  /** What the gateway last said of itself. */
  gateway(): string;
}

export async function listen(folder: string, environment: NodeJS.ProcessEnv): Promise<Ears> {
  const access = mqttAccess('dashboards', folder, environment);
  const client = await mqtt.connectAsync(access.url, {
    protocolVersion: 4,
    ...(access.username ? { username: access.username } : {}),
    ...(access.password ? { password: access.password.reveal() } : {}),
  });
  const seen = new Map<string, number>();
  const troubles = new Set<string>();
  let dropped = 0;
  let gateway = '';
  client.on('message', (topic, payload) => {
    if (payload.length === 0) return;
    const json = JSON.parse(payload.toString()) as RoleStatus & {
      id?: string;
      state?: string;
      outbox?: { dropped: Record<string, number> };
    };
    if (topic.includes('/alarms/') && json.id && !seen.has(json.id)) seen.set(json.id, Date.now());
    for (const { code } of json.troubles ?? []) troubles.add(code);
    if (!json.outbox) return;
    gateway = payload.toString();
    dropped = Object.values(json.outbox.dropped).reduce((sum, one) => sum + one, 0);
  });
  await client.subscribeAsync(['plantroom/fleet/alarms/+', 'plantroom/fleet/gw/status', roleTopic('fleet', '+')], { qos: 1 });
  return { seen, troubles, dropped: () => dropped, gateway: () => gateway, [Symbol.asyncDispose]: () => client.endAsync(true) };
}
