/** What the pages of management are made of: days of all meters, kept by month, and what follows from them. */
import {
  type Change,
  type Compared,
  changesOf,
  compare,
  type DayTable,
  type FigureSeries,
  type Flows,
  flowsOf,
  type KeptMonths,
  keepNothing,
  type Ledger,
  type Medium,
  type Meter,
  media,
  mediumUnits,
  metersIn,
  midnights,
  monthsToKeep,
  monthUses,
  outdoorStation,
  pct,
  type Registers,
  type Scope,
  sumRows,
  type TargetState,
  targetState,
} from '../../energy/index.ts';
import type { Store } from '../../ingest/store.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Target } from '../../shared/energy-site.ts';
import type { SiteConfig } from '../../shared/site.ts';
import { momentOf, wallOf } from '../../shared/zone.ts';
import { openDayBlocks } from './day-blocks.ts';

/** So many months of before the present one. */
const monthsBack = 26;

export interface MonthRow extends Compared {
  month: string;
  from: number;
  to: number;
  running: boolean;
  perM2: number | null;
  bedDays: number | null;
  perBedDay: number | null;
  visits: number | null;
  perVisit: number | null;
}

/** Of whole days of a month, as what was used; with the year before like with like: both at the mean price of their month, on the days that were measured in both years. */
export interface MonthCost {
  /** Yuan of the days that are over, as the bill would be; null: nothing has a price. */
  value: number | null;
  like: number | null;
  before: number | null;
  changePct: number | null;
  /** Of the month a year ago, whole. */
  wholeBefore: number | null;
  media: { medium: Medium; value: number; perUnit: number | null; like: number | null; before: number | null }[];
  /** Metered, without a price. */
  unpriced: Medium[];
}

export interface Management {
  table(): Promise<DayTable>;
  /** Month of now, or the one before as long as no day of it is over. */
  currentMonth(): string;
  bounds(month: string): { from: number; to: number; running: boolean };
  months(
    medium: Medium,
    scope: Scope,
    id: string | undefined,
  ): Promise<{ unit: string; meters: string[]; areaM2: number | null; rows: MonthRow[] }>;
  compared(medium: Medium, from: number, to: number): Promise<Compared | undefined>;
  cost(month: string): Promise<MonthCost>;
  changes(from: number, to: number): Promise<Change[]>;
  /** One row of the month for each department, building or tenant that has a meter of the medium. */
  breakdown(
    medium: Medium,
    scope: 'department' | 'building' | 'tenant',
    month: string,
  ): Promise<(MonthRow & { id: string; areaM2: number | null })[]>;
  flows(medium: Medium, from: number, to: number): Promise<Flows>;
  targets(
    year: number,
  ): Promise<(TargetState & { id: string; name: { zh: string; en: string }; medium: string; unit: string; year: number })[]>;
  /** Months that are over and counted, and how many of them are worked out ahead. */
  readiness(): { ready: number; of: number };
  readonly media: readonly Medium[];
  readonly meters: readonly Meter[];
}

export interface ManagementSource {
  site: SiteConfig;
  meters: readonly Meter[];
  store(): Pick<Store, 'seriesMany' | 'series'>;
  registers: Registers;
  ledger: Pick<Ledger, 'cost' | 'media'>;
  clock: Clock;
  wall: Clock;
  /** Grows when consumption of the month was written again; undefined: not counted. */
  versionOf?(month: string): number | undefined;
  /** Days of months that are over, from before this start. */
  kept?: KeptMonths;
}

const nameOf = (year: number, month: number) => new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 7);

