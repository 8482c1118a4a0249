import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { demoSite } from '../../test/board-site.ts';
import { loadBoards } from '../board/boards.ts';
import { buildDashboard, dashboardText } from './build.ts';
import { dataSourcesOf } from './data-source.ts';
import { consumptionSource, dataSourceUid, longSourceUid } from './input.ts';
import { thresholdSteps } from './style.ts';

const { config, devices, rules } = demoSite();
const boards = [...(await loadBoards()).values()];
const consoleUrl = 'http://console.local:8080';
const build = (board: (typeof boards)[number], language: 'zh' | 'en') =>
  buildDashboard(board, { site: config, devices, rules, language, consoleUrl });
const all = boards.flatMap((board) => (['zh', 'en'] as const).map((language) => [`${board.id} ${language}`, board, language] as const));
const panelsOf = (built: ReturnType<typeof build>) => (built.panels ?? []) as Panel[];
const panelOf = (id: string, title: string) => {
  const found = panelsOf(build(boards.find((board) => board.id === id)!, 'en')).find((panel) => panel.title === title);
  return JSON.parse(JSON.stringify(found)) as Panel & { targets: { query: string; alias: string }[] };
};

describe('Grafana dashboards', () => {
  it('have uids that stay, each its own, within the 40 characters that Grafana allows', () => {
    const uids = all.map(([, board, language]) => build(board, language).uid);
    expect(new Set(uids).size).toBe(uids.length);
    expect(uids).toContain('plantroom-oxygen-zh');
    for (const uid of uids) expect(uid).toMatch(/^[a-z0-9-]{1,40}$/);
  });

  it.each(all)(
    '%s: the same text twice, panels with ids of their own, no overlap, every query at the data source',
    (_name, board, language) => {
      const built = build(board, language);
      expect(dashboardText(build(board, language))).toBe(dashboardText(built));
      const panels = panelsOf(built);
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      const cells = new Set<string>();
      for (const { gridPos, title } of panels) {
        const { x, y, w, h } = gridPos!;
        expect(x + w).toBeLessThanOrEqual(24);
        for (let i = 0; i < w * h; i++) {
          const cell = `${x + (i % w)},${y + Math.floor(i / w)}`;
          expect(cells.has(cell), `${title} at ${cell}`).toBe(false);
          cells.add(cell);
        }
      }
      for (const panel of panels) {
        const targets = JSON.parse(JSON.stringify(panel.targets ?? [])) as Record<string, unknown>[];
        expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
        for (const target of targets) {
          expect(target).toMatchObject({ rawQuery: true, datasource: { type: 'influxdb', uid: 'plantroom-influx' } });
          expect(target.query).not.toMatch(/undefined|NaN|null\)\)|\[object/);
        }
      }
      expect(built.links?.[0]?.url).toBe(`${consoleUrl}/#/boards/${board.id}`);
      expect(built.tags).toContain('plantroom');
    },
  );

  it.each(boards.map((board) => [board.id, board] as const))(
    '%s: the English board has no Chinese and the Chinese one has',
    (_id, board) => {
      const read = (language: 'zh' | 'en') => JSON.stringify(build(board, language));
      expect(read('en')).not.toMatch(/[\u4e00-\u9fff]/);
      expect(read('zh')).toMatch(/[\u4e00-\u9fff]/);
    },
  );

  it('carry the notice on every life-safety board, first and in full width', () => {
    for (const board of boards.filter((one) => one.lifeSafety)) {
      const [first] = panelsOf(build(board, 'en'));
      expect(first).toMatchObject({ type: 'text', gridPos: { x: 0, y: 0, w: 24 } });
      expect(JSON.stringify(first)).toContain('supplements the statutory local panels');
    }
  });

  it('draw the limits of the rule packs, with their source', () => {
    const zones = panelOf('oxygen', 'Zone pressure of nominal');
    expect(zones.fieldConfig?.defaults.thresholds?.steps).toEqual([
      { value: null, color: 'dark-red' },
      { value: 80, color: 'yellow' },
      { value: 90, color: 'green' },
      { value: 120, color: 'dark-red' },
    ]);
    expect(zones.description).toContain('GB 50751-2012');
  });

  it('give each line its own limits where they differ', () => {
    const water = panelOf('water', 'Flow of the branches');
    const front = water.fieldConfig?.overrides.find(({ matcher }) => matcher.options === 'water-front');
    expect(front?.properties).toContainEqual({ id: 'displayName', value: 'Front building water' });
    expect(front?.properties.find(({ id }) => id === 'thresholds')?.value).toMatchObject({
      steps: [{ value: null }, { value: 7, color: 'orange' }],
    });
  });

  it('show names of people for ids, words for states, and red where a rule alarms', () => {
    const leaks = panelOf('water', 'Leak sensors');
    expect(JSON.stringify(leaks.fieldConfig?.defaults.mappings)).toContain('"1":{"text":"wet","color":"dark-red"');
    expect(JSON.stringify(leaks.fieldConfig?.overrides)).toContain('"value":"operating rooms ceiling"');
    const mains = panelOf('generator', 'Mains');
    expect(JSON.stringify(mains.fieldConfig?.defaults.mappings)).toContain('"0":{"text":"lost","color":"orange"');
  });

  it('ask by device alone, since every point has that tag in every version', () => {
    for (const [, board, language] of all) {
      const conditions = JSON.stringify(build(board, language)).match(/\\"(building|department|gateway|circuit)\\" (=|=~|!~)/g);
      expect(conditions, board.id).toBeNull();
    }
  });

  it('do not show an old value as new: what stands for "now" looks back minutes', () => {
    expect(panelOf('oxygen', 'Liquid oxygen').timeFrom).toBe('15m');
    expect(panelOf('overview', 'Lowest oxygen zone').timeFrom).toBe('15m');
    expect(panelOf('overview', 'Residual chlorine').timeFrom).toBe('30m');
    expect(panelOf('oxygen', 'Liquid oxygen level').timeFrom).toBeUndefined();
  });

  it('mark alarms of the devices of the board and their gateways, in the colour of the priority and the language of the board', () => {
    const oxygen = boards.find(({ id }) => id === 'oxygen')!;
    const list = (language: 'zh' | 'en') =>
      (build(oxygen, language).annotations?.list ?? []).map(
        (one) => JSON.parse(JSON.stringify(one)) as { name: string; iconColor: string; target: Record<string, string> },
      );
    expect(list('en').map(({ name, iconColor }) => [name, iconColor])).toEqual([
      ['Alarms: Critical', 'dark-red'],
      ['Alarms: High', 'orange'],
      ['Alarms: Medium', 'yellow'],
      ['Alarms: Low', 'light-yellow'],
    ]);
    const [critical] = list('zh');
    expect(critical?.name).toBe('告警：紧急');
    expect(critical?.target).toMatchObject({
      fromAnnotations: true,
      titleColumn: 'alarm_transition.title_zh',
      textColumn: 'alarm_transition.device_zh',
      timeEndColumn: 'alarm_transition.returned_at_ms',
      tagsColumn: 'alarm_transition.rule',
    });
    expect(critical?.target.query).toMatch(/"device" =~ \/\^\([^)]*\bo2-icu\b[^)]*\bgw-plant\b/);
    expect(critical?.target.query).not.toContain('incomer');
  });

  it('offer the places of the board only, with a comma in a name escaped', () => {
    const variables = build(boards.find(({ id }) => id === 'electricity')!, 'en').templating?.list ?? [];
    expect(variables.map(({ name }) => name)).toEqual(['building', 'department', 'device']);
    expect(String(variables[2]?.query)).toContain('Busbar joints\\, panel AA1 : joint-t1');
    expect(JSON.stringify(variables)).not.toContain('o2-source');
    for (const { query, options } of variables) {
      // How Grafana reads the text of a custom variable.
      const read = (String(query).match(/(?:\\,|[^,])+/g) ?? []).map((part) => /^\s*(.+)\s:\s(.+)$/.exec(part.replaceAll('\\,', ',')));
      expect(read.map((match) => [match?.[1], match?.[2]])).toEqual((options ?? []).map(({ text, value }) => [text, value]));
    }
  });
});

