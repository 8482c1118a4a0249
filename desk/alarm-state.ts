/**
 * The life of an alarm as one pure function: states and transitions of ISA-18.2 / IEC 62682.
 * What a person sees (`state`) follows from facts that are kept apart: is the condition there, was it acknowledged, is it latched, and is the
 * alarm hidden by a shelf, by design or by being out of service. Evaluation goes on while hidden; leaving a hidden state starts over:
 * UNACK when the condition is still there, NORM when not.
 */
import type { Alarm, AlarmState } from '../shared/alarm.ts';

export type AlarmEvent =
  /** The condition is there, past its on-delay. `at` is plant time of the fact, not of the arrival. */
  | { type: 'raise'; at: number; value: number | null; limit: number | null; worst?: AlarmFacts['worst'] }
  /** The condition is gone, past its off-delay. */
  | { type: 'clear'; at: number; value: number | null }
  | { type: 'acknowledge' }
  /** Lets go of a latched alarm whose condition is gone; only a person may. */
  | { type: 'reset' }
  | { type: 'shelve'; reason: string; until: number }
  | { type: 'unshelve' }
  /** The end of the shelf has come. */
  | { type: 'shelf-end' }
  /** By design: a parent alarm, a device that is offline, maintenance mode, a season that is off. */
  | { type: 'suppress'; by: string }
  | { type: 'unsuppress' }
  | { type: 'out-of-service'; ticket: string }
  | { type: 'return' }
  | { type: 'comment' };
export type AlarmEventType = AlarmEvent['type'];

/** What the rule says about its alarm. */
export interface AlarmTraits {
  latching: boolean;
  /** Longest shelf, ms. */
  maxShelfMs: number;
}

/** The part of an alarm that transitions change. */
export type AlarmFacts = Pick<
  Alarm,
  | 'state'
  | 'active'
  | 'acknowledged'
  | 'raisedAt'
  | 'clearedAt'
  | 'acknowledgedAt'
  | 'acknowledgedBy'
  | 'occurrence'
  | 'value'
  | 'live'
  | 'worst'
  | 'limit'
  | 'shelvedUntil'
  | 'shelvedReason'
  | 'suppressedBy'
  | 'outOfServiceTicket'
>;

export const normalFacts: AlarmFacts = {
  state: 'NORM',
  active: false,
  acknowledged: true,
  raisedAt: null,
  clearedAt: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  occurrence: 0,
  value: null,
  live: null,
  worst: null,
  limit: null,
  shelvedUntil: null,
  shelvedReason: null,
  suppressedBy: null,
  outOfServiceTicket: null,
};

export type Refusal = { refused: string };
/** `changed` is false when the event brings nothing new (a repeated raise): nothing to store, nothing to journal. */
export type Move = { facts: AlarmFacts; from: AlarmState; to: AlarmState; changed: boolean };

export const defaultMaxShelfMs = 8 * 3_600_000;

const hidden = (state: AlarmState) => state === 'SHLVD' || state === 'DSUPR' || state === 'OOSRV';
const latched = (state: AlarmState) => state === 'LUNACK' || state === 'LACKED';

/** The state that the facts show. Out of service stands above a shelf, a shelf above suppression. */
function stateOf(facts: AlarmFacts, isLatched: boolean): AlarmState {
  if (facts.outOfServiceTicket !== null) return 'OOSRV';
  if (facts.shelvedUntil !== null) return 'SHLVD';
  if (facts.suppressedBy !== null) return 'DSUPR';
  if (facts.active) return facts.acknowledged ? 'ACKED' : 'UNACK';
  if (isLatched) return facts.acknowledged ? 'LACKED' : 'LUNACK';
  return facts.acknowledged ? 'NORM' : 'RTNUN';
}

/**
 * Applies one event. Never throws; what is not possible in the present state is a refusal that says why.
 * @param who stands in `acknowledgedBy`
 */
