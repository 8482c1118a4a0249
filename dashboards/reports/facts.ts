/** The facts of reports, from the store and the desk. A counter that was read before or after the range only is not known, and says so. */
import { type Books, type Desk, type Plant, statisticsOf } from '../../desk/index.ts';
import type { Bills, ProjectSource } from '../../energy/index.ts';
import {
  boundsOf,
  consumptionOf,
  type Ledger,
  type Medium,
  mediumUnits,
  metersIn,
  midnights,
  type Registers,
  type Scope,
} from '../../energy/index.ts';
import type { Store } from '../../ingest/store.ts';
import type { DepartmentUse, Range, ReportFacts, Used } from '../../reports/index.ts';
import type { Book } from '../../shared/book.ts';
import type { QuantityId } from '../../shared/quantity.ts';
import type { SiteConfig } from '../../shared/site.ts';
import { localTime } from '../../shared/wording.ts';
import { countedOf } from '../counted.ts';
import type { DeviceFacts } from '../device-facts.ts';
import { moneyFacts } from './money-facts.ts';
import { plantFacts } from './plant-facts.ts';

export interface FactsSource {
  ledger: Ledger;
  bills: Bills;
  projects: ProjectSource;
  site: SiteConfig;
  devices: ReadonlyMap<string, DeviceFacts>;
  desk: Pick<Desk, 'tickets' | 'overdue' | 'times' | 'kpis' | 'journal'>;
  plant: Pick<Plant, 'assets' | 'certificates' | 'contracts' | 'deadlines'>;
  books: Books;
  bookDefinitions: ReadonlyMap<string, Book>;
  energy: { registers: Pick<Registers, 'series'> };
  store: Store;
  now: number;
}

const dayMs = 86_400_000;
const halfMonthMs = 15 * dayMs;
const mostTickets = 200_000;

