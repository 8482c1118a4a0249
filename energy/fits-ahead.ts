/** Results of retrofits worked out before anybody opens their pages: a fit is seconds of work, and is kept by what went into it. */
import type { Database } from '../desk/index.ts';
import type { Store } from '../ingest/store.ts';
import { systemClock } from '../shared/clock.ts';
import { isoInZone } from '../shared/zone.ts';
import { openKeptFits } from './kept-fits.ts';
import { type LedgerSource, openLedger } from './ledger.ts';
import { projectResult } from './projects.ts';
import { openImportedWeather, stationOf } from './weather.ts';
import { type AheadSource, monthsToKeep } from './work-ahead.ts';

export interface FitsAheadSource extends Omit<AheadSource, 'tariffs' | 'station' | 'store'>, Pick<LedgerSource, 'folder' | 'profileFacts'> {
  store: Pick<Store, 'seriesMany' | 'series'>;
  db: Database;
}

export interface FitsAhead {
  /** Works out one retrofit that was not yet since its day began or its months were counted again; false: all are there. */
  next(): Promise<boolean>;
}

export function openFitsAhead(source: FitsAheadSource): FitsAhead {
  const { site, folder, profileFacts, store, db, clock, kept } = source;
  const done = new Map<string, string>();
  return {
    async next() {
      const now = clock.now();
      const months = monthsToKeep(source).map(({ month, version }) => `${month} ${version}`);
      const standing = [isoInZone(site.site.timezone, now).slice(0, 10), ...months].join();
      const project = site.projects.find(({ id }) => done.get(id) !== standing);
      if (!project) return false;
      // Also when it fails: whoever opens the page sees why, and the next day tries again.
      done.set(project.id, standing);
      const ledger = openLedger({
        ...{ site, folder, profileFacts, store: () => store, db, clock, wall: systemClock() },
        kept: () => kept,
      });
      const station = stationOf(site, (profile) => profileFacts?.(profile)?.quantities);
      await projectResult({ ledger, store, weather: openImportedWeather(db), station, now, fits: openKeptFits(db, clock) }, project);
      return true;
    },
  };
}
