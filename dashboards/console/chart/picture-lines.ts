/** What stands above an exported picture: where and when it is from. */
import type { TimeRange } from '../../board/compare.ts';
import type { SiteInfo } from '../data/api.ts';
import type { Words } from '../i18n/i18n.tsx';

export function pictureLines(
  { t, text, dateTime }: Words,
  site: SiteInfo,
  { from, to }: TimeRange,
  now: number,
  compared: string | undefined,
): string[] {
  return [
    `${text(site.name)} · ${dateTime(from)} – ${dateTime(to)} (${site.timezone})`,
    ...(compared === undefined ? [] : [`${t('chart.compare')}: ${compared}`]),
    t('chart.exportedAt', { time: dateTime(now) }),
  ];
}
