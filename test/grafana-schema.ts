/**
 * Grafana's dashboard schema as far as a registry has it: the types of `@grafana/schema` (the version of the Grafana in docker-compose.yml) and of the
 * Foundation SDK. Dashboards stand as literals in a file of their own, and the compiler says where they do not fit. Enums count as the unions of their
 * values there, since JSON has only values.
 */
import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { temporaryFolder } from './servers.ts';

const modules = join(import.meta.dirname, '..', 'node_modules');
const installed = join(modules, '@grafana');

/** Where the types of a panel's options and custom field settings stand; undefined: the panel has none. */
const kinds: Record<string, { file: string; custom?: string }> = {
  timeseries: { file: 'timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen', custom: 'FieldConfig' },
  stat: { file: 'stat/panelcfg/x/StatPanelCfg_types.gen' },
  gauge: { file: 'gauge/panelcfg/x/GaugePanelCfg_types.gen' },
  barchart: { file: 'barchart/panelcfg/x/BarChartPanelCfg_types.gen', custom: 'FieldConfig' },
  bargauge: { file: 'bargauge/panelcfg/x/BarGaugePanelCfg_types.gen' },
  'state-timeline': { file: 'statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen', custom: 'FieldConfig' },
  heatmap: { file: 'heatmap/panelcfg/x/HeatmapPanelCfg_types.gen', custom: 'FieldConfig' },
  table: { file: 'table/panelcfg/x/TablePanelCfg_types.gen', custom: 'FieldConfig' },
  text: { file: 'text/panelcfg/x/TextPanelCfg_types.gen' },
};

const enumeration = /export declare enum (\w+) \{([^}]*)\}/g;
function withoutEnums(text: string): string {
  return text.replace(enumeration, (_all, name: string, body: string) => {
    const members = [...body.matchAll(/(\w+) = ("[^"]*"|-?\d+)/g)].map(([, member, value]) => ({ member, value }));
    const each = members.map(({ member, value }) => `  type ${member} = ${value};`).join('\n');
    return `export type ${name} = ${members.map(({ value }) => value).join(' | ')};\nexport declare namespace ${name} {\n${each}\n}`;
  });
}

function copyTypes(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (file) => !/\.(js|cjs|mjs|map)$/.test(file) });
  const files = readdirSync(to, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts'));
  for (const file of files) writeFileSync(join(to, file), withoutEnums(readFileSync(join(to, file), 'utf8')));
}

const json = (value: unknown) => JSON.stringify(value);

function lines(dashboard: Dashboard, index: number): string[] {
  const copy = JSON.parse(json(dashboard)) as Dashboard;
  const annotations = (copy.annotations?.list ?? []) as { target?: unknown }[];
  // Of a query the schema knows what all data sources have in common, the SDK nothing.
  for (const one of annotations) one.target = { refId: (one.target as { refId: string }).refId };
  const whole = `const d${index}: Dashboard = ${json(copy)};`;
  for (const one of [...(copy.panels ?? []), ...(copy.annotations?.list ?? [])])
    Object.assign(one, { targets: undefined, target: undefined });
  const panels = (copy.panels as Panel[]).map((panel, place) => {
    const kind = kinds[panel.type];
    if (!kind) return `const d${index}p${place}: 'a panel type without a schema' = ${json(panel.type)};`;
    const alias = panel.type.replace('-', '');
    const { custom } = panel.fieldConfig?.defaults ?? {};
    const fields = kind.custom && custom ? `\nconst d${index}p${place}c: Deep<${alias}.${kind.custom}> = ${json(custom)};` : '';
    return `const d${index}p${place}: Deep<${alias}.Options> = ${json(panel.options ?? {})};${fields}`;
  });
  return [whole, `const d${index}s: sdk.Dashboard = ${json(copy)};`, ...panels];
}

/** What the compiler has to say about these dashboards, each sentence behind the uid of its dashboard; empty when they fit. */
export async function schemaMistakes(dashboards: readonly Dashboard[]): Promise<string[]> {
  using folder = temporaryFolder('grafana-schema');
  copyTypes(join(installed, 'schema', 'dist', 'types'), join(folder.path, 'schema'));
  copyTypes(join(installed, 'grafana-foundation-sdk', 'dist'), join(folder.path, 'sdk'));
  const head = [
    `import type { Dashboard } from '@grafana/schema';`,
    `import type * as sdk from './sdk/dashboard/index';`,
    ...Object.entries(kinds).map(([type, { file }]) => `import type * as ${type.replace('-', '')} from './schema/raw/composable/${file}';`),
    'type Deep<T> = T extends readonly (infer One)[] ? Deep<One>[] : T extends object ? { [K in keyof T]?: Deep<T[K]> } : T;',
  ];
  const written = dashboards.map(lines);
  writeFileSync(join(folder.path, 'boards.ts'), [...head, ...written.flat(), 'export {};'].join('\n'));
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: 'esnext',
    target: 'esnext',
    moduleResolution: 'bundler',
    types: [],
    paths: { '@grafana/schema': ['./schema/index.d.ts'] },
  };
  writeFileSync(join(folder.path, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['boards.ts'] }));
  try {
    await promisify(execFile)(process.execPath, [join(modules, 'typescript', 'bin', 'tsc'), '-p', folder.path, '--pretty', 'false']);
    return [];
  } catch (error) {
    const { stdout = '', message } = error as { stdout?: string; message: string };
    const owners = [
      ...head.map(() => 'head'),
      ...written.flatMap((own, index) => own.flatMap((text) => text.split('\n').map(() => dashboards[index]?.uid))),
    ];
    return (stdout || message)
      .trim()
      .split('\n')
      .map((text) => `${owners[Number(/boards\.ts\((\d+)/.exec(text)?.[1]) - 1]}: ${text}`);
  }
}
