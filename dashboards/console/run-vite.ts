/** The build itself; started by build.ts with the output folder as its argument. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const outDir = process.argv[2];
if (!outDir) throw new Error('usage: run-vite.ts OUTDIR');

await build({
  configFile: false,
  root: import.meta.dirname,
  base: '/',
  publicDir: join(import.meta.dirname, 'public'),
  logLevel: 'warn',
  cacheDir: join(outDir, '..', '.vite'),
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    outDir,
    emptyOutDir: true,
    // No module preload polyfill and no inlined assets: the content security policy allows only files of our own.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: 'es2023',
    chunkSizeWarningLimit: 900,
  },
});

// Compressed once here, so that serving costs nothing.
for (const file of readdirSync(join(outDir, 'assets'))) {
  if (!/\.(js|css|svg)$/.test(file)) continue;
  const path = join(outDir, 'assets', file);
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
}
