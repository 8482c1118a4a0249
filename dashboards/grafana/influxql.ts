/**
 * What a panel asks InfluxDB, in InfluxQL, the one language that versions 1, 2 and 3 speak. Everything is chosen by the tag `device`, which every
 * point has: an absent tag matches a regular expression in some versions and not in others. `$timeFilter` and `${__interval:raw}` are Grafana's; without
 * `:raw` Grafana escapes the interval as part of a regular expression where slashes stand around it, and divisions are written with slashes.
 */
import type { Attributes } from '../../shared/site.ts';
import { zoneOffsetMs } from '../../shared/zone.ts';
import type { Series, Step } from '../board/board.ts';
import { isStatus } from '../board/board.ts';
import { type BoardDevice, devicesOfValue, expressionOf, factsOf } from '../board/devices.ts';
import { type Expression, needsOf } from '../board/expression.ts';

/** How Grafana's template variables narrow the devices: each has regular expressions of device ids as values. */
export const variableNames = ['building', 'department', 'device'] as const;
export type VariableName = (typeof variableNames)[number];

/** `trend`: values over time. `once`: one value for the whole range. */
export type Shape = 'trend' | 'once';

export interface Question {
  query: string;
  /** The devices asked, in the order of the site file. */
  devices: BoardDevice[];
  /** Indexes in `series.values` of the columns. */
  values: number[];
  measurement: string;
}

export interface Asking {
  shape: Shape;
  timezone: string;
  /** Names of the columns, by index in `series.values`. */
  columns: readonly string[];
  variables: readonly VariableName[];
  all: readonly BoardDevice[];
  /** Where consumption is read, as it stands behind FROM. */
  consumption: string;
  /** Of what was consumed: the name of a second column, how much of it was filled in. */
  estimated?: string | undefined;
  /** Say which device the lowest or highest value is of. */
  place?: boolean;
  /** A question for each device. */
  apart?: boolean;
}

/** The step that fits the screen. */
export const screenStep = `\${__interval:raw}`;

export const name = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
const fineStep = '15m';

/** One question per measurement and per set of constants: circuits of equal rating share one, and joined lines are one whatever the ratings. */
export function questionsOf(series: Series, asking: Asking): Question[] {
  const groups = new Map<string, { devices: BoardDevice[]; values: number[]; measurement: string }>();
  const perDevice = new Map<BoardDevice, number[]>();
  for (const [index, value] of series.values.entries()) {
    for (const device of devicesOfValue(series, value, asking.all)) perDevice.set(device, [...(perDevice.get(device) ?? []), index]);
  }
  for (const device of asking.all) {
    const values = perDevice.get(device);
    if (!values) continue;
    const measurement = measurementOf(series, device);
    const constants = series.combine ? {} : constantsOf(series, values, device);
    const key = JSON.stringify([measurement, values, constants, asking.apart ? device.id : '']);
    const group = groups.get(key);
    if (group) group.devices.push(device);
    else groups.set(key, { devices: [device], values, measurement });
  }
  return [...groups.values()].map((group) => ({ ...group, query: queryOf(series, group, asking) }));
}

function measurementOf({ values: [first], aggregate }: Series, device: BoardDevice): string {
  if (aggregate === 'consumed') return 'consumption';
  return first !== undefined && isStatus(first) ? 'device_status' : device.system;
}

/** Attributes that the expressions use; they stand in the query as numbers. */
function constantsOf(series: Series, values: readonly number[], device: BoardDevice): Record<string, number | undefined> {
  const names = values.flatMap((index) => {
    const expression = expressionOf(series.values[index] as Series['values'][number]);
    return expression ? needsOf(expression).attributes : [];
  });
  return Object.fromEntries([...new Set(names)].sort().map((attribute) => [attribute, device.attributes[attribute as keyof Attributes]]));
}

interface Group {
  devices: BoardDevice[];
  values: number[];
  measurement: string;
}

