/** Names and numbers of the energy pages. */
import type { Change } from '../../../energy/index.ts';
import { wallOf } from '../../../shared/zone.ts';
import type { Plant } from '../data/plant.ts';
import type { TextKey } from '../i18n/en.ts';
import type { Words } from '../i18n/i18n.tsx';

export type MediumId = Change['medium'];
export const mediaIds = ['electricity', 'water', 'heat', 'gas'] as const satisfies readonly MediumId[];
export const mediumLabels: Record<MediumId, TextKey> = {
  electricity: 'energy.electricity',
  water: 'energy.water',
  heat: 'energy.heat',
  gas: 'energy.gas',
};

/** Of marks A, B and K in files of facts. */
export const sureness = { A: 'read', B: 'second-hand', K: 'unchecked' } as const;

/** 1 234 kWh, 12.3 MWh: as many digits as one reads. */
export function amount({ number }: Words, value: number | null, unit: string): string {
  if (value === null) return '–';
  const size = Math.abs(value);
  if (unit === 'kWh' && size >= 1_000_000) return `${number(value / 1_000, 0)} MWh`;
  return `${number(value, size >= 100 ? 0 : size >= 1 ? 1 : 2)} ${unit}`;
}

export function percent({ number }: Words, value: number | null): string {
  if (value === null) return '–';
  const shown = number(Math.abs(value), Math.abs(value) < 10 ? 1 : 0);
  // What shows as nought has no direction, and the sign stays with its number.
  return `${Number(shown) === 0 ? '±' : value > 0 ? '+' : '−'}${shown}\u00a0%`;
}

/** `2026-11-28` by the clocks of the site, in both languages: as in reports and tables. */
export const isoDay = (timezone: string, t: number): string => new Date(wallOf(timezone, t)).toISOString().slice(0, 10);
/** Of a range whose end is exclusive. */
export const dayRange = (timezone: string, { from, to }: { from: number; to: number }): string =>
  `${isoDay(timezone, from)} – ${isoDay(timezone, to - 1)}`;

/** `2026-11` as the language writes it. */
export const monthName = (language: 'zh' | 'en', month: string): string => {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(
    Date.UTC(year, number - 1, 1),
  );
};

/** Of any year, 1 to 12. */
export const monthOfYear = (language: 'zh' | 'en', month: number): string =>
  new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { month: 'long', timeZone: 'UTC' }).format(Date.UTC(2026, month - 1, 1));

/** A month, or half a year as `2026-H1`. */
export const periodName = ({ t, language }: Pick<Words, 't' | 'language'>, period: string): string => {
  const [, year = '', half] = /^(\d{4})-H([12])$/.exec(period) ?? [];
  if (!half) return monthName(language, period);
  return t(half === '1' ? 'bills.firstHalf' : 'bills.secondHalf', { year });
};

export const shiftMonth = (month: string, by: number): string => {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
};

export function nameOfDevice(plant: Plant, text: Words['text'], device: string): string {
  return text(plant.devices.get(device)?.name) || device;
}

export function nameOfPlace(plant: Plant, text: Words['text'], scope: 'department' | 'building' | 'tenant', id: string): string {
  const list = scope === 'department' ? plant.site.departments : scope === 'building' ? plant.site.buildings : plant.site.tenants;
  return text(list.find((one) => one.id === id)?.name) || id;
}

/** Why, as far as the figures say. */
export function reasonText(words: Words, timezone: string, change: Change): string {
  const { t, number } = words;
  const on = change.since === null ? '' : isoDay(timezone, change.since);
  if (change.cause === 'new-meter') return t('energy.cause.new', { date: on });
  if (change.cause === 'weather') return t('energy.cause.weather', { share: number(Math.min(100, Math.abs(change.share ?? 0) * 100), 0) });
  if (change.cause === 'step') return t('energy.cause.step', { date: on, change: percent(words, (change.share ?? 0) * 100) });
  return t('energy.cause.gradual');
}

/** Of a capacity increase: how much more (or less) was used than without it, with its band; never as minus signs. */
export function moreOf(words: Words, unit: string, { saved, low, high }: { saved: number; low: number; high: number }) {
  const [a, b] = saved < 0 ? [-high, -low] : [low, high];
  return { amount: amount(words, Math.abs(saved), unit), low: amount(words, a, unit), high: amount(words, b, unit) };
}
