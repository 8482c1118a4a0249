/** The meters of the site as the pages of energy name them, and what was read on them. */
import { type Around, consumptionOf, edgesOf, type KeptSpan, keptAround, type Meter, mediumUnits, metersOf } from '../../energy/index.ts';
import { Fault } from '../../shared/errors.ts';
import { givenUntil } from '../../shared/simulated-past.ts';
import type { Text } from '../../shared/text.ts';
import type { RouteContext } from '../route-context.ts';

const dayMs = 86_400_000;
const longBackMs = 400 * dayMs;
const usualDays = 28;

export interface NamedMeter extends Meter {
  name: Text;
  unit: string;
}

export type MeterContext = Pick<RouteContext, 'site' | 'devices' | 'store' | 'clock' | 'energy' | 'profileFacts'>;

export function namedMeters({ site, devices, profileFacts }: Pick<MeterContext, 'site' | 'devices' | 'profileFacts'>): NamedMeter[] {
  return metersOf(site, (profile) => profileFacts(profile)?.quantities).map((meter) => ({
    ...meter,
    name: devices.get(meter.device)?.name ??
      site.hand_meters.find(({ id }) => id === meter.device)?.name ?? { zh: meter.device, en: meter.device },
    unit: mediumUnits[meter.medium],
  }));
}

/** @throws Fault api/invalid */
export function meterOf(meters: readonly NamedMeter[], device: string): NamedMeter {
  const found = meters.find((one) => one.device === device);
  if (found) return found;
  const message = `no meter of this site; ids such as ${meters.slice(0, 8).map((one) => one.device).join(', ') || 'none'}`; // biome-ignore format: one
  throw new Fault('api/invalid', `device: ${message}`, { detail: { errors: [{ field: 'device', message }] } });
}

/** The readings beside `t`, by wire or by hand, and what the meter used in a day of the last weeks. */
export async function aroundOf({ store, energy, site }: MeterContext, meter: Meter, t: number): Promise<Around> {
  const { measurement, device, field } = meter;
  const hand = energy.corrections.of(device, field).readings;
  const raw = (from: number, to: number, aggregate: 'first' | 'last', every: number) =>
    store().series({ measurement, device, field, from, to, every, aggregate });
  const near = async (from: number, to: number, which: 'first' | 'last') => {
    // The day of it by days, then the reading itself by minutes.
    const days = (await raw(from, to, which, dayMs)).filter(([, value]) => value !== null);
    const day = which === 'last' ? days.at(-1) : days[0];
    if (!day) return undefined;
    const minutes = (await raw(Math.max(from, day[0]), Math.min(to, day[0] + dayMs), which, 60_000)).filter(([, value]) => value !== null);
    const found = which === 'last' ? minutes.at(-1) : minutes[0];
    return found ? { t: found[0], v: found[1] as number, byHand: false } : undefined;
  };
  const byHand = (one: { t: number; v: number } | undefined) => one && { ...one, byHand: true };
  const edges = edgesOf('1d', site.site.timezone, t - usualDays * dayMs, t);
  const [wireBefore, wireAfter, days] = await Promise.all([
    near(t - longBackMs, t + 1, 'last'),
    near(t + 1, t + longBackMs, 'first'),
    consumptionOf(store(), [meter], edges),
  ]);
  const handBefore = byHand(hand.findLast((one) => one.t <= t));
  const handAfter = byHand(hand.find((one) => one.t > t));
  const used = days.flatMap(({ value, coverage }) => (value === null || coverage < 0.9 ? [] : [value]));
  const later = <T extends { t: number }>(a: T | undefined, b: T | undefined) => (a && b ? (a.t >= b.t ? a : b) : (a ?? b));
  return {
    before: later(wireBefore, handBefore),
    after: wireAfter && handAfter ? (wireAfter.t <= handAfter.t ? wireAfter : handAfter) : (wireAfter ?? handAfter),
    mostPerDay: used.length === 0 ? null : Math.max(...used),
    meanPerDay: used.length === 0 ? null : used.reduce((sum, value) => sum + value, 0) / used.length,
    digits: meter.digits,
  };
}

/**
 * Does what people enter for `t` change what is booked? Within a simulated past only where readings around it are kept: then those.
 * @returns true: as anywhere else
 */
export async function countedAt(
  { store, site, dataDir }: Pick<RouteContext, 'store' | 'site' | 'dataDir'>,
  meter: Meter,
  t: number,
): Promise<true | KeptSpan | undefined> {
  const until = givenUntil(site.site.simulated, dataDir);
  return t >= until || keptAround(store(), meter, t, until);
}

/** Months that are closed and hold `from` to `to`: their bills stay as they were sent. */
export function closedMonthsOf(
  { energy, site }: Pick<MeterContext, 'energy' | 'site'>,
  medium: string,
  from: number,
  to: number,
): string[] {
  const edges = edgesOf('1mo', site.site.timezone, from, Math.max(to, from + 1));
  return edges
    .slice(0, -1)
    .map((begin) => new Date(begin + 15 * dayMs).toISOString().slice(0, 7))
    .filter((month) => energy.months.closed(month, medium) !== undefined);
}
