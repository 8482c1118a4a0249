/** Which files the built console is made of: all of its folder, and whatever those files import, near or far. Types leave nothing behind. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
/** `import x from './a.ts'`, `export * from`, `import './a.css'`, `import('./a.tsx')`, `new URL('./a.ts', ...)`. */
const imports =
  /(?:^|[\s;])(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s*)?'(\.[^']+)'|import\(\s*'(\.[^']+)'\s*\)|new URL\('(\.[^']+)'/g;

function* filesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (!entry.name.includes('.test.')) yield path;
  }
}

export function importsOf(text: string): string[] {
  return [...text.matchAll(imports)].flatMap(([, type, from, lazy, asset]) => (type ? [] : (from ?? lazy ?? asset ?? [])));
}

/** Paths from the root of the repository, in alphabetical order. */
export function consoleSources(): string[] {
  const found = new Set(filesIn(import.meta.dirname));
  // A set takes in what is added while it is walked.
  for (const file of found) {
    if (!/\.tsx?$/.test(file)) continue;
    for (const from of importsOf(readFileSync(file, 'utf8'))) {
      const path = join(dirname(file), from);
      if (existsSync(path)) found.add(path);
    }
  }
  return [...found, join(root, 'package-lock.json')].map((file) => relative(root, file).split(sep).join('/')).sort();
}
