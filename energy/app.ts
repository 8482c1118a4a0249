/** The energy role: keeps the consumption of all counters up to date, and says what it doubts. */
import { join } from 'node:path';
import { Counter, Gauge, Histogram } from 'prom-client';
import { openDatabase } from '../desk/index.ts';
import { openStore } from '../ingest/open-store.ts';
import { speedFromEnvironment, systemClock, untilRound } from '../shared/clock.ts';
import { reasonOf } from '../shared/errors.ts';
import { readHead, readReadings } from '../shared/readings.ts';
import { onMessages } from '../shared/readings-stream.ts';
import { connectMqtt, operationsFile, type RoleContext, type StartRole } from '../shared/role.ts';
import { givenUntil } from '../shared/simulated-past.ts';
import { committedPayload, filters, topicReader, topics } from '../shared/topic.ts';
import { openAccountant } from './accountant.ts';
import { openSavedStates } from './checkpoints.ts';
import { openCorrections } from './corrections.ts';
import type { FitsAhead } from './fits-ahead.ts';
import { basisOf, keptFolder, openKeptMonths } from './kept-months.ts';
import { LateReadings } from './late-readings.ts';
import { outdoorStation } from './management/days.ts';
import { metersOf } from './meters.ts';
import { monthsBetween } from './month-names.ts';
import { tariffsOfSite } from './site-tariffs.ts';
import { openSuspects } from './suspects.ts';
import { openMonthVersions } from './versions.ts';
import { workAhead } from './work-ahead.ts';

/** Real time, as is the next. */
const workMs = 30_000;
const firstMs = 5_000;
const retryMs = 10_000;
/** How often corrections are looked for. */
const lookMs = 500;
/** How soon what came late is worked through; what comes together is worked through together. */
const lateMs = 200;
/** So long nothing of earlier months was written before they are worked out ahead. */
const quietMs = 3_000;
const lookAheadMs = 5_000;
const aheadRetryMs = 300_000;
/** Between pieces of a long history, so that readings and people come first. */
const pauseMs = 20;
/** Of one meter whose reading came late there is little to read. */
const latePauseMs = 1;

