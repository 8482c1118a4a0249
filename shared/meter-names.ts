/** What people call a meter, read by wire or by hand; its id where the site file has no such meter any more. */
import { devicesOf, type SiteConfig } from './site.ts';
import type { Text } from './text.ts';

export type NameOfMeter = (id: string) => Text;

export function meterNames(site: SiteConfig): NameOfMeter {
  const names = new Map([
    ...devicesOf(site).map(({ device }) => [device.id, device.name] as const),
    ...site.hand_meters.map(({ id, name }) => [id, name] as const),
  ]);
  return (id) => names.get(id) ?? { zh: id, en: id };
}
