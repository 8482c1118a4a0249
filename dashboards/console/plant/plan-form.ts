/** A plan as people write it in a form. Pure. */
import type { Plan } from '../../../shared/plant.ts';
import type { Text } from '../../../shared/text.ts';
import type { Words } from '../i18n/i18n.tsx';

/** `08:00, 20:00`; `every 60` minutes; a number of hours where a counter is named. What is none of these goes as it is: the server says what is wrong. */
export function whenOf(written: string, counter?: string): object {
  if (counter !== undefined) return { device: counter, run_hours: Number(written) };
  const every = /(\d+)\s*(?:min|m|\u5206)/i.exec(written);
  if (every) return { every_minutes: Number(every[1]) };
  return { at: written.split(/[,，、\s]+/).filter(Boolean) };
}

export function whenText(when: Plan['when'], t: Words['t']): string {
  if ('every_minutes' in when) return t('plans.every', { n: when.every_minutes });
  if ('run_hours' in when) return t('plans.hours', { n: when.run_hours });
  return 'monthly' in when ? t('plans.monthly', { day: when.monthly, at: when.at }) : when.at.join(' ');
}

/** Every check at each thing; a reading where a device of the thing has it. */
export function itemsOf(
  assets: readonly string[],
  checks: readonly string[],
  quantities: readonly string[],
  deviceWith: (asset: string, quantity: string) => string | undefined,
  labelOf: (quantity: string) => Text,
): object[] {
  const titles = checks.map((line) => line.trim()).filter(Boolean);
  return assets.map((asset) => ({
    asset,
    checks: titles.map((title, index) => ({ id: `c${index + 1}`, title: { zh: title, en: title } })),
    readings: quantities.flatMap((quantity) => {
      const device = deviceWith(asset, quantity);
      return device === undefined ? [] : [{ id: quantity, title: labelOf(quantity), quantity, device }];
    }),
  }));
}
