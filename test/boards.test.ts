import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isDerived, isReadings, isStatus, lifeSafetyNotice, type Panel } from '../dashboards/board/board.ts';
import { loadBoards } from '../dashboards/board/boards.ts';
import { type BoardDevice, devicesOfSeries, devicesOfValue, factsOf } from '../dashboards/board/devices.ts';
import { needsOf, parseExpression } from '../dashboards/board/expression.ts';
import { layout } from '../dashboards/board/layout.ts';
import { limitsAt } from '../dashboards/board/limits.ts';
import { contactTime } from '../dashboards/board/values.ts';
import { filesOf } from '../shared/catalog.ts';
import { isQuantity, quantity } from '../shared/quantity.ts';
import { attributesSchema } from '../shared/site.ts';
import { demoSite } from './board-site.ts';

const { devices, rules } = demoSite();
const boards = [...(await loadBoards()).values()];
const readingsPanels = (panels: readonly Panel[]) => panels.filter(isReadings);
const folder = join(import.meta.dirname, '..', 'dashboards');

describe('boards', () => {
  it('there is one for every system that the issue names', () => {
    expect(boards.map((board) => board.id)).toEqual([
      'alarms',
      'data-quality',
      'drain',
      'electricity',
      'energy',
      'generator',
      'heating',
      'hotwater',
      'overview',
      'oxygen',
      'tickets',
      'wastewater',
      'water',
    ]);
  });

  it('can be loaded by a browser: they import nothing of Node, Grafana or React', () => {
    const files = [
      ...filesOf(join(folder, 'boards'), '.ts').map((file) => join('boards', file)),
      ...['board', 'values', 'expression', 'devices', 'limits', 'layout', 'units'].map((name) => join('board', `${name}.ts`)),
    ];
    for (const file of files) {
      const imports = [...readFileSync(join(folder, file), 'utf8').matchAll(/^import (type )?.*?from '([^']+)'/gms)];
      for (const [, type, from] of imports) {
        if (!type) expect(from, file).toMatch(/^(\.\.\/board\/|\.\/)[a-z-]+\.ts$|^\.\.\/\.\.\/shared\/quantity\.ts$/);
      }
    }
  });
});

describe.each(boards.map((board) => [board.id, board] as const))('board %s', (_id, board) => {
  it('says in both languages what it answers and for whom', () => {
    for (const text of [board.title, board.question, board.audience, ...board.panels.map((panel) => panel.title)]) {
      expect(text.zh).toMatch(/[\u4e00-\u9fff]|^pH$/);
      expect(text.en).toMatch(/[A-Za-z]/);
      expect(text.en).not.toMatch(/[\u4e00-\u9fff]/);
    }
    for (const { help } of board.panels) {
      if (!help) continue;
      expect(help.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(help.en).not.toMatch(/[\u4e00-\u9fff]/);
    }
    expect(board.question.zh).toMatch(/？$/);
    expect(board.question.en).toMatch(/\?$/);
  });

  it('has panels with their own ids that fill the grid without holes', () => {
    const ids = board.panels.map((panel) => panel.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, size } of board.panels) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(size[0]).toBeLessThanOrEqual(24);
    }
    const places = layout(board.panels);
    const bottom = Math.max(...places.map(({ y, height }) => y + height));
    const cells = new Set(
      places.flatMap(({ x, y, width, height }) =>
        Array.from({ length: width * height }, (_, cell) => `${x + (cell % width)},${y + Math.floor(cell / width)}`),
      ),
    );
    const area = places.reduce((sum, { width, height }) => sum + width * height, 0);
    expect(cells.size, 'panels lie on each other').toBe(area);
    expect(area, 'there are holes').toBe(24 * bottom);
  });

  it('finds devices of the demo site for every value of every selector', () => {
    for (const panel of readingsPanels(board.panels)) {
      for (const series of panel.series) {
        expect(devicesOfSeries(series, devices), panel.id).not.toEqual([]);
        for (const value of series.values)
          expect(devicesOfValue(series, value, devices), `${panel.id} ${factsOf(value).id}`).not.toEqual([]);
      }
    }
  });

  it('names only known quantities and attributes, of a unit that the panel can show on one axis', () => {
    for (const panel of readingsPanels(board.panels)) {
      for (const series of panel.series) {
        for (const value of series.values) {
          if (isStatus(value)) continue;
          const needs = isDerived(value) ? needsOf(parseExpression(value.expression)) : { quantities: [value], attributes: [] };
          expect(needs.quantities.length).toBeGreaterThan(0);
          for (const id of needs.quantities) expect(isQuantity(id), id).toBe(true);
          for (const name of needs.attributes) expect(Object.keys(attributesSchema.shape), panel.id).toContain(name);
          if (series.aggregate === 'increase')
            expect(isQuantity(value as string) && quantity(value as 'volume_m3').kind, panel.id).toBe('counter');
          if (panel.kind === 'state-timeline' || panel.kind === 'status-tile')
            expect(quantity(value as 'pump_fault').kind, panel.id).toBe('state');
        }
      }
      const units = new Set(panel.series.flatMap((series) => series.values.map((value) => factsOf(value).unit)));
      if (['gauge', 'bar', 'heat-map', 'stat'].includes(panel.kind)) expect(units.size, panel.id).toBe(1);
    }
  });

  it('draws the limit of every rule that it names', () => {
    for (const panel of readingsPanels(board.panels)) {
      for (const id of panel.rules ?? []) {
        const entry = rules.find(({ rule }) => rule.id === id);
        expect(entry, `${panel.id}: unknown rule ${id}`).toBeDefined();
        const drawn = panel.series.flatMap((series) =>
          series.values.flatMap((value) => devicesOfValue(series, value, devices).flatMap((device) => limitsAt([entry!], value, device))),
        );
        expect(drawn, `${panel.id}: ${id} has no limit for any of its values`).not.toEqual([]);
      }
    }
  });

  it('tells that the local panels come first where life is at stake', () => {
    const systems = new Set(
      readingsPanels(board.panels).flatMap((panel) =>
        panel.series.flatMap((series) => devicesOfSeries(series, devices).map(({ system }) => system)),
      ),
    );
    const roles = JSON.stringify(board.panels);
    if (
      /"(ward-zone|oxygen-source|oxygen-manifold|genset|transfer-switch|joint-temperature|residual-current)"/.test(roles) &&
      board.id !== 'data-quality'
    ) {
      expect(systems.size).toBeGreaterThan(0);
      expect(board.lifeSafety).toBe(true);
    }
  });
});

