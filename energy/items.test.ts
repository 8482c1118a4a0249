import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { itemAbove, itemFolder, readItems, withSums } from './items.ts';

describe('item codes', () => {
  it('come with the program; every part stands under something that is there', () => {
    for (const name of readdirSync(itemFolder)) {
      const { id, items } = readItems(join(itemFolder, name));
      expect(`${id}.yaml`).toBe(name);
      const codes = new Set(items.map(({ code }) => code));
      const orphans = items.filter(({ code }) => itemAbove(code).some((above) => above.length > 2 && !codes.has(above)));
      expect(orphans).toEqual([]);
      expect(new Set(items.map(({ zh, code }) => `${itemAbove(code)[0]} ${zh}`)).size).toBe(items.length);
    }
    expect(readItems(join(itemFolder, 'cn-hospital-2014.yaml')).items.map(({ zh }) => zh)).toEqual(
      expect.arrayContaining(['照明插座用电', '净化系统', '特殊区域用电', '手术部']),
    );
  });

  it('sum up to what they are part of, and what has none stays by itself', () => {
    const rows = [
      { item: '01B1C', quantity: 0.1, cost: 1.01 },
      { item: '01B1A', quantity: 0.2, cost: 2.02 },
      { item: '01A', quantity: 5, cost: 3 },
      { item: null, quantity: -1.05, cost: -0.5 },
    ];
    expect(withSums(rows)).toEqual([
      { item: '01', quantity: 5.3, cost: 6.03 },
      { item: '01A', quantity: 5, cost: 3 },
      { item: '01B', quantity: 0.3, cost: 3.03 },
      { item: '01B1', quantity: 0.3, cost: 3.03 },
      { item: '01B1A', quantity: 0.2, cost: 2.02 },
      { item: '01B1C', quantity: 0.1, cost: 1.01 },
      { item: null, quantity: -1.05, cost: -0.5 },
    ]);
  });

  it('say every mistake', () => {
    const folder = mkdtempSync(join(tmpdir(), 'plantroom-items-'));
    const of = (items: string) => {
      const file = join(folder, 'x.yaml');
      writeFileSync(file, `id: x\nname: { zh: 甲, en: a }\nsource: test\nitems:\n${items}`);
      return () => readItems(file);
    };
    const one = (code: string) => `  - { code: "${code}", zh: 甲, en: a, confidence: A }\n`;
    expect(of(one('1A') + one('01a'))).toThrow(/items\.0\.code: two digits.*\n.*items\.1\.code/);
    expect(of(one('01A') + one('01A'))).toThrow(/has the code 01A twice/);
    expect(of(': :')).toThrow(/x\.yaml: /);
    rmSync(folder, { recursive: true });
  });
});
