/** Building, department and device to choose from: names for people, device ids for the query. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { type Board, isReadings } from '../board/board.ts';
import { type BoardDevice, devicesOfSeries } from '../board/devices.ts';
import type { VariableName } from './influxql.ts';
import type { GrafanaInput } from './input.ts';
import { words } from './style.ts';

export interface Variables {
  names: VariableName[];
  builders: dashboard.CustomVariableBuilder[];
}

/** All devices that any panel of the board asks. */
export function devicesOfBoard(board: Board, all: readonly BoardDevice[]): BoardDevice[] {
  const used = new Set(board.panels.filter(isReadings).flatMap(({ series }) => series.flatMap((one) => devicesOfSeries(one, all))));
  return all.filter((device) => used.has(device));
}

/** A building's value is its devices, so that everything is chosen by the one tag that every point has. */
export function variablesOf(board: Board, { devices, site, language }: GrafanaInput): Variables {
  const used = devicesOfBoard(board, devices);
  const places = (kind: 'building' | 'department') =>
    (kind === 'building' ? site.buildings : site.departments).flatMap(({ id, name }): [string, string][] => {
      const members = used.filter((device) => device[kind] === id);
      return members.length === 0 ? [] : [[name[language], members.map((device) => device.id).join('|')]];
    });
  const choices: [VariableName, [string, string][]][] = [
    ['building', places('building')],
    ['department', places('department')],
    ['device', used.map((device) => [device.name[language], device.id])],
  ];
  const wanted = choices.filter(([, options]) => options.length > 0);
  return {
    names: wanted.map(([name]) => name),
    builders: wanted.map(([name, options]) =>
      new dashboard.CustomVariableBuilder(name)
        .label(words[name][language])
        .values(options.map(([text, value]) => `${text.replaceAll(',', '\\,')} : ${value}`).join(', '))
        .options(options.map(([text, value]) => ({ text, value, selected: false })))
        .current({ text: ['All'], value: ['$__all'] })
        .multi(true)
        .includeAll(true)
        .allValue('.*'),
    ),
  };
}
