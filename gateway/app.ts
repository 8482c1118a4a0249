/** The gateway role: for each gateway of the site (or the one that PLANTROOM_GATEWAY names) its outbox, its link and its buses. */
import { join } from 'node:path';
import { Counter, Gauge, type Registry } from 'prom-client';
import { systemClock } from '../shared/clock.ts';
import { Fault, reasonOf } from '../shared/errors.ts';
import type { RoleContext, StartRole } from '../shared/role.ts';
import type { Bus, GatewaySite } from '../shared/site.ts';
import { profilesOf } from './check.ts';
import { ClockGuard } from './clock-guard.ts';
import type { Profile } from './device.ts';
import { sessionName } from './mqtt/session.ts';
import { dropReasons, Outbox, type OutboxStatus } from './outbox.ts';
import { type Link, startLink } from './publish.ts';
import { RawWatch } from './raw-watch.ts';
import type { Sink, Transport, TransportContext } from './transport.ts';

export const outboxFile = (dataDir: string, gateway: string) => join(dataDir, 'outbox', `${gateway}.db`);

export const startGateway: StartRole = async (context) => {
  await using undo = new AsyncDisposableStack();
  const profiles = profilesOf(context.site);
  const only = process.env.PLANTROOM_GATEWAY;
  const gateways = context.site.config.gateways.filter((gateway) => !only || gateway.id === only);
  if (gateways.length === 0) throw new Fault('usage/command', `PLANTROOM_GATEWAY=${only}: the site has no such gateway`);
  const transports = await loadTransports(new Set(gateways.flatMap(({ buses }) => buses.map(({ type }) => type))));
  const gauges = gatewayMetrics(context.metrics);
  for (const gateway of gateways) undo.use(await startOne(gateway, context, profiles, transports, gauges));
  return undo.move();
};

/** Only those that the site uses: a gateway without a serial line need not carry the serial port's native code. */
async function loadTransports(types: ReadonlySet<Bus['type']>): Promise<Map<string, Transport>> {
  const found = new Map<string, Transport>();
  for (const type of types) {
    const { default: transport } = (await import(`./transports/${type}.ts`)) as { default?: Transport };
    if (transport?.id !== type) throw new Fault('catalog/invalid', `gateway/transports/${type}.ts must export a transport with this id`);
    found.set(type, transport);
  }
  return found;
}

async function startOne(
  gateway: GatewaySite,
  context: RoleContext,
  profiles: ReadonlyMap<string, Profile>,
  transports: ReadonlyMap<string, Transport>,
  metrics: GatewayMetrics,
): Promise<AsyncDisposable> {
  await using undo = new AsyncDisposableStack();
  const log = context.log.child({ gateway: gateway.id });
  const plant = context.clock;
  const wire = systemClock();
  const outbox = undo.use(
    new Outbox({
      file: outboxFile(context.dataDir, gateway.id),
      maxBytes: gateway.outbox.max_mb * 1024 * 1024,
      maxAgeMs: gateway.outbox.max_age,
      wire,
      plant,
      log,
    }),
  );
  const polls = metrics.polls.labels(gateway.id);
  const stamp = new ClockGuard({
    clock: plant,
    log,
    pass: (result) => outbox.add(result),
    jumped: () => outbox.clockJumped(),
    simulated: process.env.PLANTROOM_CLOCK !== undefined,
  });
  const watch = undo.use(new RawWatch(wire, (device, payload) => link.raw(device, payload)));
  const link: Link = undo.use(
    startLink({
      site: context.site.config.site.id,
      gateway: gateway.id,
      access: context.gatewayMqtt?.(gateway.id) ?? context.mqtt,
      troubles: context.troubles,
      outbox,
      wire,
      plant,
      log,
      watched: (device, request) => watch.request(device, request),
      facts: () => {
        stamp.check();
        return { clock: { jumps: stamp.jumps, set: stamp.isSet, future: stamp.future, unset: stamp.unset } };
      },
    }),
  );
  metrics.sources.set(gateway.id, outbox);
  undo.defer(() => {
    metrics.sources.delete(gateway.id);
  });
  const sink: Sink = {
    readings(result) {
      polls.inc();
      stamp.add(result);
      watch.polled(result.device);
    },
    device: (state) => link.device(state),
    raw: (device, look) => watch.offer(device, look),
  };
  for (const bus of gateway.buses) {
    const transport = transports.get(bus.type);
    if (!transport) throw new Fault('catalog/invalid', `gateway/transports has no ${bus.type}.ts`);
    const busLog = log.child({ bus: bus.id });
    try {
      undo.use(transport.start(bus, transportContext(context, gateway.id, profiles, sink, busLog)));
    } catch (error) {
      // A missing secret, say. The other buses need not suffer for it.
      busLog.error({ reason: reasonOf(error) }, 'bus not started');
      for (const { id } of bus.devices) sink.device({ device: id, online: false, since: plant.now(), reason: reasonOf(error) });
    }
  }
  return undo.move();
}

