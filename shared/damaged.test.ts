import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

test('of many processes that find a file damaged at the same moment one sets it aside, and all have the new one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-damaged-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'operations.db');
  const code = `
    import { existsSync, fstatSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
    import { openOrSetAside } from ${JSON.stringify(join(import.meta.dirname, 'damaged.ts'))};
    const file = ${JSON.stringify(file)};
    process.stdout.write('there');
    while (!existsSync(file + '.go'));
    const open = () => {
      if (!existsSync(file)) writeFileSync(file, 'good', { flag: 'wx' });
      const handle = openSync(file, 'r');
      const found = readFileSync(handle, 'utf8');
      // Other processes have the cores between a look and what is made of it.
      for (const end = performance.now() + Math.random() * 60; performance.now() < end; );
      if (found === 'damaged') throw Object.assign(new Error('file is not a database'), { errcode: 26 });
      return fstatSync(handle).ino;
    };
    process.stdout.write(' ' + openOrSetAside(file, () => {
      try { return open(); } catch (error) { if (error.code !== 'EEXIST') throw error; return open(); }
    }));`;
  for (let round = 0; round < 3; round++) {
    writeFileSync(file, 'damaged');
    const before = damagedFiles(file).length;
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    const said = children.map(async (child) => {
      let text = '';
      for await (const piece of child.stdout) text += piece;
      return text;
    });
    await Promise.all(children.map((child) => once(child.stdout, 'readable')));
    writeFileSync(`${file}.go`, '');
    const inode = (await Promise.all(said)).map((text) => text.split(' ')[1]);
    expect(damagedFiles(file).length).toBe(before + 1);
    expect(inode).toEqual(Array(6).fill(String(statSync(file).ino)));
    rmSync(`${file}.go`);
    rmSync(file);
  }
  expect(readdirSync(folder).filter((name) => name.includes('setting-aside'))).toEqual([]);
});
