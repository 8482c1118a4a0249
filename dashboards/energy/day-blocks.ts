/** Days of all meters for the months that management looks at: in memory for as long as nothing of a month was written again, else kept in files, else read. */
import {
  type DayTable,
  daysName,
  daysOfMonth,
  type KeptMonths,
  keepDays,
  type Meter,
  type outdoorStation,
  readDays,
} from '../../energy/index.ts';
import type { Store } from '../../ingest/store.ts';
import type { Clock } from '../../shared/clock.ts';
import type { SiteConfig } from '../../shared/site.ts';

/** As many are read one by one. */
const fewMonths = 3;
/** Real time that an answer about past months is kept, and about the running one. */
const keptMs = 600_000;
const freshMs = 60_000;

export interface DayBlocksSource {
  site: SiteConfig;
  meters: readonly Meter[];
  store(): Pick<Store, 'seriesMany' | 'series'>;
  station: ReturnType<typeof outdoorStation>;
  wall: Clock;
  versionOf?(month: string): number | undefined;
  kept: KeptMonths;
  bounds(month: string): { from: number; to: number; running: boolean };
  /** Which months, in order. */
  months(): string[];
}

export function openDayBlocks(source: DayBlocksSource): () => Promise<DayTable> {
  const { meters, station, wall, kept, bounds } = source;
  const { timezone } = source.site.site;
  const blocks = new Map<string, { at: number; version: number | undefined; end: number; table: Promise<DayTable> }>();
  const block = (month: string): Promise<DayTable> => {
    const { from, to, running } = bounds(month);
    const version = source.versionOf?.(month);
    const known = blocks.get(month);
    if (known && known.version === version && known.end === to && wall.now() - known.at < (running ? freshMs : keptMs)) return known.table;
    const days = { store: source.store(), meters, station, timezone };
    const table = daysOfMonth(days, kept, { month, from, to, version, over: !running });
    blocks.set(month, { at: wall.now(), version, end: to, table });
    table.catch(() => blocks.delete(month));
    return table;
  };
  let lastTables: DayTable[] = [];
  let lastJoined = joined([]);
  /** Months that are not known yet are read in one go. */
  return async () => {
    const names = source.months();
    const spans = names.map((month) => ({ month, ...bounds(month), version: source.versionOf?.(month) }));
    const missing = spans.filter(
      ({ month, version, running }) => !blocks.has(month) && (running || version === undefined || !kept.has(month, daysName, version)),
    );
    const [first, last] = [missing[0], missing.at(-1)];
    if (missing.length > fewMonths && first && last) {
      const all = readDays({ store: source.store(), meters, station, timezone }, first.from, last.to);
      for (const { month, from, to, running, version } of missing) {
        const part = all.then((whole) => {
          const own = partOf(whole, from, to);
          keepDays(kept, { month, from, to, version, over: !running }, own);
          return own;
        });
        part.catch(() => blocks.delete(month));
        blocks.set(month, { at: wall.now(), version, end: to, table: part });
      }
    }
    const tables = await Promise.all(names.map(block));
    if (tables.length !== lastTables.length || tables.some((one, i) => one !== lastTables[i])) {
      lastTables = tables;
      lastJoined = joined(tables);
    }
    return lastJoined;
  };
}

function partOf({ edges, meters, outdoorC }: DayTable, from: number, to: number): DayTable {
  const [begin, end] = [edges.indexOf(from), edges.indexOf(to)];
  return {
    edges: edges.slice(begin, end + 1),
    meters: new Map([...meters].map(([device, rows]) => [device, rows.slice(begin, end)])),
    outdoorC: outdoorC.slice(begin, end),
  };
}

function joined(tables: readonly DayTable[]): DayTable {
  const edges = [...new Set(tables.flatMap((one) => one.edges))].sort((a, b) => a - b);
  const meters = new Map<string, DayTable['meters'] extends ReadonlyMap<string, infer Rows> ? Rows : never>();
  for (const { meters: own } of tables) for (const [device, rows] of own) meters.set(device, [...(meters.get(device) ?? []), ...rows]);
  const outdoorC = new Float64Array(tables.reduce((sum, one) => sum + one.outdoorC.length, 0));
  let at = 0;
  for (const one of tables) {
    outdoorC.set(one.outdoorC, at);
    at += one.outdoorC.length;
  }
  return { edges, meters, outdoorC };
}
