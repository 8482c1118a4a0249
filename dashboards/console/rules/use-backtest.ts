/** One backtest at a time: a new one calls off the one under way by leaving it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { BacktestResult } from '../../../rules/desk/index.ts';
import { ApiError, api } from '../data/api.ts';
import type { TrialOverride } from './trial.ts';

export interface BacktestAsk {
  from: number;
  to: number;
  rules: string[];
  devices?: string[];
  trial?: TrialOverride[];
}
export type BacktestState =
  | { state: 'none' }
  | { state: 'running'; last: BacktestResult | undefined }
  | { state: 'done'; result: BacktestResult }
  | { state: 'busy' }
  | { state: 'failed'; detail: string };

/** The server needs a moment until it has let go of the run that we left. */
const againMs = 400;
const mostTries = 8;

export function useBacktest(): [BacktestState, (ask: BacktestAsk) => void] {
  const [state, setState] = useState<BacktestState>({ state: 'none' });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const run = useCallback((ask: BacktestAsk) => {
    const left = running.current !== undefined;
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    setState((before) => ({
      state: 'running',
      last: before.state === 'done' ? before.result : before.state === 'running' ? before.last : undefined,
    }));
    const attempt = async (tries: number): Promise<void> => {
      try {
        const result = await api.backtest(ask, abort.signal);
        if (abort.signal.aborted) return;
        running.current = undefined;
        setState({ state: 'done', result });
      } catch (error) {
        if (abort.signal.aborted) return;
        const busy = error instanceof ApiError && error.status === 429;
        if (busy && left && tries < mostTries) {
          await new Promise((resolve) => setTimeout(resolve, againMs));
          if (!abort.signal.aborted) await attempt(tries + 1);
          return;
        }
        running.current = undefined;
        setState(busy ? { state: 'busy' } : { state: 'failed', detail: error instanceof Error ? error.message : '' });
      }
    };
    void attempt(0);
  }, []);
  return [state, run];
}
