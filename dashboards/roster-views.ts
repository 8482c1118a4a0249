/** What the duty board and the calendar say of a roster. They ask the rosters and compute nothing of their own. */
import ical, { ICalCalendarMethod } from 'ical-generator';
import type { Rosters, StoredRoster } from '../desk/index.ts';
import type { RosterDefinition } from '../shared/roster.ts';
import type { SiteConfig } from '../shared/site.ts';
import type { Language } from '../shared/text.ts';

const day = 86_400_000;
/** How far the duty board looks ahead. */
const boardMs = 14 * day;
/** Past and future of a calendar that people subscribe to. */
const calendarMs = { back: 30 * day, ahead: 180 * day };

export interface RosterViews {
  site: Pick<SiteConfig, 'site' | 'people'>;
  rosters: Pick<Rosters, 'onCallAt' | 'onCallIn' | 'changes' | 'recordedSince'>;
  nameOf(id: string): string;
}
/** @param fullName of an account whose person the site file has no more */
export const rosterViews = (
  site: RosterViews['site'],
  rosters: RosterViews['rosters'],
  fullName: (id: string) => string | undefined,
): RosterViews => ({
  site,
  rosters,
  nameOf: (id) => site.people.find((person) => person.id === id)?.name ?? fullName(id) ?? id,
});

export function boardOf({ site, rosters, nameOf }: RosterViews, { definition }: Pick<StoredRoster, 'definition'>, now: number) {
  const { id } = definition;
  const current = rosters.onCallAt(id, now);
  const coming = rosters.onCallIn(id, now, now + boardMs).filter(({ from }) => from > now);
  const ids = new Set([
    ...definition.layers.flatMap((layer) => layer.turns.flat().map(({ person }) => person)),
    ...[...current, ...coming].flatMap(({ person }) => person ?? []),
    ...site.people.map((person) => person.id),
  ]);
  return {
    now: current,
    coming,
    changes: rosters.changes(id),
    people: [...ids].map((one) => ({
      id: one,
      name: nameOf(one),
      phone: site.people.find((person) => person.id === one)?.phone ?? null,
    })),
    recordedSince: rosters.recordedSince(id),
  };
}

interface CalendarAsk {
  definitions: readonly RosterDefinition[];
  language: Language;
  /** Only the shifts of this person. */
  person?: string | undefined;
  now: number;
}
/** As iCalendar. */
export function calendarOf({ site, rosters, nameOf }: RosterViews, { definitions, language, person, now }: CalendarAsk): string {
  const [only] = definitions.length === 1 ? definitions : [];
  const calendar = ical({
    name: only?.name[language] ?? site.site.name[language],
    prodId: { company: 'plantroom', product: site.site.id },
    method: ICalCalendarMethod.PUBLISH,
  });
  for (const { id, name } of definitions)
    for (const one of rosters.onCallIn(id, now - calendarMs.back, now + calendarMs.ahead)) {
      if (one.person === null || (person !== undefined && one.person !== person)) continue;
      calendar.createEvent({
        id: `${site.site.id}.${id}.${one.person}.${one.from}@plantroom`,
        start: new Date(one.from),
        end: new Date(one.to),
        stamp: new Date(now),
        summary: `${name[language]} · ${nameOf(one.person)}`,
      });
    }
  return calendar.toString();
}
