/** How well the alarm system treats the people at the desk: the figures of IEC 62682 and EEMUA 191, from the journal. */
import { priorities } from '../shared/alarm.ts';
import type { Trade } from '../shared/system.ts';
import type { Text } from '../shared/text.ts';
import type { Database } from './database.ts';
import type { DeskKpis } from './desk.ts';

const tenMinutesMs = 600_000;
const staleMs = 24 * 3_600_000;

interface Call {
  t: number;
  id: string;
  priority: (typeof priorities)[number];
  lifeSafety: number | null;
}

/** Whose alarms: those of one operator position, which here is a trade, or of the whole desk (null). */
const ofPosition = (id: string) => `(? IS NULL OR (SELECT p.alarm ->> '$.trade' FROM alarms p WHERE p.id = ${id}) = ?)`;

/** Figures of a period; what is hidden (shelved, suppressed, out of service) calls nobody and does not count. */
export function kpisOf(db: Database, from: number, to: number, position: Trade | null = null): DeskKpis {
  const calls = db.all<Call>(
    `SELECT t, id, detail ->> '$.priority' AS priority, (SELECT p.alarm ->> '$.lifeSafety' FROM alarms p WHERE p.id = journal.id) AS lifeSafety FROM journal
     WHERE kind = 'alarm' AND t >= ? AND t < ? AND detail ->> '$.annunciated' = 1 AND ${ofPosition('journal.id')} ORDER BY t`,
    from,
    to,
    position,
    position,
  );
  const count = calls.length;
  const periods = Math.max(1, Math.ceil((to - from) / tenMinutesMs));
  const perPeriod = new Map<number, number>();
  const perAlarm = new Map<string, number[]>();
  const perPriority = Object.fromEntries(priorities.map((priority) => [priority, 0])) as Record<(typeof priorities)[number], number>;
  for (const call of calls) {
    const period = Math.floor((call.t - from) / tenMinutesMs);
    perPeriod.set(period, (perPeriod.get(period) ?? 0) + 1);
    const times = perAlarm.get(call.id);
    if (times) times.push(call.t);
    else perAlarm.set(call.id, [call.t]);
    perPriority[call.priority]++;
  }
  const share = (part: number) => (count === 0 ? 0 : part / count);
  const top = [...perAlarm].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1)).slice(0, 10);
  const titleOf = (id: string): Text => {
    const row = db.get<{ title: string }>("SELECT alarm -> '$.title' AS title FROM alarms WHERE id = ?", id);
    return row ? (JSON.parse(row.title) as Text) : { zh: id, en: id };
  };
  const hours = (to - from) / 3_600_000;
  return {
    from,
    to,
    annunciated: count,
    lifeSafety: calls.filter(({ lifeSafety }) => lifeSafety === 1).length,
    perTenMinutes: count / ((to - from) / tenMinutesMs),
    perHour: count / hours,
    perDay: count / (hours / 24),
    peakPerTenMinutes: Math.max(0, ...perPeriod.values()),
    floodShare: [...perPeriod.values()].filter((n) => n > 10).length / periods,
    priorityShare: Object.fromEntries(priorities.map((priority) => [priority, share(perPriority[priority])])) as DeskKpis['priorityShare'],
    top: top.map(([alarm, times]) => ({ alarm, title: titleOf(alarm), count: times.length, share: share(times.length) })),
    chattering: [...perAlarm]
      .filter(([, times]) => times.some((t, i) => i >= 2 && t - (times[i - 2] as number) <= 60_000))
      .map(([id]) => id),
    stale: db
      .all<{ id: string }>(
        `SELECT id FROM alarms WHERE state NOT IN ('NORM', 'SHLVD', 'DSUPR', 'OOSRV') AND alarm ->> '$.active' = 1 AND raised_at < ?
         AND ${ofPosition('alarms.id')} ORDER BY id`,
        to - staleMs,
        position,
        position,
      )
      .map((row) => row.id),
    medianSecondsToAcknowledge: medianToAcknowledge(db, from, to, position),
  };
}

function medianToAcknowledge(db: Database, from: number, to: number, position: Trade | null): number | null {
  const rows = db.all<{ waited: number }>(
    `SELECT a.t - (SELECT max(r.t) FROM journal r WHERE r.kind = 'alarm' AND r.id = a.id AND r.seq < a.seq AND r.detail ->> '$.annunciated' = 1) AS waited
     FROM journal a WHERE a.kind = 'alarm' AND a.event = 'acknowledge' AND a.t >= ? AND a.t < ? AND ${ofPosition('a.id')} ORDER BY waited`,
    from,
    to,
    position,
    position,
  );
  const middle = rows[Math.floor((rows.length - 1) / 2)];
  return middle ? middle.waited / 1_000 : null;
}
