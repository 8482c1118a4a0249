/** The alarm as it leaves rules/: on MQTT, in the API and on the screen. States of ISA-18.2 / IEC 62682. */
import type { QuantityId } from './quantity.ts';
import type { System, Trade } from './system.ts';
import type { Text } from './text.ts';

/** P1..P4 of ISA-18.2 practice; response limits are 3 min, 15 min, same shift, daily list. */
export const priorities = ['critical', 'high', 'medium', 'low'] as const;
export type Priority = (typeof priorities)[number];
export const priorityLabels: Record<Priority, Text> = {
  critical: { zh: '紧急', en: 'Critical' },
  high: { zh: '重要', en: 'High' },
  medium: { zh: '一般', en: 'Medium' },
  low: { zh: '提示', en: 'Low' },
};

export const alarmStates = ['NORM', 'UNACK', 'ACKED', 'RTNUN', 'LUNACK', 'LACKED', 'SHLVD', 'DSUPR', 'OOSRV'] as const;
export type AlarmState = (typeof alarmStates)[number];
export const alarmStateLabels: Record<AlarmState, Text> = {
  NORM: { zh: '正常', en: 'Normal' },
  UNACK: { zh: '未确认', en: 'Unacknowledged' },
  ACKED: { zh: '已确认', en: 'Acknowledged' },
  RTNUN: { zh: '已恢复未确认', en: 'Returned, unacknowledged' },
  LUNACK: { zh: '锁存未确认', en: 'Latched, unacknowledged' },
  LACKED: { zh: '锁存已确认', en: 'Latched, acknowledged' },
  SHLVD: { zh: '已搁置', en: 'Shelved' },
  DSUPR: { zh: '联动抑制', en: 'Suppressed by design' },
  OOSRV: { zh: '退出服务', en: 'Out of service' },
};

/** Where a value is heading. */
export type Trend = 'rising' | 'falling' | 'steady';

/** What the rule sees now, in the unit of the alarm. */
export interface LiveValue {
  /** null: unknown, the device does not answer or says what cannot be. */
  value: number | null;
  at: number;
  /** null: too little seen. */
  trend: Trend | null;
  /** Further words of the rule, such as how many minutes are left. */
  note: Text | null;
}

/** Three numbers that must not be taken for each other. */
export interface AlarmValues {
  /** At the raising of this occurrence. */
  value: number | null;
  /** Now; null until the rules role has looked. */
  live: LiveValue | null;
  /** The worst since the raising. null where no value is worse than another. */
  worst: { value: number; at: number } | null;
}

export interface Alarm extends AlarmValues {
  /** Stable for the rule at the device: `<rule>.<device>` in lower case; one alarm, many occurrences. */
  id: string;
  rule: string;
  device: string;
  quantity: QuantityId | null;
  system: System;
  priority: Priority;
  trade: Trade;
  lifeSafety: boolean;
  state: AlarmState;
  /** Is the condition there now (also while shelved, suppressed or out of service)? */
  active: boolean;
  acknowledged: boolean;
  /** Plant time, UTC ms. */
  raisedAt: number | null;
  clearedAt: number | null;
  acknowledgedAt: number | null;
  acknowledgedBy: string | null;
  /** Counts occurrences since the alarm was first known. */
  occurrence: number;
  limit: number | null;
  unit: string;
  title: Text;
  /** What, where, since when, how bad. */
  message: Text;
  /** What to check first. */
  check: Text;
  location: Text;
  building: string | null;
  department: string | null;
  shelvedUntil: number | null;
  shelvedReason: string | null;
  suppressedBy: string | null;
  outOfServiceTicket: string | null;
  /** The alarm that is the root cause of this one, when grouped. */
  cause: string | null;
  ticket: string | null;
  /** Of the rule: a standard's clause, or "proposal". */
  source: string;
  version: number;
}

/** The rule of the alarm that a notification channel of ours does not work; never told over that channel. */
export const pathRule = 'SYS-NOTIFY';
/** Alarms of the platform about itself, by rules/platform-watch.ts. */
export const platformRulePrefix = 'SYS-PLATFORM-';
/** Alarms that another program raised, over dashboards/api/alertmanager.ts. */
export const externalRule = 'EXTERNAL';
/** Alarms that no reading raises and no rule of a pack: whoever raised them clears them. */
export const isOwnAlarm = (rule: string): boolean => rule === pathRule || rule === externalRule || rule.startsWith(platformRulePrefix);
