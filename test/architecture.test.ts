/** Style is a test: who imports whom, how long a file may be, words that do not belong here. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hangMs } from './hang.ts';

const root = join(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file && existsSync(join(root, file)));
const sources = tracked.filter((file) => /\.tsx?$/.test(file));
const isTest = (file: string) => /\.test\.tsx?$/.test(file) || file.startsWith('test/') || file.startsWith('bench/');

/** What a folder may import besides itself; a path ending in .ts or a folder. `main.ts`, commands, test and bench may import all. */
const mayImport: Record<string, string[]> = {
  shared: [],
  gateway: ['shared'],
  ingest: ['shared'],
  desk: ['shared'],
  rules: ['shared', 'ingest/store.ts', 'ingest/open-store.ts', 'desk/index.ts'],
  notify: ['shared', 'desk/index.ts'],
  energy: ['shared', 'ingest/store.ts', 'ingest/open-store.ts', 'desk/index.ts'],
  reports: ['shared', 'desk/index.ts', 'energy/index.ts'],
  access: ['shared', 'desk/index.ts'],
  dashboards: [
    'shared',
    'ingest/store.ts',
    'ingest/open-store.ts',
    'ingest/dead-letter.ts',
    ...['desk', 'rules', 'notify', 'energy', 'reports', 'access'].map((folder) => `${folder}/index.ts`),
    // The console runs in a browser: it takes the table of rights alone, not what hashes passwords.
    'access/permissions.ts',
  ],
  simulators: ['shared', 'gateway/device.ts', 'gateway/profiles.ts'],
};

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from\s+|import\s*\(\s*|import\s+)'(\.[^']+)'/g)].map((match) =>
    relative(root, resolve(root, dirname(file), match[1] as string))
      .split(sep)
      .join('/'),
  );
}

/** Packages that are there once this file is imported, and the file that names each; API routes are found by their folder. */
function librariesOf(start: string): [name: string, by: string][] {
  const files = new Set(start.startsWith('dashboards/') ? [start, ...sources.filter((file) => /^dashboards\/api\/[^.]+\.ts$/.test(file))] : [start]);
  const found: [string, string][] = [];
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, name = ''] of text.matchAll(/^(?:import|export)\s(?!type\s)[^;]*?from '([^']+)';/gm)) {
      if (name.startsWith('.')) files.add(relative(root, resolve(root, dirname(file), name)).split(sep).join('/'));
      else found.push([name, file]);
    }
  }
  return found;
} // biome-ignore format: one

describe('architecture', () => {
  it('lets imports point one way only', () => {
    const wrong = sources
      .filter((file) => !isTest(file))
      .flatMap((file) => {
        const folder = file.split('/')[0] as string;
        const allowed = mayImport[folder];
        if (!allowed) return [];
        return importsOf(file)
          .filter((target) => target.split('/')[0] !== folder && !allowed.some((one) => target === one || target.startsWith(`${one}/`)))
          .map((target) => `${file} imports ${target}`);
      });
    expect(wrong).toEqual([]);
  });

  it('loads no library for files of people before one is made or read', () => {
    const roles = ['gateway/broker.ts', 'gateway/app.ts', 'ingest/app.ts', 'rules/app.ts', 'notify/index.ts', 'energy/app.ts', 'dashboards/app.ts'];
    const onDemand = ['exceljs', 'sharp', 'pdfmake', 'docx', 'qrcode', 'file-type', 'nodemailer', 'web-push'];
    expect(roles.flatMap((role) => librariesOf(role).filter(([name]) => onDemand.includes(name)))).toEqual([]);
    expect(librariesOf('gateway/broker.ts').map(([name]) => name)).toContain('aedes');
  }); // biome-ignore format: lists

  it('finds a wrong import when there is one', () => {
    expect(importsOf('gateway/device.ts')).toContain('shared/quantity.ts');
    expect(mayImport.gateway).not.toContain('rules');
  });

  it('keeps files at a size that one person can hold in mind', () => {
    const long = sources
      .filter((file) => !isTest(file))
      .map((file) => [file, readFileSync(join(root, file), 'utf8').split('\n').length] as const);
    expect(long.filter(([, lines]) => lines > 400)).toEqual([]);
  });

  it('has no left-overs', () => {
    const word = new RegExp(
      ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX\\b', '@ts-' + 'ignore', '@ts-' + 'expect-error', '\\bas a' + 'ny\\b', '\\.on' + 'ly\\('].join(
        '|',
      ),
    );
    const found = sources.flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => (word.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });

  it('reads the machine clock in one file only', () => {
    const layers = Object.keys(mayImport).map((folder) => `${folder}/`);
    const found = sources
      .filter(
        (file) =>
          !isTest(file) &&
          layers.some((layer) => file.startsWith(layer)) &&
          file !== 'shared/clock.ts' &&
          !file.startsWith('dashboards/console/'),
      )
      .filter((file) => /\bDate\.now\(|performance\.now\(|new Date\(\)/.test(readFileSync(join(root, file), 'utf8')));
    expect(found).toEqual([]);
  });

  it('names no path of one machine and needs nothing outside the clone', () => {
    const found = tracked
      .filter((file) => /\.(ts|tsx|mjs|json|ya?ml|md|sh)$|\.ci\/run$/.test(file) && file !== 'package-lock.json')
      .filter((file) =>
        new RegExp(`/(work|farm)/[a-z]|\\.\\./${'shared'}/(design|domain|style|stack|peers)`).test(readFileSync(join(root, file), 'utf8')),
      );
    expect(found).toEqual([]);
  });

  it('gives what a test waits for no shorter time than hangs have', () => {
    const short = (line: string) => {
      const found = /\btimeout: ?(\d+_\d+)\b|^ *\}, (\d+_\d+)\);|\b(?:waitFor|until)\(.*, (\d+_\d+)(?:, ['"`].*)?\);/.exec(line);
      // The wait of a database for another's lock is no wait of a test.
      return found && !line.includes('DatabaseSync') && Number((found[1] ?? found[2] ?? found[3])?.replaceAll('_', '')) < hangMs;
    };
    expect(['}, 60_000);', '{ timeout: 5_000, interval: 5 }', "await until(() => x, 20_000, 'y');"].every(short)).toBe(true);
    const found = sources
      .filter((file) => isTest(file) || file.startsWith('test/'))
      .filter((file) => file !== 'test/architecture.test.ts')
      .flatMap((file) =>
        readFileSync(join(root, file), 'utf8')
          .split('\n')
          .flatMap((line, index) => (short(line) ? [`${file}:${index + 1} ${line.trim()}`] : [])),
      );
    expect(found).toEqual([]);
  });

  it('locks no download address', () => {
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
    expect(lock).not.toMatch(/"resolved":/);
  });

  // One checker: several of them do much of the work twice, on cores that other tests want.
  it('passes the compiler', { timeout: 300_000 }, () => {
    const bin = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { status, stdout } = spawnSync(process.execPath, [bin, '-p', root, '--checkers', '1'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, '']);
  });

  it('passes the linter', { timeout: 300_000 }, () => {
    const bin = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
    const run = () => execFileSync(process.execPath, [bin, 'check', root], { encoding: 'utf8', stdio: 'pipe' });
    expect(run).not.toThrow();
  });
});
