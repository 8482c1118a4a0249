/** The dashboards role: HTTP API and console. Starts at once, also while broker and store are away. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Accounts } from '../access/index.ts';
import {
  bookFolder,
  loadBooks,
  openBooks,
  openDatabase,
  openDeliveries,
  openDesk,
  openMailings,
  openPlaces,
  openPlant,
  openRosters,
  openTicketFiles,
  rostersOfSite,
} from '../desk/index.ts';
import {
  basisOf,
  keepNothing,
  keptFolder,
  openBills,
  openEnergyStores,
  openKeptMonths,
  openLedger,
  openMonthVersions,
  openRegisters,
} from '../energy/index.ts';
import { openDeadLetters } from '../ingest/dead-letter.ts';
import { frugal, openStore } from '../ingest/open-store.ts';
import type { Store } from '../ingest/store.ts';
import { loadReports } from '../reports/index.ts';
import { systemClock } from '../shared/clock.ts';
import { Fault, reasonOf } from '../shared/errors.ts';
import { connectMqtt, operationsFile, type RoleContext, type StartRole } from '../shared/role.ts';
import { expectedRoles, RoleHealth } from '../shared/role-health.ts';
import { readSecret } from '../shared/secret.ts';
import { loadBoards } from './board/boards.ts';
import { lookForMissed } from './books/watch.ts';
import { builtConsoleDir } from './console/build.ts';
import { deviceFacts } from './device-facts.ts';
import { openManagement } from './energy/management.ts';
import { namedMeters } from './energy/meters.ts';
import { lookForDoubts } from './energy/watch.ts';
import { LiveCache } from './live/cache.ts';
import { followPath } from './live/path-follower.ts';
import { RawLink } from './live/raw-link.ts';
import { SimulatorLink } from './live/simulator-link.ts';
import { LiveStream } from './live/stream.ts';
import { lookForDue } from './plant/deadlines.ts';
import { lookForRounds } from './plant/rounds.ts';
import { openSchedule } from './reports/schedule.ts';
import type { RouteContext } from './route-context.ts';
import { buildServer } from './server.ts';
import { trustedProxies } from './trusted-proxies.ts';

const storeRetryMs = 2_000;
/** Real time; a missed record is seen within so long after its grace. */
const bookLookMs = 60_000;

export interface ListenOptions {
  host: string;
  port: number;
  /** See trusted-proxies.ts. */
  proxies?: readonly string[];
}

export const startDashboards: StartRole = (context) =>
  startHttp(context, {
    host: process.env.PLANTROOM_HOST || '127.0.0.1',
    port: Number(process.env.PLANTROOM_PORT || 8080),
    proxies: trustedProxies(process.env.PLANTROOM_TRUST_PROXY),
  });

export interface RunningDashboards extends AsyncDisposable {
  /** Where it listens. */
  url: string;
}

