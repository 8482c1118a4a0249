/** One panel on readings: its queries, the names of its lines, and how they look. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { systemLabels } from '../../shared/system.ts';
import { isMonthly, type ReadingsPanel, type Series } from '../board/board.ts';
import { type BoardDevice, factsOf } from '../board/devices.ts';
import { type Field, limitLines, styleOf } from './fields.ts';
import { type Question, questionsOf, type VariableName } from './influxql.ts';
import { dataSourceUid, type GrafanaInput } from './input.ts';
import { applyStyle, type GrafanaPanel, lookBack, openPanel, shapeOf } from './panels.ts';
import { words } from './style.ts';
import { InfluxQlTarget, influxRef, refIdOf } from './target.ts';

interface Plan {
  target: { query: string; alias?: string };
  fields: Field[];
}

export function readingsPanel(panel: ReadingsPanel, input: GrafanaInput, variables: readonly VariableName[]): GrafanaPanel {
  const { language } = input;
  const plans = panel.series.flatMap((series) => planSeries(panel, series, input, variables));
  const fields = plans
    .flatMap((plan) => plan.fields)
    .filter((field, index, all) => all.findIndex(({ key }) => key === field.key) === index);
  const style = styleOf(panel, fields, input.rules, language);
  const builder = openPanel(panel, style);
  const limits = limitLines(panel, fields, input.rules, language);
  const description = [panel.help?.[language], limits.length > 0 ? `${words.limits[language]}:\n${limits.join('\n')}` : undefined];
  builder
    .title(panel.title[language])
    .description(description.filter((part) => part !== undefined).join('\n\n'))
    .datasource(influxRef(dataSourceUid))
    .interval('1m');
  const back = lookBack(panel);
  if (back !== undefined) builder.timeFrom(back);
  if (panel.shift !== undefined) builder.timeShift(panel.shift);
  if (panel.kind === 'stat' || panel.kind === 'gauge' || panel.kind === 'status-tile') builder.noValue(words.unknown[language]);
  applyStyle(builder, panel, style);
  const monthly = isMonthly(panel);
  const resultFormat = panel.kind === 'table' || monthly ? 'table' : 'time_series';
  for (const [index, { target }] of plans.entries()) {
    builder.withTarget(new InfluxQlTarget(refIdOf(index), { ...target, resultFormat, datasource: influxRef(dataSourceUid) }));
  }
  if (monthly) addUpMonths(builder, panel, input);
  else if (panel.kind === 'table') dressTable(builder, panel, plans, input);
  if (!monthly && panel.series.every(({ combine }) => combine === undefined)) {
    const device = `\${${panel.kind === 'table' ? '__data.fields.device' : '__field.labels.device'}}`;
    builder.dataLinks([
      new dashboard.DashboardLinkBuilder(words.history[language]).url(`${input.consoleUrl}/#/devices/${device}`).targetBlank(true),
    ]);
  }
  return builder;
}

function planSeries(panel: ReadingsPanel, series: Series, input: GrafanaInput, variables: readonly VariableName[]): Plan[] {
  const { language } = input;
  const columns = series.values.map((value) => factsOf(value).label[language]);
  const questions = questionsOf(series, {
    shape: shapeOf(panel),
    timezone: input.site.site.timezone,
    columns,
    variables,
    all: input.devices,
  });
  if (panel.kind === 'table') return questions.map((question) => tablePlan(series, question, columns));
  const several = new Set(panel.series.flatMap(({ values }) => values.map((value) => factsOf(value).id))).size > 1;
  return questions.map((question) =>
    linePlan(series, question, columns, several, questions[0]?.measurement !== question.measurement, input),
  );
}

/** Lines are named by device, by department, or by what they are; a second system in the same sum is said to be one. */
function linePlan(series: Series, question: Question, columns: string[], several: boolean, other: boolean, input: GrafanaInput): Plan {
  const { language } = input;
  const { query, devices, values } = question;
  const system = other ? ` · ${systemLabels[question.measurement as BoardDevice['system']]?.[language] ?? question.measurement}` : '';
  if (series.combine && !series.by) {
    const named = (index: number) => `${series.label?.[language] ?? columns[index]}${system}`;
    const alias = values.length === 1 ? named(values[0] as number) : '$col';
    return {
      target: { query, alias },
      fields: values.map((index) => ({
        key: values.length === 1 ? alias : (columns[index] as string),
        shown: undefined,
        value: series.values[index] as Field['value'],
        devices,
      })),
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
        const end = `${several ? ` · ${columns[index]}` : ''}${by ? system : ''}`;
        const shown = by ? (places.get(id) ?? id) : (members[0]?.name[language] ?? id);
        return { key: `${id}${end}`, shown: `${shown}${end}`, value: series.values[index] as Field['value'], devices: members };
      }),
    ),
  };
}

