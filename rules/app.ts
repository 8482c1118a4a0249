/** The rules role: readings and device status in, alarms and tickets out. */
import { Counter, Gauge } from 'prom-client';
import { type Database, type EngineDesk, keepReserve, openEngineDesk, openSturdyDatabase } from '../desk/index.ts';
import { inRounds, speedFromEnvironment, systemClock } from '../shared/clock.ts';
import { reasonOf } from '../shared/errors.ts';
import { gatherReplies } from '../shared/gather-replies.ts';
import { isRejection, readDeviceStatus, readReadings } from '../shared/readings.ts';
import { onMessages } from '../shared/readings-stream.ts';
import { connectMqtt, operationsFile, type RoleContext, readingsQos, type StartRole } from '../shared/role.ts';
import { timeMistake } from '../shared/series-time.ts';
import { filters, gatewayStatusPayload, topicReader } from '../shared/topic.ts';
import { recordAlarms } from './alarm-record.ts';
import { openBackfill } from './backfill.ts';
import { openConditionHandler } from './condition-handler.ts';
import { type Condition, openEngine } from './engine.ts';
import { openLiveValues } from './live-values.ts';
import { openRuleBook } from './pack.ts';
import { startPlatformWatch } from './platform-role.ts';
import { openPublisher } from './publish.ts';
import { loadCheckpoint, resume, saveCheckpoint } from './resume.ts';

/** A delay that ends is noticed so much later (real time), so that a reading under way is heard first. */
const graceRealMs = 300;
/** Real time, as are the next two. */
const housekeepingMs = 1_000;
/** Rounds of housekeeping between two looks at the numbers of open alarms. */
const seeEveryRounds = 3;
/** The next start judges a quarter of an hour before it anew. */
const checkpointMs = 60_000;
/** What is under way to the store when this role starts has arrived by then. */
const settleMs = 2_000;
/** Messages kept while the past is read; above it the oldest are left out, since the store has them too. */
const mostWaiting = 100_000;

/** NTP slews what is less. */
const jumpMs = 2_000;

interface Arrival {
  topic: string;
  payload: Buffer;
  /** The broker had kept it. */
  retain: boolean;
  /** Plant time. */
  at: number;
}

/** What tells people of alarms, in the same process: a look at the journal costs it nothing there. */
export type OpenTeller = (setup: {
  site: RoleContext['site'];
  db: Database;
  dataDir: string;
  desk: EngineDesk;
  clock: RoleContext['clock'];
  log: RoleContext['log'];
  metrics: RoleContext['metrics'];
}) => AsyncDisposable & { kick(): void };

