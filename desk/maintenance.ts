/** Maintenance mode of devices; every row stays, so that it can be asked later who kept what silent. */
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import type { Database } from './database.ts';
import type { Desk, Maintenance } from './desk.ts';

const longestMs = 7 * 86_400_000;

export function openMaintenance(db: Database, clock: Clock): Pick<Desk, 'startMaintenance' | 'endMaintenance' | 'maintenance'> {
  const refuse = (reason: string) => new Fault('desk/transition', reason);
  return {
    startMaintenance(device, who, { reason, until }) {
      const now = clock.now();
      if (reason.trim() === '') throw refuse('maintenance needs a reason');
      if (!(until > now)) throw refuse('the end of the maintenance must lie in the future');
      if (until > now + longestMs) throw refuse('maintenance lasts at most 7 days');
      return db.transact(() => {
        const running = db.get('SELECT id FROM maintenance WHERE device = ? AND ended_at IS NULL AND until > ?', device, now);
        if (running) throw refuse(`${device} is in maintenance already`);
        db.run('INSERT INTO maintenance (device, reason, until, who, since) VALUES (?,?,?,?,?)', device, reason, until, who.id, now);
        return { device, reason, until, who: who.id, since: now };
      });
    },
    endMaintenance(device, who) {
      db.transact(() => {
        const now = clock.now();
        const running = db.get<{ id: number }>(
          'SELECT id FROM maintenance WHERE device = ? AND ended_at IS NULL AND until > ?',
          device,
          now,
        );
        if (!running) throw new Fault('desk/unknown', `${device} is not in maintenance`);
        db.run('UPDATE maintenance SET ended_at = ?, ended_by = ? WHERE id = ?', now, who.id, running.id);
      });
    },
    maintenance: () =>
      db.all<Maintenance>(
        'SELECT device, reason, until, who, since FROM maintenance WHERE ended_at IS NULL AND until > ? ORDER BY device',
        clock.now(),
      ),
  };
}
