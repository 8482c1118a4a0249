/** The facts of reports that are of the plant and its records: outages, oxygen, wastewater, special equipment, books. */
import { type Books, localDate, type Plant } from '../../desk/index.ts';
import type { Store } from '../../ingest/store.ts';
import type { BookCounts, Equipment, Outages, Range, ReportFacts } from '../../reports/index.ts';
import type { Book, ChainedRecord } from '../../shared/book.ts';
import type { AssetKind } from '../../shared/plant-words.ts';
import type { QuantityId } from '../../shared/quantity.ts';
import type { SiteConfig } from '../../shared/site.ts';
import { pageLines } from '../books/pages.ts';
import type { DeviceFacts } from '../device-facts.ts';
import { outagesOf } from '../outages.ts';
import { assetTree } from '../plant/assets.ts';
import { dueThings } from '../plant/deadlines.ts';

export interface PlantFactsSource {
  site: SiteConfig;
  devices: ReadonlyMap<string, DeviceFacts>;
  books: Books;
  bookDefinitions: ReadonlyMap<string, Book>;
  plant: Pick<Plant, 'assets' | 'certificates' | 'contracts' | 'deadlines'>;
  store: Store;
  now: number;
  counted(wanted: readonly DeviceFacts[], field: QuantityId, range: Range): Promise<{ used: number | null; from: number | null }[]>;
  seriesLink(device: string | undefined, field: string, range: Range, how?: string): string;
}

const hourMs = 3_600_000;
const hourly = 'every=1h&aggregate=mean';
/** GB 18466-2005 table 2, contact pool outlet of a general hospital with second-level discharge. */
const limits = { residual_chlorine_mgl: [2, 8], ph: [6, 9] } as const;
const special: readonly AssetKind[] = ['boiler', 'pressure-vessel', 'pressure-pipe', 'gas-cylinder', 'lift'];
const filling = 'oxygen-filling';