describe('consumption in Grafana', () => {
  const board = boards.find(({ id }) => id === 'energy')!;
  const targets = (storeUrl: string) => {
    const built = buildDashboard(board, { site: config, devices, rules, language: 'en', consoleUrl, consumption: consumptionSource(storeUrl) });
    return JSON.parse(JSON.stringify(panelsOf(built).flatMap(({ targets: own }) => own ?? []))) as { query: string; datasource: { uid: string } }[];
  }; // biome-ignore format: short

  it('is asked where each version keeps it, never from the counters', () => {
    for (const [url, from, uid] of [
      ['influx1://h/d', 'FROM "long"."consumption" WHERE', dataSourceUid],
      ['influx2://t@h/o/b', 'FROM "consumption" WHERE', dataSourceUid],
      ['influx3://t@h/d', 'FROM "consumption" WHERE', longSourceUid],
    ] as const) {
      expect(targets(url).length).toBeGreaterThan(10);
      for (const { query, datasource } of targets(url)) {
        expect(query).toContain(from);
        expect(query).not.toContain('energy_import_kwh');
        expect(datasource.uid).toBe(uid);
      }
    }
    expect(dataSourcesOf('influx3://t@h/d').map(({ uid, jsonData }) => [uid, jsonData.dbName])).toEqual([
      [dataSourceUid, 'd'],
      [longSourceUid, 'd_long'],
    ]);
    expect(dataSourcesOf('influx2://t@h/o/b')).toHaveLength(1);
  });

  it('has a column for what was filled in, beside months and behind the figure', () => {
    const months = panelOf('energy', 'Electricity per month, 13 months');
    expect(JSON.stringify(months.transformations)).toContain('"Of it estimated (sum)":"Of it estimated"');
    expect(panelOf('energy', 'Electricity in the range shown').options).toMatchObject({ textMode: 'value_and_name' });
    const table = panelOf('energy', 'Meters with estimates');
    expect(JSON.stringify(table.transformations)).toContain('"fieldName":"Of it estimated","config":{"id":"greater"');
  });
});

