/** Which alarms of a system a tile shows, and which are there although nobody is called. Pure. */
import type { Alarm } from '../../../shared/alarm.ts';
import { byUrgency, isHidden, isLifeDanger } from '../../../shared/alarm-order.ts';

export interface TileAlarms {
  /** Most urgent first; dangers to life even when they are shelved or suppressed. */
  shown: Alarm[];
  /** Active, but shelved, suppressed or out of service: not normal. */
  quiet: Alarm[];
}

export function tileAlarms(alarms: readonly Alarm[]): TileAlarms {
  const sorted = [...alarms].sort(byUrgency);
  const shown = sorted.filter((alarm) => !isHidden(alarm) || isLifeDanger(alarm));
  return { shown, quiet: sorted.filter((alarm) => alarm.active && !shown.includes(alarm)) };
}

/** What stands in large figures: the number that the most urgent alarm is about, where one is; else the first. The others keep their order. */
export function dangerFirst<Shown extends { alarm: Alarm | undefined }>(shown: readonly Shown[]): Shown[] {
  let lead = 0;
  for (const [at, { alarm }] of shown.entries()) {
    const before = shown[lead]?.alarm;
    if (alarm && (!before || byUrgency(alarm, before) < 0)) lead = at;
  }
  return [...shown.slice(lead, lead + 1), ...shown.slice(0, lead), ...shown.slice(lead + 1)];
}
