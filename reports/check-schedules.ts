/** Does every report that is to be sent by itself exist? */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { allowedNames } from '../shared/guess.ts';
import type { Mistake } from '../shared/mistake.ts';
import type { LoadedSite } from '../shared/site-file.ts';

export function checkSchedules(site: LoadedSite): Mistake[] {
  const kinds = readdirSync(join(import.meta.dirname, 'kinds')).flatMap((file) => /^([a-z-]+)\.ts$/.exec(file)?.[1] ?? []);
  return site.config.reports.schedule.flatMap(({ report }, index) =>
    kinds.includes(report) ? [] : [site.mistake(['reports', 'schedule', index, 'report'], report, allowedNames(report, kinds))],
  );
}
