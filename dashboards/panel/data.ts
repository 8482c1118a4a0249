/**
 * What a panel of a board shows, worked out from the store: the same reading of a board as its Grafana twin (grafana/influxql.ts), for the console.
 * A derived value is worked out from its quantities after each was aggregated over the step; `increase` is what a counter has counted (shared/counter.ts).
 */

import type { RuleInForce } from '../../desk/index.ts';
import type { Newest, SeriesPoint, Store } from '../../ingest/store.ts';
import type { Priority } from '../../shared/alarm.ts';
import type { SiteConfig } from '../../shared/site.ts';
import type { Text } from '../../shared/text.ts';
import { type BoardValue, isMonthly, isStatus, isTrend, type ReadingsPanel, type Series } from '../board/board.ts';
import { type Comparison, earlierRange, ontoPresent, type Period } from '../board/compare.ts';
import { type BoardDevice, devicesOfValue, expressionOf, factsOf } from '../board/devices.ts';
import { evaluate, needsOf } from '../board/expression.ts';
import { type DrawnLimit, limitsAt, priorityOfState } from '../board/limits.ts';
import { type Consumed, consumed } from './consumed.ts';
import { readColumns } from './read.ts';
import { intoSteps, reduce, startOfMonth, stepOf, storedStep } from './steps.ts';

export interface PanelRange {
  from: number;
  to: number;
  /** Most buckets that the screen has room for. */
  points: number;
}

export interface PanelSource {
  site: SiteConfig;
  store: Store;
  devices: readonly BoardDevice[];
  rules: readonly RuleInForce[];
  /** What the devices say now. */
  newest(devices: readonly string[]): readonly Newest[] | Promise<readonly Newest[]>;
  /** Plant time. */
  now: number;
  /** What stands for "now" is at most so old; older it is unknown. Default: 15 minutes. */
  freshMs?(device: string): number;
}

export interface PanelLine {
  /** What tells it from the other lines of the panel. */
  label: Text;
  /** null when several devices are joined. */
  device: string | null;
  deviceName: Text | null;
  value: string;
  valueLabel: Text;
  unit: string;
  states?: Readonly<Record<number, Text>>;
  /** How bad each state is, where a rule says so. */
  statePriorities?: Record<number, Priority>;
  /** One value for the whole range: figures, gauges, tables. */
  figure: number | null;
  /** When the figure was read, for figures that are the newest reading. */
  figureAt: number | null;
  /** Where the lowest or highest of several devices was read. */
  place: Text | null;
  points: SeriesPoint[];
  /** Of what was consumed: how much of the figure and of each point was filled in and not measured. */
  estimated?: { figure: number | null; points: SeriesPoint[] };
  limits: DrawnLimit[];
}

export interface PanelAnswer {
  from: number;
  to: number;
  /** Step of the points, ms. */
  every: number;
  lines: PanelLine[];
}

const second = 1_000;
const day = 86_400_000;
/** The same as in Grafana. */
const usuallyFreshMs = 15 * 60 * second;

const ownShift = { '1d': 'day', '7d': 'week', '1M': 'month' } as const satisfies Record<NonNullable<ReadingsPanel['shift']>, Period>;
const lookBackMs = { '14d': 14 * day } as const satisfies Record<NonNullable<ReadingsPanel['lookBack']>, number>;

function widened(panel: ReadingsPanel, asked: PanelRange, timezone: string): PanelRange {
  if (isMonthly(panel)) return { ...asked, from: startOfMonth(asked.to - 1, timezone, 12) };
  return panel.lookBack ? { ...asked, from: Math.min(asked.from, asked.to - lookBackMs[panel.lookBack]) } : asked;
}

export async function panelData(panel: ReadingsPanel, asked: PanelRange, source: PanelSource): Promise<PanelAnswer> {
  const wide = widened(panel, asked, source.site.site.timezone);
  const range = panel.shift ? { ...wide, ...earlierRange(wide, ownShift[panel.shift], source.site.site.timezone) } : wide;
  const trend = isTrend(panel) || panel.trend === true;
  const every = stepOf(panel.series[0]?.step, range.to - range.from, range.points);
  const parts = await Promise.all(panel.series.map((series) => seriesLines(panel, series, range, trend, source)));
  // "Devices with bad points" are those that have some, and so are meters with estimates.
  const onlyEstimated = panel.series.every(({ part }) => part === 'estimated');
  const lines = parts
    .flat()
    .filter(({ value, figure }) => panel.kind !== 'table' || (value !== 'bad_points' && !onlyEstimated) || (figure !== null && figure > 0));
  return { from: range.from, to: range.to, every, lines };
}

