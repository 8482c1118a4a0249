/** Every MQTT topic: how it is built, what its payload is, QoS and retain. See docs/mqtt.md. */
import { z } from 'zod';
import { quantitySchema } from './quantity.ts';
import { badReasonSchema } from './reading.ts';

/** Ids of sites, gateways, buses, devices, departments: they are topic levels, tags and URL parts. */
export const idPattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const idSchema = z
  .string()
  .regex(idPattern, 'an id: lower-case letters, digits and hyphens, at most 63, not starting with a hyphen')
  .meta({ description: 'Id: lower-case letters, digits and hyphens' });

const time = z.number().int().min(0).max(8.64e15);

/**
 * One poll of one device. `boot` and `seq` name the message for good; the pair never names another one. `t` is when the values were true; `at`
 * is there only where the device stamps them by its own clock, and says when the gateway heard them: silence is judged by `at`, values by `t`.
 */
export const readingsPayload = z.strictObject({
  boot: z.string().min(1).max(64),
  seq: z.number().int().min(0),
  t: time,
  at: time.optional(),
  v: z.partialRecord(quantitySchema, z.number()),
  bad: z.partialRecord(quantitySchema, badReasonSchema).optional(),
});
export type ReadingsPayload = z.infer<typeof readingsPayload>;

export const gatewayStatusPayload = z.looseObject({ online: z.boolean(), t: time });
export type GatewayStatusPayload = z.infer<typeof gatewayStatusPayload>;

/** `clock_off_ms`: so far the device's own clock is ahead of the gateway's (behind: negative); absent while it is right, or has none. */
export const deviceStatusPayload = z.strictObject({
  online: z.boolean(),
  since: time,
  reason: z.string().optional(),
  clock_off_ms: z.number().int().optional(),
});
export type DeviceStatusPayload = z.infer<typeof deviceStatusPayload>;

/** Ingest says: these messages are in the store (or, for good, in the dead-letter table). Ranges include both ends. */
export const committedPayload = z.strictObject({
  boot: z.string().min(1).max(64),
  seqs: z.array(z.tuple([z.number().int().min(0), z.number().int().min(0)])),
});
export type CommittedPayload = z.infer<typeof committedPayload>;

/** Simulators only: the faults that can be started, with their state; and commands to them. */
export const simulatorFault = z.strictObject({
  name: z.string(),
  title: z.strictObject({ zh: z.string(), en: z.string() }),
  description: z.strictObject({ zh: z.string(), en: z.string() }),
  system: z.string(),
  active: z.boolean(),
  startedAt: time.nullable(),
  /** What the plant's own truth says should be noticed: the rule and the device of the alarm, empty when no process alarm is expected. */
  expects: z.array(z.strictObject({ rule: z.string(), device: z.string(), priority: z.string() })),
  params: z.record(z.string(), z.union([z.number(), z.string()])).optional(),
});
export type SimulatorFault = z.infer<typeof simulatorFault>;
export const simulatorCommand = z.strictObject({
  id: z.string(),
  action: z.enum(['start', 'stop']),
  name: z.string(),
  params: z.record(z.string(), z.union([z.number(), z.string()])).optional(),
});
export type SimulatorCommand = z.infer<typeof simulatorCommand>;
export const simulatorReply = z.strictObject({ id: z.string(), ok: z.boolean(), error: z.string().optional() });

export const topics = {
  readings: (site: string, gateway: string, device: string) => `plantroom/${site}/${gateway}/${device}/readings`,
  gatewayStatus: (site: string, gateway: string) => `plantroom/${site}/${gateway}/status`,
  deviceStatus: (site: string, gateway: string, device: string) => `plantroom/${site}/${gateway}/${device}/status`,
  committed: (site: string, gateway: string) => `plantroom/${site}/${gateway}/committed`,
  /** Somebody looks at this device (shared/raw.ts), and what he is shown. QoS 0, not retained. */
  watch: (site: string, gateway: string, device: string) => `plantroom/${site}/${gateway}/${device}/watch`,
  raw: (site: string, gateway: string, device: string) => `plantroom/${site}/${gateway}/${device}/raw`,
  alarm: (site: string, alarm: string) => `plantroom/${site}/alarms/${alarm}`,
  ticket: (site: string, ticket: string) => `plantroom/${site}/tickets/${ticket}`,
  /** Third-party-like devices that the simulators publish; outside the plantroom tree on purpose. */
  simulatedDevice: (site: string, device: string) => `simulated/${site}/devices/${device}`,
  simulatorFaults: (site: string) => `simulated/${site}/faults`,
  simulatorCommand: (site: string) => `simulated/${site}/command`,
  simulatorReply: (site: string, id: string) => `simulated/${site}/reply/${id}`,
} as const;

/** Subscription filters. */
export const filters = {
  allReadings: (site: string) => `plantroom/${site}/+/+/readings`,
  allDeviceStatus: (site: string) => `plantroom/${site}/+/+/status`,
  allGatewayStatus: (site: string) => `plantroom/${site}/+/status`,
  sharedReadings: (site: string) => `$share/ingest/plantroom/${site}/+/+/readings`,
  sharedDeviceStatus: (site: string) => `$share/ingest/plantroom/${site}/+/+/status`,
  allWatches: (site: string) => `plantroom/${site}/+/+/watch`,
  allRaw: (site: string) => `plantroom/${site}/+/+/raw`,
  allAlarms: (site: string) => `plantroom/${site}/alarms/+`,
  allTickets: (site: string) => `plantroom/${site}/tickets/+`,
} as const;

export interface TopicParts {
  site: string;
  gateway: string;
  device?: string;
  kind: 'readings' | 'status' | 'committed';
}

/** Parts of a gateway or device topic; undefined for anything else. Gateways may not be called "alarms" or "tickets". */
export function parseTopic(topic: string): TopicParts | undefined {
  const levels = topic.split('/');
  if (levels[0] !== 'plantroom' || levels.some((level) => level === '')) return undefined;
  const [, site, gateway, third, fourth] = levels as [string, string, string, string, string];
  if (levels.length === 5 && (fourth === 'readings' || fourth === 'status')) return { site, gateway, device: third, kind: fourth };
  if (levels.length === 4 && gateway !== 'alarms' && gateway !== 'tickets' && (third === 'status' || third === 'committed')) {
    return { site, gateway, kind: third };
  }
  return undefined;
}

const mostTopics = 10_000;
/** `parseTopic` that remembers what it has seen: a listener hears the same few hundred topics all its life. */
export function topicReader(): typeof parseTopic {
  const known = new Map<string, TopicParts | undefined>();
  return (topic) => {
    if (known.has(topic)) return known.get(topic);
    const parts = parseTopic(topic);
    if (known.size < mostTopics) known.set(topic, parts);
    return parts;
  };
}
export const reservedGatewayIds = ['alarms', 'tickets'] as const;