function transportContext(
  context: RoleContext,
  gateway: string,
  profiles: ReadonlyMap<string, Profile>,
  sink: Sink,
  log: RoleContext['log'],
): TransportContext {
  const { url, username, password } = context.gatewayMqtt?.(gateway) ?? context.mqtt;
  return {
    clock: context.clock,
    log,
    sink,
    profiles,
    environment: process.env,
    metrics: context.metrics,
    timezone: context.site.config.site.timezone,
    session: sessionName(join(context.dataDir, 'outbox', `${gateway}.session`), context.site.config.site.id, gateway),
    mqtt: {
      url,
      keepsSessions: process.env.PLANTROOM_MQTT_EMBEDDED !== '1',
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password: password.reveal() }),
    },
  };
}

interface GatewayMetrics {
  polls: Counter<'gateway'>;
  sources: Map<string, Outbox>;
}

function gatewayMetrics(registry: Registry): GatewayMetrics {
  const sources = new Map<string, Outbox>();
  const registers = [registry];
  const wire = systemClock();
  let taken = Number.NEGATIVE_INFINITY;
  let statuses: [gateway: string, status: OutboxStatus][] = [];
  /** One look at each outbox for all gauges of a scrape. */
  const look = () => {
    if (wire.monotonic() - taken > 200) {
      taken = wire.monotonic();
      statuses = [...sources].map(([gateway, outbox]) => [gateway, outbox.status()]);
    }
    return statuses;
  };
  const gauge = (name: string, help: string, value: (status: OutboxStatus) => number) =>
    new Gauge({
      name: `plantroom_gateway_${name}`,
      help,
      labelNames: ['gateway'],
      registers,
      collect() {
        for (const [gateway, status] of look()) this.labels(gateway).set(value(status));
      },
    });
  gauge('outbox_messages', 'Messages not committed yet', (status) => status.depth);
  gauge('outbox_bytes', 'Bytes in use in the outbox', (status) => status.bytes);
  gauge('outbox_oldest_seconds', 'Age of the oldest uncommitted reading, plant seconds', (status) => status.oldestAgeMs / 1000);
  gauge('outbox_stalled', '1 while nothing is committed', (status) => (status.stalled ? 1 : 0));
  gauge('outbox_disk', '0 while the disk takes nothing', (status) => (status.disk ? 1 : 0));
  gauge('committed', 'Messages committed since start', (status) => status.committed);
  gauge('resent', 'Messages sent again since start', (status) => status.resent);
  new Gauge({
    name: 'plantroom_gateway_dropped',
    help: 'Messages given up since start, by reason',
    labelNames: ['gateway', 'reason'],
    registers,
    collect() {
      for (const [gateway, { dropped }] of look()) {
        for (const reason of dropReasons) this.labels(gateway, reason).set(dropped[reason]);
      }
    },
  });
  const polls = new Counter({
    name: 'plantroom_gateway_polls_total',
    help: 'Polls taken from devices',
    labelNames: ['gateway'],
    registers,
  });
  return { polls, sources };
}
