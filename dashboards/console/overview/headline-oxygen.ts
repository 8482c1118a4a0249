/** The oxygen figure of the headline: the source, and while a zone is in alarm the zone with the lowest pressure. Pure. */
import type { Alarm } from '../../../shared/alarm.ts';
import { mostUrgent } from '../../../shared/alarm-order.ts';
import type { DeviceInfo } from '../data/api.ts';
import type { TextKey } from '../i18n/en.ts';
import { devicesOfPick, type Pick, type Picked, pickValue } from './pick.ts';
import { headline } from './system-values.ts';

export interface HeadlineOxygen {
  label: TextKey;
  pick: Pick;
  picked: Picked;
  /** Its priority colours the figure. */
  alarm: Alarm | undefined;
}

export function headlineOxygen(devices: ReadonlyMap<string, DeviceInfo>, alarms: Iterable<Alarm>): HeadlineOxygen {
  const pressure = [...alarms].filter(({ active, quantity }) => active && quantity === 'pressure_kpa');
  const of = (label: TextKey, pick: Pick): HeadlineOxygen => {
    const ids = new Set(devicesOfPick(pick, undefined, devices.values()).map(({ id }) => id));
    const alarm = mostUrgent(pressure.filter(({ device }) => ids.has(device)));
    return { label, pick, picked: pickValue(pick, undefined, devices.values()), alarm };
  };
  const zone = of('kpi.oxygenZone', headline.zoneLow);
  return zone.alarm ? zone : of('kpi.oxygen', headline.oxygenSource);
}