export function reportFacts({
  site,
  devices,
  desk,
  books,
  bookDefinitions,
  energy,
  plant,
  ledger,
  bills,
  projects,
  store,
  now,
}: FactsSource): ReportFacts {
  const { timezone } = site.site;
  const all = [...devices.values()];
  const byRole = (role: string) => all.filter((one) => one.role === role);
  const clipped = ({ from, to }: Range): Range => ({ from, to: Math.min(to, now) });

  const counted = (wanted: readonly DeviceFacts[], field: QuantityId, range: Range) => countedOf(store, wanted, field, clipped(range));
  /** Of a counter it begins a day earlier: with the reading that it stood at. */
  const seriesLink = (device: string | undefined, field: string, { from, to }: Range, how?: string) =>
    device === undefined
      ? ''
      : `/api/series?device=${device}&quantity=${field}&from=${how ? from : from - dayMs}&to=${to}&${how ?? 'every=1d&aggregate=last'}`;
  const price = (which: 'price_per_kwh' | 'price_per_m3', { from }: Range) => {
    const day = localTime(from, timezone).slice(0, 10);
    return site.tariffs.find((one) => {
      const {
        [which]: value,
        valid_from: begin,
        valid_to: end,
      } = one as { price_per_kwh?: number; price_per_m3?: number; valid_from?: string; valid_to?: string };
      return value !== undefined && !one.tenants && (begin === undefined || begin <= day) && (end === undefined || day <= end);
    }) as { price_per_kwh?: number; price_per_m3?: number } | undefined;
  };
  const usedOf = async (
    medium: Used['medium'],
    wanted: readonly DeviceFacts[],
    field: QuantityId,
    unit: string,
    range: Range,
    yuanPerUnit?: number,
  ): Promise<Used> => {
    const found = await counted(wanted, field, range);
    const known = found.filter((one) => one.used !== null);
    // A sum of some meters is not that of all: one that is silent makes the whole unknown.
    const whole = wanted.length > 0 && known.length === wanted.length;
    const value = whole ? known.reduce((sum, one) => sum + (one.used ?? 0), 0) : null;
    return {
      medium,
      unit,
      value,
      from: whole ? Math.max(...known.map((one) => one.from ?? range.from)) : null,
      to: whole ? clipped(range).to : null,
      yuan: value === null || yuanPerUnit === undefined ? null : Math.round(value * yuanPerUnit * 100) / 100,
      source: seriesLink(wanted[0]?.id, field, range),
    };
  };
  /**
   * What was accounted in quarter hours, by whole days of the site's clocks: so the same days of two years stand beside each other. Undefined where nothing was;
   * then the counters themselves are asked.
   */
  const consumed = async (medium: Medium, scope: Scope, id: string | undefined, range: Range): Promise<Used | undefined> => {
    const own = metersIn(ledger.meters, scope, id, medium);
    const { from, to } = clipped(range);
    const edges = midnights(timezone, from, to);
    if (own.length === 0 || edges.length < 2) return undefined;
    const rows = await consumptionOf(store, own, edges);
    const known = rows.filter(({ value }) => value !== null);
    const [first] = known;
    if (!first) return undefined;
    const end = edges.at(-1) as number;
    const query = new URLSearchParams({
      scope,
      ...(id === undefined ? {} : { id }),
      medium,
      from: String(from),
      to: String(end),
      every: '1d',
    });
    return {
      medium,
      unit: mediumUnits[medium],
      value: known.reduce((sum, { value }) => sum + (value ?? 0), 0),
      from: first.from,
      to: end,
      yuan: scope === 'site' ? await costOf(medium, from, end) : null,
      source: `/api/energy/consumption?${query}`,
      costSource: `/api/energy/cost?${new URLSearchParams({ scope, medium, from: String(from), to: String(end) })}`,
    };
  };
  /** Bills of whole months; of a month that is cut its mean price for what was used. */
  const costOf = async (medium: Medium, from: number, to: number): Promise<number | null> => {
    const rows = await ledger.cost({ scope: 'site', medium, from, to });
    let sum = 0;
    for (const row of rows) {
      if (row.lines.every(({ cost }) => cost === 0)) continue;
      if (row.from >= from && row.to <= to) sum += row.total;
      else if (row.quantity) {
        const edges = midnights(timezone, Math.max(row.from, from), Math.min(row.to, to));
        if (edges.length < 2) continue;
        const part = await consumptionOf(store, metersIn(ledger.meters, 'site', undefined, medium), edges);
        sum += (row.total / row.quantity) * part.reduce((all, { value }) => all + (value ?? 0), 0);
      }
    }
    return sum === 0 ? null : Math.round(sum * 100) / 100;
  };
  const users = async (
    scope: 'department' | 'tenant',
    wanted: readonly { id: string; name: DepartmentUse['name']; beds?: number | undefined; area_m2?: number | undefined }[],
    range: Range,
  ): Promise<DepartmentUse[]> => {
    const found: DepartmentUse[] = [];
    for (const { id, name, beds, area_m2 } of wanted) {
      const role = scope === 'department' ? 'department-meter' : 'tenant-meter';
      const own = all.filter((device) => device[scope] === id && device.role === role);
      const used =
        (await consumed('electricity', scope, id, range)) ??
        (own.length > 0 ? await usedOf('electricity', own, 'energy_import_kwh', 'kWh', range) : undefined);
      if (used) found.push({ id, name, beds: beds ?? null, areaM2: area_m2 ?? null, kwh: used.value, source: used.source });
    }
    return found;
  };
  return {
    hospital: site.site.name,
    timezone,
    now,
    staff: site.people.length,
    beds: site.departments.some((one) => one.beds !== undefined) ? site.departments.reduce((sum, one) => sum + (one.beds ?? 0), 0) : null,
    tickets({ from, to }) {
      const tickets = desk.tickets({ state: 'all', from, to, limit: mostTickets });
      return statisticsOf(tickets, 'trade', timezone, desk.overdue(tickets), desk.times(tickets));
    },
    alarms({ from, to }) {
      const { annunciated, lifeSafety, priorityShare } = desk.kpis(from, Math.min(to, now));
      const count = (share: number) => Math.round(share * annunciated);
      const { critical, high, medium, low } = priorityShare;
      return {
        total: annunciated,
        lifeSafety,
        byPriority: { critical: count(critical), high: count(high), medium: count(medium), low: count(low) },
        watched: watchedIn(from, to),
      };
    },
    used: async (range) => {
      const raw = {
        electricity: () =>
          usedOf('electricity', byRole('incomer'), 'energy_import_kwh', 'kWh', range, price('price_per_kwh', range)?.price_per_kwh),
        water: () => usedOf('water', byRole('water-main'), 'volume_m3', 'm³', range, price('price_per_m3', range)?.price_per_m3),
        heat: () => usedOf('heat', byRole('heat-meter'), 'heat_energy_kwh', 'kWh', range),
        gas: () => usedOf('gas', byRole('gas-meter'), 'volume_m3', 'm³', range),
      };
      const found: Used[] = [];
      for (const medium of ['electricity', 'water', 'heat', 'gas'] as const) {
        const used = (await consumed(medium, 'site', undefined, range)) ?? (await raw[medium]());
        if (medium !== 'gas' || byRole('gas-meter').length > 0) found.push(used);
      }
      return found;
    },
    departments: (range) => users('department', site.departments, range),
    tenants: (range) => users('tenant', site.tenants, range),
    ...moneyFacts({ site, ledger, bills, projects }),
    monthBegin: (t) => boundsOf(timezone, localTime(t, timezone).slice(0, 7))[0],
    register(name, range, whole = false) {
      const { from, to } = range;
      const month = (t: number) => localTime(t, timezone).slice(0, 7);
      const first = month(from + halfMonthMs);
      // Of a year that is running, and of the year before beside it, the months that are over: nobody can have entered the others.
      if (whole) return energy.registers.series(name, first, month(boundsOf(timezone, month(Math.min(to, now)))[0] - 1));
      // A reporting year that ends within a month counts whole months: those of which it holds the greater part.
      return energy.registers.series(name, first, month(to - halfMonthMs));
    },
    ...plantFacts({ site, devices, books, bookDefinitions, plant, store, now, counted, seriesLink }),
  };

  /** By the first move of an alarm that was ever written. */
  function watchedIn(from: number, to: number): 'whole' | 'part' | 'none' {
    const any = (until: number) => desk.journal({ kind: 'alarm', to: until, limit: 1 }).length > 0;
    if (any(from + dayMs)) return 'whole';
    return any(to) ? 'part' : 'none';
  }
}
