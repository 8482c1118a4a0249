/** Counts and times of tickets over a period, by trade, place, person or month. Pure; every figure is of tickets opened in the period. */
import { isClosed, type Ticket } from '../shared/ticket.ts';
import { wallOf } from '../shared/zone.ts';

export const statisticsBy = ['trade', 'place', 'person', 'month'] as const;
export type StatisticsBy = (typeof statisticsBy)[number];

export interface TicketFigures {
  /** The trade, department, person or `2026-01`; null: none. */
  key: string | null;
  opened: number;
  /** Signed off or closed. */
  closed: number;
  cancelled: number;
  open: number;
  /** Not repaired within what was promised, whether repaired since or not; pauses not counted. */
  overdue: number;
  /** Of these, not repaired to this day. */
  overdueOpen: number;
  /** Opened by an alarm. */
  fromAlarms: number;
  reopened: number;
  /** Signed off and never opened again, in per cent of those signed off; null without any. */
  firstTimeFixPct: number | null;
  /** More than so many of the same device or place within 30 days. */
  repeatFaults: number;
  /** From opening to the first reaction, to arrival, to its being restored as its clock says (desk/sla.ts); pauses counted, minutes. */
  acknowledge: Spread;
  arrive: Spread;
  restore: Spread;
  parts: number;
  costYuan: number;
  workMinutes: number;
  starsMean: number | null;
}
/** When the clocks of a ticket began, and when the last of them ended: repaired and its alarm gone, or signed off all the same; null: not yet. */
export interface TicketTimes {
  begunAt: number;
  restoredAt: number | null;
}
/** How a ticket missed its promise. */
export interface Overdue {
  since: number;
  /** By how much, up to the repair or up to now. */
  byMs: number;
  repaired: boolean;
}
export interface Spread {
  count: number;
  medianMin: number | null;
  p90Min: number | null;
}

const minute = 60_000;
export const repeatWindowMs = 30 * 86_400_000;
/** More of the same than so many within the window are repeat faults. */
export const repeatMost = 3;

/** Nearest rank: a value that occurred. */
function spreadOf(times: number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
    return value === undefined ? null : value / minute;
  };
  return { count: sorted.length, medianMin: at(0.5), p90Min: at(0.9) };
}

/** Who it is about: whoever repaired it, else whoever it is given to. */
const personOf = (ticket: Ticket) => ticket.resolvedBy ?? ticket.assignee;

export function keyOf(ticket: Ticket, by: StatisticsBy, timezone: string): string | null {
  if (by === 'trade') return ticket.trade;
  if (by === 'place') return ticket.department ?? ticket.building;
  if (by === 'person') return personOf(ticket);
  return new Date(wallOf(timezone, ticket.openedAt)).toISOString().slice(0, 7);
}

