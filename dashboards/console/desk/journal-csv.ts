/** The journal as a file for Excel: byte order mark, local time of the site, UTC, and the same words as on the screen. */
import { csvOf } from '../../../shared/csv.ts';
import { localTime } from '../../../shared/wording.ts';
import type { AlarmJournalInfo } from '../data/api.ts';
import type { Words } from '../i18n/i18n.tsx';
import { eventLabel } from './events.ts';

export function journalCsv(entries: readonly AlarmJournalInfo[], timeZone: string, { t, text }: Pick<Words, 't' | 'text'>): string {
  const head = [
    `${t('journal.when')} (${timeZone})`,
    'UTC',
    t('journal.alarm'),
    t('device.place'),
    'ID',
    t('journal.event'),
    t('alarms.state'),
    t('journal.who'),
    t('journal.words'),
  ];
  const rows = entries.map((entry) => {
    const label = eventLabel(entry.event);
    return [
      localTime(entry.t, timeZone),
      new Date(entry.t).toISOString(),
      text(entry.title),
      text(entry.location),
      entry.id,
      label ? t(label) : entry.event,
      entry.to,
      entry.who === 'engine' ? t('who.engine') : entry.who,
      entry.why ?? '',
    ];
  });
  return csvOf([head, ...rows]);
}
