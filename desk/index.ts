/** The public face of the desk: alarms, tickets, journal, and who was told. Other parts import from here. */

export type { AlarmEventType } from './alarm-state.ts';
export { isOpen } from './alarm-state.ts';
export type { SeenValues } from './alarm-values.ts';
export { type AnswerKind, type AnswerLink, type AnswerLinks, answerKinds, openAnswerLinks } from './answer-links.ts';
export { keepNotice, linkTicket, noticesOf, ticketsOfAsset } from './asset-tickets.ts';
export { canonical, type StoredLine, type Verdict, verifyChain } from './book-chain.ts';
export { dueBefore, dueTimes } from './book-schedule.ts';
export { type Books, bookFolder, loadBooks, type NewRecord, openBooks } from './books.ts';
export { type CalendarFeed, openCalendarFeeds } from './calendar-feeds.ts';
export { type Database, openDatabase, type SetAside } from './database.ts';
export { daysLeft, deadlineFolder, dueDate, loadDeadlines, localDate, stageOf } from './deadlines.ts';
export {
  type AlarmPath,
  audiencesMemory,
  channelNamesMemory,
  consoleChannel,
  type Deliveries,
  type Delivery,
  type DeliveryState,
  type DeliveryStep,
  deliveryStates,
  deliverySteps,
  openDeliveries,
} from './deliveries.ts';
export type {
  Actor,
  AlarmDefinition,
  AlarmFilter,
  Desk,
  DeskKpis,
  EngineDesk,
  JournalEntry,
  JournalFilter,
  Maintenance,
  NewTicket,
  RuleInForce,
  RuleParameter,
  RulePlace,
  TicketFilter,
} from './desk.ts';
export { type CrewMember, crewFor, nextTicket } from './dispatch.ts';
export { forgetUser } from './forget-user.ts';
export { type AddedHook, type HookEvent, type HookKind, type HookStore, hookTestKey, openHookStore } from './hooks.ts';
export { importAlarms } from './import-alarms.ts';
export { importTickets } from './import-tickets.ts';
export { openJournal } from './journal.ts';
export {
  type Mailing,
  type MailingDocument,
  type MailingKind,
  type MailingMessage,
  type MailingState,
  type Mailings,
  mailingKinds,
  mailingStates,
  type NewMailing,
  openMailings,
  type Receiver,
} from './mailings.ts';
export { type Place, peopleOnCall, type Rank, rostersFor, rostersOfSite } from './on-call.ts';
export { type DeskDatabase, type DeskOptions, openDesk, openEngineDesk } from './open.ts';
export type { Movement, PartStock } from './parts.ts';
export { openPlaces, type PlaceState, type Places } from './places.ts';
export { openPlant, type Plant } from './plant.ts';
export { followPulse, openPulse, type Pulse, type PulseStore, pulseLimitMs, pulseMs } from './pulse.ts';
export { openPush, type PushSubscription, type PushSubscriptions, pushId } from './push.ts';
export { openReceipts, type Receipts } from './receipts.ts';
export type { Entry, Register } from './registers.ts';
export { keepReserve } from './reserve.ts';
export { openRosters, type Rosters, type StoredChange, type StoredRoster } from './rosters.ts';
export { type AnsweredItem, type Round, type Rounds, roundState } from './rounds.ts';
export { alarmIn, alarmRecord, readRecord, ticketRecord } from './rows.ts';
export { claimMove, dropClaim, keepAnswer, onceOnly, type SentMove } from './sent-moves.ts';
export { type SlaClock, slaKinds } from './sla.ts';
export { figuresOf, type Overdue, repeatMost, type StatisticsBy, statisticsBy, statisticsOf, type TicketFigures } from './statistics.ts';
export { openSturdyDatabase } from './sturdy.ts';
export { nextTest, openTestNotices, type TestedPerson, type TestNotice, type TestNotices, testedPeople } from './test-notices.ts';
export { filePurposes, openTicketFiles, type TicketFile, type TicketFiles } from './ticket-files.ts';
export { openTicketNotices, type TicketNotice, type TicketNoticeKind, ticketNoticeKinds } from './ticket-notices.ts';
export { rank } from './tickets.ts';
export { type Trail, type TrailEntry, type TrailKind, trailKinds, trailOf } from './trail.ts';
export { limited, where } from './where.ts';
