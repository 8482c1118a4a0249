import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** What every part is handed: time and log. No globals. */
export interface Deps {
  clock: Clock;
  log: Log;
}
