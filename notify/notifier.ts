/**
 * Tells people of alarms. Follows the desk's journal, writes down who is to be told over which channel, and sends it.
 *
 * Guaranteed: for each occurrence of an alarm, step, channel and person there is exactly one delivery on record, whatever is killed; it is tried
 * until the receiver took it, refused it for good or the channel's patience ended, and how it ended is on record. The receiver gets it at least
 * once; more than once only when the program or the connection died between the receiver's taking it and our record of that. Such a repetition
 * says so in its text and bears the same key (webhook) or Message-ID (mail).
 */

import { dirname, isAbsolute, resolve } from 'node:path';
import type { Registry } from 'prom-client';
import type { EngineDesk } from '../desk/index.ts';
import {
  audiencesMemory,
  channelNamesMemory,
  type Database,
  openAnswerLinks,
  openDatabase,
  openPulse,
  openPush,
  openRosters,
  openTestNotices,
  pulseMs,
  rostersOfSite,
} from '../desk/index.ts';
import { type Clock, inRounds, systemClock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { hookSecret } from '../shared/hook-key.ts';
import type { Log } from '../shared/log.ts';
import { formatMistake } from '../shared/mistake.ts';
import { vapidKeys } from '../shared/push.ts';
import { readSecret, type Secret } from '../shared/secret.ts';
import type { ChannelConfig } from '../shared/site.ts';
import type { LoadedSite } from '../shared/site-file.ts';
import type { Text } from '../shared/text.ts';
import type { ChannelDeps, PushAccess } from './channel.ts';
import { channelTypes, ownOptions } from './channels.ts';
import { checkChannels } from './check-channels.ts';
import { openEscalation } from './escalation.ts';
import { openGate } from './gate.ts';
import { openHeartbeat } from './heartbeat.ts';
import { openHooks } from './hooks.ts';
import { openIntake, type Route } from './intake.ts';
import { openLedger } from './ledger.ts';
import { openMailer } from './mailer.ts';
import { notifyMetrics } from './metrics.ts';
import { openPathWatch } from './path-watch.ts';
import { askOnCall } from './recipients.ts';
import { openSender, type Sender } from './sender.ts';
import { openTestSender } from './test-sender.ts';
import { openTicketSender } from './ticket-sender.ts';

const pollMs = 500;
/** How often what has become past is stored in the rosters. */
const settleMs = 60_000;
/** Deliveries that are done stay on record for two years. */
const keptMs = 2 * 365 * 86_400_000;

export interface NotifierOptions {
  site: LoadedSite;
  /** The operations database: that of whoever runs this, or the file (operationsFile(dataDir)). */
  db?: Database;
  file?: string;
  /** Where keys are kept; by default beside the file. */
  dataDir?: string;
  desk: EngineDesk;
  clock: Clock;
  log: Log;
  metrics: Registry;
  environment?: NodeJS.ProcessEnv;
  /** Real time; by default the machine's where the plant's clock runs at another speed. */
  wire?: Clock;
}

export interface Notifier extends AsyncDisposable {
  /** Something was moved in this process: tell now and not at the next look. */
  kick(): void;
}

/** @throws Fault site/invalid when a channel is not set up right; nothing is sent with half a configuration */
export function openNotifier({
  site,
  file = ':memory:',
  desk,
  clock,
  log,
  metrics,
  environment = process.env,
  ...more
}: NotifierOptions): Notifier {
  const mistakes = checkChannels(site);
  if (mistakes.length > 0) throw new Fault('site/invalid', mistakes.map(formatMistake).join('\n'), { detail: { mistakes } });
  const wire = more.wire ?? (clock.speed === undefined ? clock : systemClock());
  const { config } = site;
  const db = more.db ?? openDatabase(file);
  const subscriptions = openPush(db);
  const routes: Route[] = config.channels.map((channel) => {
    const type = channelTypes.get(channel.type) as Route['type'];
    if (!type.subscribed) return { config: channel, type };
    return { config: channel, type: { ...type, address: ({ id }) => (subscriptions.any(id) ? id : undefined) } };
  });
  const ledger = openLedger(db);
  const links = openAnswerLinks(db);
  const rosters = openRosters(db, clock, config.site.timezone);
  rosters.takeFromSite(rostersOfSite(config));
  const onCall = askOnCall(config, rosters, clock);
  const gone = ledger.channels(config.channels);
  if (gone > 0) log.warn({ notices: gone }, 'notices were owed to a channel that the site file has no more; recorded as failed');
  ledger.prune(clock.now() - keptMs);
  openTestNotices(db).prune(clock.now() - keptMs);
  const cut = ledger.resume(wire.now());
  if (cut > 0) log.warn({ notices: cut }, 'notices were on their way when the program ended; they are sent again');

  const keysIn = more.dataDir ?? dirname(file);
  const push: PushAccess = {
    of: (person) => subscriptions.of(person),
    gone: (endpoint) => subscriptions.remove(endpoint),
    taken: (endpoint) => subscriptions.sent(endpoint, wire.now()),
    keys: () => vapidKeys(keysIn),
  };
  const { deps, scrub, known } = openDeps(site, wire, environment, push);
  const senders: Sender[] = [];
  const measure = notifyMetrics(metrics, {
    waiting: () => routes.map((route) => [route.config.id, ledger.waiting(route.config.id)]),
    lifeSafetyAgeS: () => Math.max(0, wire.now() - (ledger.oldestLifeSafety() ?? wire.now())) / 1_000,
    failing: () => senders.map((sender) => [sender.id, sender.health.failingSince !== undefined]),
    broken: () => watch.broken,
  });
  const works = (id: string) => senders.find((sender) => sender.id === id)?.health.failingSince === undefined;
  /** What endangers lives goes out over every channel before anything else does. */
  const work = () => {
    for (const sender of senders) sender.work(true);
    for (const sender of senders) sender.work();
  };
  const gate = openGate(wire, work);
  for (const route of routes) {
    const parsed = route.type.options.parse(ownOptions(route.config));
    senders.push(
      openSender({
        gate,
        route,
        options: parsed,
        onCall,
        site: config,
        ledger,
        links,
        deps,
        clock,
        wire,
        log,
        metrics: measure,
        scrub,
        alarmNow: (id) => desk.alarm(id),
        onFailure(owed, channel) {
          escalation.failed(owed, channel);
          notifier.kick();
        },
      }),
    );
  }
  const watch = openPathWatch(senders, desk, clock, wire, log);
  const escalation = openEscalation({ db, ledger, site: config, routes, onCall, works, clock, wire, log });
  const pulse = openPulse(db);
  const heartbeat = openHeartbeat({ config: config.heartbeat, secret: deps.secret, scrub, pulse, wire, log });
  const tests = openTestSender({
    db,
    site: config,
    routes,
    senders,
    clock,
    wire,
    log,
    ledger,
  });
  ledger.setMemory(audiencesMemory, Object.fromEntries(routes.map(({ config: { id }, type }) => [id, type.audience])));
  ledger.setMemory(channelNamesMemory, namesOfChannels(routes));
  const tickets = openTicketSender({
    ...{ db, site: config, routes, senders, onCall, works, clock, wire, log },
    ticketNow: (id) => desk.ticket(id),
    lastMove: (id, seq) => desk.journal({ kind: 'ticket', id, before: seq + 1, limit: 1 })[0],
  });
  const mailer = openMailer({ db, site: config, routes, senders, clock, wire, log });
  const intake = openIntake({
    db,
    ledger,
    site: config,
    routes,
    onCall,
    escalation,
    tickets,
    clock,
    wire,
    unreachable({ channel, alarm, reason }) {
      measure.failed.inc({ channel });
      log.error({ channel, alarm, reason }, 'nobody is told of this alarm over this channel');
    },
  });
  if (routes.length === 0) log.info('the site file has no notification channels; alarms are on the screen only');
  else log.info({ channels: routes.map(({ config: { id, type } }) => `${id} (${type})`) }, 'notification channels');

  const hooks = openHooks(db, config, { ...deps, scrub, hookSecret: (id, nonce) => known(hookSecret(keysIn, id, nonce)) }, log);
  let settledAt = Number.NEGATIVE_INFINITY;
  let beatAt = Number.NEGATIVE_INFINITY;
  const look = () => {
    if (clock.now() - settledAt >= settleMs) {
      settledAt = clock.now();
      rosters.settle();
    }
    intake.follow();
    escalation.look();
    tests.look();
    tickets.look();
    hooks.look();
    mailer.look();
    work();
    watch.look();
    heartbeat.look(watch.broken);
    if (wire.monotonic() - beatAt < pulseMs) return;
    beatAt = wire.monotonic();
    pulse.beat(watch.broken ? 'broken' : 'fine', wire.now());
  };
  let closed = false;
  let kicked = false;
  let cancel = () => {};
  const notifier: Notifier = {
    kick() {
      // After what the caller still has to publish; several kicks in one turn are one look.
      if (kicked || routes.length === 0) return;
      kicked = true;
      setImmediate(() => {
        kicked = false;
        if (!closed) look();
      });
    },
    async [Symbol.asyncDispose]() {
      if (closed) return;
      closed = true;
      cancel();
      heartbeat[Symbol.dispose]();
      await hooks[Symbol.asyncDispose]();
      await Promise.all(senders.map((sender) => sender[Symbol.asyncDispose]()));
      if (!more.db) db[Symbol.dispose]();
    },
  };
  look();
  cancel = inRounds(wire, pollMs, look);
  return notifier;
}

/** Secrets that were read are taken out of whatever a server says before it is recorded or logged. */
function openDeps(
  site: LoadedSite,
  wire: Clock,
  environment: NodeJS.ProcessEnv,
  push: PushAccess,
): { deps: ChannelDeps; scrub(text: string): string; known(secret: Secret): Secret } {
  const known = new Set<string>();
  const note = (secret: Secret): Secret => {
    const text = secret.reveal();
    for (const form of [text, encodeURIComponent(text), Buffer.from(text).toString('base64')]) if (form.length >= 4) known.add(form);
    return secret;
  };
  const path = (name: string) => (isAbsolute(name) ? name : resolve(site.folder, name));
  return {
    deps: {
      push,
      wire,
      path,
      secret(from): Secret {
        return note(readSecret(from.file === undefined ? from : { file: path(from.file) }, environment));
      },
    },
    scrub(text) {
      let clean = text;
      for (const secret of known) clean = clean.replaceAll(secret, '<secret>');
      return clean;
    },
    known: note,
  };
}

/** As the site file names it, else as its type is called; with its id where several are of one type. */
export function namesOfChannels(
  routes: readonly { config: Pick<ChannelConfig, 'id' | 'type' | 'name'>; type: { title: Text } }[],
): Record<string, Text> {
  return Object.fromEntries(
    routes.map(({ config, type: { title } }) => {
      const alone = routes.filter((one) => one.config.type === config.type).length === 1;
      return [config.id, config.name ?? (alone ? title : { zh: `${title.zh}（${config.id}）`, en: `${title.en} (${config.id})` })];
    }),
  );
}