/** The role with its address handed in; port 0 takes any free one. */
export async function startHttp(context: RoleContext, { host, port, proxies = [] }: ListenOptions): Promise<RunningDashboards> {
  const { site, clock, log, metrics, dataDir } = context;
  const config = site.config;
  const wall = systemClock();
  await using undo = new AsyncDisposableStack();

  // One connection for all of it, so that a move and the row that tells who made it are one transaction.
  const db = undo.use(openDatabase(operationsFile(dataDir)));
  const accounts = undo.use(new Accounts(dataDir, clock, wall, db));
  const desk = undo.use(openDesk({ db, clock }));
  const deliveries = undo.use(openDeliveries({ db }));
  const rosters = openRosters(db, clock, config.site.timezone);
  rosters.takeFromSite(rostersOfSite(config));
  const books = openBooks(db);
  const bookDefinitions = loadBooks([bookFolder, ...config.books.folders.map((folder) => join(site.folder, folder))]);
  const plant = openPlant(db);
  const deadLetters = undo.use(openDeadLetters(dataDir));
  const devices = deviceFacts(config);
  const cache = new LiveCache(config.site.id, devices.keys(), () => clock.now(), clock.speed);
  const stream = undo.use(new LiveStream(cache, desk, wall, metrics, () => clock.now()));
  const path = followPath(db, deliveries, wall);
  stream.path = () => {
    const { state, channels } = path();
    return {
      state,
      failing: channels.filter(({ failingSince }) => failingSince !== null).map(({ channel, reason }) => ({ channel, reason })),
    };
  };
  accounts.onEnded = () => stream.endSignedOut();
  const health = new RoleHealth(config.site.id, expectedRoles(config.site.simulated), wall);

  const client = undo.adopt(connectMqtt(context.mqtt, log), (connected) => connected.endAsync(true));
  cache.follow(client);
  health.follow(client);
  const raw = undo.use(new RawLink(config.site.id, client, wall));
  const simulator = config.site.simulated ? new SimulatorLink(config.site.id, client, wall) : undefined;
  if (simulator) simulator.onChange = (faults) => stream.sendMove('faults', 'all', () => faults);

  let store: Store | undefined;
  const opening = new AbortController();
  undo.defer(async () => {
    opening.abort();
    await opened;
    await store?.[Symbol.asyncDispose]();
  });
  const opened = (async () => {
    for (let told = false; !opening.signal.aborted; told = true) {
      try {
        store ??= await openStore({ url: frugal(context.storeUrl), site: config.site.id });
        cache.remember(await store.newest());
        if (told) log.info('the store can be read');
        return;
      } catch (error) {
        if (!told) log.warn({ reason: reasonOf(error) }, 'the store cannot be read yet, trying on');
        await wall.sleep(storeRetryMs, opening.signal).catch(() => undefined);
      }
    }
  })();

  const watchBooks = {
    site: config,
    books,
    definitions: bookDefinitions,
    kept: new Set(config.books.keep),
    desk,
    clock,
    log,
    since: clock.now(),
  };
  const energy = openEnergyStores(db, clock);
  const profileFacts = (profile: string) => site.profileFacts?.(profile);
  const meters = namedMeters({ site: config, devices, profileFacts });
  const bills = openBills(db, clock);
  const remindEvery = new Map(config.tenants.map(({ id, remind_days }) => [id, remind_days]));
  let lookForReports: () => Promise<void> = async () => undefined;
  let stopWatching = () => {};
  const watch = () => {
    stopWatching = wall.after(bookLookMs, () => {
      for (const [what, look] of Object.entries({
        'missed records': () => lookForMissed(watchBooks),
        'bills that are due': () => {
          bills.remindDue((tenant) => remindEvery.get(tenant) ?? 7);
        },
        'reports that are due': () => {
          lookForReports().catch((error: unknown) =>
            log.error({ reason: reasonOf(error) }, 'reports that are due could not be looked for'),
          );
        },
        rounds: () => lookForRounds({ ...plant, site: config, cache, desk, clock, log }),
        'due dates': () => lookForDue({ ...plant, site: config, devices, db, desk, clock, log }),
        'doubtful meters': () => lookForDoubts({ db, desk, suspects: energy.suspects, meters, clock }),
      })) {
        try {
          look();
        } catch (error) {
          log.error({ reason: reasonOf(error) }, `${what} could not be looked for`);
        }
      }
      watch();
    });
  };
  watch();
  undo.defer(() => stopWatching());

  const theStore = () => {
    if (!store) throw new Fault('store/unavailable');
    return store;
  };
  let kept = keepNothing;
  const ledger = openLedger({
    ...{ site: config, folder: site.folder, profileFacts: site.profileFacts, store: theStore, db, clock, wall },
    kept: (of, tariffs) => {
      kept = openKeptMonths(keptFolder(dataDir), basisOf(config, of, tariffs));
      return kept;
    },
  });
  const consoleDir = builtConsoleDir();
  const routeContext: RouteContext = {
    site: config,
    siteFolder: site.folder,
    devices,
    profileFacts,
    boards: await loadBoards(),
    clock,
    wall,
    log,
    metrics,
    db,
    accounts,
    dataDir,
    secret: (from) => readSecret(from.file === undefined ? from : { file: resolve(site.folder, from.file) }),
    desk,
    deliveries,
    path,
    rosters,
    places: openPlaces(db, clock),
    books,
    bookDefinitions,
    plant,
    energy,
    ticketFiles: openTicketFiles(db, clock, join(dataDir, 'files')),
    store: theStore,
    mailings: openMailings(db),
    lookForReports: () => lookForReports(),
    bills,
    ledger,
    management: openManagement({
      ...{ site: config, clock, wall, store: theStore, registers: openRegisters(db, clock), ledger, meters: ledger.meters },
      versionOf: openMonthVersions(db).of,
      kept,
    }),
    storeUrl: context.storeUrl,
    cache,
    stream,
    health,
    raw,
    simulator,
    deadLetters,
    proxies,
    consoleDir: existsSync(join(consoleDir, 'index.html')) ? consoleDir : undefined,
  };
  lookForReports = openSchedule({ context: routeContext, mailings: routeContext.mailings, reports: await loadReports() });
  const app = undo.adopt(await buildServer(routeContext), (server) => server.close());
  // Streams first: the server waits for its connections.
  undo.defer(() => stream[Symbol.asyncDispose]());
  const url = await app.listen({ host, port });
  log.info({ url }, 'listening');
  const stack = undo.move();
  return { url, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
