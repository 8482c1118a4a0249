/**
 * The alarm desk: alarms and tickets in the operations database. The contract that the console, the API and the engine use.
 *
 * Several processes may have the same desk open. Every move is one pure transition (alarm-state.ts, ticket-state.ts) applied in one
 * transaction and written to the journal with who, why and when; so two people cannot both acknowledge, and nothing is half done.
 * All calls are synchronous and short (below a millisecond, plus one flush to disk for moves). Times are plant time, UTC ms.
 */
import type { Alarm, AlarmState, Priority } from '../shared/alarm.ts';
import type { DrawnParam } from '../shared/limit.ts';
import type { QuantityId } from '../shared/quantity.ts';
import type { Rule, RuleOverride } from '../shared/rule.ts';
import type { System, Trade } from '../shared/system.ts';
import type { Text } from '../shared/text.ts';
import type { Ticket, TicketState, TicketWork, WaitingKind } from '../shared/ticket.ts';
import type { GivenSignature, TicketEventType } from '../shared/ticket-state.ts';
import type { AlarmEventType } from './alarm-state.ts';
import type { SeenValues } from './alarm-values.ts';
import type { SlaClock } from './sla.ts';
import type { Overdue, TicketTimes } from './statistics.ts';

/** Who makes a move. What a role may do is the caller's business; the desk only knows that an admin may override an alarm that is still active. */
export interface Actor {
  id: string;
  /** May sign off a ticket whose alarm is still active, with a reason that stands on the ticket; never a danger to life, never his own work. */
  admin?: boolean;
  /** Tickets: when it was done, where it was noted down without a connection and sent later. Plant time. */
  at?: number;
}
/** The engine itself. */
export const engineActor: Actor = { id: 'engine' };

export interface AlarmFilter {
  /** Any of these states; `open` is every state but NORM. Default: open. */
  state?: AlarmState | readonly AlarmState[] | 'open' | 'all';
  device?: string;
  rule?: string;
  system?: System;
  priority?: Priority;
  building?: string;
  department?: string;
  /** Alarms grouped under this root. */
  cause?: string;
  /** Only those whose condition is there now, or is gone. */
  active?: boolean;
  /** Default 1,000. */
  limit?: number;
}

export interface TicketFilter {
  /** `open` is every state but verified, closed and cancelled. Default: open. */
  state?: TicketState | readonly TicketState[] | 'open' | 'all';
  device?: string;
  system?: System;
  trade?: Trade;
  assignee?: string;
  building?: string;
  department?: string;
  alarm?: string;
  /** Opened at or after, before. */
  from?: number;
  to?: number;
  /** Default 1,000, newest first. */
  limit?: number;
}

export interface JournalEntry {
  /** Strictly increasing over both kinds, in the order of commits. */
  seq: number;
  t: number;
  kind: 'alarm' | 'ticket';
  /** Of the alarm or ticket. */
  id: string;
  /** `group`: put under a root cause; its own ticket, if nobody had taken it yet, went into the root's. `lead`: the ticket is about another of its alarms now. */
  event: AlarmEventType | TicketEventType | 'open' | 'join' | 'group' | 'lead' | 'priority';
  from: string | null;
  to: string;
  /** Person, or `engine`. */
  who: string;
  /** Comment, reason, resolution; what the person wrote. */
  why: string | null;
  /** Alarms: priority, value, limit, rule, device, plant time of the fact and of the occurrence's begin (`raisedAt`); tickets: assignee, alarm. */
  detail: Record<string, unknown>;
}

export interface JournalFilter {
  kind?: 'alarm' | 'ticket';
  id?: string;
  event?: JournalEntry['event'];
  who?: string;
  /** Of the alarm. */
  device?: string;
  rule?: string;
  from?: number;
  to?: number;
  /** Only entries before this seq: the next page. */
  before?: number;
  /** Default 1,000, newest first. */
  limit?: number;
}

export interface NewTicket {
  title: Text;
  description: Text;
  system: System;
  trade: Trade;
  priority: Priority;
  device?: string | null;
  building?: string | null;
  department?: string | null;
  location?: Text;
  assignee?: string;
  /** Items of its check list. */
  checks?: readonly Text[];
}

/** Performance of the alarm system over a period (domain figures: IEC 62682, EEMUA 191). Counts annunciated alarms: raised and not hidden. */
export interface DeskKpis {
  from: number;
  to: number;
  annunciated: number;
  /** Of these, of life safety. */
  lifeSafety: number;
  perTenMinutes: number;
  perHour: number;
  perDay: number;
  /** Most in any 10 minutes on the clock. */
  peakPerTenMinutes: number;
  /** Share of 10-minute periods with more than 10 alarms. */
  floodShare: number;
  priorityShare: Record<Priority, number>;
  /** The ten most frequent, with their share of the load. */
  top: { alarm: string; title: Text; count: number; share: number }[];
  /** Three or more occurrences within one minute. */
  chattering: string[];
  /** Active for more than 24 h at the end of the period. */
  stale: string[];
  /** Seconds from raise to acknowledgement; null without any. */
  medianSecondsToAcknowledge: number | null;
}