function queryOf(series: Series, group: Group, asking: Asking): string {
  const { shape, timezone } = asking;
  const status = group.measurement === 'device_status';
  const tag = series.by ? [name(series.by)] : [];
  const monthly = series.step === '1mo';
  // InfluxQL knows no months: days are asked for, the panel adds them up.
  const step = monthly ? '1d' : (series.step ?? screenStep);
  // Status is written on change only, perhaps long before the range that is shown.
  const range = status ? [] : ['$timeFilter'];
  const outerWhere = range.length > 0 ? ` WHERE ${range[0]}` : '';
  const zone = shape === 'trend' && step === '1d' ? ` tz('${timezone}')` : '';
  const steps = (wanted: Step | typeof screenStep) => (shape === 'trend' ? [`time(${wanted})`] : []);
  const groupBy = (keys: readonly string[]) => (keys.length > 0 ? ` GROUP BY ${keys.join(', ')}` : '');
  const columns = (write: (index: number, position: number) => string) => group.values.map(write).join(', ');
  const label = (index: number) => name(asking.columns[index] as string);
  const source = (devices: readonly BoardDevice[]) =>
    `FROM ${name(group.measurement)} WHERE ${[...range, ...deviceFilters(devices.length < asking.all.length ? devices : 'all', asking.variables)].join(' AND ')}`;
  const written = (index: number, aggregate: string, devices: readonly BoardDevice[]) => {
    const value = series.values[index] as Series['values'][number];
    return print(expressionOf(value) ?? factsOf(value).id, aggregate, constantsOf(series, group.values, devices[0] as BoardDevice));
  };
  const inner = (aggregate: string, keys: readonly string[], fill: string) =>
    [...Map.groupBy(group.devices, (device) => JSON.stringify(constantsOf(series, group.values, device))).values()]
      .map((devices) => {
        const selected = columns((index, position) => `${written(index, aggregate, devices)} AS "v${position}"`);
        return `(SELECT ${selected} ${source(devices)}${groupBy(keys)}${fill})`;
      })
      .join(', ');
  const outer = (aggregate: string, keys: readonly string[], from: string, fill: string) =>
    `SELECT ${columns((index, position) => `${aggregate}("v${position}") AS ${label(index)}`)} FROM ${from}${outerWhere}${groupBy(keys)}${fill}${zone}`;
  // Months are added up by the panel, which takes a day without readings for 0: it must not get such a day.
  const gap = shape !== 'trend' ? '' : monthly ? ' fill(none)' : ' fill(null)';

  if (series.aggregate === 'consumed') {
    const where = ['$timeFilter', ...deviceFilters(group.devices.length < asking.all.length ? group.devices : 'all', asking.variables)];
    const keys = ['"device"', ...tag];
    const named = label(group.values[0] as number);
    const columns = series.part ? [`sum("e") AS ${named}`] : [`sum("v") AS ${named}`];
    if (asking.estimated !== undefined) columns.push(`sum("e") AS ${name(asking.estimated)}`);
    const wanted = groupBy([...steps(step), ...(series.combine ? tag : ['"device"'])]);
    return `SELECT ${columns.join(', ')} FROM (${booked(asking, where.join(' AND '), keys)}) WHERE "n" > 0 AND $timeFilter${wanted}${gap}${zone}`;
  }
  if (series.aggregate === 'increase') {
    // The highest of each quarter and not the last: a counter that shows 0 once must not be booked whole when it is back. A counter that was set back
    // counts on from the second quarter after. The first quarter has none before it, so it counts from its first reading.
    const quarters = groupBy([`time(${monthly ? '1h' : fineStep})`, '"device"', ...tag]);
    const rises = (index: number) => `non_negative_difference(${written(index, 'max', group.devices)})`;
    const begin = (index: number) => `${written(index, 'max', group.devices)} - ${written(index, 'first', group.devices)}`;
    const counted = (how: (index: number) => string) =>
      `(SELECT ${columns((index, position) => `${how(index)} AS "v${position}"`)} ${source(group.devices)}${quarters} fill(none))`;
    // LIMIT 1 would say the same; InfluxDB 1 applies it to the first of several devices only.
    const firsts = columns((_index, position) => `first("v${position}") AS "v${position}"`);
    const each = `${counted(rises)}, (SELECT ${firsts} FROM ${counted(begin)}${outerWhere}${groupBy(['"device"', ...tag])})`;
    return outer('sum', [...steps(step), ...(series.combine ? tag : ['"device"'])], each, gap);
  }
  if (series.finer) {
    const each = inner('mean', [`time(${series.finer})`, '"device"', ...tag], ' fill(none)');
    return outer(
      series.aggregate,
      [...steps(step), ...(series.combine ? tag : ['"device"'])],
      each,
      shape === 'trend' ? ' fill(none)' : '',
    );
  }
  if (series.combine) {
    const each = inner(series.aggregate, [...steps(step), '"device"', ...tag], shape === 'trend' ? ' fill(none)' : '');
    // The lowest or highest of all comes with the device that it was read at.
    const place = asking.place ? ', "device"' : '';
    return outer(series.combine, [...steps(step), ...tag], each, gap).replace(' FROM ', `${place} FROM `);
  }
  const selected = columns((index) => `${written(index, series.aggregate, group.devices)} AS ${label(index)}`);
  return `SELECT ${selected} ${source(group.devices)}${groupBy([...steps(step), '"device"'])}${gap}${zone}`;
}