export function plantFacts({
  site,
  devices,
  books,
  bookDefinitions,
  plant,
  store,
  now,
  counted,
  seriesLink,
}: PlantFactsSource): Pick<ReportFacts, 'outages' | 'books' | 'wastewater' | 'oxygen' | 'equipment'> {
  const all = [...devices.values()];
  const byRole = (role: string) => all.filter((one) => one.role === role);
  const clipped = ({ from, to }: Range): Range => ({ from, to: Math.min(to, now) });

  /** Means of the hours that have readings. */
  const hoursOf = async (device: DeviceFacts | undefined, field: QuantityId, range: Range): Promise<[number, number][]> => {
    const { from, to } = clipped(range);
    if (!device || to <= from) return [];
    const points = await store.series({ measurement: device.system, device: device.id, field, from, to, every: hourMs, aggregate: 'mean' });
    return points.flatMap(([t, value]): [number, number][] => (value === null ? [] : [[t, value]]));
  };
  const within = async (field: keyof typeof limits, range: Range): Promise<number | null> => {
    const known = await hoursOf(byRole('wastewater-analyser')[0], field, range);
    const [least, most] = limits[field];
    return known.length === 0 ? null : (100 * known.filter(([, value]) => value >= least && value <= most).length) / known.length;
  };

  return {
    async outages(range): Promise<Outages> {
      const span = clipped(range);
      return {
        ...(await outagesOf({ devices, store, counted }, span)),
        source: `/api/outages?from=${span.from}&to=${span.to}`,
      };
    },
    books(range): BookCounts[] {
      const { from, to } = clipped(range);
      return [...bookDefinitions.values()].flatMap((book) => {
        if (books.records(book.id, from, to).length === 0) return [];
        const lines = pageLines(site, books, book, from, to);
        const count = (...states: string[]) => lines.filter((line) => states.includes(line.state)).length;
        return [{ id: book.id, title: book.title, written: count('written', 'late'), late: count('late'), missed: count('missed') }];
      });
    },
    async wastewater(range) {
      const [treatment] = byRole('wastewater');
      const analyser = byRole('wastewater-analyser')[0]?.id;
      const [[discharged], chlorineOkPct, phOkPct] = await Promise.all([
        counted(treatment ? [treatment] : [], 'outflow_volume_m3', range),
        within('residual_chlorine_mgl', range),
        within('ph', range),
      ]);
      return {
        dischargedM3: discharged?.used ?? null,
        ...{ chlorineOkPct, phOkPct },
        source: seriesLink(treatment?.id, 'outflow_volume_m3', clipped(range)),
        chlorineSource: seriesLink(analyser, 'residual_chlorine_mgl', clipped(range), hourly),
        phSource: seriesLink(analyser, 'ph', clipped(range), hourly),
      };
    },
    async oxygen(range) {
      const sources = byRole('oxygen-source');
      // What stands behind a tank, as the pressure of the main, is no second source.
      const tanks = sources.some(({ attributes }) => attributes.volume_m3 !== undefined)
        ? sources.filter(({ attributes }) => attributes.volume_m3 !== undefined)
        : sources.slice(0, 1);
      const [tank] = tanks;
      const ofTanks = async (field: QuantityId) =>
        (await Promise.all(tanks.map((one) => hoursOf(one, field, range)))).flat().sort(([a], [b]) => a - b);
      const [flow, level] = await Promise.all([ofTanks('oxygen_flow_lmin'), ofTanks('tank_level_pct')]);
      const span = clipped(range);
      const filled = bookDefinitions.has(filling)
        ? pageLines(site, books, bookDefinitions.get(filling) as Book, span.from, span.to).filter(({ entry }) => entry !== null)
        : [];
      const tonnes = filled.flatMap(({ entry, corrections }) => {
        const value = [entry as ChainedRecord, ...corrections].findLast(({ values }) => values.amount_t)?.values.amount_t?.v;
        return typeof value === 'number' ? value : [];
      });
      return {
        usedM3: flow.length === 0 ? null : flow.reduce((sum, [, value]) => sum + (value * 60) / 1_000, 0),
        from: flow[0]?.[0] ?? null,
        source: seriesLink(tank?.id, 'oxygen_flow_lmin', span, hourly),
        lowestPct: level.length === 0 ? null : Math.min(...level.map(([, value]) => value)),
        levelFrom: level[0]?.[0] ?? null,
        levelSource: seriesLink(tank?.id, 'tank_level_pct', span, hourly),
        fillings: filled.length,
        filledT: tonnes.length === 0 ? null : tonnes.reduce((sum, one) => sum + one, 0),
        fillingSource: `/api/books/${filling}/pages?from=${span.from}&to=${span.to}`,
      };
    },
    equipment(range) {
      const nodes = assetTree({ site, devices, assets: plant.assets });
      const assets = nodes.flatMap(({ facts }) => facts ?? []);
      const named = new Set(assets.flatMap((one) => one.devices));
      const today = localDate(site.site.timezone, now);
      const [first, end] = [localDate(site.site.timezone, range.from), localDate(site.site.timezone, range.to - 1)];
      const due = dueThings({ ...plant, site, devices }, today);
      const entries = plant.certificates.all().map(({ value }) => value);
      const contracts = plant.contracts.all().flatMap(({ value }) => (value.state === 'running' ? [value] : []));
      return {
        kinds: special.flatMap((kind): Equipment['kinds'] => {
          const own = assets.filter((one) => one.kind === kind);
          const count = (state: string) => own.filter((one) => one.state === state).length;
          return own.length === 0 ? [] : [{ kind, states: { 'in-use': count('in-use'), stopped: count('stopped'), scrapped: count('scrapped') } }];
        }), // biome-ignore format: one
        unregistered: byRole('boiler')
          .filter(({ id }) => !named.has(id))
          .map(({ id, name }) => ({ id, name })),
        certificates: [...plant.deadlines.values()]
          .filter(({ of }) => of !== 'contract')
          .map((rule) => {
            const own = due.filter((one) => one.kind === 'certificate' && one.rule.id === rule.id);
            const holders = new Set(entries.filter((one) => one.rule === rule.id && one.state === 'valid').map(({ asset }) => asset));
            const asked = Array.isArray(rule.of)
              ? assets.filter(({ kind, state }) => state === 'in-use' && (rule.of as string[]).includes(kind))
              : [];
            return {
              ...{ rule: rule.id, title: rule.title },
              made: entries.filter((one) => one.rule === rule.id && one.state !== 'withdrawn' && (one.last ?? '') >= first && (one.last ?? '') <= end)
                .length,
              valid: own.filter(({ stage }) => stage !== 'overdue').length,
              overdue: own.filter(({ stage }) => stage === 'overdue').length,
              nextDue: own[0]?.due ?? null,
              lacking: asked.filter(({ id }) => !holders.has(id)).length,
            };
          }), // biome-ignore format: one
        contracts: { running: contracts.length, yuanAYear: contracts.reduce((sum, one) => sum + one.cost_yuan, 0) },
      };
    },
  };
}
