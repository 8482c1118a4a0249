/**
 * The outgoing heartbeat (dead man's switch): an outside watchdog is called as long as people can be told of alarms, and raises its own alarm when
 * the calls stop: because the program, the machine or its network is gone, or because no channel works any more. Real time.
 */
import type { PulseStore } from '../desk/index.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault, reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import type { SiteConfig } from '../shared/site.ts';
import type { ChannelDeps } from './channel.ts';
import { ask } from './post.ts';

export interface HeartbeatOptions {
  config: SiteConfig['heartbeat'];
  secret: ChannelDeps['secret'];
  scrub(text: string): string;
  pulse: PulseStore;
  wire: Clock;
  log: Log;
}

export interface Heartbeat extends Disposable {
  /** Calls the watchdog when it is time, unless the way to people is broken. */
  look(broken: boolean): void;
}

export function openHeartbeat({ config, secret, scrub, pulse, wire, log }: HeartbeatOptions): Heartbeat {
  const stop = new AbortController();
  let dueAt = Number.NEGATIVE_INFINITY;
  let underWay = false;
  let failing = false;
  const beat = async ({ url, token }: NonNullable<SiteConfig['heartbeat']>) => {
    underWay = true;
    try {
      const address = typeof url === 'string' ? url : secret(url).reveal();
      const headers = token === undefined ? {} : { authorization: `Bearer ${secret(token).reveal()}` };
      const { status } = await ask(address, { headers }, stop.signal);
      if (status >= 300) throw new Fault('notify/refused', `HTTP ${status}`);
      pulse.heartbeat(wire.now(), null);
      if (failing) log.info('the watchdog is reached again');
      failing = false;
    } catch (error) {
      if (stop.signal.aborted) return;
      const reason = scrub(reasonOf(error));
      pulse.heartbeat(null, reason);
      if (!failing) log.warn({ reason }, 'the watchdog cannot be reached, trying on');
      failing = true;
    } finally {
      underWay = false;
    }
  };
  return {
    look(broken) {
      if (!config || broken || underWay || wire.now() < dueAt) return;
      dueAt = wire.now() + config.every;
      void beat(config);
    },
    [Symbol.dispose]: () => stop.abort(),
  };
}
