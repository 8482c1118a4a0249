/** The pulse of the notifier: it counts up as long as the notifier works, so that another process sees when it stands still. */
import type { Database } from './database.ts';

export interface Pulse {
  beat: number;
  /** Real time of the last beat. */
  at: number;
  state: string;
  /** Of the outgoing heartbeat; real time. null: none was sent yet, or none is set up. */
  heartbeatAt: number | null;
  heartbeatError: string | null;
}

export function openPulse(db: Database) {
  return {
    /** Call outside a transaction. Not flushed to disk: after a power cut nobody asks how the pulse was before it. */
    beat(state: string, realNow: number): void {
      db.run('PRAGMA synchronous = NORMAL');
      try {
        db.run(
          `INSERT INTO notify_pulse (id, beat, at, state) VALUES (1, 1, ?, ?)
           ON CONFLICT (id) DO UPDATE SET beat = beat + 1, at = excluded.at, state = excluded.state`,
          realNow,
          state,
        );
      } finally {
        db.run('PRAGMA synchronous = FULL');
      }
    },
    heartbeat(at: number | null, error: string | null): void {
      db.run('UPDATE notify_pulse SET heartbeat_at = coalesce(?, heartbeat_at), heartbeat_error = ? WHERE id = 1', at, error);
    },
    read: (): Pulse | undefined =>
      db.get<Pulse>(
        'SELECT beat, at, state, heartbeat_at AS heartbeatAt, heartbeat_error AS heartbeatError FROM notify_pulse WHERE id = 1',
      ),
  };
}
export type PulseStore = ReturnType<typeof openPulse>;

/** The notifier beats so often. Real time, as is the next. */
export const pulseMs = 2_000;
/** Without a beat for so long it is down or hangs. With a look each second the screens know within ten. */
export const pulseLimitMs = 6_500;

/** Follows the pulse; to be asked about once a second. `monotonic`: a clock that nobody sets. */
export function followPulse(store: Pick<PulseStore, 'read'>, monotonic: () => number): () => { pulse: Pulse | undefined; silent: boolean } {
  let known: number | undefined;
  let changedAt = monotonic();
  return () => {
    const pulse = store.read();
    if (pulse && pulse.beat !== known) {
      known = pulse.beat;
      changedAt = monotonic();
    }
    return { pulse, silent: pulse !== undefined && monotonic() - changedAt > pulseLimitMs };
  };
}
