/** Where a ward reports from: the places of the site file, or each department; with the number of the duty where they have none. */
import type { Place, SiteConfig } from './site.ts';

export const placesOf = ({ site, places, departments }: SiteConfig): Place[] => {
  const phone = site.duty_phone === undefined ? {} : { phone: site.duty_phone };
  if (places.length > 0) return places.map((place) => ({ ...phone, ...place }));
  return departments.map(({ id, name, building }) => ({
    ...phone,
    id,
    name,
    department: id,
    ...(building === undefined ? {} : { building }),
  }));
};
