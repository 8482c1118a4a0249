/** How a change of a roster is said, on the page and in its history. */
import type { Layer, OnCallReason, RosterChange } from '../../../shared/roster.ts';
import type { DutyRoster } from '../data/people-api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';

export const reasonWords: Record<OnCallReason, TextKey> = {
  layer: 'duty.layer',
  override: 'duty.override',
  temporary: 'duty.temporary',
  swap: 'duty.swap',
  taken: 'duty.taken',
};

export const rankWords: Record<DutyRoster['rank'], TextKey> = {
  duty: 'rosters.rank.duty',
  head: 'rosters.rank.head',
  logistics: 'rosters.rank.logistics',
  contractor: 'rosters.rank.contractor',
};
export const kindWords: Record<Layer['kind'], TextKey> = {
  daily: 'rosters.kind.daily',
  weekly: 'rosters.kind.weekly',
  hours: 'rosters.kind.hours',
};

export function useRosterWords(roster: Pick<DutyRoster, 'people'>, now: number) {
  const { t, time, language } = useWords();
  const nameOf = (id: string | null) => (id === null ? t('duty.nobody') : (roster.people.find((one) => one.id === id)?.name ?? id));
  const span = ({ from, to }: { from: number; to: number }) => `${time(from, now)} – ${time(to, now)}`;
  const what = (change: RosterChange): string => {
    switch (change.kind) {
      case 'override': {
        const [add, remove] = [nameOf(change.add), nameOf(change.remove)];
        if (change.remove === null) return t('rosters.change.added', { add });
        return change.add === null ? t('rosters.change.removed', { remove }) : t('rosters.change.override', { add, remove });
      }
      case 'temporary':
        return t('rosters.change.temporary');
      case 'absence':
        return t('rosters.change.absence', { person: nameOf(change.person) });
      case 'taken':
        return t('rosters.change.taken', { person: nameOf(change.person) });
      case 'swap': {
        const names = { person: nameOf(change.person), other: nameOf(change.other) };
        const said = t(change.back ? 'rosters.change.swap' : 'rosters.change.given', names);
        return change.confirmedBy.length < 2 ? `${said} · ${t('rosters.change.open')}` : said;
      }
    }
  };
  const spans = (change: RosterChange) => (change.kind === 'swap' && change.back ? `${span(change)} / ${span(change.back)}` : span(change));
  const reason = (change: RosterChange) => ('reason' in change && change.reason ? `“${change.reason}”` : '');
  const dayNames = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { weekday: 'short', timeZone: 'UTC' });
  const weekday = (day: string) => dayNames.format(Date.parse(`${day}T00:00:00Z`));
  return {
    nameOf,
    span,
    weekday,
    /** In one line: what, when, why. */
    line: (change: RosterChange) => [what(change), spans(change), reason(change)].filter(Boolean).join(' · '),
  };
}
