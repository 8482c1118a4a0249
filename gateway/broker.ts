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
import type { StartRole } from '../shared/role.ts';
import { mayPublish, maySubscribe, type Rights, rightsOf } from './access.ts';
import { type BrokerUser, brokerUsers, ensureCredentials, signIn } from './credentials.ts';

export interface BrokerOptions {
  site: string;
  dataDir: string;
  host: string;
  /** 0: any free port. */
  port: number;
  log: Log;
  metrics?: Registry;
  maxPayloadBytes?: number;
}

export interface Broker extends AsyncDisposable {
  readonly port: number;
}

const maxPayloadBytes = 256 << 10;
const maxConnections = 2_000;
/** A CONNECT with a last will fits; nothing else is read before the password is right. */
const maxBytesUnknown = maxPayloadBytes + (4 << 10);
const connectTimeoutMs = 5_000;
const mostDenials = 200;
/** CONNACK return code "bad user name or password", MQTT 3.1.1 §3.2.2.3; aedes' enum exists only in its types. */
const badPassword = 4;

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
  });
};

/** @throws Fault role/failed when the port is taken */
export async function openBroker(options: BrokerOptions): Promise<Broker> {
  const { log, host, port } = options;
  const check = signIn(ensureCredentials(options.dataDir));
  const rights = new Map(brokerUsers.map((user) => [user, rightsOf(user, options.site)]));
  const users = new WeakMap<Client, Known>();
  const counts = brokerMetrics(options.metrics, () => aedes.connectedClients);
  const denials = new Set<string>();
  const deny = (client: Client | null, what: string, topic: string, reason: string): Fault => {
    counts.denied.inc({ what });
    const user = client ? users.get(client)?.user : undefined;
    const key = `${user} ${what} ${topic}`;
    if (denials.size < mostDenials && !denials.has(key)) {
      denials.add(key);
      log.warn({ user, client: client?.id, what, topic, reason }, 'refused');
    }
    return new Fault('mqtt/denied', `${what} ${topic}: ${reason}`);
  };
  const limit = options.maxPayloadBytes ?? maxPayloadBytes;

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
      users.set(client, { user, rights: rights.get(user) as Rights, allowed: new Set() });
      done(null, true);
    },
    authorizePublish(client, packet, done) {
      const known = client ? users.get(client) : undefined;
      if (!known || !isAllowed(known, packet.topic)) return done(deny(client, 'publish', packet.topic, 'no right'));
      if (packet.payload.length > limit) return done(deny(client, 'publish', packet.topic, `more than ${limit} bytes`));
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

  const server = createServer({ noDelay: true, highWaterMark: 256 << 10 }, (socket) => {
    gatherWrites(socket);
    guardUnknown(socket, () => users.has(client));
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

interface Known {
  user: BrokerUser;
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

/** Ends a connection that sends much before it has signed in, so that strangers cannot fill the memory. */
function guardUnknown(socket: Socket, isKnown: () => boolean): void {
  const look = () => {
    if (isKnown()) socket.off('readable', look);
    else if (socket.bytesRead > maxBytesUnknown) socket.destroy();
  };
  socket.on('readable', look);
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
