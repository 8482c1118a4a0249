/** One panel on readings: its queries, the names of its lines, and how they look. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { systemLabels } from '../../shared/system.ts';
import { type BoardValue, isMonthly, type ReadingsPanel, type Series } from '../board/board.ts';
import { type BoardDevice, devicesOfValue, factsOf } from '../board/devices.ts';
import { type Field, limitLines, styleOf } from './fields.ts';
import { type Question, questionsOf, type VariableName } from './influxql.ts';
import { consumptionSource, dataSourceUid, type GrafanaInput } from './input.ts';
import { limitLinesOf, softAxis } from './limit-lines.ts';
import { distinctNames } from './names.ts';
import { applyStyle, type GrafanaPanel, lookBack, openPanel, shapeOf, showsPlace } from './panels.ts';
import { periodOf, titleOf } from './period.ts';
import { colours, words } from './style.ts';
import { addUpMonths, dressTable, namesOfDevices } from './tables.ts';
import { InfluxQlTarget, influxRef, refIdOf } from './target.ts';

export interface Plan {
  target: { query: string; alias?: string };
  fields: Field[];
}

export function readingsPanel(panel: ReadingsPanel, input: GrafanaInput, variables: readonly VariableName[]): GrafanaPanel {
  const { language } = input;
  const plans = panel.series.flatMap((series) => planSeries(panel, series, input, variables));
  const fields = shortened(
    panel,
    plans.flatMap((plan) => plan.fields).filter((field, index, all) => all.findIndex(({ key }) => key === field.key) === index),
    input,
  );
  const uid = panel.series.some(({ aggregate }) => aggregate === 'consumed') ? consumptionOf(input).uid : dataSourceUid;
  const style = styleOf(panel, fields, input.rules, language);
  const builder = openPanel(panel, style, fields.map(({ key, shown }) => shown ?? key)); // biome-ignore format: short
  const limits = limitLines(panel, fields, input.rules, language);
  const description = [
    panel.help?.[language],
    periodOf(panel, language).help,
    limits.length > 0 ? `${words.limits[language]}:\n${limits.join('\n')}` : undefined,
  ];
  builder
    .title(titleOf(panel, language))
    .description(description.filter((part) => part !== undefined).join('\n\n'))
    .datasource(influxRef(uid))
    .noValue(words.unknown[language])
    .interval('1m');
  const back = lookBack(panel);
  if (back !== undefined) builder.timeFrom(back);
  if (panel.shift !== undefined) builder.timeShift(panel.shift);
  // Its words are English and stand where the title should.
  if (back !== undefined || panel.shift !== undefined) builder.hideTimeOverride(true);
  applyStyle(builder, panel, style);
  const monthly = isMonthly(panel);
  const resultFormat = panel.kind === 'table' || monthly || showsPlace(panel) ? 'table' : 'time_series';
  for (const [index, { target }] of plans.entries()) {
    builder.withTarget(new InfluxQlTarget(refIdOf(index), { ...target, resultFormat, datasource: influxRef(uid) }));
  }
  if (panel.kind === 'time-series') drawLimits(builder, panel, fields, input, variables, plans.length);
  if (monthly) addUpMonths(builder, panel, input);
  else if (panel.kind === 'table') dressTable(builder, panel, plans, input);
  else if (showsPlace(panel)) builder.withOverride(namesOfDevices(input));
  if (!monthly && panel.series.every(({ combine }) => combine === undefined)) {
    const device = `\${${panel.kind === 'table' ? '__data.fields.device' : '__field.labels.device'}}`;
    builder.dataLinks([
      new dashboard.DashboardLinkBuilder(words.history[language]).url(`${input.consoleUrl}/#/devices/${device}`).targetBlank(true),
    ]);
  }
  return builder;
}

/** The limits of the rules as dashed lines of their own, with their names in the legend. */
function drawLimits(
  builder: GrafanaPanel,
  panel: ReadingsPanel,
  fields: readonly Field[],
  input: GrafanaInput,
  variables: readonly VariableName[],
  queries: number,
): void {
  const lines = limitLinesOf(panel, fields, input.rules, input, variables);
  const { min, max } = softAxis(lines);
  const soft = { ...(min === undefined ? {} : { axisSoftMin: min }), ...(max === undefined ? {} : { axisSoftMax: max }) };
  if (builder instanceof TimeSeries) {
    if (soft.axisSoftMin !== undefined) builder.axisSoftMin(soft.axisSoftMin);
    if (soft.axisSoftMax !== undefined) builder.axisSoftMax(soft.axisSoftMax);
  }
  for (const [index, { alias, query, limit }] of lines.entries()) {
    const target = { query, alias, resultFormat: 'time_series', datasource: influxRef(dataSourceUid) } as const;
    builder.withTarget(new InfluxQlTarget(refIdOf(queries + index), target));
    builder.withOverride({
      matcher: { id: 'byName', options: alias },
      properties: [
        { id: 'color', value: { mode: 'fixed', fixedColor: colours[limit.priority] } },
        { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } },
        { id: 'custom.lineWidth', value: 2 },
        { id: 'custom.spanNulls', value: true },
        { id: 'custom.showPoints', value: 'never' },
        { id: 'custom.hideFrom', value: { tooltip: true, viz: false, legend: false } },
      ],
    });
  }
}

/** Where only small labels fit, names without what all of them share. */
function shortened(panel: ReadingsPanel, fields: readonly Field[], { language }: GrafanaInput): Field[] {
  if (!['gauge', 'stat', 'status-tile', 'state-timeline', 'bar'].includes(panel.kind)) return [...fields];
  const names = distinctNames(fields.map(({ key, shown }) => shown ?? key), language); // biome-ignore format: short
  return fields.map((field, index) => ({ ...field, shown: names[index] }));
}

