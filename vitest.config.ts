import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Each test file is a process of its own: what they all load is compiled once.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules', '.cache', 'plantroom');

/** Real programs, browsers and other people's servers: each file in a process of its own. All others share processes and what they loaded. */
const programs = ['test/{flow,faults,peers}/**', 'test/{architecture,compose,docs,screens}.test.ts'];
const none = ['node_modules/**', 'dist/**'];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'programs', include: programs.map((one) => one.replace(/\*\*$/, '**/*.test.ts')), exclude: none } },
      { extends: true, test: { name: 'units', include: ['**/*.test.ts'], exclude: [...none, ...programs], isolate: false } },
    ],
    pool: 'forks',
    // One more than the cores: tests of real programs wait much.
    maxWorkers: 3,
    // For what hangs only: no test holds wall time, and other work may take the cores.
    testTimeout: 240_000,
    // A second try on the machine of others, where it is named in the output ("retry x1"); none at home, so that a race is found.
    retry: process.env.CI ? 1 : 0,
    hookTimeout: 240_000,
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'artefacts/vitest.json' }]] : ['default'],
  },
});
