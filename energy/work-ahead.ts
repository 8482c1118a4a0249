/** Works months out before anybody asks: days of all meters, bills and allocation. Kept in files, which the pages of management read. */
import type { Store } from '../ingest/store.ts';
import type { Clock } from '../shared/clock.ts';
import type { SiteConfig } from '../shared/site.ts';
import type { KeptMonths } from './kept-months.ts';
import { accountName } from './ledger.ts';
import type { OutdoorStation } from './management/days.ts';
import { daysName, daysOfMonth } from './management/kept-days.ts';
import { type Meter, media } from './meters.ts';
import { accountMonth } from './month-account.ts';
import { boundsOf, monthAt } from './month-names.ts';
import type { SiteTariffs } from './site-tariffs.ts';
import type { MonthVersions } from './versions.ts';

/** Pages of management look so far back. */
export const monthsAhead = 26;

export interface AheadSource {
  site: SiteConfig;
  meters: readonly Meter[];
  tariffs: SiteTariffs;
  store: Pick<Store, 'seriesMany' | 'series'>;
  station: OutdoorStation | undefined;
  versions: Pick<MonthVersions, 'of'>;
  kept: KeptMonths;
  clock: Clock;
}

/** Months that are over and counted, the newest first; `kept`: nothing is to be done for them. */
export function monthsToKeep({ site, meters, versions, kept, clock }: Omit<AheadSource, 'store' | 'tariffs' | 'station'>) {
  const { timezone } = site.site;
  const own = media.filter((medium) => meters.some((one) => one.medium === medium));
  const months: { month: string; version: number; missing: string[] }[] = [];
  for (let at = boundsOf(timezone, monthAt(timezone, clock.now()))[0] - 1, i = 0; i < monthsAhead; i++) {
    const month = monthAt(timezone, at);
    const version = versions.of(month);
    if (version !== undefined) {
      const names = [daysName, ...own.map(accountName)];
      months.push({ month, version, missing: names.filter((name) => !kept.has(month, name, version)) });
    }
    at = boundsOf(timezone, month)[0] - 1;
  }
  return months;
}

/** The next thing that is missing; false: everything is there. One at a time, so that others get their turn. */
export async function workAhead(source: AheadSource): Promise<boolean> {
  const { site, meters, tariffs, store, station, kept, clock } = source;
  const { timezone } = site.site;
  const next = monthsToKeep(source).find(({ missing }) => missing.length > 0);
  const [name] = next?.missing ?? [];
  if (!next || name === undefined) return false;
  const { month, version } = next;
  const [from, to] = boundsOf(timezone, month);
  if (name === daysName) {
    await daysOfMonth({ store, meters, station, timezone }, kept, { month, from, to, version, over: true });
    return true;
  }
  const medium = media.find((one) => accountName(one) === name) as (typeof media)[number];
  kept.put(month, name, version, await accountMonth({ site, meters, tariffs, store, now: clock.now() }, month, medium));
  return true;
}