export const startEnergy: StartRole = async (context: RoleContext) => {
  const { clock, log, metrics, site, dataDir } = context;
  const id = site.config.site.id;
  await using undo = new AsyncDisposableStack();
  const wall = systemClock();
  const stop = new AbortController();
  const count = new Counter({
    name: 'plantroom_energy_intervals_total',
    help: 'Quarter hours of consumption written',
    registers: [metrics],
  });
  const behind = new Gauge({ name: 'plantroom_energy_meters', help: 'Counters that are accounted', registers: [metrics] });
  const seconds = new Histogram({
    name: 'plantroom_energy_work_seconds',
    help: 'Time to bring all counters up to date',
    buckets: [0.1, 0.5, 2, 10, 60],
    registers: [metrics],
  });

  const db = undo.use(openDatabase(operationsFile(dataDir)));
  const corrections = openCorrections(db, clock);
  let store: Awaited<ReturnType<typeof openStore>> | undefined;
  undo.defer(async () => store?.[Symbol.asyncDispose]());
  const meters = metersOf(site.config, (profile) => site.profileFacts?.(profile)?.quantities);
  behind.set(meters.length);
  let accountant: ReturnType<typeof openAccountant> | undefined;
  /** Something of before has come: the next round is due now. */
  let due = false;

  /** Ends the rest between two looks. */
  let wake = () => {};
  const rest = () =>
    new Promise<void>((resolve) => {
      const cancel = wall.after(untilRound(wall, lookMs), resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });
  const late = new LateReadings((device, t) => {
    if (!accountant?.heard(device, t)) return;
    due = true;
    wake();
  });
  const client = undo.adopt(connectMqtt(context.mqtt, log), (link) => link.endAsync(true));
  client.on('connect', () => client.subscribe([filters.allReadings(id), topics.committed(id, '+')], { qos: 0 }));
  const topicParts = topicReader();
  const wanted = new Set(meters.map((meter) => meter.device));
  onMessages(client, (topic, payload) => {
    const parts = topicParts(topic);
    if (!parts) return;
    if (parts.kind === 'committed') {
      const said = committedPayload.safeParse(parsed(payload));
      if (said.success) late.committed(parts.gateway, said.data);
      return;
    }
    if (!parts.device || !wanted.has(parts.device)) return;
    const message = readHead(payload) ?? readReadings(payload);
    if ('t' in message) late.heard(parts.gateway, message, parts.device, wall.now());
  });

  const changesOf = () =>
    db.get<{ made: number; undone: number }>('SELECT max(id) AS made, count(undone_at) AS undone FROM energy_corrections');
  let seen = JSON.stringify(changesOf());
  const corrected = () => {
    const now = JSON.stringify(changesOf());
    if (now === seen) return false;
    seen = now;
    return true;
  };

  const versions = openMonthVersions(db);
  const zone = site.config.site.timezone;
  /** Months of which something was written since the last count. */
  const touched = new Set<string>();
  const tariffs = tariffsOfSite(site.config, site.folder);
  const kept = openKeptMonths(keptFolder(dataDir), basisOf(site.config, meters, tariffs));
  const station = outdoorStation(site.config);
  let quietSince = wall.monotonic();
  let lookedAhead = Number.NEGATIVE_INFINITY;
  /** When all counters are due; what came late is due before. */
  let allAt = Number.NEGATIVE_INFINITY;
  /** The round that is under way is one of all. */
  let all = true;
  let fits: FitsAhead | undefined;
  /** The models are loaded when there is nothing else to do, and only where there is a retrofit. */
  const fitAhead = async (theStore: NonNullable<typeof store>): Promise<boolean> => {
    if (site.config.projects.length === 0) return false;
    const source = {
      site: site.config,
      folder: site.folder,
      profileFacts: site.profileFacts,
      meters,
      store: theStore,
      versions,
      kept,
      clock,
      db,
    };
    fits ??= (await import('./fits-ahead.ts')).openFitsAhead(source);
    return fits.next();
  };
  /** While nothing else is due: bills and days of months that are over, for whoever opens the pages of management. */
  const ahead = async () => {
    const now = wall.monotonic();
    if (!store || now - quietSince < quietMs || now - lookedAhead < lookAheadMs) return;
    lookedAhead = now;
    try {
      const source = { site: site.config, meters, tariffs, store, station, versions, kept, clock };
      let worked = false;
      while (!stop.signal.aborted && !due && ((await workAhead(source)) || (await fitAhead(store)))) {
        worked = true;
        if (corrected()) allAt = now;
        if (wall.monotonic() >= allAt) break;
        await wall.sleep(pauseMs, stop.signal);
      }
      // Years of quarter hours have passed through: V8 would keep the room until it needs it.
      if (worked) globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    } catch (error) {
      if (!stop.signal.aborted)
        log.warn({ reason: reasonOf(error) }, 'months could not be worked out ahead; pages do it when they are opened');
      quietSince = wall.monotonic() + aheadRetryMs;
    }
  };
  const run = async () => {
    await wall.sleep(firstMs, stop.signal).catch(() => undefined);
    while (!stop.signal.aborted) {
      all = wall.monotonic() >= allAt;
      try {
        store ??= await openStore({ url: context.storeUrl, site: id });
        accountant ??= openAccountant({
          meters,
          store,
          clock,
          timezone: site.config.site.timezone,
          corrections,
          suspects: openSuspects(db),
          states: openSavedStates(join(dataDir, 'energy')),
          speed: speedFromEnvironment(),
          givenUntil: () => givenUntil(site.config.site.simulated, dataDir),
          written: (from, to) => {
            for (const month of monthsBetween(zone, from, to)) touched.add(month);
          },
          pause: () => wall.sleep(all ? pauseMs : latePauseMs, stop.signal).catch(() => undefined),
        });
        due = false;
        late.overdue(wall.now());
        const end = seconds.startTimer();
        count.inc(await accountant.work(all ? 'all' : 'late'));
        if (all) allAt = wall.monotonic() + workMs;
        if (touched.size > 1) quietSince = wall.monotonic();
        if (touched.size > 0) versions.bump(touched, clock.now());
        touched.clear();
        end();
      } catch (error) {
        if (!stop.signal.aborted) log.warn({ reason: reasonOf(error) }, 'consumption could not be brought up to date, trying on');
        allAt = wall.monotonic() + retryMs;
        // What came late waits with the others: the store is away.
        due = false;
      }
      while (wall.monotonic() < allAt && !stop.signal.aborted) {
        if (!due) await rest();
        if (due) {
          await wall.sleep(lateMs, stop.signal).catch(() => undefined);
          break;
        }
        if (corrected()) allAt = wall.monotonic();
        else if (!stop.signal.aborted) await ahead();
      }
    }
  };
  const running = run();
  undo.defer(async () => {
    stop.abort();
    wake();
    await running;
    try {
      accountant?.save();
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'the states of the counters could not be written; the next start reads some days again');
    }
  });
  log.info({ meters: meters.length }, 'counters are accounted');
  return undo.move();
};

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return undefined;
  }
}
