/** Panels that are tables: names instead of ids, headers in the language of the board, months of the calendar. */
import type { DynamicConfigValue, MatcherConfig } from '@grafana/grafana-foundation-sdk/dashboard';
import type { ReadingsPanel, Series } from '../board/board.ts';
import { isStatus } from '../board/board.ts';
import { factsOf } from '../board/devices.ts';
import type { GrafanaInput } from './input.ts';
import type { GrafanaPanel } from './panels.ts';
import type { Plan } from './readings-panel.ts';
import { words } from './style.ts';

type Override = { matcher: MatcherConfig; properties: DynamicConfigValue[] };
type Named = { id: string; name: { zh: string; en: string } };

/** Ids of a column as names. */
const namesOf = (list: readonly Named[], language: 'zh' | 'en') => ({
  id: 'mappings',
  value: [{ type: 'value', options: Object.fromEntries(list.map(({ id, name }, index) => [id, { text: name[language], index }])) }],
});

/** The column of device ids, in words. */
export const namesOfDevices = ({ devices, language }: GrafanaInput): Override => ({
  matcher: { id: 'byName', options: 'device' },
  properties: [{ id: 'displayName', value: words.device[language] }, namesOf(devices, language), { id: 'custom.minWidth', value: 180 }],
});

/** Days into months of the calendar: a column for each where there are several lines, else a row. */
export function addUpMonths(builder: GrafanaPanel, panel: ReadingsPanel, { language, site }: GrafanaInput): void {
  const [series] = panel.series as [Series];
  const value = factsOf(series.values[0] as Series['values'][number]).label[language];
  const total = `${value} (sum)`;
  const estimated = words.estimated[language];
  const told = series.aggregate === 'consumed' && !series.by;
  const fields = {
    Time: { operation: 'groupby', aggregations: [] },
    ...(series.by ? { [series.by]: { operation: 'groupby', aggregations: [] } } : {}),
    [value]: { operation: 'aggregate', aggregations: ['sum'] },
    ...(told ? { [estimated]: { operation: 'aggregate', aggregations: ['sum'] } } : {}),
  };
  builder.withTransformation({ id: 'formatTime', options: { timeField: 'Time', outputFormat: 'YYYY-MM', useTimezone: true } });
  builder.withTransformation({ id: 'groupBy', options: { fields } });
  if (!series.by) {
    const renameByName = { Time: words.month[language], [total]: value, ...(told ? { [`${estimated} (sum)`]: estimated } : {}) };
    builder.withTransformation({ id: 'organize', options: { renameByName } });
    return;
  }
  builder.withTransformation({
    id: 'groupingToMatrix',
    options: { columnField: 'Time', rowField: series.by, valueField: total, emptyValue: 'null' },
  });
  // Grafana calls the first column by both fields, in some versions by one.
  builder.withOverride({
    matcher: { id: 'byRegexp', options: `/^${series.by}/` },
    properties: [
      { id: 'displayName', value: words[series.by][language] },
      namesOf(series.by === 'department' ? site.departments : site.buildings, language),
      { id: 'custom.minWidth', value: 140 },
    ],
  });
}

/** A row per device with its name; the time only where it says since when. */
export function dressTable(builder: GrafanaPanel, panel: ReadingsPanel, plans: readonly Plan[], input: GrafanaInput): void {
  const { language } = input;
  builder.withOverride(namesOfDevices(input));
  const status = panel.series.some(({ values }) => values.some(isStatus));
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
  // "Devices with bad points" are those that have some, and so are meters with estimates.
  if (first && (factsOf(first.value).id === 'bad_points' || panel.series[0]?.part)) {
    const some = { fieldName: first.key, config: { id: 'greater', options: { value: 0 } } };
    builder.withTransformation({ id: 'filterByValue', options: { type: 'include', match: 'any', filters: [some] } });
  }
  if (first) {
    const ascending = factsOf(first.value).id === 'online' || factsOf(first.value).id.startsWith('room_above');
    builder.withTransformation({ id: 'sortBy', options: { fields: {}, sort: [{ field: first.key, desc: !ascending }] } });
  }
}
