/** Which part of the bill a moment belongs to. */
import { wallOf } from '../shared/zone.ts';
import { periodAt, seriesPrice, versionsIn } from './bill.ts';
import type { Tariff } from './tariff.ts';

const quarterMs = 900_000;

/** A price may change within the hour only where the spans of the tariff say so. */
export const needsQuarters = (tariff: Tariff | undefined): boolean =>
  tariff?.versions.some(
    ({ energy }) =>
      ('series' in energy && Object.keys(energy.series).some((key) => key.length > 13)) ||
      ('schedules' in energy &&
        energy.schedules.some(({ hours }) =>
          Object.values(hours)
            .flat()
            .some((span) => /:(?!00)\d\d/.test(span ?? '')),
        )),
  ) ?? false;

/** The part of the bill to which a moment belongs. */
export type Slots = (t: number) => string;

export function slotsOf(tariff: Tariff | undefined, month: string): Slots {
  if (!tariff) return () => 'energy';
  const [year, number] = month.split('-').map(Number) as [number, number];
  const parts = versionsIn(tariff, Date.UTC(year, number - 1, 1), Date.UTC(year, number, 1));
  const several = parts.length > 1;
  const known = new Map<number, string>();
  return (t) => {
    const at = Math.floor(t / quarterMs);
    let slot = known.get(at);
    if (slot !== undefined) return slot;
    const wall = wallOf(tariff.timezone, t);
    const part = parts.find(({ begin, stop }) => wall >= begin && wall < stop);
    slot = part ? partId(periodOf(part.version.energy, tariff, t, wall), several ? part.version.from : undefined) : 'unpriced';
    known.set(at, slot);
    return slot;
  };
}

export const partId = (id: string, from: string | undefined) => (from === undefined ? id : `${id}@${from}`);

function periodOf(energy: Tariff['versions'][number]['energy'], tariff: Tariff, t: number, wall: number): string {
  if ('schedules' in energy) return periodAt(energy.schedules, tariff.calendar, wall);
  if (!('series' in energy)) return 'energy';
  const found = seriesPrice(energy.series, tariff.timezone, t);
  return 'id' in found ? found.id : 'unpriced';
}

export function sumBySlot(points: readonly [number, number][], slot: Slots): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [t, value] of points) {
    const part = slot(t);
    sums[part] = (sums[part] ?? 0) + value;
  }
  return sums;
}
