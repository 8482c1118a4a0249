/** All rosters at a glance: what nobody covers first, then who is on call now and next, with the number to ring. */
import { Button } from '@mantine/core';
import { dayOf } from '../data/days.ts';
import type { DutyRoster } from '../data/people-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { dialled, nextOn } from '../people/duty.ts';
import { type Double, doublesOf, gapsOf } from './days.ts';
import { rankWords } from './words.ts';

const mostGaps = 6;

interface HeadsAsk {
  rosters: readonly DutyRoster[];
  now: number;
  onShow(roster: string, day?: string): void;
}

export function Gaps({ rosters, now, onShow }: HeadsAsk) {
  const { t, text, time } = useWords();
  const { plant } = useConsole();
  const gaps = rosters
    .flatMap((roster) => gapsOf([...roster.now, ...roster.coming], now).map((gap) => ({ ...gap, roster })))
    .sort((a, b) => a.from - b.from);
  if (gaps.length === 0) return rosters.length > 0 ? <p className="calm">{t('rosters.noGap')}</p> : null;
  return (
    <div role="alert" data-gaps={gaps.length}>
      {gaps.slice(0, mostGaps).map(({ roster, from, to }) => (
        <div className="roster-gap" key={`${roster.id} ${from}`}>
          <span>
            ⚠{' '}
            {from <= now
              ? t('rosters.gapNow', { roster: text(roster.name), to: time(to, now) })
              : t('rosters.gap', { roster: text(roster.name), from: time(from, now), to: time(to, now) })}
          </span>
          <Button size="compact-md" variant="default" onClick={() => onShow(roster.id, dayOf(from, plant.site.timezone))}>
            {t('rosters.show')}
          </Button>
        </div>
      ))}
      {gaps.length > mostGaps && <p>{t('rosters.gapMore', { n: gaps.length - mostGaps })}</p>}
    </div>
  );
}

/** Those of whom two rosters want something at the same moment: a word, no refusal. */
export function Doubles({ rosters, doubles, now }: Pick<HeadsAsk, 'rosters' | 'now'> & { doubles: readonly Double[] }) {
  const { t, text, time } = useWords();
  if (doubles.length === 0) return null;
  const nameOf = (person: string) => rosters.flatMap(({ people }) => people).find(({ id }) => id === person)?.name ?? person;
  const roster = (id: string) => text(rosters.find((one) => one.id === id)?.name ?? { zh: id, en: id });
  return (
    <div role="status" data-doubles={doubles.length}>
      {doubles.slice(0, mostGaps).map(({ person, rosters: [a, b], from, to }) => (
        <p key={`${person} ${a} ${b} ${from}`}>
          ⚠{' '}
          {a === b
            ? t('rosters.doubleHere', { person: nameOf(person), roster: roster(a), from: time(from, now), to: time(to, now) })
            : t('rosters.double', { person: nameOf(person), a: roster(a), b: roster(b), from: time(from, now), to: time(to, now) })}
        </p>
      ))}
      {doubles.length > mostGaps && <p>{t('rosters.doubleMore', { n: doubles.length - mostGaps })}</p>}
    </div>
  );
}

/** In the fortnight that is known of all rosters. */
export const doublesNow = (rosters: readonly DutyRoster[], now: number): Double[] =>
  doublesOf(
    rosters.map(({ id, now: on, coming }) => ({ id, intervals: [...on, ...coming] })),
    now,
  );

export function Heads({ rosters, shown, now, onShow }: HeadsAsk & { shown: string | undefined }) {
  const { t, text, time } = useWords();
  return (
    <table className="register roster-head">
      <thead>
        <tr>
          <th scope="col">{t('rosters.roster')}</th>
          <th scope="col">{t('rosters.now')}</th>
          <th scope="col">{t('rosters.next')}</th>
        </tr>
      </thead>
      <tbody>
        {rosters.map((roster) => (
          <tr key={roster.id} data-entry={roster.id} aria-current={roster.id === shown ? 'true' : undefined}>
            <td data-label={t('rosters.roster')}>
              <a href={`#/rosters?roster=${roster.id}`} onClick={() => onShow(roster.id)} data-step="show">
                <b>{text(roster.name)}</b>
              </a>
              {roster.rank !== 'duty' && t(rankWords[roster.rank]) !== text(roster.name) && (
                <div className="calm small">{t(rankWords[roster.rank])}</div>
              )}
            </td>
            <td data-label={t('rosters.now')}>
              {roster.now.map((one) => (
                <Person key={`${one.person} ${one.from}`} roster={roster} person={one.person} />
              ))}
            </td>
            <td data-label={t('rosters.next')}>
              {nextOn(roster).map((one) => (
                <Person key={`${one.person} ${one.from}`} roster={roster} person={one.person} from={time(one.from, now)} />
              ))}
              {nextOn(roster).length === 0 && <span className="calm">{t('duty.open')}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Person({ roster, person, from }: { roster: DutyRoster; person: string | null; from?: string }) {
  const { t } = useWords();
  const found = roster.people.find(({ id }) => id === person);
  return (
    <span className="roster-person">
      {person === null ? <span className="roster-none">{t('duty.nobody')}</span> : <b>{found?.name ?? person}</b>}{' '}
      {found?.phone && <a href={`tel:${dialled(found.phone)}`}>{found.phone}</a>} {from && <span className="calm">{from}</span>}
    </span>
  );
}
