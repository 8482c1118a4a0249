/** The energy role: keeps the consumption of all counters up to date. */
import { Counter, Gauge } from 'prom-client';
import { openStore } from '../ingest/open-store.ts';
import { speedFromEnvironment, systemClock } from '../shared/clock.ts';
import { reasonOf } from '../shared/errors.ts';
import { readReadings } from '../shared/readings.ts';
import { connectMqtt, type RoleContext, type StartRole } from '../shared/role.ts';
import { filters, parseTopic } from '../shared/topic.ts';
import { openAccountant } from './accountant.ts';
import { metersOf } from './meters.ts';

/** Real time, as is the next. */
const workMs = 30_000;
const firstMs = 5_000;
const retryMs = 10_000;
/** Between pieces of a long history, so that readings and people come first. */
const pauseMs = 20;

export const startEnergy: StartRole = async (context: RoleContext) => {
  const { clock, log, metrics, site } = context;
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

  let store: Awaited<ReturnType<typeof openStore>> | undefined;
  undo.defer(async () => store?.[Symbol.asyncDispose]());
  const meters = metersOf(site.config, (profile) => site.profileFacts?.(profile)?.quantities);
  behind.set(meters.length);
  let accountant: ReturnType<typeof openAccountant> | undefined;

  const client = undo.adopt(connectMqtt(context.mqtt, log), (link) => link.endAsync(true));
  client.on('connect', () => client.subscribe(filters.allReadings(id), { qos: 0 }));
  const wanted = new Set(meters.map((meter) => meter.device));
  client.on('message', (topic, payload) => {
    const parts = parseTopic(topic);
    if (!parts?.device || !wanted.has(parts.device)) return;
    const message = readReadings(payload);
    if ('t' in message) accountant?.heard(parts.device, message.t);
  });

  const run = async () => {
    await wall.sleep(firstMs, stop.signal).catch(() => undefined);
    while (!stop.signal.aborted) {
      let waitMs = workMs;
      try {
        store ??= await openStore({ url: context.storeUrl, site: id });
        accountant ??= openAccountant({
          meters,
          store,
          clock,
          timezone: site.config.site.timezone,
          speed: speedFromEnvironment(),
          pause: () => wall.sleep(pauseMs, stop.signal).catch(() => undefined),
        });
        count.inc(await accountant.work());
      } catch (error) {
        if (!stop.signal.aborted) log.warn({ reason: reasonOf(error) }, 'consumption could not be brought up to date, trying on');
        waitMs = retryMs;
      }
      await wall.sleep(waitMs, stop.signal).catch(() => undefined);
    }
  };
  const running = run();
  undo.defer(async () => {
    stop.abort();
    await running;
  });
  log.info({ meters: meters.length }, 'counters are accounted');
  return undo.move();
};
