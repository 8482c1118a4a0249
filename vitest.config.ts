import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Each test file is a process of its own: what they all load is compiled once.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules', '.cache', 'plantroom');

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**', 'dist/**'],
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