/** The same panel one period before, by the clocks of the site, with its points on the axis of the range that was asked. */
export async function earlierPanelData(
  panel: ReadingsPanel,
  asked: PanelRange,
  period: Comparison,
  source: PanelSource,
): Promise<PanelAnswer> {
  const timezone = source.site.site.timezone;
  const { from, to, points } = widened(panel, asked, timezone);
  const found = await panelData(panel, { points, ...earlierRange({ from, to }, period, timezone) }, source);
  return {
    ...found,
    from,
    to,
    lines: found.lines.map((line) => ({
      ...line,
      points: ontoPresent(line.points, period, timezone),
      ...(line.estimated ? { estimated: { ...line.estimated, points: ontoPresent(line.estimated.points, period, timezone) } } : {}),
      figureAt: null,
    })),
  };
}

interface Member {
  device: BoardDevice;
  points: SeriesPoint[];
  figure: number | null;
  figureAt: number | null;
  estimated?: PanelLine['estimated'];
}

async function seriesLines(
  panel: ReadingsPanel,
  series: Series,
  range: PanelRange,
  trend: boolean,
  source: PanelSource,
): Promise<PanelLine[]> {
  const lines: PanelLine[] = [];
  const several = series.values.length > 1 || panel.series.length > 1;
  for (const value of series.values) {
    const devices = devicesOfValue(series, value, source.devices);
    const members = await membersOf(series, value, devices, range, trend, source, panel);
    const facts = factsOf(value);
    const rules = panel.rules ? source.rules.filter(({ rule }) => panel.rules?.includes(rule.id)) : [];
    const frame = (of: readonly BoardDevice[], label: Text): Omit<PanelLine, 'points' | 'figure' | 'figureAt' | 'place'> => ({
      label,
      device: of.length === 1 && !series.combine ? of[0]!.id : null,
      deviceName: of.length === 1 && !series.combine ? of[0]!.name : null,
      value: facts.id,
      valueLabel: facts.label,
      // How many readings there were is a number, whatever they measured.
      unit: series.aggregate === 'count' ? '' : facts.unit,
      ...(facts.states ? { states: facts.states, statePriorities: prioritiesOf(value, facts.states, source.rules) } : {}),
      limits: distinct(of.flatMap((device) => limitsAt(rules, value, device))),
    });
    if (series.combine) {
      for (const [key, group] of groupsOf(members, series.by)) {
        const figures = group.flatMap(({ figure }) => (figure === null ? [] : [figure]));
        const figure = figures.length > 0 ? reduce(series.combine, figures) : null;
        const chosen = (series.combine === 'min' || series.combine === 'max') && group.length > 1;
        lines.push({
          ...frame(group.map(({ device }) => device), key === '' ? (series.label ?? facts.label) : nameOf(source.site, series.by, key)),
          points: combine(group.map(({ points }) => points), series.combine),
          ...estimatedOf(group),
          figure,
          figureAt: null,
          place: chosen && figure !== null && !facts.states ? (group.find((one) => one.figure === figure)?.device.name ?? null) : null,
        }); // biome-ignore format: short
      }
    } else {
      for (const member of members) {
        const label = !several
          ? member.device.name
          : members.length === 1
            ? (series.label ?? facts.label)
            : both(member.device.name, facts.label);
        lines.push({
          ...frame([member.device], label),
          points: member.points,
          ...(member.estimated ? { estimated: member.estimated } : {}),
          figure: member.figure,
          figureAt: member.figureAt,
          place: null,
        });
      }
    }
  }
  return lines;
}

