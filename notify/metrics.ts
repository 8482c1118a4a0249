import { Counter, Gauge, type Registry } from 'prom-client';

/** Asked when the metrics are. */
export interface NotifyFigures {
  waiting(): Iterable<[channel: string, count: number]>;
  lifeSafetyAgeS(): number;
  failing(): Iterable<[channel: string, failing: boolean]>;
  broken(): boolean;
}

/** What became of notices, by channel of the site file. */
export function notifyMetrics(registry: Registry, ask: NotifyFigures) {
  const counter = (name: string, help: string) =>
    new Counter({ name: `plantroom_notices_${name}_total`, help, labelNames: ['channel'], registers: [registry] });
  new Gauge({
    name: 'plantroom_notices_waiting',
    help: 'Notices not yet taken by the receiver',
    labelNames: ['channel'],
    registers: [registry],
    collect() {
      for (const [channel, count] of ask.waiting()) this.set({ channel }, count);
    },
  });
  new Gauge({
    name: 'plantroom_notices_life_safety_oldest_seconds',
    help: 'Age of the oldest life-safety notice that nobody has taken yet, 0 without any',
    registers: [registry],
    collect() {
      this.set(ask.lifeSafetyAgeS());
    },
  });
  new Gauge({
    name: 'plantroom_notify_channel_failing',
    help: '1 while notices do not go out over this channel',
    labelNames: ['channel'],
    registers: [registry],
    collect() {
      for (const [channel, failing] of ask.failing()) this.set({ channel }, failing ? 1 : 0);
    },
  });
  new Gauge({
    name: 'plantroom_notify_path_broken',
    help: '1 while no notice goes out over any channel: people are not told of alarms',
    registers: [registry],
    collect() {
      this.set(ask.broken() ? 1 : 0);
    },
  });
  return {
    sent: counter('sent', 'Notices taken by the receiver'),
    summarised: counter('summarised', 'Notices taken as part of a summary'),
    grouped: counter('grouped', 'Notices not sent since their root cause is told'),
    failed: counter('failed', 'Notices refused for good or given up'),
    retried: counter('retried', 'Tries that failed for the moment'),
    limited: counter('limited', 'Times the receiver took no more for the moment'),
  };
}
export type NotifyMetrics = ReturnType<typeof notifyMetrics>;
