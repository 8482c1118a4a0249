/** The public face of rules: alarms and tickets. Other parts import from here and nowhere else in rules/. */
export { isOpen } from '../alarm-state.ts';
export type {
  Actor,
  AlarmFilter,
  Desk,
  DeskKpis,
  JournalEntry,
  JournalFilter,
  NewTicket,
  RuleInForce,
  TicketFilter,
} from './desk.ts';
export { type DeskOptions, openDesk } from './open.ts';
export { isClosed, ticketSteps } from './ticket-state.ts';