describe('provisioning', () => {
  const read = (file: string) => parse(readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8'), { merge: true });

  it('loads what `grafana build` writes, into the folders that `grafana push` uses', () => {
    const { providers } = read('deploy/grafana/dashboards/plantroom.yaml') as {
      providers: { folderUid: string; options: { path: string } }[];
    };
    expect(providers.map(({ folderUid, options }) => [folderUid, options.path])).toEqual([
      ['plantroom-zh', '/boards/zh'],
      ['plantroom-en', '/boards/en'],
    ]);
    const { services } = read('docker-compose.yml') as {
      services: Record<string, { command?: string[]; volumes?: string[]; depends_on?: object; environment?: Record<string, string> }>;
    };
    expect(services.boards?.command).toEqual(['grafana', 'build', '--out', '/boards']);
    expect(services.boards?.volumes).toContain('boards:/boards');
    expect(services.grafana?.volumes).toEqual(
      expect.arrayContaining(['boards:/boards:ro', './deploy/grafana/dashboards:/etc/grafana/provisioning/dashboards:ro']),
    );
    expect(services.grafana?.depends_on).toHaveProperty('boards');
    expect(services.grafana?.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH).toBe('/boards/zh/plantroom-overview-zh.json');
  });

  it('gives the data source the uid that the boards ask, in InfluxQL', () => {
    const { datasources } = read('deploy/grafana/datasources/plantroom.yaml') as {
      datasources: { uid: string; jsonData: { version: string } }[];
    };
    expect(datasources).toMatchObject([{ uid: dataSourceUid, jsonData: { version: 'InfluxQL' } }]);
  });
});

describe('thresholds', () => {
  const limit = (side: 'above' | 'below', value: number, priority: 'critical' | 'high' | 'medium') =>
    ({ rule: 'X', title: { zh: '限', en: 'x' }, side, value, priority }) as const;

  it('show the worst where limits overlap', () => {
    expect(thresholdSteps([limit('above', 80, 'medium'), limit('above', 95, 'high'), limit('above', 100, 'critical')])).toEqual([
      { value: null, color: 'green' },
      { value: 80, color: 'yellow' },
      { value: 95, color: 'orange' },
      { value: 100, color: 'dark-red' },
    ]);
    expect(thresholdSteps([limit('below', 20, 'critical'), limit('below', 30, 'high')])).toEqual([
      { value: null, color: 'dark-red' },
      { value: 20, color: 'orange' },
      { value: 30, color: 'green' },
    ]);
  });
});
