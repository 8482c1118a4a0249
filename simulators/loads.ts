/** What hangs on each feeder of a county hospital. Powers in kW; the curves say when. Tuned so that a year makes about 4 GWh. */
import { type Calendar, dailyCurve } from './calendar.ts';

export interface Load {
  /** Always there. */
  base: number;
  /** At the height of the curve. */
  day: number;
  curve: keyof typeof curves;
  /** For each 10 K above 22 °C outdoors. */
  cool?: number;
  /** For each 10 K below 14 °C outdoors: bath heaters, small electric heaters. */
  heat?: number;
  /** In the heating season: circulation pumps, fans. */
  season?: number;
  /** Comes and goes: lifts, exposures. */
  pulse?: { kw: number; onS: number; perHour: number };
  cosPhi?: number;
  /** Stays on the essential busbar behind the transfer switch. */
  essential?: boolean;
  /** Deviation of the load's own noise, part of the load. */
  noise?: number;
}

type Curve = (calendar: Calendar) => number;
const week = (weekday: readonly number[], weekendPart: number): Curve => {
  const daily = dailyCurve(weekday);
  return ({ hour, weekend }) => daily(hour) * (weekend ? weekendPart : 1);
};

const curves = {
  flat: () => 1,
  ward: week([0.25, 0.22, 0.2, 0.2, 0.25, 0.45, 0.8, 0.95, 0.9, 0.85, 0.85, 0.85, 0.8, 0.7, 0.75, 0.8, 0.85, 0.95, 1, 1, 0.95, 0.8, 0.5, 0.32], 0.93),
  clinic: week([0.06, 0.06, 0.06, 0.06, 0.06, 0.1, 0.3, 0.75, 1, 1, 1, 0.95, 0.7, 0.75, 0.95, 1, 0.95, 0.7, 0.35, 0.25, 0.2, 0.15, 0.1, 0.08], 0.45),
  theatre: week([0.12, 0.1, 0.1, 0.1, 0.1, 0.12, 0.3, 0.75, 1, 1, 1, 0.95, 0.85, 0.9, 0.95, 0.9, 0.75, 0.55, 0.4, 0.3, 0.25, 0.2, 0.15, 0.12], 0.25),
  office: week([0.05, 0.05, 0.05, 0.05, 0.05, 0.06, 0.15, 0.5, 0.95, 1, 1, 0.9, 0.6, 0.75, 1, 1, 0.95, 0.6, 0.25, 0.15, 0.1, 0.08, 0.06, 0.05], 0.15),
  kitchen: week([0.05, 0.05, 0.05, 0.1, 0.4, 0.85, 0.95, 0.6, 0.35, 0.6, 1, 1, 0.75, 0.3, 0.25, 0.55, 0.95, 0.95, 0.6, 0.3, 0.15, 0.08, 0.05, 0.05], 0.9),
  laundry: week([0, 0, 0, 0, 0, 0.1, 0.5, 0.9, 1, 1, 1, 0.9, 0.5, 0.8, 1, 1, 0.8, 0.3, 0.05, 0, 0, 0, 0, 0], 0.4),
  evening: week([0.4, 0.3, 0.25, 0.2, 0.2, 0.3, 0.5, 0.5, 0.3, 0.25, 0.25, 0.35, 0.4, 0.3, 0.25, 0.3, 0.4, 0.6, 0.85, 1, 1, 0.95, 0.8, 0.6], 1.15),
  night: week([1, 1, 1, 1, 1, 0.9, 0.3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.1, 0.6, 1, 1, 1, 1, 1, 1], 1),
  traffic: week([0.08, 0.06, 0.05, 0.05, 0.06, 0.15, 0.5, 0.9, 1, 1, 0.95, 0.9, 0.8, 0.8, 0.9, 0.95, 0.95, 0.8, 0.6, 0.45, 0.35, 0.25, 0.15, 0.1], 0.65),
} as const satisfies Record<string, Curve>; // biome-ignore format: a table

/** All curves at this moment. */
export function curveValues(calendar: Calendar): Record<keyof typeof curves, number> {
  return Object.fromEntries(Object.entries(curves).map(([name, curve]) => [name, curve(calendar)])) as Record<keyof typeof curves, number>;
}

const lift = (kw: number): Load => ({
  base: 0.9,
  day: kw,
  curve: 'traffic',
  pulse: { kw: 9, onS: 18, perHour: 40 },
  cosPhi: 0.86,
  noise: 0.05,
});
const ward = (base: number, day: number, heat: number): Load => ({ base, day, curve: 'ward', heat, cosPhi: 0.94 });

