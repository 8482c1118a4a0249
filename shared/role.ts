/** What main.ts hands to each role, and how roles reach the broker and tell that they are alive. */
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import './quiet-debug.ts';
import mqtt, { type IClientOptions, MqttClient } from 'mqtt';
import { Registry } from 'prom-client';
import type { Clock } from './clock.ts';
import { Fault, reasonOf } from './errors.ts';
import type { Log } from './log.ts';
import { openReadingsStream } from './readings-stream.ts';
import { type Role, roles } from './role-name.ts';
import { Secret } from './secret.ts';
import type { LoadedSite } from './site-file.ts';
import { idPattern } from './topic.ts';
import type { Trouble, Troubles } from './trouble.ts';

export { type Role, roles };

export interface MqttAccess {
  url: string;
  username?: string | undefined;
  password?: Secret | undefined;
}

export interface RoleContext {
  role: Role;
  site: LoadedSite;
  /** PLANTROOM_DATA: everything that must survive. */
  dataDir: string;
  mqtt: MqttAccess;
  /** The access of one gateway; where absent, that of the role. */
  gatewayMqtt?: (gateway: string) => MqttAccess;
  /** PLANTROOM_STORE_URL, default sqlite:<data>/readings.db */
  storeUrl: string;
  clock: Clock;
  log: Log;
  /** Prometheus metrics of this role; published over MQTT, shown at /metrics. */
  metrics: Registry;
  /** What this role finds wrong with store, disk and files; goes with its heartbeat. */
  troubles: Troubles;
}

/** Starting returns the undo. */
export type StartRole = (context: RoleContext) => Promise<AsyncDisposable>;

export const operationsFile = (dataDir: string) => join(dataDir, 'operations.db');
export const readingsFile = (dataDir: string) => join(dataDir, 'readings.db');
export const credentialsFile = (dataDir: string) => join(dataDir, 'secrets', 'broker.json');

/** Who may connect to the embedded broker; made at first start, readable by the owner only. */
export type BrokerCredentials = Record<Role | 'device', { username: string; password: string }>;

/** Where the program that runs on this data folder is reached; written by start, for commands in another terminal. */
export interface Endpoints {
  mqtt: string;
  http: string;
}
export const endpointsFile = (dataDir: string) => join(dataDir, 'run', 'endpoints.json');

function runningBroker(dataDir: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(endpointsFile(dataDir), 'utf8')) as Endpoints).mqtt;
  } catch {
    return undefined;
  }
}

/**
 * How this role reaches the broker: user and password of PLANTROOM_MQTT_URL when it names them, else the role's own credentials from the data
 * folder (embedded broker, or one whose files `plantroom mosquitto-files` made), else without.
 */
export function mqttAccess(role: Role | 'device', dataDir: string, environment: NodeJS.ProcessEnv = process.env): MqttAccess {
  const text = environment.PLANTROOM_MQTT_URL || runningBroker(dataDir) || 'mqtt://127.0.0.1:1883';
  const url = new URL(text);
  if (url.username) {
    const username = decodeURIComponent(url.username);
    const password = new Secret(decodeURIComponent(url.password));
    url.username = '';
    url.password = '';
    return { url: url.toString(), username, password };
  }
  const file = credentialsFile(dataDir);
  if (!existsSync(file)) return { url: text };
  try {
    const own = (JSON.parse(readFileSync(file, 'utf8')) as BrokerCredentials)[role];
    return { url: text, username: own.username, password: new Secret(own.password) };
  } catch (cause) {
    throw new Fault('secret/missing', `${file} cannot be read; check its owner, or name user and password in PLANTROOM_MQTT_URL`, {
      cause,
    });
  }
}

/** The broker's user of one gateway: it may say what this gateway says and nothing else, and nobody else may take its name. */
export const gatewayUser = (gateway: string) => `gateway-${gateway}`;

/**
 * Made from the password of the role, so that a gateway that is added later needs no new file; what a box in a plant room holds opens no other
 * gateway's door.
 */
export const gatewayPassword = (credentials: BrokerCredentials, gateway: string) =>
  createHmac('sha256', credentials.gateway.password).update(`gateway ${gateway}`).digest('base64url');

/** A third-party device may have a user of its own too; brokers that cannot bind a client id to a user need it. */
export const deviceUser = (device: string) => `device-${device}`;
export const devicePassword = (credentials: BrokerCredentials, device: string) =>
  createHmac('sha256', credentials.device.password).update(`device ${device}`).digest('base64url');

