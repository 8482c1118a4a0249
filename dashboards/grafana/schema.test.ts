import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { describe, expect, it } from 'vitest';
import { demoSite } from '../../test/board-site.ts';
import { schemaMistakes } from '../../test/grafana-schema.ts';
import { loadBoards } from '../board/boards.ts';
import { buildDashboard } from './build.ts';

const { config, devices, rules } = demoSite();
const boards = [...(await loadBoards()).values()];
const root = join(import.meta.dirname, '..', '..');
const build = () =>
  boards.flatMap((board) =>
    (['zh', 'en'] as const).map((language) =>
      buildDashboard(board, { site: config, devices, rules, language, consoleUrl: 'http://127.0.0.1:8080' }),
    ),
  );

describe("Grafana's dashboard schema", () => {
  it('fits every board in both languages, with the options of every panel', async () => {
    expect(await schemaMistakes(build())).toEqual([]);
  });

  it('refuses what does not fit: the check itself can fail', async () => {
    const part = (panels: Panel[], wanted: string) => panels.find(({ type }) => type === wanted)!;
    const spoils: Record<string, (panels: Panel[], dashboard: object) => void> = {
      'unknown-property': (_panels, dashboard) => Object.assign(dashboard, { timezones: 'x' }),
      'wrong-word': (panels) => Object.assign(part(panels, 'stat').options, { colorMode: 'pink' }),
      'unknown-option': (panels) => Object.assign(part(panels, 'gauge').options, { sparkle: 1 }),
      'wrong-kind': (panels) => Object.assign(panels[0]!, { gridPos: { x: '0', y: 0, w: 24, h: 2 } }),
      'unknown-setting': (panels) => Object.assign(part(panels, 'timeseries').fieldConfig!.defaults.custom, { lineWith: 2 }),
    };
    const spoiled = Object.entries(spoils).map(([uid, spoil]) => {
      const dashboard = build().find(({ panels }) => ['stat', 'gauge', 'timeseries'].every((type) => part(panels as Panel[], type)))!;
      spoil(dashboard.panels as Panel[], dashboard);
      return { ...dashboard, uid };
    });
    const refused = (await schemaMistakes(spoiled)).map((mistake) => mistake.split(':')[0]);
    expect(new Set(refused)).toEqual(new Set(Object.keys(spoils)));
  });

  it('is that of the Grafana that docker-compose starts', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'node_modules/@grafana/schema/package.json'), 'utf8')) as { version: string };
    expect(readFileSync(join(root, 'docker-compose.yml'), 'utf8')).toContain(`image: grafana/grafana-oss:${version}\n`);
  });
});
