/** Runs one role in this process: as a child of `start`, or by itself in a container. */
import { flushCompileCache } from 'node:module';
import { collectDefaultMetrics } from 'prom-client';
import { clockFromEnvironment, inRounds, systemClock } from '../shared/clock.ts';
import { Fault, reasonOf } from '../shared/errors.ts';
import { type Log, openLog } from '../shared/log.ts';
import { keepPrivate } from '../shared/private-files.ts';
import {
  connectMqtt,
  gatewayAccess,
  instanceFromEnvironment,
  mqttAccess,
  newRegistry,
  type Role,
  type RoleContext,
  type RoleStatus,
  readingsFile,
  roleTopic,
  type StartRole,
} from '../shared/role.ts';
import { loadSite } from '../shared/site-file.ts';
import { Troubles } from '../shared/trouble.ts';
import { type Command, dataFolder, parse, siteFile, siteOptions } from './command.ts';
import { completeSite } from './complete-site.ts';
import { watchHouse } from './role/house-watch.ts';

const heartbeatMs = 2_000;
/** Metrics go with every fifth heartbeat: made into text every two seconds they would be a fifteenth of the gateway's work. */
const beatsPerMetrics = 5;
/** The supervisor kills at 4 s; ending by itself before that keeps the log honest. */
const stopLimitMs = 3_500;

async function starter(role: Role): Promise<StartRole> {
  switch (role) {
    case 'broker':
      return (await import('../gateway/broker.ts')).startBroker;
    case 'gateway':
      return (await import('../gateway/app.ts')).startGateway;
    case 'ingest':
      return (await import('../ingest/app.ts')).startIngest;
    case 'rules':
      return (await import('../rules/app.ts')).startRules((await import('../notify/index.ts')).openNotifier);
    case 'dashboards':
      return (await import('../dashboards/app.ts')).startDashboards;
    case 'energy':
      return (await import('../energy/app.ts')).startEnergy;
    case 'simulators':
      return (await import('../simulators/app.ts')).startSimulators;
    default:
      throw new Fault('usage/command', `the role ${role} does not exist`);
  }
}

const command: Command = {
  id: 'role',
  summary: 'Runs one role',
  usage: 'broker|simulators|gateway|ingest|rules|energy|dashboards [--site F] [--data DIR]',
  async run([name, ...args]) {
    const role = name as Role;
    const { values } = parse(args, siteOptions);
    const site = completeSite(loadSite(siteFile(values.site)));
    const dataDir = dataFolder(values.data);
    keepPrivate(dataDir);
    const log = openLog(role);
    const clock = clockFromEnvironment();
    const metrics = newRegistry();
    // At its default precision the event loop monitor alone wakes each process a hundred times a second.
    collectDefaultMetrics({ register: metrics, eventLoopMonitoringPrecision: 2_000 });
    const stopped = stopSignal(log);
    using _pulse = pulse();
    const context: RoleContext = {
      role,
      site,
      dataDir,
      mqtt: mqttAccess(role, dataDir),
      gatewayMqtt: (gateway) => gatewayAccess(gateway, mqttAccess('gateway', dataDir), dataDir),
      storeUrl: process.env.PLANTROOM_STORE_URL || `sqlite:${readingsFile(dataDir)}`,
      clock,
      log,
      metrics,
      troubles: new Troubles(clock),
    };
    {
      await using running = new AsyncDisposableStack();
      running.use(await (await starter(role))(context));
      running.use(watchHouse(context));
      running.use(heartbeat(context));
      // What this role has compiled is there for those that start after it, not only for the next start.
      flushCompileCache();
      process.send?.({ ready: true });
      log.info('ready');
      releaseStartUpMemory();
      await stopped;
      setTimeout(() => {
        log.error('did not stop in time');
        process.exit(1);
      }, stopLimitMs).unref();
    }
    log.info('stopped');
    return 0;
  },
};
export default command;

/** Tells the supervisor that the event loop turns: a role that hangs cannot, and is started again. */
function pulse(): Disposable {
  const beat = () => process.connected && process.send?.({ alive: true }, () => undefined);
  beat();
  return { [Symbol.dispose]: inRounds(systemClock(), heartbeatMs, beat) };
}

/** Reading site and profiles leaves some ten megabytes that V8 would keep until it needs room; a plant-room computer has better uses. */
function releaseStartUpMemory(): void {
  const { gc } = globalThis;
  if (gc) setTimeout(() => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }), 15_000).unref();
}

/** Resolves on a signal, or when the supervisor is gone: a role never outlives it. */
function stopSignal(log: Log): Promise<void> {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'unexpected error, ending; the supervisor starts this role again');
    process.exit(1);
  });
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, `unexpected rejection, ending: ${reasonOf(error)}`);
    process.exit(1);
  });
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    if (process.send) process.on('disconnect', () => resolve());
  });
}

/** Tells the others that this role is up, and carries its metrics to /metrics. The last will says when it is gone. */
function heartbeat(context: RoleContext): AsyncDisposable {
  const topic = roleTopic(context.site.config.site.id, context.role, instanceFromEnvironment());
  const startedAt = context.clock.now();
  const offline = (): RoleStatus => ({ online: false, t: context.clock.now() });
  const client = connectMqtt(context.mqtt, context.log, {
    will: { topic, payload: Buffer.from(JSON.stringify(offline())), qos: 1, retain: true },
  });
  let beats = 0;
  let busy = false;
  const beat = async () => {
    if (busy || !client.connected) return;
    busy = true;
    try {
      const status: RoleStatus = {
        online: true,
        t: context.clock.now(),
        pid: process.pid,
        startedAt,
        troubles: context.troubles.list(),
        ...(beats++ % beatsPerMetrics === 0 ? { metrics: await context.metrics.getMetricsAsJSON() } : {}),
      };
      await client.publishAsync(topic, JSON.stringify(status), { qos: 0, retain: true });
    } catch (error) {
      context.log.debug({ reason: reasonOf(error) }, 'heartbeat not sent');
    } finally {
      busy = false;
    }
  };
  client.on('connect', () => void beat());
  const stop = inRounds(systemClock(), heartbeatMs, () => void beat());
  return {
    async [Symbol.asyncDispose]() {
      stop();
      if (client.connected) client.publish(topic, JSON.stringify(offline()), { qos: 0, retain: true });
      await client.endAsync(!client.connected);
    },
  };
}
