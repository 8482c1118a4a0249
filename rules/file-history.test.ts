import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writtenNumber, writtenTime } from '../shared/written-time.ts';
import { siteOf } from '../test/site-of.ts';
import { backtest } from './backtest.ts';
import { runBacktest } from './backtest-command.ts';
import { fileHistory } from './file-history.ts';

const now = Date.UTC(2026, 0, 15);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-history-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function read(text: string, from = 0, to = 8.64e15) {
  const file = join(folder, 'readings.csv');
  writeFileSync(file, text);
  const history = fileHistory(file, { timezone: 'Asia/Shanghai', now, knows: (device) => device !== 'nobody' });
  const rows: [t: number, device: string, quantity: string, value: number][] = [];
  for await (const { keys, key, t, value, count } of history.blocks([], from, to)) {
    for (let i = 0; i < count; i++) {
      const { device, field } = keys[key[i] as number] as { device: string; field: string };
      rows.push([t[i] as number, device, field, value[i] as number]);
    }
  }
  return { rows, leftOut: history.leftOut };
}
const header = 'time,device,quantity,value\n';
const t0 = Date.UTC(2026, 0, 14);

describe('readings from a file', () => {
  test.each([
    ['an unquoted decimal comma', `${t0},m,active_power_kw,5,9`, 'readings.csv:2: 5 cells where the header has 4; a decimal comma?'],
    ['a decimal comma in quotes', `${t0},m,active_power_kw,"5,9"`, '"5,9" is no number'],
    ['seconds', '1768348800,m,active_power_kw,1', 'looks like seconds'],
    ['a date of another country', '03/02/2026 08:00,m,active_power_kw,1', 'is no time'],
    ['a day that is not', '2026-02-30T00:00:00Z,m,active_power_kw,1', 'there is no such day or hour'],
    ['a compact date', '20260115,m,active_power_kw,1', 'is neither a time nor ms'],
    ['infinity', `${t0},m,active_power_kw,Infinity`, '"Infinity" is no number'],
    ['more than a number holds', `${t0},m,active_power_kw,1e309`, '"1e309" is no number'],
    ['hexadecimal', `${t0},m,active_power_kw,0x0C`, '"0x0C" is no number'],
    ['a quote that never ends', `${t0},"m,active_power_kw,1`, 'readings.csv:2: a quote that is opened here is never closed'],
    ['a missing cell', `${t0},m,1`, '3 cells where the header has 4'],
  ])('%s is refused with its line', async (_what, row, says) => {
    await expect(read(`${header}${row}\n`)).rejects.toThrow(says);
  });

  test('quoted cells, doubled quotes, CRLF, a BOM and columns in another order are read (RFC 4180)', async () => {
    const { rows } = await read(`\uFEFF"value","device",time,"quantity"\r\n"1.5","a ""b"", c","${t0}",active_power_kw\r\n`);
    expect(rows).toEqual([[t0, 'a "b", c', 'active_power_kw', 1.5]]);
  });
  test('a time without an offset is the site’s, with one it is its own', async () => {
    const { rows } = await read(
      `${header}2026-01-14T08:00:00,m,x,1\n2026-01-14 08:00:01,m,x,2\n2026-01-14T00:00:02Z,m,x,3\n2026-01-14T01:00:03+01,m,x,4\n`,
    );
    expect(rows.map(([t]) => t - t0)).toEqual([0, 1_000, 2_000, 3_000]);
  });
  test('a blank, an empty cell and NaN are bad values and never 0', async () => {
    const { rows } = await read(`${header}${t0},m,x, \n${t0 + 1},m,x,\n${t0 + 2},m,x,NaN\n`);
    expect(rows.map(([, , , value]) => value)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
  test('a reversed file is sorted, and says so', async () => {
    const { rows, leftOut } = await read(`${header}${t0 + 2},m,x,3\n${t0 + 1},m,x,2\n${t0},m,x,1\n`);
    expect(rows.map(([, , , value]) => value)).toEqual([1, 2, 3]);
    expect(leftOut.sorted).toBe(true);
  });
  test('one row of the future is left out and makes nothing else old', async () => {
    const { rows, leftOut } = await read(`${header}${t0},m,x,1\n${now + 86_400_000},m,x,9\n${t0 + 1},m,x,2\n`);
    expect(rows.map(([, , , value]) => value)).toEqual([1, 2]);
    expect(leftOut).toMatchObject({ future: 1, sorted: false });
  });
  test('a second row of one time and rows of unknown devices are counted', async () => {
    const { rows, leftOut } = await read(`${header}${t0},m,x,1\n${t0},m,x,2\n${t0},m,y,3\n${t0},nobody,x,4\n`);
    expect(rows.map(([, , , value]) => value)).toEqual([1, 3]);
    expect(leftOut).toMatchObject({ repeated: 1, unknown: 1, unknownDevices: ['nobody'] });
  });
});

describe('the command', () => {
  const site = siteOf({ gw: [['m', 'electricity']] });
  const run = async (text: string, ...more: string[]) => {
    const file = join(folder, 'command.csv');
    writeFileSync(file, text);
    const printed: string[] = [];
    const code = await runBacktest(['--readings', file, ...more], {
      loadSite: () => site,
      openHistory: () => Promise.reject(new Error('no store')),
      now: () => now,
      print: (line) => printed.push(line),
      warn: (line) => printed.push(`beside: ${line}`),
    });
    return { code, printed };
  };
  test('exits 1 and says so when nothing was judged', async () => {
    const { code, printed } = await run(`${header}${t0},stranger,current_l1_a,1\n`);
    expect(code).toBe(1);
    expect(printed.join('\n')).toContain('1 rows of devices that the site file does not have were left out, among them stranger');
    expect(printed.at(-1)).toMatch(/^nothing was judged/);
  });
  test('tells programs what was left out beside the answer', async () => {
    const { printed } = await run(`${header}${t0},stranger,current_l1_a,1\n`, '--json');
    expect(printed.every((line) => line.startsWith('beside: '))).toBe(true);
  });
});

test('more transitions than are kept are still counted', async () => {
  const own = {
    id: 'OWN-HIGH',
    kind: 'above',
    title: { zh: '高', en: 'high' },
    select: { devices: ['m'] },
    quantity: 'current_l1_a',
    params: { limit: 1 },
    priority: 'low',
    trade: 'electrical',
    check: { zh: '看', en: 'look' },
    source: 'proposal',
  };
  const site = siteOf({ gw: [['m', 'electricity']] }, { rules: { packs: [], own: [own] } });
  const count = 600_000;
  const result = await backtest(
    site.config,
    {
      async *blocks() {
        const t = Float64Array.from({ length: 2 * count }, (_, i) => t0 + i * 1_000);
        const value = Float64Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? 2 : 0));
        yield { keys: [{ device: 'm', field: 'current_l1_a' }], key: new Uint32Array(2 * count), t, value, count: 2 * count };
      },
    },
    { from: 0, to: 8.64e15 },
  );
  expect(result.today.fired).toBe(count);
  expect(result.untold).toBe(2 * count - 1_000_000);
  expect(result.byRule).toEqual([{ rule: 'OWN-HIGH', today: count, trial: null }]);
});

test('what JavaScript would take for a number or a date, and a person would not', () => {
  for (const text of ['', ' ', '0x0C', '1_000', '1e999', '--1', '1,5']) expect(writtenNumber(text), text).toBeNaN();
  expect(writtenNumber('-1.5e-3')).toBe(-0.0015);
  expect(writtenTime('2026-10-25T02:30:00', 'Europe/Berlin')).toBe(Date.UTC(2026, 9, 25, 0, 30));
  expect(writtenTime('2026-01-15', 'UTC')).toBe(now);
});
