/**
 * The embedded broker: aedes with authentication and access rights. Retained messages and sessions are in memory only; the gateway says its
 * statuses again after each connect, and readings wait in its outbox until they are committed.
 */
import { createServer, type Server, type Socket } from 'node:net';
import '../shared/quiet-debug.ts';
import { Aedes, type Client } from 'aedes';
import { Counter, Gauge, type Registry } from 'prom-client';
import { Fault, reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { gatewayUser, type StartRole } from '../shared/role.ts';
import { publishersOf } from '../shared/site.ts';
import { type BrokerIdentity, mayBeCalled, mayPublish, maySubscribe, type Rights, rightsOf } from './access.ts';
import { Anteroom, guardLimits, RetainedBudget } from './broker-guards.ts';
import { ensureCredentials, signIn } from './credentials.ts';
import { ReadingsLane } from './readings-lane.ts';

export interface BrokerOptions {
  site: string;
  dataDir: string;
  host: string;
  /** 0: any free port. */
  port: number;
  log: Log;
  metrics?: Registry;
  /** Ids of the gateways of the site: each is a user of its own. */
  gateways?: readonly string[];
  /** Ids of third-party devices that publish here: each may sign in by its own name. */
  devices?: readonly string[];
  maxPayloadBytes?: number;
}

export interface Broker extends AsyncDisposable {
  readonly port: number;
}

const maxPayloadBytes = 256 << 10;
const maxConnections = 2_000;
const connectTimeoutMs = 5_000;
const mostDenials = 200;
/** CONNACK return code "bad user name or password", MQTT 3.1.1 §3.2.2.3; aedes' enum exists only in its types. */
const badPassword = 4;
const notAuthorized = 5;
const nameOf = (user: BrokerIdentity | undefined) => (typeof user === 'object' ? gatewayUser(user.gateway) : user);

export const startBroker: StartRole = async (context) => {
  const fromUrl = Number(new URL(context.mqtt.url).port || 1883);
  const port = process.env.PLANTROOM_BROKER_PORT ? Number(process.env.PLANTROOM_BROKER_PORT) : fromUrl;
  const host = process.env.PLANTROOM_BROKER_HOST || '127.0.0.1';
  return openBroker({
    site: context.site.config.site.id,
    dataDir: context.dataDir,
    host,
    port,
    log: context.log,
    metrics: context.metrics,
    gateways: context.site.config.gateways.map((gateway) => gateway.id),
    devices: publishersOf(context.site.config),
  });
};

/** @throws Fault role/failed when the port is taken */
export async function openBroker(options: BrokerOptions): Promise<Broker> {
  const { log, host, port } = options;
  const { site, gateways = [] } = options;
  const check = signIn(ensureCredentials(options.dataDir), gateways, options.devices);
  const anteroom = new Anteroom();
  const retained = new RetainedBudget();
  let devices = 0;
  const users = new WeakMap<Client, Known>();
  const counts = brokerMetrics(options.metrics, () => aedes.connectedClients);
  const denials = new Set<string>();
  const deny = (client: Client | null, what: string, topic: string, reason: string): Fault => {
    counts.denied.inc({ what });
    const user = client ? nameOf(users.get(client)?.user) : undefined;
    const key = `${user} ${what} ${topic}`;
    if (denials.size < mostDenials && !denials.has(key)) {
      denials.add(key);
      log.warn({ user, client: client?.id, what, topic, reason }, 'refused');
    }
    return new Fault('mqtt/denied', `${what} ${topic}: ${reason}`);
  };
  const limit = options.maxPayloadBytes ?? maxPayloadBytes;
  /** Why this user may not come in under this name, where it may not. */
  const mayComeIn = (client: Client, user: BrokerIdentity): string | undefined => {
    if (!mayBeCalled(user, client.id, site, gateways)) return 'this client id is kept for a gateway or a role';
    const holder = (aedes as unknown as { clients: Record<string, Client> }).clients[client.id];
    const other = holder && nameOf(users.get(holder)?.user);
    if (other && other !== nameOf(user)) return 'this client id is in use by another user';
    if (user === 'device' && devices >= guardLimits.devices) return `${devices} devices are connected already`;
    // What a box in a plant room holds must not speak for all gateways: the role's own user is for this machine.
    if (user === 'gateway' && !isLoopback((client.conn as Socket).remoteAddress))
      return `from another machine a gateway signs in as ${gatewayUser('<id>')}`;
    return undefined;
  };

  const aedes = await Aedes.createBroker({
    // The default of 100 recurses through a backlog until the stack overflows (mqemitter PR 204); 0 delivers in order without recursion.
    concurrency: 0,
    // A frozen subscriber holds up publishers no longer than this.
    drainTimeout: 5_000,
    connectTimeout: connectTimeoutMs,
    authenticate(client, username, password, done) {
      const user = check(username ?? undefined, password ?? undefined);
      if (!user) {
        counts.denied.inc({ what: 'sign-in' });
        if (!denials.has(`sign-in ${username}`) && denials.size < mostDenials) {
          denials.add(`sign-in ${username}`);
          log.warn({ client: client.id }, 'wrong user or password');
        }
        return done(Object.assign(new Error('wrong user or password'), { returnCode: badPassword }), false);
      }
      const refusal = mayComeIn(client, user);
      if (refusal) {
        deny(client, `connect as ${nameOf(user)}`, client.id, refusal);
        return done(Object.assign(new Error(refusal), { returnCode: notAuthorized }), false);
      }
      users.set(client, { user, rights: rightsOf(user, site), allowed: new Set() });
      anteroom.leave(client.conn as Socket);
      if (user === 'device') {
        devices++;
        client.conn.once('close', () => devices--);
      }
      done(null, true);
    },
    authorizePublish(client, packet, done) {
      const known = client ? users.get(client) : undefined;
      if (!known || !isAllowed(known, packet.topic)) return done(deny(client, 'publish', packet.topic, 'no right'));
      if (packet.payload.length > limit) return done(deny(client, 'publish', packet.topic, `more than ${limit} bytes`));
      if (packet.retain && known.user === 'device' && !retained.take(packet.topic, packet.payload.length)) {
        deny(client, 'keep', packet.topic, 'too many retained messages of devices; it is passed on and not kept');
        packet.retain = false;
      }
      counts.published.inc();
      done(null);
    },
    authorizeSubscribe(client, subscription, done) {
      const known = client ? users.get(client) : undefined;
      if (known && maySubscribe(known.rights, subscription.topic)) return done(null, subscription);
      const reason = subscription.topic.startsWith('$share/') ? 'the embedded broker has no shared subscriptions' : 'no right';
      deny(client, 'subscribe', subscription.topic, reason);
      // Null is answered with 0x80 in the SUBACK; the connection stays.
      done(null, null);
    },
  });
  aedes.on('clientError', (client, error) => log.debug({ client: client.id, reason: reasonOf(error) }, 'client ended'));
  aedes.on('connectionError', (client, error) => log.debug({ client: client.id, reason: reasonOf(error) }, 'connection refused'));

  const lane = new ReadingsLane({
    aedes,
    isGateway: (client) => isGateway(users.get(client)?.user),
    mayPublish: (client, topic) => isAllowed(users.get(client) as Known, topic),
    maxPayloadBytes: limit,
    passed: (messages) => counts.published.inc(messages),
  });
  const server = createServer({ noDelay: true, highWaterMark: 256 << 10 }, (socket) => {
    gatherWrites(socket);
    anteroom.enter(socket, () => users.has(client));
    lane.watch(socket, () => client);
    const client = aedes.handle(socket);
  });
  server.maxConnections = maxConnections;
  await using undo = new AsyncDisposableStack();
  undo.defer(
    () =>
      new Promise<void>((resolve) => {
        aedes.close(() => server.close(() => resolve()));
      }),
  );
  await listen(server, host, port);
  const address = server.address();
  const opened = typeof address === 'object' && address ? address.port : port;
  if (host !== '127.0.0.1' && host !== '::1' && host !== 'localhost') {
    log.warn({ host }, 'the broker can be reached from other machines; passwords and readings go over the network unencrypted');
  }
  log.info({ host, port: opened }, 'broker listens');
  const stop = undo.move();
  return { port: opened, [Symbol.asyncDispose]: () => stop.disposeAsync() };
}

const isGateway = (user: BrokerIdentity | undefined) => user === 'gateway' || typeof user === 'object';
const isLoopback = (address: string | undefined) => address === undefined || /^(::1|(::ffff:)?127\.)/.test(address);

interface Known {
  user: BrokerIdentity;
  rights: Rights;
  /** Topics found to be allowed: a gateway publishes to the same ones for ever. */
  allowed: Set<string>;
}
const mostRemembered = 10_000;

function isAllowed({ rights, allowed }: Known, topic: string): boolean {
  if (allowed.has(topic)) return true;
  if (!mayPublish(rights, topic)) return false;
  if (allowed.size < mostRemembered) allowed.add(topic);
  return true;
}

/** One system call for all packets of a turn of the event loop: aedes writes each PUBACK and each message by itself. */
function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket);
  let gathering = false;
  const release = () => {
    gathering = false;
    socket.uncork();
  };
  socket.write = ((...packet: Parameters<typeof write>) => {
    if (!gathering) {
      gathering = true;
      socket.cork();
      setImmediate(release);
    }
    return write(...packet);
  }) as typeof socket.write;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Fault('role/failed', `the broker cannot listen on ${host}:${port}: ${reasonOf(cause)}`, { cause })),
    );
    server.listen(port, host, resolve);
  });
}

function brokerMetrics(registry: Registry | undefined, clients: () => number) {
  const registers = registry ? [registry] : [];
  new Gauge({
    name: 'plantroom_broker_clients',
    help: 'Connected clients',
    registers,
    collect() {
      this.set(clients());
    },
  });
  return {
    published: new Counter({ name: 'plantroom_broker_published_total', help: 'Messages taken from clients', registers }),
    denied: new Counter({ name: 'plantroom_broker_denied_total', help: 'What was refused', labelNames: ['what'], registers }),
  };
}