export function openManagement(source: ManagementSource): Management {
  const { site, meters, clock, registers } = source;
  const { timezone } = site.site;
  const own = media.filter((medium) => meters.some((one) => one.medium === medium));
  const station = outdoorStation(site);
  const kept = source.kept ?? keepNothing;

  const bounds = (month: string) => {
    const [year, number] = month.split('-').map(Number) as [number, number];
    const from = momentOf(timezone, Date.UTC(year, number - 1, 1));
    const end = momentOf(timezone, Date.UTC(year, number, 1));
    const today = midnights(timezone, from, Math.min(end, clock.now())).at(-1) ?? from;
    return { from, to: today, running: clock.now() < end };
  };
  const currentMonth = () => {
    const now = new Date(wallOf(timezone, clock.now()));
    const month = nameOf(now.getUTCFullYear(), now.getUTCMonth());
    const { from, to } = bounds(month);
    return to > from ? month : nameOf(now.getUTCFullYear(), now.getUTCMonth() - 1);
  };
  const monthNames = (back: number) => {
    const [year, month] = currentMonth().split('-').map(Number) as [number, number];
    return Array.from({ length: back + 1 }, (_, i) => nameOf(year, month - 1 - back + i));
  };
  const table = openDayBlocks({ ...source, station, kept, bounds, months: () => monthNames(monthsBack) });
  const mains = (medium: Medium) => metersIn(meters, 'site', undefined, medium).map(({ device }) => device);
  const area = (scope: Scope, id: string | undefined): number | null => {
    const sum = (list: readonly { area_m2?: number | undefined }[]) =>
      list.length === 0 || list.some((one) => one.area_m2 === undefined) ? null : list.reduce((all, one) => all + (one.area_m2 ?? 0), 0);
    if (scope === 'site') return sum(site.buildings);
    if (scope === 'building') return sum(site.buildings.filter((one) => one.id === id));
    return scope === 'department' ? sum(site.departments.filter((one) => one.id === id)) : null;
  };
  /** Null unless every month is entered. */
  const figure = (names: readonly string[], from: string, to: string, department: string | null): number | null => {
    const all = names.map((name): FigureSeries => registers.series(name, from, to, department));
    return all.some(({ total }) => total === null) ? null : all.reduce((sum, { total }) => sum + (total ?? 0), 0);
  };

  const management: Management = {
    readiness() {
      const versions = { of: (month: string) => source.versionOf?.(month) };
      const months = monthsToKeep({ site, meters, versions, kept, clock });
      return { ready: months.filter(({ missing }) => missing.length === 0).length, of: months.length };
    },
    table,
    currentMonth,
    bounds,
    media: own,
    meters,
    async months(medium, scope, id) {
      const days = await table();
      const of = metersIn(meters, scope, id, medium).map(({ device }) => device);
      const areaM2 = area(scope, id);
      const rows = monthNames(monthsBack).flatMap((month) => rowOf(days, medium, scope, id, month) ?? []);
      return { unit: mediumUnits[medium], meters: of, areaM2, rows };
    },
    async compared(medium, from, to) {
      const of = mains(medium);
      return of.length === 0 ? undefined : compare(await table(), of, timezone, from, to);
    },
    async cost(month) {
      const { from, to } = bounds(month);
      const last = `${Number(month.slice(0, 4)) - 1}${month.slice(4)}`;
      const before = bounds(last);
      const found: MonthCost['media'] = [];
      const unpriced: Medium[] = [];
      let wholeBefore: number | null = null;
      if (to <= from) return { value: null, like: null, before: null, changePct: null, wholeBefore, media: found, unpriced };
      for (const medium of own) {
        const ask = async (span: { from: number; to: number }) =>
          span.to > span.from ? (await source.ledger.cost({ scope: 'site', medium, from: span.from, to: span.to }))[0] : undefined;
        const [now, then] = await Promise.all([ask({ from, to }), ask(before)]);
        if (!now || now.lines.every(({ cost }) => cost === 0)) {
          unpriced.push(medium);
          continue;
        }
        const compared = await management.compared(medium, from, to);
        const perUnit = now.quantity ? now.total / now.quantity : null;
        const perUnitThen = then?.quantity ? then.total / then.quantity : null;
        const like = perUnit === null || compared?.matched == null ? null : perUnit * compared.matched;
        found.push({
          medium,
          value: now.total,
          perUnit,
          like,
          before: perUnitThen === null || compared?.before == null ? null : perUnitThen * compared.before,
        });
        if (then) wholeBefore = (wholeBefore ?? 0) + then.total;
      }
      const sum = (of: (one: MonthCost['media'][number]) => number | null) =>
        found.length === 0 || found.some((one) => of(one) === null) ? null : found.reduce((all, one) => all + (of(one) ?? 0), 0);
      const [like, old] = [sum((one) => one.like), sum((one) => one.before)];
      return { value: sum((one) => one.value), like, before: old, changePct: pct(like, old), wholeBefore, media: found, unpriced };
    },
    async breakdown(medium, scope, month) {
      const days = await table();
      const ids = [...new Set(meters.flatMap((one) => (one.medium === medium ? (one[scope] ?? []) : [])))];
      return ids.flatMap((id) => {
        const row = rowOf(days, medium, scope, id, month);
        return row ? [{ id, areaM2: area(scope, id), ...row }] : [];
      });
    },
    changes: async (from, to) => changesOf(await table(), meters, timezone, from, to),
    async flows(medium, from, to) {
      const days = await table();
      return flowsOf(meters, medium, (device) => {
        const rows = (days.meters.get(device) ?? []).filter((row) => row.from >= from && row.from < to && row.value !== null);
        return {
          value: rows.length === 0 ? null : rows.reduce((sum, row) => sum + (row.value ?? 0), 0),
          estimated: rows.reduce((sum, row) => sum + row.estimated + row.unknown, 0),
        };
      });
    },
    async targets(year) {
      const days = await table();
      const found: Awaited<ReturnType<Management['targets']>> = [];
      for (const target of site.targets) {
        if (target.year !== undefined && target.year !== year) continue;
        const { id, name, medium, scope, of, per } = target;
        const base = { id, name, medium, year };
        const none = (reason: NonNullable<TargetState['reason']>): TargetState => ({
          amount: null,
          months: [],
          plannedToDate: null,
          actualToDate: null,
          state: 'unknown',
          reason,
        });
        if (medium === 'cost' && scope === 'site' && per === 'total') {
          found.push({ ...base, unit: 'yuan', ...(await costTarget(target, year)) });
          continue;
        }
        if (medium === 'cost' || medium === 'oxygen') {
          found.push({ ...base, unit: medium === 'cost' ? 'yuan' : 'm³', ...none(medium === 'cost' ? 'no-cost' : 'no-meter') });
          continue;
        }
        const devices = metersIn(meters, scope, of, medium).map(({ device }) => device);
        if (devices.length === 0) {
          found.push({ ...base, unit: mediumUnits[medium], ...none('no-meter') });
          continue;
        }
        const rows = sumRows(days, devices);
        const clockOf = (t: number) => wallOf(timezone, t);
        const [now, before] = [monthUses(year, rows, clockOf), monthUses(year - 1, rows, clockOf)];
        if (per === 'total') {
          found.push({ ...base, unit: mediumUnits[medium], ...targetState(target, year, now, before) });
          continue;
        }
        found.push({ ...base, unit: `${mediumUnits[medium]}/${per}`, ...intensity(target, year, now, per, scope, of) });
      }
      return found;
    },
  };
  return management;

  function rowOf(days: DayTable, medium: Medium, scope: Scope, id: string | undefined, month: string): MonthRow | undefined {
    const of = metersIn(meters, scope, id, medium).map(({ device }) => device);
    const { from, to, running } = bounds(month);
    const compared = compare(days, of, timezone, from, to);
    if (compared.value === null && compared.before === null) return undefined;
    const department = scope === 'department' ? (id ?? null) : null;
    const whole = compared.measuredDays === compared.days && !running;
    const value = whole ? compared.value : null;
    const counted = scope === 'site' || scope === 'department';
    const bedDays = counted ? figure(['bed-days'], month, month, department) : null;
    const visits = counted ? figure(['outpatients', 'emergency-visits'], month, month, department) : null;
    const per = (by: number | null) => (value === null || by === null || by === 0 ? null : value / by);
    return {
      ...compared,
      month,
      from,
      to,
      running,
      perM2: per(area(scope, id)),
      bedDays,
      perBedDay: per(bedDays),
      visits,
      perVisit: per(visits),
    };
  }

  /** Bills of whole months, of the running one up to the last midnight. A month counts as measured where its meters were there nearly all of the time. */
  async function costTarget(target: Target, year: number): Promise<TargetState> {
    const [begin, next] = [bounds(`${year}-01`).from, bounds(`${year + 1}-01`).from];
    const end = midnights(timezone, begin, Math.min(clock.now(), next)).at(-1) ?? begin;
    const rows = await source.ledger.cost({ scope: 'site', from: bounds(`${year - 1}-01`).from, to: end });
    const uses = (of: number) =>
      monthUses(of, [], (t) => t).map((one, m) => {
        const row = rows.find(({ month }) => month === nameOf(of, m));
        const priced = row?.lines.some(({ cost }) => cost !== 0) ?? false;
        if (!row || !priced) return one;
        const over = Math.round((bounds(row.month).to - bounds(row.month).from) / 86_400_000);
        const there = row.quality.every(({ coverage }) => coverage > 0.95) || row.running;
        return { ...one, value: row.total, over, measured: there ? over : 0 };
      });
    return targetState(target, year, uses(year), uses(year - 1));
  }

  /** Of whole months that have both: what was used and what it is divided by. */
  function intensity(
    target: Target,
    year: number,
    now: ReturnType<typeof monthUses>,
    per: 'm2' | 'bed-day' | 'visit',
    scope: Scope,
    of: string | undefined,
  ): TargetState {
    const department = scope === 'department' ? (of ?? null) : null;
    const areaM2 = area(scope, of);
    const months = now.map((one, m) => {
      const month = nameOf(year, m);
      const whole = one.over === one.days && one.measured === one.days;
      const by =
        per === 'm2'
          ? areaM2 === null
            ? null
            : areaM2 / 12
          : figure(per === 'bed-day' ? ['bed-days'] : ['outpatients', 'emergency-visits'], month, month, department);
      return { month, whole, by, value: one.value, days: one.over, measuredDays: one.measured };
    });
    const good = months.filter(({ whole, by, value }) => whole && by !== null && by > 0 && value !== null);
    const used = good.reduce((sum, { value }) => sum + (value ?? 0), 0);
    const divisor = good.reduce((sum, { by }) => sum + (by ?? 0), 0);
    const amount = target.amount ?? null;
    const actual = divisor === 0 ? null : used / divisor;
    return {
      amount,
      months: months.map(({ month, by, value, days, measuredDays, whole }) => ({
        month,
        planned: amount,
        actual: whole && by && value !== null ? value / by : null,
        plannedToDate: amount,
        days,
        measuredDays,
      })),
      plannedToDate: amount,
      actualToDate: actual,
      state: actual === null || amount === null ? 'unknown' : actual <= amount ? 'on' : 'above',
      reason: actual === null ? 'no-divisor' : amount === null ? 'last-year-incomplete' : null,
    };
  }
}
