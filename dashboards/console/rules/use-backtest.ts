/** One backtest at a time: a new one calls off the one under way by leaving it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { BacktestResult } from '../../../rules/index.ts';
import { api } from '../data/api.ts';
import { askAgain, isBusy } from './ask-again.ts';
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

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : '');

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
    const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    askAgain(() => api.backtest(ask, abort.signal), left, abort.signal, sleep)
      .then((result): BacktestState => ({ state: 'done', result }))
      .catch((error): BacktestState => (isBusy(error) ? { state: 'busy' } : { state: 'failed', detail: reasonOf(error) }))
      .then((next) => {
        if (abort.signal.aborted) return;
        running.current = undefined;
        setState(next);
      });
  }, []);
  return [state, run];
}