/**
 * What each meter used ("v"), how much of it was filled in ("e"), and of how many quarter hours anything is known ("n"): those that were taken back are 0 and
 * void, and an hour of nothing else must not be shown as one without use. A field that was never written is absent, not 0, so each is asked by itself.
 */
function booked({ consumption, timezone }: Asking, where: string, keys: readonly string[]): string {
  const step = wholeHours(timezone) ? '1h' : fineStep;
  const by = `GROUP BY time(${step}), ${keys.join(', ')} fill(none)`;
  const parts = ['sum("value") AS "v", count("value") AS "n", sum("value") * 0 AS "e"', '-1 * sum("void") AS "n"', 'sum("estimated_amount") AS "e"', 'sum("unknown_amount") AS "e"']; // biome-ignore format: a list
  const each = parts.map((columns) => `(SELECT ${columns} FROM ${consumption} WHERE ${where} ${by})`);
  return `SELECT sum("v") AS "v", sum("e") AS "e", sum("n") AS "n" FROM ${each.join(', ')} WHERE $timeFilter ${by}`;
}

/** Are the site's hours those of UTC? */
const wholeHours = (timezone: string): boolean =>
  [0, 6].every((month) => zoneOffsetMs(timezone, Date.UTC(2026, month, 1)) % 3_600_000 === 0);

/** The devices of the panel, narrowed by what the person chose. */
export function deviceFilters(devices: readonly { id: string }[] | 'all', variables: readonly VariableName[]): string[] {
  const fixed = devices === 'all' ? [] : [`"device" =~ /^(${devices.map(({ id }) => id).join('|')})$/`];
  return [...fixed, ...variables.map((variable) => `"device" =~ /^(\${${variable}:pipe})$/`)];
}

/** InfluxQL has no max over fields: max(a, b) is (a + b + |a − b|) / 2. */
function print(expression: Expression | string, aggregate: string, constants: Record<string, number | undefined>): string {
  if (typeof expression === 'string') return `${aggregate}(${name(expression)})`;
  const inner = (part: Expression): string => print(part, aggregate, constants);
  switch (expression.kind) {
    case 'number':
      return String(expression.value);
    case 'quantity':
      return `${aggregate}(${name(expression.id)})`;
    case 'attribute':
      return String(constants[expression.name]);
    case 'operation':
      return `(${inner(expression.left)} ${expression.operator} ${inner(expression.right)})`;
    case 'call': {
      const values = expression.values.map(inner);
      if (expression.name === 'abs' || expression.name === 'pow') return `${expression.name}(${values.join(', ')})`;
      const sign = expression.name === 'max' ? '+' : '-';
      return values.reduce((a, b) => `((${a} + ${b} ${sign} abs(${a} - ${b})) / 2)`);
    }
  }
}
