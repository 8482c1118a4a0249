/**
 * Alarms as marks over the panels, from `alarm_transition` as rules writes it: each alarm that called somebody, from when it was raised to when it
 * returned, in the colour of its priority.
 */
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { type Priority, priorities, priorityLabels } from '../../shared/alarm.ts';
import { devicesOf } from '../../shared/site.ts';
import type { Language } from '../../shared/text.ts';
import type { Board } from '../board/board.ts';
import type { BoardDevice } from '../board/devices.ts';
import { deviceFilters, type VariableName } from './influxql.ts';
import { dataSourceUid, type GrafanaInput } from './input.ts';
import { colours, words } from './style.ts';
import { influxRef } from './target.ts';
import { devicesOfBoard } from './variables.ts';

export const alarms = 'alarm_transition';
/** A point of `raised` is an occurrence; hidden ones (suppressed by design, shelved) called nobody. */
export const called = `"transition" = 'raised' AND "annunciated" = 1`;

/** One query for each priority, since Grafana colours marks by query. */
export function annotationsOf(board: Board, input: GrafanaInput, variables: readonly VariableName[]): dashboard.AnnotationQueryBuilder[] {
  const used = devicesOfBoard(board, input.devices);
  if (used.length === 0) return [];
  const watched = used.length === input.devices.length ? 'all' : [...used, ...gatewaysOf(used, input)];
  const filters = deviceFilters(watched, variables);
  return priorities.map((priority) => mark(priority, input.language, filters.join(' AND ')));
}

/** Where a gateway is gone, so is all that hangs on it. */
function gatewaysOf(devices: readonly BoardDevice[], { site }: GrafanaInput): { id: string }[] {
  const ids = new Set(devices.map(({ id }) => id));
  return [...new Set(devicesOf(site).flatMap(({ gateway, device }) => (ids.has(device.id) ? [gateway] : [])))];
}

function mark(priority: Priority, language: Language, filter: string): dashboard.AnnotationQueryBuilder {
  const name = `${words.alarms[language]}${language === 'zh' ? '：' : ': '}${priorityLabels[priority][language]}`;
  const [title, device] = [`title_${language}`, `device_${language}`];
  const query =
    `SELECT "returned_at_ms", "${title}", "${device}", "rule" FROM "${alarms}" ` +
    `WHERE $timeFilter AND ${called} AND "priority" = '${priority}' AND ${filter}`;
  return new dashboard.AnnotationQueryBuilder()
    .name(name)
    .datasource(influxRef(dataSourceUid))
    .enable(true)
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
