/**
 * What a board is: panels on quantities and selectors of the site, with the question that each answers. One description serves Grafana and the
 * console. Pure data: no Grafana, no React, nothing of Node, so that the console can load it in a browser. One file per board in `boards/`.
 */
import type { QuantityId } from '../../shared/quantity.ts';
import type { System } from '../../shared/system.ts';
import type { Text } from '../../shared/text.ts';

/** Which devices: all conditions must hold. Devices that measure none of the asked quantities are left out. */
export interface BoardSelector {
  system?: System;
  roles?: readonly string[];
  devices?: readonly string[];
  buildings?: readonly string[];
  departments?: readonly string[];
}

/** A value worked out from quantities and attributes of one device: see expression.ts for what may stand in it. */
export interface Derived {
  id: string;
  label: Text;
  /** As shown, '' for ratios. */
  unit: string;
  /** `100 * max(current_l1_a, current_l2_a, current_l3_a) / @rating_a` */
  expression: string;
}

/** What ingest writes about a device itself: is it online, how many of its points are bad. Written on change, not on every poll. */
export interface StatusValue {
  status: 'online' | 'bad_points';
}

export type BoardValue = QuantityId | Derived | StatusValue;

/**
 * How the readings of one time step become one value. `increase` is for counters, by the rules of shared/counter.ts; `consumed` is what the energy role has
 * booked of a counter (measurement `consumption`: swaps, resets and gaps settled, what was filled in marked), the figure of /api/energy/consumption.
 */
export type StepAggregate = 'mean' | 'min' | 'max' | 'last' | 'increase' | 'count' | 'consumed';
/** Fixed time steps; `1d` are days and `1mo` months of the site's time zone. Months are shown for a year back, whatever range is chosen. */
export type Step = '10m' | '15m' | '1h' | '1d' | '1mo';

export interface Series {
  select: BoardSelector;
  values: readonly BoardValue[];
  aggregate: StepAggregate;
  /** Of what was consumed only what was filled in and neither measured nor read by a person. */
  part?: 'estimated';
  /** First the mean of this finer step, then `aggregate`: the least 10-minute flow of a day is the night flow. */
  finer?: Step;
  /** By default what the screen can show. */
  step?: Step;
  /** Joins devices to one line; without it each device has its own. */
  combine?: 'sum' | 'mean' | 'min' | 'max';
  /** With `combine`: one line per department or building. Only the uppermost meter of each counts, so that nothing counts twice. */
  by?: 'department' | 'building';
  /** Instead of the label of the value. */
  label?: Text;
}

export type PanelKind = 'time-series' | 'stat' | 'gauge' | 'state-timeline' | 'bar' | 'table' | 'heat-map' | 'status-tile';

interface PanelFrame {
  /** Unique on its board, kebab-case; the Grafana panel number comes from the order. */
  id: string;
  title: Text;
  /** What to look at and what to do; shown at the title. */
  help?: Text;
  /** Width of 24 columns and height in rows of about 30 px. */
  size: readonly [width: number, height: number];
}

/** A panel on readings. */
export interface ReadingsPanel extends PanelFrame {
  kind: PanelKind;
  series: readonly Series[];
  /** Rules whose limits are drawn; the numbers come from the rules in force at the site. */
  rules?: readonly string[];
  /** Bars: one per device (or group) for the whole range, or bars over time. */
  bars?: 'each' | 'over-time';
  /** Stat: with the trend behind the figure. */
  trend?: boolean;
  /** Scale of gauges, in the unit of the value. */
  scale?: readonly [min: number, max: number];
  /** Looks back so far whatever range is chosen: a day alone says little about days. */
  lookBack?: '14d';
  /** The same so long ago, for comparison. */
  shift?: '1d' | '7d' | '1M';
  digits?: number;
}

/** A panel on alarms and tickets. They live in the operations database, where the console reads them; of alarms the store has the moves, which Grafana shows. */
export interface DeskPanel extends PanelFrame {
  kind: 'desk';
  view:
    | 'open-alarms'
    | 'alarm-kpis'
    | 'most-frequent-alarms'
    | 'stale-alarms'
    | 'open-tickets'
    | 'tickets-by-state'
    | 'overdue-tickets'
    | 'role-health'
    | 'pipeline'
    | 'transfers'
    | 'dead-letters';
}

/** A text for the reader. */
export interface NotePanel extends PanelFrame {
  kind: 'note';
  text: Text;
}

export type Panel = ReadingsPanel | DeskPanel | NotePanel;

export interface Board {
  /** The file name. */
  id: string;
  title: Text;
  question: Text;
  audience: Text;
  /** Shows the notice that the platform supplements the statutory local panels. */
  lifeSafety?: boolean;
  /** What one sees first. */
  range: 'day' | 'week' | 'month';
  panels: readonly Panel[];
}

/** Promise 6 of the design: wherever life-safety values are shown. */
export const lifeSafetyNotice: Text = {
  zh: '**本平台是法定就地报警装置的补充，不能替代。** 氧气、市电与发电机、电气火灾等请始终以现场报警盘和消防控制室为准；屏幕无数据时视为未知，不视为正常。',
  en: '**This platform supplements the statutory local panels and never replaces them.** For oxygen, mains and generator and electrical fire rely on the local alarm panel and the fire control room; where a screen shows no data the state is unknown, not normal.',
};

export const isReadings = (panel: Panel): panel is ReadingsPanel => panel.kind !== 'desk' && panel.kind !== 'note';
export const isDerived = (value: BoardValue): value is Derived => typeof value === 'object' && 'expression' in value;
export const isStatus = (value: BoardValue): value is StatusValue => typeof value === 'object' && 'status' in value;

/** Does it show values over time, or one for the whole range? */
export const isTrend = (panel: ReadingsPanel): boolean =>
  panel.kind === 'time-series' ||
  panel.kind === 'state-timeline' ||
  panel.kind === 'heat-map' ||
  panel.bars === 'over-time' ||
  isMonthly(panel);

/** One value per month of the calendar. */
export const isMonthly = ({ series }: ReadingsPanel): boolean => series[0]?.step === '1mo';

/** Can it be laid beside the same of an earlier period? What shows another period already, states and shades cannot. */
export const isComparable = ({ kind, shift }: ReadingsPanel): boolean =>
  shift === undefined && (kind === 'time-series' || kind === 'bar' || kind === 'stat');

/** Checks the types of a board where it is written. */
export function defineBoard(board: Board): Board {
  return board;
}
