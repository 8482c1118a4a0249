/**
 * Alarms as marks over the panels, from `alarm_transition` as rules writes it: each alarm that called somebody, from when it was raised to when it
 * returned, in the colour of its priority.
 */
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { type Priority, priorities, priorityLabels } from '../../shared/alarm.ts';
import { devicesOf } from '../../shared/site.ts';
import { type System, systemLabels } from '../../shared/system.ts';
import type { Language } from '../../shared/text.ts';
import { type Board, isReadings, type Panel } from '../board/board.ts';
import { type BoardDevice, devicesOfSeries } from '../board/devices.ts';
import { deviceFilters, type VariableName } from './influxql.ts';
import { dataSourceUid, type GrafanaInput } from './input.ts';
import { colours, words } from './style.ts';
import { influxRef } from './target.ts';
import { devicesOfBoard } from './variables.ts';

export const alarms = 'alarm_transition';
/** A point of `raised` is an occurrence; hidden ones (suppressed by design, shelved) called nobody. */
export const called = `"transition" = 'raised' AND "annunciated" = 1`;

/** Marks stand on curves and bands only: over a figure or over days they hide what is there and say nothing. */
const isMarked = (panel: Panel): boolean =>
  isReadings(panel) && (panel.kind === 'time-series' || panel.kind === 'state-timeline') && panel.lookBack === undefined;

interface Group {
  devices: BoardDevice[];
  panels: number[];
}

/**
 * One query for each priority, since Grafana colours marks by query, and for each system that the curves of the board show: an alarm of the water
 * is no mark on a curve of the power. Medium and low ones are there to be switched on; a day of them covers the curves.
 */
export function annotationsOf(
  board: Board,
  input: GrafanaInput,
  variables: readonly VariableName[],
  idOf: ReadonlyMap<Panel, number>,
): dashboard.AnnotationQueryBuilder[] {
  const groups = new Map<string, Group>();
  for (const panel of board.panels.filter(isMarked)) {
    const id = idOf.get(panel);
    if (!isReadings(panel) || id === undefined) continue;
    const used = [...new Set(panel.series.flatMap((series) => devicesOfSeries(series, input.devices)))];
    const systems = [...new Set(used.map(({ system }) => system))].sort();
    const key = systems.join(' ');
    const group = groups.get(key) ?? { devices: input.devices.filter(({ system }) => systems.includes(system)), panels: [] };
    group.panels.push(id);
    groups.set(key, group);
  }
  const own = new Set(devicesOfBoard(board, input.devices).map(({ system }) => system));
  const several = groups.size > 1;
  return [...groups].flatMap(([key, { devices, panels }]) => {
    const watched = devices.filter(({ system }) => own.has(system));
    const ids = watched.length === input.devices.length ? 'all' : [...watched, ...gatewaysOf(watched, input)];
    const filter = deviceFilters(ids, variables).join(' AND ');
    const of = several ? key.split(' ').map((system) => systemLabels[system as System][input.language]) : [];
    return priorities
      .filter((priority) => !several || isOn(priority))
      .map((priority) => mark(priority, input.language, filter === '' ? undefined : filter, of, panels));
  });
}

const isOn = (priority: Priority): boolean => priority === 'critical' || priority === 'high';

/** Where a gateway is gone, so is all that hangs on it. */
function gatewaysOf(devices: readonly BoardDevice[], { site }: GrafanaInput): { id: string }[] {
  const ids = new Set(devices.map(({ id }) => id));
  return [...new Set(devicesOf(site).flatMap(({ gateway, device }) => (ids.has(device.id) ? [gateway] : [])))];
}

function mark(
  priority: Priority,
  language: Language,
  filter: string | undefined,
  systems: readonly string[],
  panels: readonly number[],
): dashboard.AnnotationQueryBuilder {
  const name = `${words.alarms[language]}${language === 'zh' ? '：' : ': '}${[priorityLabels[priority][language], ...systems].join(' · ')}`;
  const [title, device] = [`title_${language}`, `device_${language}`];
  const query =
    `SELECT "returned_at_ms", "${title}", "${device}", "rule" FROM "${alarms}" ` +
    `WHERE $timeFilter AND ${called} AND "priority" = '${priority}'${filter === undefined ? '' : ` AND ${filter}`}`;
  return new dashboard.AnnotationQueryBuilder()
    .name(name)
    .datasource(influxRef(dataSourceUid))
    .enable(isOn(priority))
    .filter(new dashboard.AnnotationPanelFilterBuilder().exclude(false).ids([...panels]))
    .iconColor(colours[priority])
    .target(annotationTarget(name, query, { title, text: device, end: 'returned_at_ms', tags: 'rule' }));
}

/**
 * The form that Grafana itself migrates InfluxQL annotations to. Its columns are called "measurement.column"; a mark whose end is 0 is a moment, and a
 * row with a column that has no value is left out. Without a tags column some versions take every column for tags.
 */
function annotationTarget(
  name: string,
  query: string,
  { title, text, end, tags }: Record<'title' | 'text' | 'end' | 'tags', string>,
): cog.Builder<cog.Dataquery> {
  const target = { refId: 'Anno', query, rawQuery: true, queryType: 'tags', fromAnnotations: true, name };
  const column = (of: string) => `${alarms}.${of}`;
  const columns = { tagsColumn: column(tags), textColumn: column(text), titleColumn: column(title), timeEndColumn: column(end) };
  return { build: () => ({ ...target, ...columns, _implementsDataqueryVariant() {} }) as unknown as cog.Dataquery };
}