export function move(alarm: AlarmFacts, event: AlarmEvent, now: number, traits: AlarmTraits, who = ''): Move | Refusal {
  const from = alarm.state;
  const to = (facts: AlarmFacts, isLatched = false): Move => {
    const state = stateOf(facts, isLatched);
    return { facts: { ...facts, state }, from, to: state, changed: true };
  };
  /** Leaving a hidden state: what is still hidden otherwise stays so, else evaluation starts over. */
  const reveal = (facts: AlarmFacts): Move => {
    const next = to(facts);
    if (hidden(next.to)) return next;
    const fresh = { ...facts, acknowledged: !facts.active, ...(facts.active ? { acknowledgedAt: null, acknowledgedBy: null } : {}) };
    return to(fresh);
  };
  switch (event.type) {
    case 'raise': {
      if (alarm.active) return { facts: alarm, from, to: from, changed: false };
      return to({
        ...alarm,
        active: true,
        acknowledged: false,
        acknowledgedAt: null,
        acknowledgedBy: null,
        raisedAt: event.at,
        clearedAt: null,
        occurrence: alarm.occurrence + 1,
        value: event.value,
        live: { value: event.value, at: event.at, trend: null, note: null },
        // The delay may have seen worse than what stood at its end.
        worst: event.worst ?? (event.value === null || event.limit === null ? null : { value: event.value, at: event.at }),
        limit: event.limit,
      });
    }
    case 'clear': {
      if (!alarm.active) return { facts: alarm, from, to: from, changed: false };
      // The value at raising and the worst one stay: they say what it was about. Now is now.
      const facts = { ...alarm, active: false, clearedAt: event.at, live: { value: event.value, at: event.at, trend: null, note: null } };
      // While hidden nobody is asked to acknowledge; leaving the hidden state later finds it normal.
      if (hidden(from)) return to({ ...facts, acknowledged: true });
      return to(facts, traits.latching);
    }
    case 'acknowledge': {
      if (from !== 'UNACK' && from !== 'RTNUN' && from !== 'LUNACK') return { refused: `an alarm in state ${from} cannot be acknowledged` };
      return to({ ...alarm, acknowledged: true, acknowledgedAt: now, acknowledgedBy: who }, latched(from));
    }
    case 'reset': {
      if (!latched(from)) return { refused: `only a latched alarm can be reset, this one is ${from}` };
      return to({ ...alarm, acknowledged: true, acknowledgedAt: alarm.acknowledgedAt ?? now, acknowledgedBy: alarm.acknowledgedBy ?? who });
    }
    case 'shelve': {
      if (from === 'OOSRV') return { refused: 'an alarm that is out of service cannot be shelved' };
      if (event.reason.trim() === '') return { refused: 'shelving needs a reason' };
      if (!(event.until > now)) return { refused: 'the end of the shelf must lie in the future' };
      if (event.until > now + traits.maxShelfMs) return { refused: `a shelf lasts at most ${traits.maxShelfMs / 3_600_000} h` };
      return to({ ...alarm, shelvedUntil: event.until, shelvedReason: event.reason });
    }
    case 'unshelve':
      if (from !== 'SHLVD') return { refused: `only a shelved alarm can be unshelved, this one is ${from}` };
      return reveal({ ...alarm, shelvedUntil: null, shelvedReason: null });
    case 'shelf-end':
      if (alarm.shelvedUntil === null || alarm.shelvedUntil > now) return { refused: 'the shelf has not ended' };
      return reveal({ ...alarm, shelvedUntil: null, shelvedReason: null });
    case 'suppress':
      if (alarm.suppressedBy === event.by) return { facts: alarm, from, to: from, changed: false };
      return to({ ...alarm, suppressedBy: event.by });
    case 'unsuppress':
      if (alarm.suppressedBy === null) return { refused: 'the alarm is not suppressed' };
      return reveal({ ...alarm, suppressedBy: null });
    case 'out-of-service':
      if (event.ticket.trim() === '') return { refused: 'taking an alarm out of service needs a ticket' };
      if (from === 'OOSRV') return { refused: 'the alarm is out of service already' };
      // The ticket now answers for it; a shelf under it would end unseen.
      return to({ ...alarm, outOfServiceTicket: event.ticket, shelvedUntil: null, shelvedReason: null });
    case 'return':
      if (from !== 'OOSRV') return { refused: `only an alarm that is out of service can be returned, this one is ${from}` };
      return reveal({ ...alarm, outOfServiceTicket: null });
    case 'comment':
      return { facts: alarm, from, to: from, changed: true };
  }
}

export const isRefusal = (result: Move | Refusal): result is Refusal => 'refused' in result;

/** Open: somebody may still have to do or know something. Closed alarms leave MQTT. */
export const isOpen = (alarm: Pick<Alarm, 'state'>): boolean => alarm.state !== 'NORM';