export const startRules =
  (openTeller: OpenTeller): StartRole =>
  async (context: RoleContext) => {
    const { clock, log, metrics } = context;
    const site = context.site.config.site.id;
    await using undo = new AsyncDisposableStack();

    const count = {
      readings: new Counter({ name: 'plantroom_rules_messages_total', help: 'Messages with readings judged', registers: [metrics] }),
      invalid: new Counter({
        name: 'plantroom_rules_invalid_total',
        help: 'Messages left out: not of the agreed form',
        registers: [metrics],
      }),
      late: new Gauge({
        name: 'plantroom_rules_late_readings',
        help: 'Readings since start of which a newer one was judged already; they are judged apart',
        registers: [metrics],
        collect: () => void count.late.set(engine.late),
      }),
      raised: new Counter({ name: 'plantroom_alarms_raised_total', help: 'Alarms raised', labelNames: ['priority'], registers: [metrics] }),
      open: new Gauge({
        name: 'plantroom_alarms_active',
        help: 'Alarms whose condition is there',
        registers: [metrics],
        collect: () => void count.open.set(conditionHandler.active.size),
      }),
    };

    const file = operationsFile(context.dataDir);
    const db = undo.use(
      openSturdyDatabase(file, { clock: systemClock(), log, trouble: (detail) => context.troubles.be('operations-unwritable', detail) }),
    );
    if (!keepReserve(file)) log.info('no room for a reserve in the operations database; tried again at the next start');
    const desk = undo.use(openEngineDesk({ db, clock }));
    const speed = speedFromEnvironment();
    const graceMs = graceRealMs * speed;
    const book = openRuleBook(context.site.config, undefined, speed);
    desk.saveRules(book.inForce);
    const { seasons } = context.site.config.rules;
    const conditionHandler = openConditionHandler(book, desk, clock, seasons);
    const pending: Condition[] = [];
    const engine = openEngine(book.instances, (condition) => {
      // An alarm of a device whose clock is far ahead has its time from us.
      const at = timeMistake(condition.at, clock.now()) === 'future' ? clock.now() : condition.at;
      pending.push({ ...condition, at });
    });
    log.info({ rules: book.inForce.length, places: book.instances.length, active: conditionHandler.active.size }, 'rules in force');

    const checkpoint = loadCheckpoint(desk, engine);
    // Without a checkpoint the desk knows best what is active.
    if (!checkpoint) engine.adopt(conditionHandler.active);

    undo.use(await recordAlarms(context, desk, book));
    // From here on to the handlers nothing may wait: the connection is told of only once.
    const client = undo.adopt(connectMqtt(context.mqtt, log), (link) => link.endAsync());
    const publisher = undo.use(openPublisher(desk, client, site, clock, log, speed));
    const notifier = undo.use(openTeller({ site: context.site, db, dataDir: context.dataDir, desk, clock, log, metrics }));

    const told = () => {
      publisher.kick();
      notifier.kick();
    };
    const late = undo.use(openBackfill({ book, desk, clock, log, seasons, speed, told }));

    undo.use(startPlatformWatch(context, client, desk, told));

    const settle = () => {
      if (pending.length > 0) {
        const conditions = pending.splice(0);
        conditionHandler.attend(conditions);
        for (const { active, instance } of conditions) if (active) count.raised.inc({ priority: instance.definition.priority });
        told();
      }
      // Without sight nothing falls due; housekeeping looks again every second.
      if (live && client.connected) wakeAt(engine.next() + graceMs);
    };

    /** Judging what comes, and no longer what was. */
    let live = false;
    let savedAt = clock.now();
    const remember = () => {
      savedAt = clock.now();
      saveCheckpoint(desk, engine, savedAt, speed);
    };
    undo.defer(() => {
      if (live) remember();
    });

    let ownOffset = clock.now() - clock.monotonic();
    /** Looks whether our own clock was set: before anything falls due by it. A plant that runs fast has a clock that is never set. */
    const heedClock = () => {
      const jump = clock.now() - clock.monotonic() - ownOffset;
      ownOffset += jump;
      if (Math.abs(jump) <= jumpMs || speed !== 1) return;
      log.warn({ jumpMs: Math.round(jump) }, 'the clock of this machine was set; silence counts anew');
      engine.jumped(Math.round(jump), clock.now());
      scheduled = Number.POSITIVE_INFINITY;
    };
    let cancel = () => {};
    let scheduled = Number.POSITIVE_INFINITY;
    const wakeAt = (t: number) => {
      if (t >= scheduled) return;
      cancel();
      scheduled = t;
      cancel = clock.after(Math.max(0, t - clock.now()), () => {
        scheduled = Number.POSITIVE_INFINITY;
        heedClock();
        // Without a broker nothing is known: delays stand still, nobody is blamed for silence.
        if (live && client.connected) engine.tick(clock.now() - graceMs);
        settle();
      });
    };
    undo.defer(() => cancel());

    const liveValues = openLiveValues(desk, engine);
    let rounds = 0;
    const housekeeping = () => {
      heedClock();
      if (live && client.connected) engine.tick(clock.now() - graceMs);
      desk.endShelves();
      conditionHandler.look();
      settle();
      if (live && ++rounds % seeEveryRounds === 0) publisher.show(liveValues.look());
      if (live && clock.now() - savedAt >= checkpointMs * speed) remember();
    };
    undo.defer(inRounds(clock, housekeepingMs * speed, housekeeping));

    const topicParts = topicReader();
    const waiting: Arrival[] = [];
    const gather = gatherReplies(client);
    onMessages(client, (topic, payload, retain) => {
      gather();
      heedClock();
      const arrival = { topic, payload, retain, at: clock.now() };
      if (live) return take(arrival);
      if (waiting.length >= mostWaiting) waiting.shift();
      waiting.push({ ...arrival, payload: Buffer.from(payload) });
    });
    const take = ({ topic, payload, retain, at }: Arrival) => {
      const parts = topicParts(topic);
      if (!parts) return;
      if (parts.kind === 'readings' && parts.device !== undefined) {
        const message = readReadings(payload);
        if (isRejection(message)) return void count.invalid.inc();
        if (message.left !== undefined) count.invalid.inc();
        count.readings.inc();
        // Sent again: judged then, and no sign of life.
        if (late.isRepeated(parts.gateway, message)) return;
        const judged = engine.readings(parts.device, message.t, message.v, message.bad, at);
        if (!judged) late.take(parts.device, message);
      } else if (parts.kind === 'status') {
        const text = payload.toString();
        if (text === '') return;
        takeStatus(parts, text, retain ? undefined : at);
      }
      if (pending.length > 0 || engine.next() + graceMs < scheduled) settle();
    };

    /** `at`: arrival; undefined when it was kept by the broker and may be old. */
    const takeStatus = (parts: { gateway: string; device?: string }, text: string, at: number | undefined) => {
      if (parts.device !== undefined) {
        const status = readDeviceStatus(text);
        if (!status) return void count.invalid.inc();
        return engine.status(parts.device, Math.min(status.since, clock.now()), status.online);
      }
      let json: unknown;
      try {
        json = JSON.parse(text);
      } catch {
        return void count.invalid.inc();
      }
      const status = gatewayStatusPayload.safeParse(json);
      if (!status.success) return void count.invalid.inc();
      // The time in a last will is that of the connection, not of its end.
      const t = status.data.online ? Math.min(status.data.t, clock.now()) : clock.now();
      if (status.data.online && at !== undefined) engine.clock(parts.gateway, status.data.t, at);
      engine.status(parts.gateway, t, status.data.online);
      if (status.data.online) return;
      for (const device of book.plant.devices.values()) {
        if (device.gateway === parts.gateway && device.id !== parts.gateway) engine.status(device.id, t, false);
      }
    };

    const closing = new AbortController();
    undo.defer(() => closing.abort());
    const goLive = async () => {
      // Where a simulated plant ran at another speed, its readings were as far apart as no device of this one would leave them.
      if (checkpoint?.speed === speed) {
        await clock.sleep(settleMs * speed, closing.signal);
        await resume({ book, engine, conditionHandler, pending }, context.storeUrl, checkpoint.t, clock.now(), log);
        if (closing.signal.aborted) return;
      }
      engine.adopt(conditionHandler.active);
      engine.start(clock.now());
      live = true;
      for (const arrival of waiting.splice(0)) take(arrival);
      settle();
    };
    let going: Promise<void> | undefined;
    undo.defer(() => going);

    client.on('connect', () => {
      if (live) engine.start(clock.now());
      const wanted = {
        [filters.allReadings(site)]: { qos: readingsQos() },
        [filters.allDeviceStatus(site)]: { qos: 1 as const },
        [filters.allGatewayStatus(site)]: { qos: 1 as const },
      };
      client.subscribe(wanted, (error) => {
        if (error) return log.error({ reason: error.message }, 'subscribing to readings failed');
        going ??= goLive().catch((error: unknown) => {
          if (!closing.signal.aborted) log.error({ reason: reasonOf(error) }, 'rules could not begin');
        });
      });
      settle();
    });

    return undo.move();
  };
