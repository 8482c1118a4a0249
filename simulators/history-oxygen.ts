/** The oxygen station in the past, by the hour: what flowed out of the liquid tank, how full it stood, when it was filled. */
import type { AnyDevice } from '../shared/site.ts';
import type { calendarOf } from './calendar.ts';
import type { HistoryRegister } from './history-registers.ts';
import { withRole } from './part.ts';
import { oxygenDemandLmin } from './parts/oxygen.ts';
import { streamOf } from './random.ts';

const hourMs = 3_600_000;
/** One litre of liquid makes this much gas at 20 °C, L; boil-off 0.5 % a day (domain 14), as in the living station. */
const expansion = 857;
const boilOffPerHour = 0.005 / 24;
const [refillBelow, refilledTo] = [0.5, 0.94];

export function oxygenOf(
  devices: readonly AnyDevice[],
  calendarAt: ReturnType<typeof calendarOf>,
  { from, to, seed }: { from: number; to: number; seed: number },
): HistoryRegister[] {
  const tank = withRole(devices, 'oxygen-source').find((device) => device.attributes.volume_m3 !== undefined);
  const zones = withRole(devices, 'ward-zone').map(({ id }) => id);
  if (!tank || zones.length === 0) return [];
  const stream = streamOf(seed, 'past oxygen');
  const hours = Math.ceil((to - from) / hourMs);
  const [flow, level] = [new Float64Array(hours), new Float64Array(hours)];
  const litres = (tank.attributes.volume_m3 ?? 8) * 1_000;
  let full = 0.6 + 0.3 * stream.uniform();
  for (let hour = 0; hour < hours; hour++) {
    const calendar = calendarAt(from + hour * hourMs + hourMs / 2);
    const asked = zones.reduce((sum, zone) => sum + oxygenDemandLmin(zone, calendar), 0);
    const lmin = asked * (1 + 0.05 * stream.normal());
    flow[hour] = Math.round(lmin * 10) / 10;
    full -= (lmin * 60) / expansion / litres + boilOffPerHour;
    if (full < refillBelow && calendar.hour > 9 && calendar.hour < 16 && !calendar.weekend) full = refilledTo - 0.02 * stream.uniform();
    level[hour] = Math.round(full * 1_000) / 10;
  }
  return [
    { device: tank.id, field: 'oxygen_flow_lmin', everyMs: hourMs, values: flow },
    { device: tank.id, field: 'tank_level_pct', everyMs: hourMs, values: level },
  ];
}

export interface OxygenFilling {
  at: number;
  beforePct: number;
  afterPct: number;
}

/** Times at which the level of a tank leapt up. */
export function fillingsIn(registers: readonly HistoryRegister[], from: number): OxygenFilling[] {
  const found = registers.find(({ field }) => field === 'tank_level_pct');
  return [...(found?.values ?? [])].flatMap((value, i, all): OxygenFilling[] => {
    const before = all[i - 1];
    return found && before !== undefined && value - before > 20
      ? [{ at: from + i * found.everyMs, beforePct: Math.round(before), afterPct: Math.round(value) }]
      : [];
  });
}
