import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { Fault, reasonOf } from '../shared/errors.ts';

/** A command is one file here, named after it. `_`-files and this one are not commands; `role` serves all roles. */
export interface Command {
  id: string;
  /** One line for the help. */
  summary: string;
  usage: string;
  /** The exit code. */
  run(args: readonly string[]): Promise<number>;
}

const notCommands = new Set(['command', 'role', 'complete-site']);

export function commandNames(): string[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('_'))
    .map((file) => basename(file, '.ts'))
    .filter((name) => !notCommands.has(name))
    .sort();
}

export const isCommandName = (name: string): boolean => commandNames().includes(name);

export async function helpText(): Promise<string> {
  const lines: string[] = ['plantroom: energy and building monitoring for hospitals', ''];
  for (const name of commandNames()) {
    const module = (await import(join(import.meta.dirname, `${name}.ts`))) as { default: Command };
    lines.push(`  plantroom ${module.default.usage}`, `      ${module.default.summary}`);
  }
  lines.push(
    '  plantroom broker|simulators|gateway|ingest|rules|dashboards [--site F] [--data DIR]',
    '      One role by itself; start runs them all',
  );
  lines.push(
    '',
    'Environment: PLANTROOM_SITE PLANTROOM_DATA PLANTROOM_PORT PLANTROOM_HOST PLANTROOM_TRUST_PROXY PLANTROOM_ADMIN_PASSWORD',
    '             PLANTROOM_MQTT_URL PLANTROOM_STORE_URL PLANTROOM_LOG',
  );
  return lines.join('\n');
}

/** @throws Fault usage/command */
export function parse<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T, positionals = false) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: positionals, strict: true });
  } catch (error) {
    throw new Fault('usage/command', reasonOf(error));
  }
}

export const siteOptions = { site: { type: 'string' }, data: { type: 'string' } } as const;

/** The site file: --site, else PLANTROOM_SITE, else the simulated hospital that comes with the program. */
export function siteFile(option: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(option ?? environment.PLANTROOM_SITE ?? join(import.meta.dirname, '..', 'sites', 'demo.yaml'));
}

/** Everything that must survive: --data, else PLANTROOM_DATA, else plantroom-data here. */
export function dataFolder(option: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(option ?? environment.PLANTROOM_DATA ?? 'plantroom-data');
}
