import { describe, expect, it } from 'vitest';
import { byUrgency, mostUrgent, type OrderedAlarm, onTheWall, standsAbove } from './alarm-order.ts';

const alarm = (id: string, more: Partial<OrderedAlarm> = {}): OrderedAlarm => ({
  id, lifeSafety: false, active: true, priority: 'medium', state: 'UNACK', raisedAt: 0, ...more,
}); // biome-ignore format: short

describe('the order of alarms', () => {
  it('puts an acknowledged danger to life before anything that has returned, however loud', () => {
    const oxygen = alarm('oxygen', { lifeSafety: true, priority: 'critical', state: 'ACKED', raisedAt: 1 });
    const overload = alarm('overload', { active: false, priority: 'critical', state: 'RTNUN', raisedAt: 9 });
    expect([overload, oxygen].sort(byUrgency).map(({ id }) => id)).toEqual(['oxygen', 'overload']);
    expect(mostUrgent([overload, oxygen])?.id).toBe('oxygen');
  });

  it('goes by life safety, presence, priority, acknowledgement, age, in that order', () => {
    const sorted = [
      alarm('life there', { lifeSafety: true, priority: 'low', state: 'ACKED' }),
      alarm('life returned', { lifeSafety: true, active: false, priority: 'critical', state: 'RTNUN' }),
      alarm('critical', { priority: 'critical', state: 'ACKED' }),
      alarm('high, nobody saw it', { priority: 'high' }),
      alarm('high, seen, newer', { priority: 'high', state: 'ACKED', raisedAt: 5 }),
      alarm('high, seen, older', { priority: 'high', state: 'ACKED', raisedAt: 4 }),
      alarm('returned', { active: false, priority: 'critical', state: 'RTNUN', raisedAt: 99 }),
    ];
    expect(
      sorted
        .toReversed()
        .sort(byUrgency)
        .map(({ id }) => id),
    ).toEqual(sorted.map(({ id }) => id));
  });

  it('keeps every danger to life on the wall, acknowledged, shelved, suppressed or out of service', () => {
    for (const state of ['UNACK', 'ACKED', 'SHLVD', 'DSUPR', 'OOSRV'] as const) {
      const danger = alarm('o2', { lifeSafety: true, state });
      expect(onTheWall(danger), state).toBe(true);
      expect(mostUrgent([alarm('other', { priority: 'critical' }), danger])?.id, state).toBe('o2');
    }
    expect(onTheWall(alarm('seen', { state: 'ACKED' }))).toBe(false);
    expect(onTheWall(alarm('shelved', { state: 'SHLVD' }))).toBe(false);
    expect(mostUrgent([alarm('shelved', { state: 'SHLVD' })])).toBeUndefined();
  });

  it('above every page stands each danger to life, acknowledged or hidden, and what is urgent and unacknowledged; never what has returned', () => {
    const life = alarm('o2', { lifeSafety: true, priority: 'high', state: 'ACKED' });
    const shelved = alarm('shelved o2', { lifeSafety: true, state: 'SHLVD', raisedAt: -1 });
    const urgent = alarm('urgent', { priority: 'critical', raisedAt: 9 });
    const others = [
      alarm('urgent, seen', { priority: 'critical', state: 'ACKED' }),
      alarm('urgent, shelved', { priority: 'critical', state: 'SHLVD' }),
      alarm('high', { priority: 'high' }),
      alarm('life, returned', { lifeSafety: true, active: false, priority: 'critical', state: 'RTNUN' }),
      alarm('urgent, returned', { active: false, priority: 'critical', state: 'RTNUN' }),
    ];
    const above = [...others, urgent, shelved, life].filter(standsAbove).sort(byUrgency);
    expect(above.map(({ id }) => id)).toEqual(['o2', 'shelved o2', 'urgent']);
  });
});
