/** Limits proposed from what this place did, each with the alarms that it would bring in a year; one press tries it on the curve. */
import { Button, Loader } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Proposal } from '../../../rules/index.ts';
import { api } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { isBusy } from './ask-again.ts';

/** What the API takes at most is a little more. */
const askedDays = 90;
type State = { state: 'none' | 'running' | 'busy' } | { state: 'failed'; detail: string } | { state: 'done'; found: Proposal | undefined };

export function ProposeLimit({ rule, device, unit, take }: { rule: string; device: string; unit: string; take: (limit: number) => void }) {
  const { t } = useWords();
  const { link } = useConsole();
  const [state, setState] = useState<State>({ state: 'none' });
  const asked = useRef<AbortController>(undefined);
  useEffect(() => () => asked.current?.abort(), []);
  const ask = async () => {
    const abort = new AbortController();
    asked.current = abort;
    setState({ state: 'running' });
    const to = Math.ceil(link.now());
    const next = await api
      .proposeLimits({ rule, devices: [device], from: to - askedDays * 86_400_000, to }, abort.signal)
      .then(([found]): State => ({ state: 'done', found }))
      .catch(
        (error): State => (isBusy(error) ? { state: 'busy' } : { state: 'failed', detail: error instanceof Error ? error.message : '' }),
      );
    if (!abort.signal.aborted) setState(next);
  };
  return (
    <div className="proposals">
      <Button variant="default" size="compact-md" onClick={() => void ask()} disabled={state.state === 'running'}>
        {t('propose.ask')}
      </Button>
      {state.state === 'none' && <span className="calm small">{t('propose.hint')}</span>}
      {state.state === 'running' && (
        <p role="status" className="calm small">
          <Loader size={14} /> {t('try.running')}
        </p>
      )}
      {state.state === 'busy' && <p role="alert">{t('try.busy')}</p>}
      {state.state === 'failed' && <p role="alert">{t('try.failed', { detail: state.detail })}</p>}
      {state.state === 'done' && (state.found ? <Found found={state.found} unit={unit} take={take} /> : <p>{t('try.noData')}</p>)}
    </div>
  );
}

function Found({ found, unit, take }: { found: Proposal; unit: string; take: (limit: number) => void }) {
  const { t, number } = useWords();
  const { days, guess, median, spread, thousandth, today, limits } = found;
  const value = (one: number) => `${number(one)} ${unit}`;
  const perYear = (count: number) => (count === 0 ? t('propose.none') : t('propose.perYear', { n: number(count, count < 10 ? 1 : 0) }));
  return (
    <>
      <p className="small">
        {t('propose.seen', { days: number(days, 1), median: value(median), spread: value(spread), thousandth: value(thousandth) })}
        {guess && ` ${t('propose.guess')}`}
      </p>
      <div className="wide">
        <table className="compared">
          <thead>
            <tr>
              <th scope="col">{t('propose.limit')}</th>
              <th scope="col">{t('propose.alarms')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">
                {today.limit === null ? '—' : value(today.limit)} <span className="calm">{t('try.today')}</span>
              </th>
              <td data-per-year="today">{perYear(today.perYear)}</td>
              <td />
            </tr>
            {limits.map((one) => (
              <tr key={one.limit}>
                <th scope="row">
                  {value(one.limit)} {one.looser && <span className="chip">{t('propose.looser')}</span>}
                </th>
                <td data-per-year={one.limit}>{perYear(one.perYear)}</td>
                <td>
                  <button type="button" className="plain-link" onClick={() => take(one.limit)}>
                    {t('propose.take')}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="calm small">{t('propose.usual')}</p>
    </>
  );
}
