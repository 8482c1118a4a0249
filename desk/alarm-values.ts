/**
 * What the engine last saw at open alarms: the value now and the worst one. Kept beside the alarms, for it changes every few seconds and is no move:
 * it makes no journal entry, and a person's move never meets it. Survives a restart as everything in the operations database does.
 */
import { z } from 'zod';
import type { Alarm, LiveValue } from '../shared/alarm.ts';
import type { Clock } from '../shared/clock.ts';
import type { Database } from './database.ts';
import { liveRecord, readRecord, worstRecord } from './rows.ts';

export interface SeenValues {
  /** Of the alarm: what was seen at an earlier occurrence says nothing about this one. */
  occurrence: number;
  live: LiveValue;
  worst: Alarm['worst'];
}

const record: z.ZodType<SeenValues> = z.object({ occurrence: z.number().int(), live: liveRecord, worst: worstRecord.nullable() });
const prefix = 'seen:';
const prefixEnd = 'seen;';

export function openAlarmValues(db: Database, clock: Clock) {
  const read = ({ name, value }: { name: string; value: string }) => readRecord(db, record, value, 'rules_memory', name, clock.now());
  const all = (): Map<string, SeenValues> =>
    new Map(
      db
        .all<{ name: string; value: string }>('SELECT name, value FROM rules_memory WHERE name >= ? AND name < ?', prefix, prefixEnd)
        .flatMap((row) => {
          const seen = read(row);
          return seen ? [[row.name.slice(prefix.length), seen] as const] : [];
        }),
    );
  return {
    all,
    /** The alarm with what was seen of it. */
    onto(alarm: Alarm): Alarm {
      const row = db.get<{ name: string; value: string }>('SELECT name, value FROM rules_memory WHERE name = ?', prefix + alarm.id);
      return withSeen(alarm, row && read(row));
    },
    /** The same for many, with one look. */
    ontoAll(alarms: readonly Alarm[]): Alarm[] {
      if (alarms.length === 0) return [];
      const seen = all();
      return alarms.map((alarm) => withSeen(alarm, seen.get(alarm.id)));
    },
    /** What an engine that has just begun knows less of does not better the worst. */
    note(alarm: Alarm, seen: SeenValues): void {
      const worst = seen.occurrence === alarm.occurrence ? worse(alarm, alarm.worst, seen.worst) : seen.worst;
      db.run(
        'INSERT INTO rules_memory (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
        prefix + alarm.id,
        JSON.stringify({ ...seen, worst }),
      );
    },
    forget: (id: string) => void db.run('DELETE FROM rules_memory WHERE name = ?', prefix + id),
  };
}

function withSeen(alarm: Alarm, seen: SeenValues | undefined): Alarm {
  if (!seen || seen.occurrence !== alarm.occurrence) return alarm;
  const live = alarm.live && alarm.live.at > seen.live.at ? alarm.live : seen.live;
  return { ...alarm, live, worst: worse(alarm, alarm.worst, seen.worst) };
}

/** The one further beyond the limit, on the side on which the alarm was raised. */
function worse({ value, limit }: Alarm, a: Alarm['worst'], b: Alarm['worst']): Alarm['worst'] {
  if (!a || !b) return a ?? b;
  const below = value !== null && limit !== null && value < limit;
  return (below ? b.value < a.value : b.value > a.value) ? b : a;
}
