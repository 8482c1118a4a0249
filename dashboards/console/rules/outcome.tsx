/** What a backtest found: how often and how long, today's setting beside the one tried, and the first episodes. */
import { Loader } from '@mantine/core';
import type { BacktestResult, Episode, Outcome } from '../../../rules/index.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import type { BacktestState } from './use-backtest.ts';

const mostShown = 12;

export function BacktestOutcome({ state, retry }: { state: BacktestState; retry: () => void }) {
  const { t } = useWords();
  if (state.state === 'none') return <p className="calm small">{t('try.hint')}</p>;
  if (state.state === 'busy') {
    return (
      <p role="alert">
        {t('try.busy')}{' '}
        <button type="button" className="plain-link" onClick={retry}>
          {t('app.retry')}
        </button>
      </p>
    );
  }
  if (state.state === 'failed') return <p role="alert">{t('try.failed', { detail: state.detail })}</p>;
  const result = state.state === 'done' ? state.result : state.last;
  return (
    <div className="outcome" aria-busy={state.state === 'running'}>
      <p role="status" className="calm small">
        {state.state === 'running' ? (
          <>
            <Loader size={14} /> {t('try.running')}
          </>
        ) : (
          t('try.done', { readings: state.result.readings, places: state.result.places })
        )}
      </p>
      {result && <Compared result={result} />}
    </div>
  );
}

function Compared({ result }: { result: BacktestResult }) {
  const { t } = useWords();
  const { today, trial } = result;
  const span = useSpan();
  const rows: [key: TextKey, of: (one: Outcome) => string][] = [
    ['try.fired', (one) => String(one.fired)],
    ['try.active', (one) => span(one.activeMs)],
    ['try.longest', (one) => span(one.longestMs)],
  ];
  const first = trial ?? today;
  if (result.readings === 0) return <p>{t('try.noData')}</p>;
  return (
    <>
      <table className="compared">
        <thead>
          <tr>
            <td />
            <th scope="col">{t('try.today')}</th>
            {trial && <th scope="col">{t('try.trial')}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map(([key, of]) => (
            <tr key={key}>
              <th scope="row">{t(key)}</th>
              <td data-today={key}>{of(today)}</td>
              {trial && <td data-trial={key}>{of(trial)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {first.episodes.length > 0 && (
        <>
          <h4>{t(trial ? 'try.episodesTrial' : 'try.episodesToday')}</h4>
          <ol className="episodes">
            {first.episodes.slice(0, mostShown).map((episode) => (
              <EpisodeRow key={`${episode.alarm}${episode.from}`} episode={episode} span={span} />
            ))}
          </ol>
          {first.fired > mostShown && <p className="calm small">{t('try.more', { n: first.fired - mostShown })}</p>}
        </>
      )}
    </>
  );
}

function EpisodeRow({ episode, span }: { episode: Episode; span: (ms: number) => string }) {
  const { t, text, number, dateTime } = useWords();
  const { plant } = useConsole();
  const device = plant.devices.get(episode.device);
  return (
    <li>
      <time>{dateTime(episode.from)}</time>
      <span>{episode.to === null ? t('try.still') : span(episode.to - episode.from)}</span>
      <span>{text(device?.name) || episode.device}</span>
      {episode.value !== null && <b>{number(episode.value)}</b>}
    </li>
  );
}

/** 45 s, 12 min, 3.5 h, 2.1 d. */
function useSpan(): (ms: number) => string {
  const { t, number } = useWords();
  return (ms) => {
    if (ms < 90_000) return t('span.seconds', { n: Math.round(ms / 1_000) });
    if (ms < 90 * 60_000) return t('span.minutes', { n: Math.round(ms / 60_000) });
    if (ms < 48 * 3_600_000) return t('span.hours', { n: number(ms / 3_600_000, 1) });
    return t('span.days', { n: number(ms / 86_400_000, 1) });
  };
}
