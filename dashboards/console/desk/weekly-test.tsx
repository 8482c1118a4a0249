/** The weekly test of notices: who has not confirmed is named first. */
import { Button } from '@mantine/core';
import type { WeeklyTest } from '../data/notices-api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useNames } from '../parts/names.ts';

type State = WeeklyTest['people'][number]['state'];
const states: Record<State, TextKey> = {
  unreached: 'weekly.unreached',
  unconfirmed: 'weekly.unconfirmed',
  'under-way': 'weekly.underWay',
  confirmed: 'weekly.confirmed',
};
const order = Object.keys(states) as State[];

export function WeeklyTestPanel({ weekly, onConfirm }: { weekly: WeeklyTest; onConfirm: () => void }) {
  const { t, dateTime } = useWords();
  const { session } = useConsole();
  const { channelName } = useNames();
  const { round, next, people } = weekly;
  const open = people.filter(({ state }) => state !== 'confirmed');
  const mine = open.find(({ person, state }) => person === session.user.name && state === 'unconfirmed');
  const comma = t('weekly.comma');
  return (
    <section className="panel">
      <h2>{t('weekly.title')}</h2>
      {round !== null && (
        <p className={open.length > 0 ? 'path-state path-degraded' : 'path-state'}>
          {open.length > 0
            ? t('weekly.open', { n: open.length, of: people.length, names: open.map(({ name }) => name).join(comma) })
            : t('weekly.all', { n: people.length })}
        </p>
      )}
      <p className="calm">
        {round === null ? t('weekly.none') : t('weekly.last', { time: dateTime(round) })}
        {' · '}
        {next === null ? t('weekly.off') : t('weekly.next', { time: dateTime(next) })}
      </p>
      {mine && (
        <Button onClick={onConfirm} size="md">
          {t('weekly.confirmMine')}
        </Button>
      )}
      <ul className="rows">
        {people
          .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
          .map((one) => (
            <li className="row channel-row" key={one.person} data-tested={one.state}>
              <div className="row-body">
                <strong className="row-title">{one.name}</strong>
                <div className="row-facts">
                  <span className={`chip${one.state === 'confirmed' || one.state === 'under-way' ? '' : ' bad'}`}>
                    {t(states[one.state])}
                  </span>
                  {one.confirmedAt !== null && <span>{dateTime(one.confirmedAt)}</span>}
                  {one.channels.map(({ channel, error, confirmedAt }) => (
                    <span key={channel}>
                      {channelName(channel)}
                      {confirmedAt !== null ? ' ✓' : ''}
                      {error !== null ? `: ${error}` : ''}
                    </span>
                  ))}
                </div>
              </div>
            </li>
          ))}
      </ul>
    </section>
  );
}
