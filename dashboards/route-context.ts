/** What the routes work with. */
import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Registry } from 'prom-client';
import type { Accounts } from '../access/index.ts';
import type { Books, Database, Deliveries, Desk, Mailings, Places, Plant, Rosters, TicketFiles } from '../desk/index.ts';
import type { Bills, EnergyStores, Ledger } from '../energy/index.ts';
import type { DeadLetters } from '../ingest/dead-letter.ts';
import type { Store } from '../ingest/store.ts';
import type { Book } from '../shared/book.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { ProfileFacts } from '../shared/profile-facts.ts';
import type { RoleHealth } from '../shared/role-health.ts';
import type { Secret } from '../shared/secret.ts';
import type { SiteConfig } from '../shared/site.ts';
import type { Board } from './board/board.ts';
import type { DeviceFacts } from './device-facts.ts';
import type { Management } from './energy/management.ts';
import type { LiveCache } from './live/cache.ts';
import type { FollowedPath } from './live/path-follower.ts';
import type { RawLink } from './live/raw-link.ts';
import type { SimulatorLink } from './live/simulator-link.ts';
import type { LiveStream } from './live/stream.ts';

export interface RouteContext {
  site: SiteConfig;
  /** Where the site file lies: files that it names are relative to it. */
  siteFolder: string;
  devices: ReadonlyMap<string, DeviceFacts>;
  /** Facts of a device profile; undefined when there is none of this name. */
  profileFacts(profile: string): ProfileFacts | undefined;
  boards: ReadonlyMap<string, Board>;
  /** Plant time: what readings, alarms and tickets carry. */
  clock: Clock;
  /** Real time: sessions, screens. */
  wall: Clock;
  log: Log;
  metrics: Registry;
  /** The operations database, shared by desk and accounts: what is changed and who changed it go to disk together. */
  db: Database;
  accounts: Accounts;
  /** Where keys of the program are kept. */
  dataDir: string;
  /** Reads a secret that the site file names. @throws Fault secret/missing */
  secret(from: { env?: string | undefined; file?: string | undefined }): Secret;
  desk: Desk;
  deliveries: Deliveries;
  /** Can people be told of alarms now? */
  path(): FollowedPath;
  rosters: Rosters;
  places: Places;
  books: Books;
  bookDefinitions: ReadonlyMap<string, Book>;
  plant: Plant;
  energy: EnergyStores;
  ticketFiles: TicketFiles;
  /** @throws Fault store/unavailable until the store could be opened. */
  store(): Store;
  /** Reports and reminders that are sent by themselves. */
  mailings: Mailings;
  /** Makes what is due now. */
  lookForReports(): Promise<void>;
  /** Receivables of tenants. */
  bills: Bills;
  /** Cost and allocation by month. */
  ledger: Ledger;
  /** For what opens the store in a thread of its own; may hold a password. */
  storeUrl: string;
  cache: LiveCache;
  stream: LiveStream;
  health: RoleHealth;
  raw: RawLink;
  /** What the pages of management are made of. */
  management: Management;
  /** Only where simulators run. */
  simulator: SimulatorLink | undefined;
  deadLetters: DeadLetters;
  /** Addresses of reverse proxies that are believed; by default none. */
  proxies: readonly string[];
  /** Built console; undefined when there is none (API only). */
  consoleDir: string | undefined;
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;
