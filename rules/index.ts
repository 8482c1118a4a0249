/** The public face of rules: the role, the check of a site file, and rules tried on history. */
export type { BacktestRequest, BacktestResult, Episode, Outcome } from './backtest.ts';
/** Tries rules on the store's history, in a thread of its own. Loaded when first called: the console needs no engine otherwise. */
export const backtest = async (...args: Parameters<typeof import('./backtest-worker.ts')['backtestInThread']>) =>
  (await import('./backtest-worker.ts')).backtestInThread(...args);
/** Limits proposed from what each place did, with the alarms a year; in a thread of its own. */
export const propose = async (...args: Parameters<typeof import('./backtest-worker.ts')['proposeInThread']>) =>
  (await import('./backtest-worker.ts')).proposeInThread(...args);
export type { Proposal } from './propose.ts';
