/** Can people be told of alarms? As the notifier says it, and whether the notifier is there at all. To be asked about once a second. */
import { type AlarmPath, type Database, type Deliveries, followPulse, openPulse } from '../../desk/index.ts';
import type { Clock } from '../../shared/clock.ts';

export interface FollowedPath extends AlarmPath {
  /** Of the outgoing heartbeat to a watchdog, real time; both null where none is set up or none was sent. */
  heartbeat: { at: number | null; error: string | null };
}

export function followPath(db: Database, deliveries: Pick<Deliveries, 'alarmPath'>, wall: Clock): () => FollowedPath {
  const follow = followPulse(openPulse(db), () => wall.monotonic());
  return () => {
    const { pulse, silent } = follow();
    const path = deliveries.alarmPath();
    return {
      ...path,
      state: silent ? 'silent' : path.state,
      heartbeat: { at: pulse?.heartbeatAt ?? null, error: pulse?.heartbeatError ?? null },
    };
  };
}