/** A rule as it is in force: pack, overrides applied, and at which devices. Written by the engine at its start. */
export interface RuleInForce {
  rule: Rule;
  /** Pack id; `site` for own rules. */
  pack: string;
  enabled: boolean;
  /** What the site changes, with its reasons, in the order in which they apply. */
  overrides: RuleOverride[];
  /** Numbers that can be turned, as they are in force where no device has its own. */
  parameters: RuleParameter[];
  /** Which of its parameters are limits in the unit of the quantity, as charts draw them. */
  drawn: DrawnParam[];
  places: RulePlace[];
}

/** A device that a rule watches. */
export interface RulePlace {
  device: string;
  /** As a number, where the kind has one. */
  limit: number | null;
  unit: string;
  /** Quantities that are read, the main one first; empty for kinds that only watch whether anything comes. */
  watches: { device: string; quantity: QuantityId }[];
  /** Why it can judge nothing here, such as too few readings. */
  cannot?: Text;
  /** Parameters that an override sets for this device. */
  params?: Record<string, unknown>;
  /** Delays at this device, ms, where an override sets its own. */
  delays?: { on_delay: number; off_delay: number };
}

/** A number among the parameters of a rule, as it is written in YAML. */
export interface RuleParameter {
  name: string;
  /** `limit`: a number, `80 % of nominal_kpa` or `room_min_c - 2`; `duration`: `5m`. */
  form: 'number' | 'limit' | 'duration';
  value: number | string;
  least: number | null;
  most: number | null;
  whole: boolean;
}

/** What the engine says when it raises: all that is fixed by rule and place. */
export interface AlarmDefinition {
  id: string;
  rule: string;
  device: string;
  quantity: Alarm['quantity'];
  system: System;
  priority: Priority;
  trade: Trade;
  lifeSafety: boolean;
  latching: boolean;
  unit: string;
  title: Text;
  message: Text;
  check: Text;
  location: Text;
  building: string | null;
  department: string | null;
  source: string;
  /** Opens or joins a ticket. */
  ticket: boolean;
  /** Alarms with the same key while a ticket is open share it: `<cause>.<device>`. */
  causeKey: string;
}

/** A device that people work on: its alarms, and those of what it feeds, call nobody until then. */
export interface Maintenance {
  device: string;
  reason: string;
  /** Plant time. */
  until: number;
  who: string;
  since: number;
}

export interface Desk extends Disposable {
  /** In the order of shared/alarm-order.ts: dangers to life first. */
  alarms(filter?: AlarmFilter): Alarm[];
  alarm(id: string): Alarm | undefined;
  /** UNACK → ACKED, RTNUN → NORM, LUNACK → LACKED. @throws Fault desk/unknown, desk/transition */
  acknowledge(id: string, who: Actor, comment?: string): Alarm;
  /** Lets go of a latched alarm whose condition is gone. */
  reset(id: string, who: Actor, comment?: string): Alarm;
  /** Reason and end (`until`, plant time) are needed; at most 8 h by default. Also for life-safety alarms: say that the panel stays in force. */
  shelve(id: string, who: Actor, shelf: { reason: string; until: number }): Alarm;
  unshelve(id: string, who: Actor, comment?: string): Alarm;
  /** By hand: maintenance mode. Ends with `unsuppress`. The engine suppresses and releases by itself. */
  suppress(id: string, who: Actor, reason: string): Alarm;
  unsuppress(id: string, who: Actor, comment?: string): Alarm;
  /** Until `return`; tied to a ticket, which must exist and be open. */
  outOfService(id: string, who: Actor, ticket: string, comment?: string): Alarm;
  /** Back from out of service, or from a suppression by hand. */
  return(id: string, who: Actor, comment?: string): Alarm;
  comment(id: string, who: Actor, text: string): Alarm;

  /** Of every open alarm what the engine saw last: value now, trend, worst. */
  seen(): ReadonlyMap<string, SeenValues>;