function tablePlan(series: Series, { query, devices, values }: Question, columns: string[]): Plan {
  return {
    target: { query },
    fields: values.map((index) => ({
      key: columns[index] as string,
      shown: undefined,
      value: series.values[index] as Field['value'],
      devices,
    })),
  };
}

/** Days into months of the calendar: a column for each where there are several lines, else a row. */
function addUpMonths(builder: GrafanaPanel, panel: ReadingsPanel, { language }: GrafanaInput): void {
  const [series] = panel.series as [Series];
  const value = factsOf(series.values[0] as Series['values'][number]).label[language];
  const fields = {
    Time: { operation: 'groupby', aggregations: [] },
    ...(series.by ? { [series.by]: { operation: 'groupby', aggregations: [] } } : {}),
    [value]: { operation: 'aggregate', aggregations: ['sum'] },
  };
  builder.withTransformation({ id: 'formatTime', options: { timeField: 'Time', outputFormat: 'YYYY-MM', useTimezone: true } });
  builder.withTransformation({ id: 'groupBy', options: { fields } });
  if (series.by) {
    builder.withTransformation({
      id: 'groupingToMatrix',
      options: { columnField: 'Time', rowField: series.by, valueField: `${value} (sum)`, emptyValue: 'null' },
    });
  }
}

/** A row per device with its name; the time only where it says since when. */
function dressTable(builder: GrafanaPanel, panel: ReadingsPanel, plans: readonly Plan[], { devices, language }: GrafanaInput): void {
  const names = Object.fromEntries(devices.map((device, index) => [device.id, { text: device.name[language], index }]));
  builder.withOverride({
    matcher: { id: 'byName', options: 'device' },
    properties: [
      { id: 'displayName', value: words.device[language] },
      { id: 'mappings', value: [{ type: 'value', options: names }] },
      { id: 'custom.minWidth', value: 180 },
    ],
  });
  const status = panel.series.some(({ values }) => values.some((value) => typeof value === 'object' && 'status' in value));
  builder.withOverride({
    matcher: { id: 'byName', options: 'Time' },
    properties: status ? [{ id: 'displayName', value: words.since[language] }] : [{ id: 'custom.hidden', value: true }],
  });
  const first = plans[0]?.fields[0];
  if (first && panel.rules) {
    builder.withOverride({
      matcher: { id: 'byName', options: first.key },
      properties: [{ id: 'custom.cellOptions', value: { type: 'color-text' } }],
    });
  }
  if (status && first) {
    builder.withOverride({
      matcher: { id: 'byName', options: first.key },
      properties: [{ id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } }],
    });
  }
  if (plans.length > 1) builder.withTransformation({ id: 'merge', options: {} });
  if (first) {
    const ascending = factsOf(first.value).id === 'online' || factsOf(first.value).id.startsWith('room_above');
    builder.withTransformation({ id: 'sortBy', options: { fields: {}, sort: [{ field: first.key, desc: !ascending }] } });
  }
}
