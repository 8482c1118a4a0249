/** The build itself; started by build.ts with the output folder as its argument. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type InlineConfig } from 'vite';

const root = join(import.meta.dirname, '..', '..');
const outDir = process.argv[2];
if (!outDir) throw new Error('usage: run-vite.ts OUTDIR');

const modules = new Set<string>();
const shared = {
  plugins: [
    {
      name: 'modules',
      moduleParsed({ id }) {
        if (isAbsolute(id) && !id.includes('node_modules'))
          modules.add(
            relative(root, id.split('?')[0] as string)
              .split(sep)
              .join('/'),
          );
      },
    },
  ],
  configFile: false,
  root: import.meta.dirname,
  base: '/',
  logLevel: 'warn',
  cacheDir: join(outDir, '..', '.vite'),
  oxc: { jsx: { runtime: 'automatic' } },
} satisfies InlineConfig;

await build({
  ...shared,
  publicDir: join(import.meta.dirname, 'public'),
  build: {
    outDir,
    emptyOutDir: true,
    // No module preload polyfill and no inlined assets: the content security policy allows only files of our own.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: 'es2023',
    chunkSizeWarningLimit: 900,
    // Hundreds of modules of the components say "use client", which means nothing here: 600 kB of warnings that nobody reads.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});

// The worker comes second: it names the files that the first build made.
const files = readdirSync(outDir, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== 'index.html')
  .map((entry) => `/${relative(outDir, join(entry.parentPath, entry.name)).split(sep).join('/')}`)
  .sort();
const hash = createHash('sha256');
for (const file of ['/index.html', ...files]) hash.update(file).update(readFileSync(join(outDir, file)));
await build({
  ...shared,
  publicDir: false,
  define: { __SHELL__: JSON.stringify({ version: hash.digest('hex').slice(0, 16), files }) },
  build: {
    outDir,
    emptyOutDir: false,
    target: 'es2023',
    rollupOptions: { input: join(import.meta.dirname, 'worker.ts'), output: { entryFileNames: 'sw.js' } },
  },
});

// Compressed once here, so that serving costs nothing.
for (const file of readdirSync(join(outDir, 'assets'))) {
  if (!/\.(js|css|svg)$/.test(file)) continue;
  const path = join(outDir, 'assets', file);
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
}
writeFileSync(join(outDir, 'modules.json'), JSON.stringify([...modules].sort()));
