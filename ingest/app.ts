/** The ingest role: readings from MQTT to the store, and "committed" back to the gateways once the store has confirmed. */
import type { MqttClient } from 'mqtt';
import { type Clock, systemClock } from '../shared/clock.ts';
import { reasonOf } from '../shared/errors.ts';
import { gatherReplies } from '../shared/gather-replies.ts';
import { onMessages } from '../shared/readings-stream.ts';
import { connectMqtt, type RoleContext, readingsQos, type StartRole } from '../shared/role.ts';
import { filters, topics } from '../shared/topic.ts';
import { Batcher, type BatchLimits } from './batcher.ts';
import { Commits } from './commits.ts';
import { openDeadLetterBox } from './dead-letter.ts';
import { Echo } from './echo.ts';
import { Intake } from './intake.ts';
import { ingestMetrics } from './metrics.ts';
import { openStore } from './open-store.ts';
import { placementsOf } from './placement.ts';
import type { Store } from './store.ts';
import { tellStoreTrouble } from './store-trouble.ts';

const settleMs = 250;
const stopLimitMs = 2_500;
const maintainMs = 120_000;
const dayMs = 86_400_000;

export interface IngestOptions {
  /** By default the store of `context.storeUrl`. Not closed by us when it is handed in. */
  store?: Store;
  limits?: Partial<BatchLimits>;
  /** Real time, for batches and retries. */
  wallClock?: Clock;
}

export const startIngest: StartRole = (context) => startIngestWith(context);

export async function startIngestWith(context: RoleContext, options: IngestOptions = {}): Promise<AsyncDisposable> {
  const { site, clock, log } = context;
  const id = site.config.site.id;
  const wallClock = options.wallClock ?? systemClock();
  await using undo = new AsyncDisposableStack();
  const metrics = ingestMetrics(context.metrics);
  const placements = placementsOf(site.config);
  const store = options.store ?? undo.use(await openStore({ url: context.storeUrl, site: id, mend: true }));
  const box = undo.use(openDeadLetterBox(context.dataDir));
  const commits = new Commits();
  const worker = process.env.PLANTROOM_INGEST_WORKER;
  const client = connectMqtt(context.mqtt, log, worker ? { clientId: `ingest-${id}-${worker}` } : {});
  undo.defer(async () => void (await client.endAsync(!client.connected)));

  const echo = new Echo({ store, clock: wallClock, log });
  undo.defer(() => echo.stop());
  const batcher = new Batcher(
    {
      store,
      clock: wallClock,
      log,
      refused: (refusals) => intake.keepRefused(refusals),
      written(batch, tookMs) {
        echo.written(batch.points);
        // What is not there although it was confirmed is not committed: its gateway sends it again.
        if (echo.missing === undefined) for (const name of batch.names) commits.add(name);
        sayCommitted();
        let newest = 0;
        for (const { t } of batch.points) if (t > newest) newest = t;
        metrics.values.inc(batch.values);
        metrics.batch.observe(tookMs / 1_000);
        if (newest > 0) metrics.lag.set((clock.now() - newest) / 1_000);
      },
    },
    options.limits,
  );
  const intake: Intake = new Intake({ placements, batcher, commits, box, clock, log, metrics });

  function sayCommitted(): void {
    // While the broker is away nobody hears it: the gateways send again and are told then.
    if (commits.count === 0 || !client.connected) return;
    for (const { gateway, payload } of commits.take()) {
      client.publish(topics.committed(id, gateway), JSON.stringify(payload), { qos: 1 }, (error) => {
        // The reason code of MQTT 5: not authorized. The gateways would send the same readings for ever.
        if (error && !denied && client.connected) log.error({ reason: reasonOf(error) }, 'the broker does not let ingest say "committed"');
        denied = Boolean(error);
      });
    }
  }
  let denied = false;

  const gather = gatherReplies(client);
  onMessages(client, (topic, payload) => {
    gather();
    if (topic.endsWith('/readings')) intake.readings(topic, payload);
    else intake.deviceStatus(topic, payload);
  });
  client.on('connect', async () => {
    const granted = await subscribe(client, id, context);
    metrics.subscribed.set(granted ? 1 : 0);
    if (client.connected) context.troubles.be('readings-refused', granted ? undefined : 'the broker refuses the subscription to readings');
  });
  client.on('close', () => metrics.subscribed.set(0));

  let cancelSettle = () => {};
  const settle = () => {
    intake.settle();
    sayCommitted();
    metrics.waiting.set(batcher.messages);
    metrics.storeUp.set(batcher.storeUp ? 1 : 0);
    tellStoreTrouble(context.troubles, batcher.failure, wallClock.monotonic(), store.name, echo.missing);
    cancelSettle = wallClock.after(settleMs, settle);
  };
  settle();
  const cancelRetention = keepRetention(store, context);
  const cancelMaintenance = keepMaintained(store, wallClock, context);
  undo.defer(async () => {
    cancelRetention();
    cancelMaintenance();
    await batcher.stop(stopLimitMs);
    cancelSettle();
    intake.settle();
    sayCommitted();
  });
  log.info({ store: store.name, devices: [...placements.values()].reduce((sum, devices) => sum + devices.size, 0) }, 'ingest started');
  return undo.move();
}

/**
 * Workers share the readings where the broker can. The embedded broker speaks MQTT 3.1.1 only and would grant a shared subscription without
 * ever delivering to it, so 3.1.1 means: subscribe alone. Status messages are retained, which a shared subscription never gets.
 */
async function subscribe(client: MqttClient, site: string, { log }: RoleContext): Promise<boolean> {
  const attempt = async (filter: string, qos: 0 | 1 = readingsQos()) => {
    try {
      const [grant] = await client.subscribeAsync(filter, { qos });
      return grant !== undefined && grant.qos < 128;
    } catch (error) {
      log.debug({ filter, reason: reasonOf(error) }, 'subscription refused');
      return false;
    }
  };
  const shared = client.options.protocolVersion === 5 && (await attempt(filters.sharedReadings(site)));
  const readings = shared || (await attempt(filters.allReadings(site)));
  const status = await attempt(filters.allDeviceStatus(site), 1);
  if (client.connected && !(readings && status)) log.error('the broker refuses to deliver readings or status, check its access rights');
  log.debug({ shared }, 'subscribed');
  return readings;
}

/** At start, when the history is there to see, and every plant day. */
function keepRetention(store: Store, { clock, log, site }: RoleContext): () => void {
  const { raw, hourly } = site.config.retention;
  let cancel = () => {};
  const work = async () => {
    try {
      await store.retain({ rawMs: raw, hourlyMs: hourly }, clock.now());
      cancel = clock.after(dayMs, () => void work());
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'the store could not apply the retention, trying again in an hour');
      cancel = clock.after(dayMs / 24, () => void work());
    }
  };
  cancel = clock.after(60_000, () => void work());
  return () => cancel();
}

/** In real time: the work grows with what was written since. */
function keepMaintained(store: Store, wallClock: Clock, { clock, log }: RoleContext): () => void {
  let cancel = () => {};
  let failing = false;
  const work = async () => {
    try {
      await store.maintain?.(clock.now());
      failing = false;
    } catch (error) {
      if (!failing)
        log.warn({ reason: reasonOf(error) }, 'the roll-ups of the store could not be made, trying on; readings are not concerned');
      failing = true;
    }
    cancel = wallClock.after(maintainMs, () => void work());
  };
  if (store.maintain) cancel = wallClock.after(maintainMs, () => void work());
  return () => cancel();
}