  /** Newest first. */
  tickets(filter?: TicketFilter): Ticket[];
  ticket(id: string): Ticket | undefined;
  createTicket(ticket: NewTicket, who: Actor): Ticket;
  assign(id: string, who: Actor, assignee: string, comment?: string): Ticket;
  /** Work begins; whoever starts an unassigned ticket becomes its assignee. */
  start(id: string, who: Actor, comment?: string): Ticket;
  arrive(id: string, who: Actor, comment?: string): Ticket;
  /** With a kind it needs the date on which work goes on; a contractor needs an approval first. */
  wait(id: string, who: Actor, reason: string, until?: { kind: WaitingKind; resumeAt: number }): Ticket;
  approve(id: string, who: Actor, note?: string): Ticket;
  /** Time, parts and cost. */
  bookWork(id: string, who: Actor, work: Omit<TicketWork, 'by' | 'at'>): Ticket;
  /** The department signs; `file` is the drawn signature. As strict as `verify`. */
  sign(id: string, who: Actor, signature: GivenSignature): Ticket;
  closeTicket(id: string, who: Actor, comment?: string): Ticket;
  setTicketPriority(id: string, who: Actor, priority: Priority, reason: string): Ticket;
  /** Acknowledge, arrive, restore: what ran, what paused, what was kept. */
  sla(id: string): SlaClock[];
  /** Of these tickets, those that were not restored within their promise, pauses not counted; cancelled ones are none. */
  overdue(tickets: readonly Ticket[]): ReadonlyMap<string, Overdue>;
  /** When the clocks of these tickets began and ended, by their ids. */
  times(tickets: readonly Ticket[]): ReadonlyMap<string, TicketTimes>;
  /** With the time, parts and cost that it took. */
  resolve(id: string, who: Actor, resolution: string, work?: Omit<TicketWork, 'by' | 'at'>): Ticket;
  /** Items of the check list are done, or are not after all. */
  check(id: string, who: Actor, items: readonly string[], done: boolean): Ticket;
  addCheck(id: string, who: Actor, text: Text): Ticket;
  /** Tickets of the same device or place and trade in the 30 days up to this one, itself among them, oldest first. */
  repeats(id: string): string[];
  /**
   * Sign-off by another person than who did the work, with the alarm gone. An admin may sign while the alarm is still active: that is an override, which
   * needs a reason and stands on ticket and journal. A danger to life that is still there is signed off by nobody.
   */
  verify(id: string, who: Actor, comment?: string, override?: { reason: string }): Ticket;
  reopen(id: string, who: Actor, reason: string): Ticket;
  cancel(id: string, who: Actor, reason: string): Ticket;
  commentTicket(id: string, who: Actor, text: string): Ticket;

  /** Maintenance mode of a device; ends by itself at `until`, at most 7 days on. Conditions are recorded all the same. @throws Fault desk/transition */
  startMaintenance(device: string, who: Actor, job: { reason: string; until: number }): Maintenance;
  /** @throws Fault desk/unknown when the device is not in maintenance */
  endMaintenance(device: string, who: Actor): void;
  /** Devices in maintenance now. */
  maintenance(): Maintenance[];

  journal(filter?: JournalFilter): JournalEntry[];
  /** Entries after `seq`, oldest first; for tailing. Default limit 500. */
  journalSince(seq: number, limit?: number): JournalEntry[];
  /** Of the newest entry; 0 when there is none. */
  lastSeq(): number;
  /** Of the whole desk, or of one operator position: the trade whose alarms it answers. */
  kpis(from: number, to: number, position?: Trade): DeskKpis;
  /** Rules in force as the rules role saw them at its last start; empty before. */
  rules(): RuleInForce[];
}

/** What only the rules role uses. */
export interface EngineDesk extends Desk {
  /**
   * Condition is there. Opens or joins a ticket in the same transaction. `hiddenBy`: raised, but suppressed by design from the start. `adopts`: earlier
   * alarms that follow from it; it takes the ticket of one of them that nobody has touched yet instead of opening a second.
   */
  raise(
    definition: AlarmDefinition,
    fact: { at: number; value: number | null; limit: number | null; worst?: Alarm['worst'] },
    hiddenBy?: string,
    adopts?: readonly string[],
  ): Alarm;
  clear(id: string, fact: { at: number; value: number | null }): Alarm;
  /** What was seen of open alarms since: no move, no journal. `gone`: alarms that are closed. */
  see(seen: readonly ({ id: string } & SeenValues)[], gone?: readonly string[]): void;
  suppressBy(id: string, by: string): void;
  releaseFrom(id: string, by: string): void;
  /** Groups an alarm under its root cause; a ticket of its own that nobody has taken yet is merged into that of the root. */
  setCause(id: string, cause: string | null): void;
  /** Ends shelves that are due. */
  endShelves(): void;
  /** What `rules()` shows. */
  saveRules(rules: RuleInForce[]): void;
  /** Named positions that must survive: what is published, what is judged. */
  cursor(name: string): number;
  setCursor(name: string, seq: number): void;
  /** Small JSON states of the engine, such as what stands pending. */
  memory(name: string): unknown;
  setMemory(name: string, value: unknown): void;
  /** Several moves in one transaction, one flush. */
  batch<T>(work: () => T): T;
}
