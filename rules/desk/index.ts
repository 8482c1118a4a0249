/** The public face of rules: alarms and tickets. Other parts import from here and nowhere else in rules/. */
export { isOpen } from '../alarm-state.ts';
export type { BacktestRequest, BacktestResult, Episode, Outcome } from '../backtest.ts';
export type {
  Actor,
  AlarmFilter,
  Desk,
  DeskKpis,
  JournalEntry,
  JournalFilter,
  Knob,
  Maintenance,
  NewTicket,
  RuleInForce,
  RulePlace,
  TicketFilter,
} from './desk.ts';
export { type DeskOptions, openDesk } from './open.ts';
export { isClosed, ticketSteps } from './ticket-state.ts';
/** Tries rules on the store's history, in a thread of its own. Loaded when first called: the console needs no engine otherwise. */
export const backtest = async (...args: Parameters<typeof import('../backtest-worker.ts')['backtestInThread']>) =>
  (await import('../backtest-worker.ts')).backtestInThread(...args);
