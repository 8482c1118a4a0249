/** Devices that speak JSON over MQTT by themselves: each publishes its payload at its own pace, never retained. */
import type { MqttClient } from 'mqtt';
import type { Counter } from 'prom-client';
import type { Clock } from '../shared/clock.ts';
import type { MqttDevice } from '../shared/site.ts';
import type { Hospital } from './hospital.ts';
import type { Values } from './part.ts';

export interface PublisherOptions {
  devices: readonly MqttDevice[];
  hospital: Hospital;
  client: Pick<MqttClient, 'publish' | 'connected'>;
  clock: Clock;
  /** Labels outcome. */
  published?: Counter<'outcome'>;
}

/** Payloads by topic, by the JSON paths that the site file reads them with. Plain paths ($.a.b) only. */
export function payloadsOf(device: MqttDevice, values: Values, t: number): Map<string, Record<string, unknown>> {
  const payloads = new Map<string, Record<string, unknown>>();
  const at = (topic: string) => {
    const known = payloads.get(topic) ?? {};
    payloads.set(topic, known);
    return known;
  };
  for (const point of device.points) {
    const value = values[point.quantity];
    if (value === undefined || Number.isNaN(value)) continue;
    const raw = (value - point.offset) / point.scale;
    const word = point.states && Object.entries(point.states).find(([, state]) => state === value)?.[0];
    put(at(point.topic ?? device.topic), point.path, word ?? Math.round(raw * 1_000) / 1_000);
  }
  const { time } = device;
  if (time) {
    const stamp = time.unit === 'ms' ? t : time.unit === 's' ? t / 1_000 : new Date(t).toISOString();
    for (const payload of payloads.values()) put(payload, time.path, stamp);
  }
  return payloads;
}

function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.replace(/^\$\.?/, '').split('.');
  let inner = target;
  for (const key of keys.slice(0, -1)) {
    const next = inner[key];
    const child = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : {};
    inner[key] = child;
    inner = child;
  }
  inner[keys.at(-1) as string] = value;
}

export function startPublisher({ devices, hospital, client, clock, published }: PublisherOptions): Disposable {
  const stops = new Map<string, () => void>();
  const publish = (device: MqttDevice) => {
    stops.set(
      device.id,
      clock.after(device.poll, () => publish(device)),
    );
    const t = clock.now();
    hospital.advanceTo(t, 600);
    if (hospital.wrong(device.id).dead) return;
    // a real device would drop it as well: nothing piles up while the broker is away
    if (!client.connected) {
      published?.inc({ outcome: 'broker-away' });
      return;
    }
    for (const [topic, payload] of payloadsOf(device, hospital.truth(device.id), t)) {
      client.publish(topic, JSON.stringify(payload), { qos: 1 });
      published?.inc({ outcome: 'sent' });
    }
  };
  // spread over the interval, so that not all speak in the same moment
  devices.forEach((device, index) => {
    const first = 500 + (device.poll / Math.max(1, devices.length)) * index * 0.9;
    stops.set(
      device.id,
      clock.after(first, () => publish(device)),
    );
  });
  return {
    [Symbol.dispose]() {
      for (const stop of stops.values()) stop();
    },
  };
}