const consumptionOf = ({ consumption }: GrafanaInput) => consumption ?? consumptionSource('');

/** A sum over all can say beside itself how much of it was filled in; bars of departments could only draw it as one more department. */
const tellsEstimated = (panel: ReadingsPanel, series: Series): boolean =>
  series.aggregate === 'consumed' &&
  series.part === undefined &&
  series.combine !== undefined &&
  series.by === undefined &&
  (panel.kind === 'stat' || isMonthly(panel));

function planSeries(panel: ReadingsPanel, series: Series, input: GrafanaInput, variables: readonly VariableName[]): Plan[] {
  const { language } = input;
  const columns = series.values.map((value) => (series.part ? words.estimated : factsOf(value).label)[language]);
  const estimated = tellsEstimated(panel, series) ? words.estimated[language] : undefined;
  const questions = questionsOf(series, {
    shape: shapeOf(panel),
    timezone: input.site.site.timezone,
    columns,
    variables,
    all: input.devices,
    consumption: consumptionOf(input).from,
    estimated,
    place: showsPlace(panel),
    // Rows of a heat map are called as the series are, whatever the panel says: each device is asked by its name.
    apart: panel.kind === 'heat-map',
  });
  const unitOfSeries = (index: number) => (series.aggregate === 'count' ? '' : factsOf(series.values[index] as BoardValue).unit);
  if (panel.kind === 'table') return questions.map((question) => tablePlan(series, question, columns, unitOfSeries));
  if (panel.kind === 'heat-map') return questions.map((question) => rowPlan(series, question, unitOfSeries, input));
  const all = panel.series.flatMap((one) =>
    one.values.flatMap((value) => devicesOfValue(one, value, input.devices).map(({ id }) => ({ id, value }))),
  );
  const several = new Set(all.map(({ value }) => factsOf(value).id)).size > 1;
  const naming: Naming = {
    several,
    alone: new Set(all.map(({ id }) => id)).size === 1,
    valuesOf: (device) => all.filter(({ id }) => id === device).length,
  };
  return questions.map((question) =>
    linePlan(
      series,
      question,
      estimated === undefined ? columns : [...columns, estimated],
      naming,
      questions[0]?.measurement !== question.measurement,
      unitOfSeries,
      input,
    ),
  );
}

/** What tells the lines of a panel apart. */
interface Naming {
  /** Different quantities. */
  several: boolean;
  /** Of one device only. */
  alone: boolean;
  valuesOf(device: string): number;
}

type UnitOf = (index: number) => string;

function rowPlan(series: Series, { query, devices, values }: Question, unitOfSeries: UnitOf, { language }: GrafanaInput): Plan {
  const [device] = devices as [BoardDevice];
  const alias = device.name[language];
  const index = values[0] as number;
  return {
    target: { query, alias },
    fields: [{ key: alias, shown: undefined, value: series.values[index] as BoardValue, unit: unitOfSeries(index), devices }],
  };
}

/** Lines are named by device, by department, or by what they are; a second system in the same sum is said to be one. */
function linePlan(
  series: Series,
  question: Question,
  columns: string[],
  { several, alone, valuesOf }: Naming,
  other: boolean,
  unitOfSeries: UnitOf,
  input: GrafanaInput,
): Plan {
  const { language } = input;
  const { query, devices, values } = question;
  const system = other ? ` · ${systemLabels[question.measurement as BoardDevice['system']]?.[language] ?? question.measurement}` : '';
  const field = (index: number, key: string, shown: string | undefined, of: readonly BoardDevice[]): Field => ({
    key,
    shown,
    value: series.values[index] as BoardValue,
    unit: unitOfSeries(index),
    devices: of,
  });
  if (series.combine && !series.by) {
    const named = (index: number) => `${series.label?.[language] ?? columns[index]}${system}`;
    // What was filled in stands behind the sum, as a column of the same query.
    const filled = columns[series.values.length];
    const alias = values.length === 1 && filled === undefined ? named(values[0] as number) : '$col';
    return {
      target: { query, alias },
      fields: [
        ...values.map((index) => field(index, alias === '$col' ? (columns[index] as string) : alias, undefined, devices)),
        ...(filled === undefined ? [] : [field(values[0] as number, filled, undefined, devices)]),
      ],
    };
  }
  const places = new Map([...input.site.buildings, ...input.site.departments].map(({ id, name }) => [id, name[language]]));
  const by = series.by;
  const label = several ? ' · $col' : '';
  const groups = by ? Map.groupBy(devices, (device) => device[by] as string) : Map.groupBy(devices, (device) => device.id);
  return {
    target: { query, alias: `$tag_${by ?? 'device'}${label}${by ? system : ''}` },
    fields: [...groups].flatMap(([id, members]) =>
      values.map((index) => {
        const column = columns[index] as string;
        const end = `${several ? ` · ${column}` : ''}${by ? system : ''}`;
        const name = by ? (places.get(id) ?? id) : (members[0]?.name[language] ?? id);
        const short = by || !several ? undefined : alone ? column : valuesOf(id) === 1 ? name : undefined;
        return field(index, `${id}${end}`, short ?? `${name}${end}`, members);
      }),
    ),
  };
}

function tablePlan(series: Series, { query, devices, values }: Question, columns: string[], unitOfSeries: UnitOf): Plan {
  return {
    target: { query },
    fields: values.map((index) => ({
      key: columns[index] as string,
      shown: undefined,
      value: series.values[index] as BoardValue,
      unit: unitOfSeries(index),
      devices,
    })),
  };
}
