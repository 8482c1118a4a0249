/** The boards in Grafana: as files for provisioning, or through its HTTP API. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { Fault } from '../shared/errors.ts';
import { readSecret, Secret } from '../shared/secret.ts';
import { type Language, languages, type Text } from '../shared/text.ts';
import { checkAll } from './check.ts';
import { type Command, parse, siteFile, siteOptions } from './command.ts';
import { boardDevices } from './grafana/board-site.ts';

const defaultConsole = 'http://127.0.0.1:8080';
const folderTitle: Text = { zh: '机电看板', en: 'Plantroom' };

const command: Command = {
  id: 'grafana',
  summary: 'Grafana boards: write them as files, or push folder, data source and boards through its API',
  usage:
    'grafana build --site F --out DIR [--store URL] [--language zh|en] [--console URL] | grafana push --url URL --token TOKEN|--token-file F [--site F] [--store URL] [--language zh|en] [--console URL]',
  async run(args) {
    const { values, positionals } = parse(
      args,
      {
        ...siteOptions,
        out: { type: 'string' },
        language: { type: 'string' },
        console: { type: 'string' },
        url: { type: 'string' },
        token: { type: 'string' },
        'token-file': { type: 'string' },
        store: { type: 'string' },
      },
      true,
    );
    const [action, ...rest] = positionals;
    if ((action !== 'build' && action !== 'push') || rest.length > 0) {
      throw new Fault('usage/command', `found "${positionals.join(' ')}"; allowed: build, push`);
    }
    const wanted = languagesOf(values.language);
    const consoleUrl = (values.console ?? process.env.PLANTROOM_CONSOLE_URL ?? defaultConsole).replace(/\/+$/, '');
    const storeUrl = values.store ?? process.env.PLANTROOM_STORE_URL ?? 'sqlite:';
    if (action === 'build') {
      if (!values.out) throw new Fault('usage/command', '--out is missing: the folder for the files');
      return build(await built(siteFile(values.site), wanted, consoleUrl, storeUrl), resolve(values.out));
    }
    if (!values.url) throw new Fault('usage/command', '--url is missing: the address of Grafana, such as http://127.0.0.1:3000');
    const token = tokenOf(values.token, values['token-file']);
    const { dataSourcesOf } = await import('../dashboards/grafana/data-source.ts');
    const dataSources = dataSourcesOf(storeUrl);
    return push(await built(siteFile(values.site), wanted, consoleUrl, storeUrl), { url: values.url, token, dataSources });
  },
};
export default command;

/** An argument is seen by everybody who lists processes; the environment and a file are not. */
function tokenOf(text: string | undefined, file: string | undefined): Secret {
  if (text !== undefined && file !== undefined) throw new Fault('usage/command', '--token and --token-file are two tokens; give one');
  if (text) return new Secret(text);
  if (file !== undefined) return readSecret({ file });
  if (process.env.PLANTROOM_GRAFANA_TOKEN) return readSecret({ env: 'PLANTROOM_GRAFANA_TOKEN' });
  throw new Fault('usage/command', 'no token: give --token-file F, --token TOKEN or the environment variable PLANTROOM_GRAFANA_TOKEN');
}

function languagesOf(option: string | undefined): readonly Language[] {
  if (option === undefined) return languages;
  const found = languages.find((language) => language === option);
  if (!found) throw new Fault('usage/command', `--language is "${option}"; allowed: ${languages.join(', ')}; by default both`);
  return [found];
}

interface Built {
  language: Language;
  dashboards: Dashboard[];
}

async function built(file: string, wanted: readonly Language[], consoleUrl: string, storeUrl: string): Promise<Built[]> {
  const site = await checkAll(file);
  const { loadBoards } = await import('../dashboards/board/boards.ts');
  const { buildDashboard } = await import('../dashboards/grafana/build.ts');
  const { consumptionSource } = await import('../dashboards/grafana/input.ts');
  const { profilesOf } = await import('../gateway/check.ts');
  const { openRuleBook } = await import('../rules/pack.ts');
  const boards = [...(await loadBoards()).values()];
  const devices = boardDevices(site.config, profilesOf(site));
  const rules = openRuleBook(site.config).inForce;
  const consumption = consumptionSource(storeUrl);
  return wanted.map((language) => ({
    language,
    dashboards: boards.map((board) => buildDashboard(board, { site: site.config, devices, rules, language, consoleUrl, consumption })),
  }));
}

/** `DIR/zh/plantroom-oxygen-zh.json`; files of boards that no longer exist go, other files stay. */
async function build(all: readonly Built[], out: string): Promise<number> {
  const { dashboardText } = await import('../dashboards/grafana/build.ts');
  const counts = { created: 0, changed: 0, unchanged: 0, removed: 0 };
  for (const { language, dashboards } of all) {
    const folder = join(out, language);
    mkdirSync(folder, { recursive: true });
    const before = new Set(readdirSync(folder).filter((file) => /^plantroom-.*\.json$/.test(file)));
    for (const dashboard of dashboards) {
      const file = `${dashboard.uid}.json`;
      const text = dashboardText(dashboard);
      const old = before.has(file) ? readFileSync(join(folder, file), 'utf8') : undefined;
      before.delete(file);
      counts[old === undefined ? 'created' : old === text ? 'unchanged' : 'changed']++;
      if (old !== text) writeFileSync(join(folder, file), text);
    }
    for (const file of before) rmSync(join(folder, file));
    counts.removed += before.size;
  }
  const said = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  process.stdout.write(`${out}: ${said.join(', ')}\n`);
  return 0;
}

interface Target {
  url: string;
  token: Secret;
  dataSources: Parameters<typeof import('../dashboards/grafana/push.ts').pushAll>[1];
}

async function push(all: readonly Built[], { url, token, dataSources }: Target): Promise<number> {
  const { grafanaClient } = await import('../dashboards/grafana/client.ts');
  const { pushAll } = await import('../dashboards/grafana/push.ts');
  let unchanged = 0;
  let changed = 0;
  await pushAll(
    grafanaClient(url, token),
    dataSources,
    all.map(({ language, dashboards }) => ({ folder: { uid: `plantroom-${language}`, title: folderTitle[language] }, dashboards })),
    ({ what, uid, title, done }) => {
      if (done === 'unchanged') unchanged++;
      else {
        changed++;
        process.stdout.write(`${done.padEnd(8)} ${what} ${uid}  ${title}\n`);
      }
    },
  );
  process.stdout.write(`${changed} created or changed, ${unchanged} unchanged\n`);
  return 0;
}