/** By device id of the demo site; other meters get a part of their rating. */
export const loads: Readonly<Record<string, Load>> = {
  'fd-icu': { base: 21, day: 5.3, curve: 'ward', essential: true },
  'fd-icu-ahu': { base: 9.9, day: 2.3, curve: 'flat', cool: 3.8, season: 1.5, cosPhi: 0.87, essential: true },
  'fd-or': { base: 9.9, day: 27, curve: 'theatre', essential: true },
  'fd-or-ahu': { base: 17, day: 15, curve: 'theatre', cool: 9.1, season: 3, cosPhi: 0.87 },
  'fd-ct': { base: 5.3, day: 12, curve: 'clinic', pulse: { kw: 26, onS: 9, perHour: 14 }, cosPhi: 0.92, noise: 0.03 },
  'fd-mri': { base: 9.9, day: 11, curve: 'clinic', pulse: { kw: 16, onS: 60, perHour: 12 }, cosPhi: 0.9, noise: 0.03 },
  'fd-xray': { base: 2.3, day: 6.8, curve: 'clinic', pulse: { kw: 14, onS: 3, perHour: 30 }, cosPhi: 0.92, noise: 0.03 },
  'fd-lab': { base: 11, day: 9.9, curve: 'clinic' },
  'fd-sterile': { base: 3.8, day: 29, curve: 'theatre', noise: 0.06, cosPhi: 0.98 },
  'fd-medtech-lift': { ...lift(3.0), essential: true },
  'fd-emergency': { base: 11, day: 7.6, curve: 'ward', heat: 0.8, essential: true },
  'fd-out-light': { base: 4.6, day: 33, curve: 'clinic', heat: 2.3 },
  'fd-out-ac': { base: 1.5, day: 6.1, curve: 'clinic', cool: 33, heat: 3.8, cosPhi: 0.86 },
  'fd-out-lift': lift(6.1),
  'fd-dialysis': { base: 3, day: 24, curve: 'clinic', essential: true },
  'fd-endoscopy': { base: 1.5, day: 7.6, curve: 'clinic' },
  'fd-pharmacy': { base: 3.8, day: 4.6, curve: 'clinic' },
  'fd-data': { base: 17, day: 0.8, curve: 'office', cool: 2.3, cosPhi: 0.95, essential: true, noise: 0.01 },
  'fd-oxygen': { base: 1.9, day: 0.4, curve: 'ward', essential: true },
  // what the ward feeders carry besides the ward boards: corridors, stairs, pantries
  'fd-front-low': { base: 1.7, day: 1.9, curve: 'ward' },
  'fd-front-high': { base: 1.5, day: 1.7, curve: 'ward' },
  'fd-rear-low': { base: 1.4, day: 1.4, curve: 'ward' },
  'fd-rear-high': { base: 0.9, day: 0.9, curve: 'ward' },
  'fd-front-ac': { base: 1.5, day: 2.3, curve: 'ward', cool: 30, cosPhi: 0.86 },
  'fd-front-lift': { ...lift(3.8), essential: true },
  'fd-rear-ac': { base: 1.1, day: 1.5, curve: 'ward', cool: 21, cosPhi: 0.86 },
  'fd-rear-lift': lift(3.0),
  'fd-chiller': { base: 1.1, day: 0, curve: 'flat', cool: 95, cosPhi: 0.88, noise: 0.04 },
  'fd-boiler': { base: 3, day: 0.8, curve: 'flat', season: 16, cosPhi: 0.85 },
  'fd-water-pump': { base: 1.9, day: 5.3, curve: 'ward', cosPhi: 0.85, noise: 0.06, essential: true },
  'fd-fire-pump': { base: 0.3, day: 0, curve: 'flat', cosPhi: 0.8, essential: true },
  'fd-wastewater': { base: 1.9, day: 0, curve: 'flat', cosPhi: 0.84, noise: 0.04 },
  'fd-kitchen': { base: 4.6, day: 30, curve: 'kitchen', noise: 0.05 },
  'fd-shop': { base: 1.7, day: 1.7, curve: 'traffic' },
  'fd-dormitory': { base: 6.1, day: 13, curve: 'evening', cool: 11, heat: 5.3 },
  'fd-telecom': { base: 4.3, day: 0.3, curve: 'traffic', cosPhi: 0.95, noise: 0.01 },
  'fd-laundry': { base: 1.1, day: 29, curve: 'laundry', noise: 0.06 },
  'fd-admin': { base: 3, day: 15, curve: 'office', cool: 9.1, heat: 3 },
  'fd-outdoor': { base: 0.2, day: 6.8, curve: 'night', cosPhi: 0.9, noise: 0.005 },
  'fd-charging': { base: 0.8, day: 14, curve: 'traffic', noise: 0.08, cosPhi: 0.98 },
  'dm-medical-1': ward(3.5, 4.9, 2.7),
  'dm-medical-2': ward(3.6, 5.2, 2.9),
  'dm-surgical-1': ward(3.3, 4.7, 2.6),
  'dm-surgical-2': ward(3.3, 4.8, 2.6),
  'dm-orthopaedics': ward(3.4, 4.9, 2.9),
  'dm-maternity': ward(3.6, 4.9, 2.7),
  'dm-paediatrics': ward(3.2, 4.4, 2.3),
  'dm-chinese-medicine': ward(3.0, 4.3, 2.4),
  'dm-rehabilitation': ward(3.0, 4.7, 2.3),
  'dm-geriatrics': ward(3.3, 4.4, 2.7),
  'dm-newborn': ward(5.7, 2.7, 1.1),
};

/** Any other meter: a fifth of its rating always, a fifth by day. */
export function loadOf(device: string, ratingA: number): Load {
  return loads[device] ?? { base: ratingA * 0.12, day: ratingA * 0.12, curve: 'ward' };
}
