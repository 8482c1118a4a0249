import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { damagedFiles, setAsideDamaged } from './damaged.ts';

test('files set aside are listed in the order in which it happened, also beyond nine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-damaged-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'readings.db');
  const names = Array.from({ length: 12 }, () => {
    writeFileSync(file, 'no database');
    return setAsideDamaged(file);
  });
  expect(damagedFiles(file).map((name) => basename(name))).toEqual(names.map((name) => basename(name)));
  expect(damagedFiles(file).at(-1)).toBe(join(folder, 'readings.db.damaged-12'));
});
