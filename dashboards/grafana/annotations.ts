/**
 * Marks over the panels, from what InfluxDB holds: when a device went offline, and where readings were beyond the limit of a critical rule. They are
 * readings, not alarms: delays, acknowledgement and shelving are the desk's.
 */
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { type Board, isReadings } from '../board.ts';
import type { BoardDevice } from '../board-devices.ts';
import { limitsAt } from '../board-limits.ts';
import { deviceFilters, type VariableName } from './influxql.ts';
import { dataSourceUid, type GrafanaInput } from './input.ts';
import { colours, words } from './style.ts';
import { influxRef } from './target.ts';
import { devicesOfBoard } from './variables.ts';

/** More than these would make every refresh slow; the most severe rules come first in the packs. */
const mostAnnotations = 12;
const step = '5m';

interface Mark {
  name: string;
  colour: string;
  query: string;
}

export function annotationsOf(board: Board, input: GrafanaInput, variables: readonly VariableName[]): dashboard.AnnotationQueryBuilder[] {
  const used = devicesOfBoard(board, input.devices);
  if (used.length === 0) return [];
  const filter = (devices: readonly BoardDevice[]) => deviceFilters(devices, { all: input.devices, variables }).join(' AND ');
  const offline: Mark = {
    name: words.offline[input.language],
    colour: colours.high,
    query: `SELECT "online", "device" FROM "device_status" WHERE $timeFilter AND ${filter(used)} AND "online" = 0`,
  };
  const marks = [offline, ...limitMarks(board, input, filter)].slice(0, mostAnnotations);
  return marks.map(({ name, colour, query }) =>
    new dashboard.AnnotationQueryBuilder()
      .name(name)
      .datasource(influxRef(dataSourceUid))
      .enable(true)
      .iconColor(colour)
      .target(annotationTarget(name, query)),
  );
}

/**
 * The form that Grafana itself migrates old InfluxQL annotations to. It finds columns by parts of "measurement.column", and "device_status.online" has the
 * part "device": only as the text column does the last one that fits win, as a tag the number would be taken too.
 */
function annotationTarget(name: string, query: string): cog.Builder<cog.Dataquery> {
  const target = { refId: 'Anno', query, rawQuery: true, queryType: 'tags', fromAnnotations: true, name };
  const columns = { tagsColumn: '', textColumn: 'device', titleColumn: '', timeEndColumn: '' };
  return { build: () => ({ ...target, ...columns, _implementsDataqueryVariant() {} }) as unknown as cog.Dataquery };
}

function limitMarks(board: Board, { devices, rules, language }: GrafanaInput, filter: (devices: readonly BoardDevice[]) => string): Mark[] {
  const groups = new Map<string, { mark: Omit<Mark, 'query'>; devices: BoardDevice[]; system: string; quantity: string; test: string }>();
  for (const panel of board.panels.filter(isReadings)) {
    for (const id of panel.rules ?? []) {
      const entry = rules.find(({ rule }) => rule.id === id);
      const quantity = entry?.rule.quantity;
      if (!entry || !quantity || entry.rule.priority !== 'critical') continue;
      for (const device of devices.filter((one) => one.quantities.has(quantity))) {
        for (const limit of limitsAt([entry], quantity, device)) {
          const aggregate = limit.side === 'below' ? 'min' : 'max';
          const test = `${aggregate}|${limit.side === 'below' ? '<' : '>'} ${limit.value}`;
          const key = `${id} ${device.system} ${test}`;
          const name = `${words.beyond[language]}: ${entry.rule.title[language]} ${limit.value}`;
          const group = groups.get(key) ?? { mark: { name, colour: colours.critical }, devices: [], system: device.system, quantity, test };
          if (!group.devices.includes(device)) group.devices.push(device);
          groups.set(key, group);
        }
      }
    }
  }
  return [...groups.values()].map(({ mark, devices: watched, system, quantity, test }) => {
    const [aggregate, comparison] = test.split('|') as [string, string];
    const inner = `SELECT ${aggregate}("${quantity}") AS "v" FROM "${system}" WHERE $timeFilter AND ${filter(watched)} GROUP BY time(${step}), "device" fill(none)`;
    return { ...mark, query: `SELECT "v", "device" FROM (${inner}) WHERE "v" ${comparison}` };
  });
}