/** As `mqttAccess`, for the readings of one gateway: its own user where the credentials are at hand. */
export function gatewayAccess(
  gateway: string,
  access: MqttAccess,
  dataDir: string,
  environment: NodeJS.ProcessEnv = process.env,
): MqttAccess {
  const named = environment.PLANTROOM_MQTT_URL ? new URL(environment.PLANTROOM_MQTT_URL).username : '';
  const file = credentialsFile(dataDir);
  if (named || access.password === undefined || !existsSync(file)) return access;
  const credentials = JSON.parse(readFileSync(file, 'utf8')) as BrokerCredentials;
  return { url: access.url, username: gatewayUser(gateway), password: new Secret(gatewayPassword(credentials, gateway)) };
}

/** How the connections of a gateway are called on the broker: this, or this with something after it. */
export const gatewayClientId = (site: string, gateway: string) => `plantroom-${site}-${gateway}`;

const reconnectMs = 500;

/** The broker is ours, as start says: see `readingsQos`. */
const isBrokerEmbedded = () => process.env.PLANTROOM_MQTT_EMBEDDED === '1';

/**
 * With what QoS readings go out and are listened to. An acknowledgement by the broker counts for nothing, since a gateway keeps readings until they are
 * stored; but brokers drop messages of QoS 0 for somebody who does not keep up, and rules would hear of them late. Ours does not: it waits.
 */
export const readingsQos = (): 0 | 1 => (isBrokerEmbedded() ? 0 : 1);

function openClient(address: string, options: IClientOptions): MqttClient {
  const { protocol, hostname, port } = new URL(address);
  if (!isBrokerEmbedded() || protocol !== 'mqtt:') return mqtt.connect(address, options);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new MqttClient((client) => openReadingsStream(client, host, Number(port || 1883)), { protocol: 'mqtt', host, ...options });
}

/**
 * A client that connects in the background and reconnects for ever. Brokers that know only MQTT 3.1.1 (the embedded one) are spoken to in
 * 3.1.1, all others in 5, where a refused topic is answered and not silently dropped.
 */
export function connectMqtt(access: MqttAccess, log: Log, options: IClientOptions = {}): MqttClient {
  const client = openClient(access.url, {
    // The embedded broker is 3.1.1 only: known beforehand where start says so, found out by the refusal elsewhere.
    protocolVersion: isBrokerEmbedded() ? 4 : 5,
    reconnectPeriod: reconnectMs,
    // Without it the client gives up for good when the broker refuses it once, be it for "server unavailable".
    reconnectOnConnackError: true,
    connectTimeout: 5_000,
    keepalive: 15,
    clean: true,
    // Whoever follows topics subscribes at each connect and hears whether it was granted; a second, silent subscription by the client would make
    // that answer empty, which reads as a refusal.
    resubscribe: false,
    ...(access.username === undefined ? {} : { username: access.username }),
    ...(access.password === undefined ? {} : { password: access.password.reveal() }),
    ...options,
  });
  let lost = false;
  let fallingBack = false;
  client.on('error', (error) => {
    const code = 'code' in error ? Number(error.code) : 0;
    if (client.options.protocolVersion === 5 && (code === 1 || code === 132 || /protocol version/i.test(error.message))) {
      client.options.protocolVersion = 4;
      client.options.reconnectPeriod = 10;
      fallingBack = true;
      return;
    }
    fallingBack = false;
    client.options.reconnectPeriod = reconnectMs;
    if (!lost) log.warn({ reason: reasonOf(error) }, 'broker not reachable, trying on');
    lost = true;
  });
  client.on('close', () => {
    if (fallingBack) return;
    if (!lost && !client.disconnecting) log.warn('connection to the broker closed, trying on');
    lost = true;
  });
  client.on('connect', () => {
    if (lost) log.info('connected to the broker again');
    lost = false;
    fallingBack = false;
    client.options.reconnectPeriod = reconnectMs;
  });
  return client;
}

/**
 * `plantroom/<site>/roles/<role>`, or `…/<role>/<instance>` where several processes have one role: retained, last will sets offline; also carries the
 * role's metrics for /metrics. A level of its own, because brokers grant rights by level.
 */
export const roleTopic = (site: string, role: string, instance?: string) =>
  `plantroom/${site}/roles/${role}${instance === undefined ? '' : `/${instance}`}`;

/** PLANTROOM_INSTANCE: which of several processes of a role this is. @throws Fault usage/command */
export function instanceFromEnvironment(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const text = environment.PLANTROOM_INSTANCE;
  if (!text) return undefined;
  // These would make it a topic of a device.
  if (!idPattern.test(text) || ['readings', 'status', 'raw', 'watch'].includes(text))
    throw new Fault(
      'usage/command',
      `PLANTROOM_INSTANCE is "${text}"; it must be an id (lower-case letters, digits, hyphens), such as "2"`,
    );
  return text;
}
export interface RoleStatus {
  online: boolean;
  t: number;
  pid?: number;
  startedAt?: number;
  metrics?: object[];
  /** What is wrong with the platform itself, as this role sees it; see shared/trouble.ts. */
  troubles?: Trouble[];
}

export function newRegistry(): Registry {
  return new Registry();
}
