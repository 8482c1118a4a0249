import type { AlarmValues, Priority } from './alarm.ts';
import type { System, Trade } from './system.ts';
import type { Text } from './text.ts';

export const ticketStates = ['open', 'assigned', 'started', 'waiting', 'resolved', 'verified', 'closed', 'cancelled'] as const;
export type TicketState = (typeof ticketStates)[number];
/** Signed off or done away with; every list of open tickets leaves these out. */
export const closedTicketStates: readonly TicketState[] = ['verified', 'closed', 'cancelled'];
export const isClosed = ({ state }: { state: TicketState }): boolean => closedTicketStates.includes(state);
export const ticketStateLabels: Record<TicketState, Text> = {
  open: { zh: '待派单', en: 'Open' },
  assigned: { zh: '已派单', en: 'Assigned' },
  started: { zh: '处理中', en: 'In progress' },
  waiting: { zh: '挂起待件', en: 'Waiting' },
  resolved: { zh: '待签收', en: 'Resolved' },
  verified: { zh: '已签收', en: 'Signed off' },
  closed: { zh: '已关闭', en: 'Closed' },
  cancelled: { zh: '已作废', en: 'Cancelled' },
};

export interface TicketValues extends AlarmValues {
  alarm: string;
  limit: number | null;
  unit: string;
  lifeSafety: boolean;
}

/** What a ticket waits for. A contractor needs the approval of the head first. */
export const waitingKinds = ['parts', 'contractor', 'approval', 'other'] as const;
export type WaitingKind = (typeof waitingKinds)[number];
export const waitingKindLabels: Record<WaitingKind, Text> = {
  parts: { zh: '等配件', en: 'Parts' },
  contractor: { zh: '等外委单位', en: 'Contractor' },
  approval: { zh: '等审批', en: 'Approval' },
  other: { zh: '其他', en: 'Other' },
};

/** What was done by whom, with which parts. */
export interface TicketWork {
  by: string;
  at: number;
  minutes: number;
  /** `costYuan`: of the whole quantity. What came back stands negative. */
  parts: { name: string; quantity: number; unit: string; costYuan: number }[];
  /** Beside the parts: contractor, transport. Yuan. */
  costYuan: number;
  note: string | null;
}

/** Parts came back, and nothing else was done: it may be booked at any time, and is no work on the fault. */
export const isReturn = ({ minutes, parts, costYuan }: Pick<TicketWork, 'minutes' | 'parts' | 'costYuan'>): boolean =>
  minutes === 0 && costYuan === 0 && parts.length > 0 && parts.every(({ quantity }) => quantity < 0);

/** One thing to look at, and who has. */
export interface TicketCheck {
  id: string;
  text: Text;
  done: { by: string; at: number } | null;
}

/** What happens to a ticket between its assignment and its end. */
export interface TicketLife {
  arrivedAt: number | null;
  arrivedBy: string | null;
  waitingKind: WaitingKind | null;
  /** When work goes on; the clocks run again from then. */
  resumeAt: number | null;
  approval: { by: string; at: number; note: string | null } | null;
  /** Of the department; `file` is the drawn one; `phoneOf`: on whose phone it was drawn, where the signer has no account. */
  signature: { name: string; by: string; at: number; file: number | null; stars: number | null; phoneOf: string | null } | null;
  work: TicketWork[];
  checks: TicketCheck[];
  closedAt: number | null;
  closedBy: string | null;
  /** The ticket of the root cause in a storm; the tickets under this one. */
  parent: string | null;
  children: string[];
  reopened: number;
}
export const freshLife: TicketLife = {
  arrivedAt: null,
  arrivedBy: null,
  waitingKind: null,
  resumeAt: null,
  approval: null,
  signature: null,
  work: [],
  checks: [],
  closedAt: null,
  closedBy: null,
  parent: null,
  children: [],
  reopened: 0,
};

export interface Ticket {
  /** `T-<number>`, counting up. */
  id: string;
  state: TicketState;
  title: Text;
  description: Text;
  system: System;
  trade: Trade;
  priority: Priority;
  device: string | null;
  building: string | null;
  department: string | null;
  location: Text;
  /** Alarm that opened it; null for one reported by a person. */
  alarm: string | null;
  /** Further alarms of the same cause. */
  alarms: string[];
  /** Is the alarm's condition still there? */
  alarmActive: boolean;
  /** Of the most urgent of its alarms: at raising, now, worst since. null without one. */
  values: TicketValues | null;
  openedAt: number;
  openedBy: string;
  assignee: string | null;
  assignedAt: number | null;
  startedAt: number | null;
  resolvedAt: number | null;
  resolvedBy: string | null;
  resolution: string | null;
  verifiedAt: number | null;
  verifiedBy: string | null;
  /** Signed off although its alarm was still active: why, and by whom. null otherwise. */
  override: { reason: string; by: string } | null;
  waitingReason: string | null;
  life: TicketLife;
  version: number;
}