/** @param overdue and what their clocks say, of these tickets, by their ids; of a ticket that is not among them counts what it says itself */
export function figuresOf(
  tickets: readonly Ticket[],
  overdue: ReadonlyMap<string, Overdue> = new Map(),
  clocks: ReadonlyMap<string, TicketTimes> = new Map(),
  key: string | null = null,
): TicketFigures {
  const late = tickets.flatMap(({ id }) => overdue.get(id) ?? []);
  const signed = tickets.filter((one) => one.state === 'verified' || one.state === 'closed');
  const times = (of: (ticket: Ticket) => number | null) =>
    spreadOf(
      tickets.flatMap((one) => {
        const tookMs = (of(one) ?? Number.NaN) - (clocks.get(one.id)?.begunAt ?? one.openedAt);
        return tookMs >= 0 ? [tookMs] : [];
      }),
    );
  const stars = tickets.flatMap((one) => one.life.signature?.stars ?? []);
  const sum = (of: (ticket: Ticket) => number) => tickets.reduce((all, one) => all + of(one), 0);
  const firstOf = (...values: (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : Math.min(...known);
  };
  return {
    key,
    opened: tickets.length,
    closed: signed.length,
    cancelled: tickets.filter((one) => one.state === 'cancelled').length,
    open: tickets.filter((one) => !isClosed(one)).length,
    overdue: late.length,
    overdueOpen: late.filter(({ repaired }) => !repaired).length,
    fromAlarms: tickets.filter((one) => one.alarm !== null).length,
    reopened: tickets.filter((one) => one.life.reopened > 0).length,
    firstTimeFixPct: signed.length === 0 ? null : (100 * signed.filter((one) => one.life.reopened === 0).length) / signed.length,
    repeatFaults: repeatsIn(tickets),
    acknowledge: times((one) => firstOf(one.assignedAt, one.startedAt, one.life.arrivedAt)),
    arrive: times((one) => firstOf(one.life.arrivedAt, one.startedAt)),
    restore: times((one) => (clocks.get(one.id) ?? { restoredAt: one.resolvedAt }).restoredAt),
    parts: sum((one) => one.life.work.reduce((all, work) => all + work.parts.filter(({ quantity }) => quantity > 0).length, 0)),
    // Money is added in cents, so that a sum of a year is right to the cent.
    costYuan:
      Math.round(
        sum((one) =>
          one.life.work.reduce(
            (all, work) => all + Math.round(100 * (work.costYuan + work.parts.reduce((cost, part) => cost + part.costYuan, 0))),
            0,
          ),
        ),
      ) / 100,
    workMinutes: sum((one) => one.life.work.reduce((all, work) => all + work.minutes, 0)),
    starsMean: stars.length === 0 ? null : stars.reduce((all, one) => all + one, 0) / stars.length,
  };
}

/** Which faults count as the same. */
const sameFault = (one: Ticket) => `${one.device ?? ''}/${one.department ?? ''}/${one.trade}`;

/** Ids of the same fault within the window before this one, itself among them, oldest first. */
export function repeatsOf(ticket: Ticket, tickets: readonly Ticket[]): string[] {
  const key = sameFault(ticket);
  return tickets
    .filter((one) => one.id === ticket.id || (one.state !== 'cancelled' && sameFault(one) === key))
    .filter(({ openedAt }) => openedAt <= ticket.openedAt && ticket.openedAt - openedAt <= repeatWindowMs)
    .toSorted((a, b) => a.openedAt - b.openedAt || Number(a.id.slice(2)) - Number(b.id.slice(2)))
    .map(({ id }) => id);
}

/** Places or devices with more than three tickets within some 30 days. */
function repeatsIn(tickets: readonly Ticket[]): number {
  const places = Map.groupBy(
    tickets.filter((one) => one.state !== 'cancelled' && (one.device ?? one.department) !== null),
    sameFault,
  );
  let found = 0;
  for (const list of places.values()) {
    const times = list.map((one) => one.openedAt).sort((a, b) => a - b);
    if (times.some((t, i) => (times[i + repeatMost] ?? Number.POSITIVE_INFINITY) - t <= repeatWindowMs)) found++;
  }
  return found;
}

/** One row a key, the busiest first (months in their order), then the sum of all as `total`. */
export function statisticsOf(
  tickets: readonly Ticket[],
  by: StatisticsBy,
  timezone: string,
  overdue: ReadonlyMap<string, Overdue> = new Map(),
  clocks: ReadonlyMap<string, TicketTimes> = new Map(),
): { rows: TicketFigures[]; total: TicketFigures } {
  const groups = Map.groupBy(tickets, (one) => keyOf(one, by, timezone));
  const rows = [...groups].map(([key, list]) => figuresOf(list, overdue, clocks, key));
  rows.sort((a, b) =>
    by === 'month' ? String(a.key).localeCompare(String(b.key)) : b.opened - a.opened || String(a.key).localeCompare(String(b.key)),
  );
  return { rows, total: figuresOf(tickets, overdue, clocks) };
}
