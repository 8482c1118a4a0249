/** What is changed in a roster now, and who changed what before. */
import { Button } from '@mantine/core';
import type { AuditEntry } from '../data/api.ts';
import { type DutyChange, type DutyRoster, peopleApi } from '../data/people-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useRosterWords } from './words.ts';

export function Changes({ roster, now, onChanged }: { roster: DutyRoster; now: number; onChanged: () => void }) {
  const { t } = useWords();
  const { session, may, act } = useConsole();
  const { line } = useRosterWords(roster, now);
  const me = session.user.name;
  const step = (work: () => Promise<unknown>) =>
    void act(async () => {
      await work();
      onChanged();
    });
  const mayWithdraw = ({ change, madeBy }: DutyChange) =>
    may('roster:swap') && (may('roster:edit') || madeBy === me || (change.kind === 'swap' && [change.person, change.other].includes(me)));
  return (
    <section className="roster-list">
      <h4>{t('rosters.changes')}</h4>
      {roster.changes.length === 0 && <p className="calm">{t('rosters.noChanges')}</p>}
      <ul className="roster-lines">
        {roster.changes.map((one) => {
          const { id, change } = one;
          const waits = change.kind === 'swap' && [change.person, change.other].includes(me) && !change.confirmedBy.includes(me);
          return (
            <li key={id} data-change={id}>
              <span>{line(change)}</span>
              {waits && (
                <Button size="compact-md" onClick={() => step(() => peopleApi.confirmSwap(roster.id, id))} data-step="confirm">
                  {t('duty.confirm')}
                </Button>
              )}
              {mayWithdraw(one) && (
                <Button
                  size="compact-md"
                  variant="default"
                  onClick={() => step(() => peopleApi.withdraw(roster.id, id))}
                  data-step="withdraw"
                >
                  {t('rosters.withdraw')}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

export function History({ roster, now, entries }: { roster: DutyRoster; now: number; entries: readonly AuditEntry[] | undefined }) {
  const { t, dateTime } = useWords();
  const { line } = useRosterWords(roster, now);
  const said = ({ action, before, after }: AuditEntry): string => {
    if (action === 'roster.save') return t('rosters.did.save', { n: (after as { version?: number })?.version ?? '' });
    if (action === 'roster.remove') return t('rosters.did.remove');
    const kept = (after ?? before) as DutyChange | null;
    const what = kept?.change ? line(kept.change) : action;
    if (action === 'roster.swap.confirm') return `${what} · ${t('rosters.did.confirm')}`;
    return action === 'roster.withdraw' ? `${what} · ${t('rosters.did.withdraw')}` : what;
  };
  return (
    <details>
      <summary>{t('rosters.history')}</summary>
      {entries?.length === 0 && <p className="calm">{t('rosters.noHistory')}</p>}
      <ul className="roster-lines">
        {entries?.map((entry) => (
          <li key={entry.id}>
            <span>
              {dateTime(entry.at)} <b>{entry.who}</b> · {said(entry)}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
