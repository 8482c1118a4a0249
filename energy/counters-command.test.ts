import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { countReadings } from './counters-command.ts';
import { timeOf } from './readings-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'plantroom-counters-'));
const file = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const request = (readings: string, swap?: string) => ({
  readings,
  swap,
  digits: undefined,
  rated: 100,
  net: false,
  timezone: 'Asia/Shanghai',
});
const rows = (lines: string[]) => ['time,device,quantity,value', ...lines].join('\n');
const good = rows([
  '2026-01-12T00:00:00+08:00,m1,energy_import_kwh,100',
  '2026-01-12 00:15,m1,energy_import_kwh,110',
  '2026-01-12 00:30,m1,energy_import_kwh,120.5',
]);

describe('energy counters', () => {
  it('says one interval a line', () => {
    const { lines } = countReadings(request(file('good.csv', good)));
    expect(lines).toEqual([
      { device: 'm1', quantity: 'energy_import_kwh', from: 1768147200000, to: 1768148100000, value: 10, quality: 'measured' },
      { device: 'm1', quantity: 'energy_import_kwh', from: 1768148100000, to: 1768149000000, value: 10.5, quality: 'measured' },
    ]);
  });

  it('reads gzip, another order of columns and rows, a byte order mark and GB18030', () => {
    const expected = countReadings(request(file('good.csv', good))).lines;
    expect(countReadings(request(file('good.csv.gz', gzipSync(good)))).lines).toEqual(expected);
    const turned = good.split('\n').map((line) => line.split(',').reverse().join(','));
    const mixed = `\uFEFF${[turned[0], ...turned.slice(1).reverse()].join('\r\n')}\r\n`;
    expect(countReadings(request(file('turned.csv', mixed))).lines).toEqual(expected);
    const chinese = iconv.encode(good.replace('time,device,quantity,value', '时间,设备,量,读数').replaceAll('m1', '一号表'), 'gb18030');
    expect(countReadings(request(file('gb.csv', chinese))).lines.map(({ device }) => device)).toEqual(['一号表', '一号表']);
  });

  it('explains bad rows one by one and takes nothing', () => {
    const bad = rows([
      'yesterday,m1,energy_import_kwh,1',
      '2026-02-30,m1,energy_import_kwh,1',
      '2026-01-12,m1,energy_import_kwh,=A1',
      '2026-01-12,m1,energy_import_kwh,"1,000"',
      '2026-01-12,,energy_import_kwh,1',
      '2026-01-12,m1',
    ]);
    const run = () => countReadings(request(file('bad.csv', bad)));
    expect(run).toThrow(
      /bad\.csv:2: "yesterday" is no time.*\n.*:3: "2026-02-30" is no time.*\n.*:4: "=A1" is a formula.*\n.*:5: "1,000" is no number\n.*:6: names no device.*\n.*:7: has 2 columns.*\nnothing was taken/,
    );
    expect(() => countReadings(request(file('header.csv', 'time,value\n1,2\n')))).toThrow(
      /must name time, device, quantity, value \(missing: device, quantity\)/,
    );
    expect(() => countReadings(request(join(folder, 'none.csv')))).toThrow(/none\.csv/);
  });

  it('takes swaps and new ratios from a file', () => {
    const readings = file(
      'swap.csv',
      rows([
        '2026-01-12 00:00,m1,energy_import_kwh,100',
        '2026-01-12 00:15,m1,energy_import_kwh,105',
        '2026-01-12 00:30,m1,energy_import_kwh,3',
        '2026-01-12 00:45,m1,energy_import_kwh,4',
      ]),
    );
    const swap = file('swaps.csv', 'time,device,final,first,multiplier\n2026-01-12 00:20,m1,107,1,\n2026-01-12 00:30,m1,,,20\n');
    expect(countReadings(request(readings, swap)).lines.map(({ value, quality }) => [value, quality])).toEqual([[5, 'measured'], [4, 'manual'], [20, 'measured']]); // biome-ignore format: three rows
    expect(() =>
      countReadings(request(readings, file('swaps2.csv', 'time,device,final,first\n2026-01-12,m9,1,2\n2026-01-12,m1,1,\n'))),
    ).toThrow(/:2: "m9" is no device.*\n.*:3: a swap has both/);
  });

  it('keeps a gauge out of it', () => {
    const { lines, notes } = countReadings(
      request(file('gauge.csv', rows(['2026-01-12,m1,active_power_kw,5', '2026-01-13,m1,active_power_kw,6']))),
    );
    expect(lines).toEqual([]);
    expect(notes).toEqual(['m1 active_power_kw: is no counter, left out']);
  });

  it('reads times with and without an offset', () => {
    expect(timeOf('2026-01-12T00:00:00+08:00', 'UTC')).toBe(1768147200000);
    expect(timeOf('2026/1/12 0:00', 'Asia/Shanghai')).toBe(1768147200000);
    expect(timeOf('1768147200000', 'UTC')).toBe(1768147200000);
    expect(timeOf('12.01.2026', 'UTC')).toBeNaN();
  });
});
