/** Builds the console when its sources are newer than what was built; takes about a second, and nothing when there is nothing to do. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../shared/errors.ts';
import { consoleSources } from './sources.ts';

const root = join(import.meta.dirname, '..', '..');
const stampName = 'sources.sha256';
/** What the bundler really took in, so that a test can compare. */
export const modulesName = 'modules.json';

/** Where the built console is served from. */
export const builtConsoleDir = (): string => join(root, 'dist', 'console');

/** Everything that can change the result. */
function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const file of consoleSources())
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

/**
 * Returns whether it had to build. An installation without sources or without vite, but with a built console, is left as it is.
 * @param signal ends the build, which then fails
 * @throws Fault role/failed when the build fails
 */
export async function buildConsoleIfStale(signal?: AbortSignal): Promise<boolean> {
  const outDir = builtConsoleDir();
  const stamp = join(outDir, stampName);
  const hash = sourcesHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return false;
  // Built beside it and put there whole: another program may be serving the old one, or building at the same time.
  const made = `${outDir}-${process.pid}`;
  const old = `${made}-old`;
  try {
    // In a process of its own, so that the bundler's memory is given back.
    const { code, output } = await run(join(import.meta.dirname, 'run-vite.ts'), made, signal);
    if (code !== 0) throw new Fault('role/failed', `the console could not be built\n${output}`);
    writeFileSync(join(made, stampName), hash);
    if (existsSync(outDir)) renameSync(outDir, old);
    renameSync(made, outDir);
  } finally {
    for (const folder of [made, old]) rmSync(folder, { recursive: true, force: true });
  }
  return true;
}

function run(script: string, outDir: string, signal: AbortSignal | undefined): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, outDir], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal ? { signal } : {}),
      // A test runner's NODE_ENV would build the slow development version.
      env: { ...process.env, NODE_ENV: 'production' },
    });
    let output = '';
    const add = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