describe('life-safety notice', () => {
  it('says that the platform supplements the statutory local panels', () => {
    expect(lifeSafetyNotice.zh).toContain('补充');
    expect(lifeSafetyNotice.en).toContain('supplements the statutory local panels');
  });
});

describe('meters below meters', () => {
  it('count once: only the uppermost of a department', () => {
    const meter = (id: string, department: string | null, fedBy: string | null): BoardDevice => ({
      id, name: { zh: id, en: id }, system: 'electricity', role: 'feeder', building: 'b', department, fedBy, attributes: {},
      quantities: new Set(['energy_import_kwh']),
    }); // biome-ignore format: short
    const tree = [
      meter('main', null, null),
      meter('icu', 'icu', 'main'),
      meter('icu-bed', 'icu', 'icu-panel'),
      meter('icu-panel', null, 'icu'),
      meter('lab', 'lab', 'icu'),
      meter('loop-a', 'lab', 'loop-b'),
      meter('loop-b', null, 'loop-a'),
    ];
    const series = { select: {}, values: ['energy_import_kwh'], aggregate: 'increase', combine: 'sum', by: 'department' } as const;
    expect(devicesOfSeries(series, tree).map(({ id }) => id)).toEqual(['icu', 'lab', 'loop-a']);
    expect(devicesOfSeries({ ...series, by: 'building' }, tree).map(({ id }) => id)).toEqual(['main']);
  });
});

describe('limits', () => {
  const zone = devices.find((device) => device.id === 'o2-front-low')!;
  const rule = (id: string) => rules.filter((entry) => entry.rule.id === id);

  it('follow the expression of the panel: 80 % of a zone of 300 kPa is 240 kPa, and 80 on a scale of percent', () => {
    expect(limitsAt(rule('O2-AREA-LOW'), 'pressure_kpa', zone)).toMatchObject([{ side: 'below', value: 240, priority: 'critical' }]);
    const percent = { id: 'p', label: { zh: '压', en: 'p' }, unit: '%', expression: '100 * pressure_kpa / @nominal_kpa' };
    expect(limitsAt(rule('O2-AREA-LOW'), percent, zone)).toMatchObject([{ side: 'below', value: 80 }]);
  });

  it('turn where the value falls while its quantity rises: more flow than 31 m³/h is less than an hour of contact', () => {
    const plant = devices.find((device) => device.id === 'wastewater')!;
    expect(limitsAt(rule('WW-CONTACT'), 'outflow_m3h', plant)).toMatchObject([{ side: 'above', value: 31 }]);
    expect(limitsAt(rule('WW-CONTACT'), contactTime, plant)).toMatchObject([{ side: 'below', value: 1, priority: 'high' }]);
  });

  it('are none where the rule watches something else', () => {
    expect(limitsAt(rule('O2-AREA-LOW'), 'oxygen_flow_lmin', zone)).toEqual([]);
    expect(limitsAt(rule('EL-RCM'), 'pressure_kpa', zone)).toEqual([]);
  });
});
