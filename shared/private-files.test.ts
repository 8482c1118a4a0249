import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { keepPrivate } from './private-files.ts';

it("the owner's files are the owner's also where the folder and the files were there before; others' files are left alone", () => {
  const umask = process.umask(0o022);
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-private-'));
  try {
    chmodSync(folder, 0o755);
    const ours = ['operations.db', 'readings.db', 'operations.db-wal', 'dead-letter.db', 'operations.db.damaged-2026', 'plant-clock.json'];
    for (const file of [...ours, 'site.yaml']) writeFileSync(join(folder, file), '');
    mkdirSync(join(folder, 'outbox'));
    writeFileSync(join(folder, 'outbox', 'gw1.db'), '');
    mkdirSync(join(folder, 'theirs'));
    writeFileSync(join(folder, 'theirs', 'operations.db'), '');
    keepPrivate(folder);
    const mode = (...path: string[]) => statSync(join(folder, ...path)).mode & 0o777;
    for (const file of ours) expect([file, mode(file)]).toEqual([file, 0o600]);
    expect([mode('outbox'), mode('outbox', 'gw1.db')]).toEqual([0o700, 0o600]);
    expect([mode(), mode('site.yaml'), mode('theirs', 'operations.db')]).toEqual([0o755, 0o644, 0o644]);
    using made = new DatabaseSync(join(folder, 'new.db'));
    made.exec('pragma journal_mode=WAL; create table t (x)');
    expect([mode('new.db'), mode('new.db-wal'), mode('new.db-shm')]).toEqual([0o600, 0o600, 0o600]);
  } finally {
    process.umask(umask);
    rmSync(folder, { recursive: true, force: true });
  }
});
