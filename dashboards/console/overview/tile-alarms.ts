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
