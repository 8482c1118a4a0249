/** The panels of the alarm desk, as far as the store has what they show: alarms that called somebody, from `alarm_transition`. */
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { priorities, priorityLabels } from '../../shared/alarm.ts';
import type { Language } from '../../shared/text.ts';
import type { DeskPanel } from '../board/board.ts';
import { alarms, called } from './annotations.ts';
import { deviceFilters, screenStep, type VariableName } from './influxql.ts';
import { dataSourceUid, type GrafanaInput } from './input.ts';
import { colours, words } from './style.ts';
import { InfluxQlTarget, influxRef } from './target.ts';

/** Undefined for a panel that Grafana can only link to. */
export function alarmPanel(panel: DeskPanel, input: GrafanaInput, variables: readonly VariableName[]): Table | TimeSeries | undefined {
  const { language, consoleUrl } = input;
  const where = (...more: string[]) => [...more, called, ...deviceFilters('all', variables)].join(' AND ');
  const [title, device] = [`title_${language}`, `device_${language}`];
  const standing = (...more: string[]) =>
    `SELECT "${title}", "${device}", "priority", "returned_at_ms" FROM "${alarms}" WHERE ${where(...more, '"returned_at_ms" = 0')}`;
  const builder = (): Table | TimeSeries | undefined => {
    switch (panel.view) {
      case 'open-alarms':
        return table(standing(), [], language);
      case 'stale-alarms':
        return table(standing('time < now() - 1d'), [], language);
      case 'most-frequent-alarms': {
        const query = `SELECT count("annunciated") AS "count" FROM "${alarms}" WHERE ${where('$timeFilter')} GROUP BY "${title}", "${device}"`;
        return table(query, [{ id: 'limit', options: { limitField: 10 } }], language);
      }
      case 'transfers':
        return outages(where('$timeFilter', `"rule" = '${mainsLost}'`), language);
      case 'alarm-kpis':
        return perTenMinutes(where('$timeFilter'), language);
      default:
        return undefined;
    }
  };
  const description = [panel.help?.[language], words.alarmDesk[language]].filter((part) => part !== undefined).join('\n\n');
  return builder()
    ?.title(panel.title[language])
    .noValue(words.unknown[language])
    .description(description)
    .datasource(influxRef(dataSourceUid))
    .links([new dashboard.DashboardLinkBuilder(words.console[language]).url(`${consoleUrl}/#/alarms`).targetBlank(true)]);
}

const named = (name: string, ...properties: dashboard.DynamicConfigValue[]) => ({ matcher: { id: 'byName', options: name }, properties });
const colour = (value: string) => ({ id: 'color', value: { mode: 'fixed', fixedColor: value } });

function table(query: string, more: dashboard.DataTransformerConfig[], language: Language): Table {
  const levels = Object.fromEntries(
    priorities.map((priority, index) => [priority, { text: priorityLabels[priority][language], color: colours[priority], index }]),
  );
  const [counted, first] = query.includes('"count"') ? ['count', 'count'] : ['returned_at_ms', 'Time'];
  const builder = new Table()
    .cellHeight(common.TableCellHeight.Sm)
    .decimals(0)
    .withTarget(new InfluxQlTarget('A', { query, resultFormat: 'table', datasource: influxRef(dataSourceUid) }))
    .withOverride(named(`title_${language}`, { id: 'displayName', value: words.alarm[language] }, { id: 'custom.minWidth', value: 180 }))
    .withOverride(named(`device_${language}`, { id: 'displayName', value: words.device[language] }, { id: 'custom.minWidth', value: 160 }))
    .withOverride(
      named(
        'priority',
        { id: 'displayName', value: words.priority[language] },
        { id: 'mappings', value: [{ type: 'value', options: levels }] },
        { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
      ),
    )
    .withTransformation({ id: 'sortBy', options: { fields: {}, sort: [{ field: first, desc: true }] } });
  for (const transformation of more) builder.withTransformation(transformation);
  const hidden = { id: 'custom.hidden', value: true };
  if (counted === 'count') builder.withOverride(named('count', { id: 'displayName', value: words.times[language] }));
  else builder.withOverride(named(counted, hidden));
  return builder.withOverride(named('Time', counted === 'count' ? hidden : { id: 'displayName', value: words.since[language] }));
}

/** The rule of the generator pack that says when the mains went away. */
const mainsLost = 'GS-MAINS';

/** How long the switch took is worked out by the console; the store has when the mains went and when they were back. */
function outages(where: string, language: Language): Table {
  const device = `device_${language}`;
  const query = `SELECT "${device}", "returned_at_ms" FROM "${alarms}" WHERE ${where}`;
  const out = { type: 'value', options: { 0: { text: words.stillOut[language], color: colours.critical, index: 0 } } };
  return new Table()
    .cellHeight(common.TableCellHeight.Sm)
    .timeFrom('90d')
    .hideTimeOverride(true)
    .withTarget(new InfluxQlTarget('A', { query, resultFormat: 'table', datasource: influxRef(dataSourceUid) }))
    .withOverride(named('Time', { id: 'displayName', value: words.lostAt[language] }))
    .withOverride(named(device, { id: 'displayName', value: words.device[language] }))
    .withOverride(
      named(
        'returned_at_ms',
        { id: 'displayName', value: words.backAt[language] },
        { id: 'unit', value: 'dateTimeAsIso' },
        { id: 'mappings', value: [out] },
      ),
    )
    .withTransformation({ id: 'sortBy', options: { fields: {}, sort: [{ field: 'Time', desc: true }] } });
}

/** Against the figures of EEMUA 191: two in ten minutes are the most that one person can answer, more than ten are a flood. */
function perTenMinutes(where: string, language: Language): TimeSeries {
  const query = `SELECT count("annunciated") FROM "${alarms}" WHERE ${where} GROUP BY time(${screenStep}), "priority" fill(none)`;
  const builder = new TimeSeries()
    .interval('10m')
    .drawStyle(common.GraphDrawStyle.Bars)
    .fillOpacity(80)
    .lineWidth(0)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'))
    .decimals(0)
    .min(0)
    .thresholds(
      new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps([
        { value: null, color: colours.fine },
        { value: 2, color: colours.medium },
        { value: 10, color: colours.critical },
      ]),
    )
    .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed))
    .withTarget(
      new InfluxQlTarget('A', { query, alias: '$tag_priority', resultFormat: 'time_series', datasource: influxRef(dataSourceUid) }),
    );
  for (const priority of priorities)
    builder.withOverride(named(priority, { id: 'displayName', value: priorityLabels[priority][language] }, colour(colours[priority])));
  return builder;
}