/** Each device by itself: its points, its figure. */
async function membersOf(
  series: Series,
  value: BoardValue,
  devices: readonly BoardDevice[],
  range: PanelRange,
  trend: boolean,
  { site, store, now, newest: newestOf, freshMs = () => usuallyFreshMs }: PanelSource,
  panel: ReadingsPanel,
): Promise<Member[]> {
  const expression = expressionOf(value);
  const fields: string[] = expression ? needsOf(expression).quantities : [factsOf(value).id];
  // One value for the whole range needs no fine steps.
  const step = stepOf(series.step, range.to - range.from, trend ? range.points : Math.min(range.points, 200));
  const work = (device: BoardDevice, at: (field: string) => number | null): number | null => {
    if (!expression) return at(fields[0] as string);
    const result = evaluate(expression, {
      quantity: (id) => at(id) ?? undefined,
      attribute: (name) => (device.attributes as Record<string, number | undefined>)[name],
    });
    return result ?? null;
  };

  // What is newest is known without reading a range; a figure with its trend is still what the device says now.
  const isNow =
    (!trend || panel.kind === 'stat') &&
    series.aggregate === 'last' &&
    range.to > now - Math.max(60 * second, (range.to - range.from) / 50);
  const figures = new Map<BoardDevice, Pick<Member, 'figure' | 'figureAt'>>();
  if (isNow) {
    const newest = new Map((await newestOf(devices.map(({ id }) => id))).map((one) => [`${one.device} ${one.field}`, one]));
    for (const device of devices) {
      const found = fields.map((field) => newest.get(`${device.id} ${field}`));
      const oldest = Math.max(range.from, now - freshMs(device.id));
      // A state that is written on change only stands until the next change; anything else that is old says nothing about now.
      const fresh = isStatus(value) ? found : found.map((one) => (one && one.t >= oldest ? one : undefined));
      const figure = work(device, (field) => fresh[fields.indexOf(field)]?.value ?? null);
      figures.set(device, { figure, figureAt: figure === null ? null : Math.max(...fresh.map((one) => one?.t ?? 0)) });
    }
    if (!trend) return devices.map((device) => ({ device, points: [], ...figures.get(device)! }));
  }

  const { timezone } = site.site;
  const { from, to } = range;
  if (series.aggregate === 'consumed') {
    const found = await consumed(store, { devices, from, to, step, trend, timezone, part: series.part });
    return devices.map((device, index) => ({ device, figureAt: null, ...(found[index] as Consumed) }));
  }
  const columns = await readColumns(store, { series, value, devices, fields, from, to, step: storedStep(step), trend, timezone });
  // Step by step: first each quantity over the step, then the expression.
  const outer = series.aggregate;
  return devices.map((device, index) => {
    const own = fields.map((_, column) => columns[index * fields.length + column] ?? []);
    const stepped = trend ? own.map((points) => intoSteps(points, step, outer, timezone)) : [];
    const points: SeriesPoint[] = (stepped[0] ?? []).map(([t], at) => [
      t,
      work(device, (field) => stepped[fields.indexOf(field)]?.[at]?.[1] ?? null),
    ]);
    const whole = own.map((column) => {
      const there = column.flatMap(([, one]) => (one === null ? [] : [one]));
      return there.length > 0 ? reduce(outer, there) : null;
    });
    return {
      device,
      points,
      ...(figures.get(device) ?? { figure: work(device, (field) => whole[fields.indexOf(field)] ?? null), figureAt: null }),
    };
  });
}

/** Amounts of several meters added up. */
function estimatedOf(group: readonly Member[]): Pick<PanelLine, 'estimated'> {
  const own = group.flatMap(({ estimated }) => estimated ?? []);
  if (own.length === 0) return {};
  const figures = own.flatMap(({ figure }) => figure ?? []);
  return {
    estimated: {
      figure: figures.length > 0 ? reduce('sum', figures) : null,
      points: combine(
        own.map(({ points }) => points),
        'sum',
      ),
    },
  };
}

function combine(series: readonly SeriesPoint[][], how: 'sum' | 'mean' | 'min' | 'max'): SeriesPoint[] {
  const at = new Map<number, number[]>();
  for (const points of series) {
    for (const [t, value] of points) {
      const known = at.get(t) ?? [];
      if (value !== null) known.push(value);
      at.set(t, known);
    }
  }
  return [...at].sort(([a], [b]) => a - b).map(([t, values]) => [t, values.length > 0 ? reduce(how, values) : null]);
}

function groupsOf(members: readonly Member[], by: Series['by']): [string, Member[]][] {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const key = by ? (member.device[by] ?? '') : '';
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  return [...groups];
}

function nameOf(site: SiteConfig, by: Series['by'], id: string): Text {
  const list = by === 'department' ? site.departments : site.buildings;
  return list.find((one) => one.id === id)?.name ?? { zh: id, en: id };
}

function prioritiesOf(value: BoardValue, states: Readonly<Record<number, Text>>, rules: readonly RuleInForce[]): Record<number, Priority> {
  return Object.fromEntries(
    Object.keys(states).flatMap((state) => {
      const priority = priorityOfState(rules, value, Number(state));
      return priority ? [[Number(state), priority]] : [];
    }),
  );
}

const both = (a: Text, b: Text): Text => ({ zh: `${a.zh} ${b.zh}`, en: `${a.en} ${b.en}` });
const distinct = (limits: readonly DrawnLimit[]): DrawnLimit[] => [
  ...new Map(limits.map((limit) => [`${limit.rule} ${limit.value} ${limit.side}`, limit])).values(),
];
