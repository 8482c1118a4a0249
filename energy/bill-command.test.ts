import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { billReadings } from './bill-command.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-bill-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string) => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};
const hourMs = 3_600_000;

describe('plantroom energy bill', () => {
  const begin = Date.UTC(2026, 2, 1) - 8 * hourMs;
  /** 100 kWh an hour for the whole of March. */
  const readings = (device = 'm', until = 31 * 24) =>
    [
      'time,device,quantity,value',
      ...Array.from({ length: 4 * until + 1 }, (_, i) => `${begin + (i * hourMs) / 4},${device},energy_import_kwh,${1_000 + 25 * i}`),
    ].join('\n');
  const flat = () =>
    write(
      'flat.yaml',
      'id: flat\nname: { zh: 平, en: flat }\nregion: { zh: 某地, en: somewhere }\nmedium: electricity\nsource: test\nconfidence: A\nversions:\n  - { from: 2026-01-01, energy: { price: 0.65 } }\n',
    );

  it('prices what a counter counted in the month', () => {
    const { bills, notes } = billReadings({ tariff: flat(), readings: write('r.csv', readings()), month: undefined, timezone: undefined });
    expect(bills).toHaveLength(1);
    expect(bills[0]).toMatchObject({
      month: '2026-03',
      total: 48_360,
      covered: true,
      lines: [{ id: 'energy', quantity: 74_400, price: 0.65, amount: 48_360 }],
    });
    expect(notes).toEqual([]);
  });
  it('says that readings cover a part of a month only', () => {
    const { bills, notes } = billReadings({
      tariff: flat(),
      readings: write('part.csv', readings('m', 24)),
      month: '2026-03',
      timezone: undefined,
    });
    expect(bills[0]).toMatchObject({ covered: false, total: 1_560 });
    expect(notes.join()).toContain('2026-03: the readings cover only a part of the month');
  });
  it('says of each month what of it was not measured', () => {
    const lines = readings('m', 61 * 24).split('\n');
    // Twelve hours of 10 April are silent.
    const silent = 1 + 4 * 24 * (31 + 9);
    lines.splice(silent, 48);
    const { bills, notes } = billReadings({
      tariff: flat(),
      readings: write('gap.csv', lines.join('\n')),
      month: undefined,
      timezone: undefined,
    });
    expect(bills.map(({ month, estimated }) => [month, estimated > 0])).toEqual([['2026-03', false], ['2026-04', true]]); // biome-ignore format: two
    expect(bills[1]?.estimated).toBeCloseTo(1_225, 0);
    expect(notes.join()).toMatch(/2026-04: 122\d\.\d\d of the use is not measured/);
  });
  it('takes a tariff by its name and says that it is to be checked', () => {
    const { bills, notes } = billReadings({
      tariff: 'henan-commercial-two-part',
      readings: write('h.csv', readings()),
      month: undefined,
      timezone: undefined,
    });
    expect(bills[0]?.lines.map((line) => line.id)).toEqual(expect.arrayContaining(['peak', 'flat', 'valley', 'contract']));
    expect(notes.join()).toContain('check it against a bill');
  });
  it('names what is wrong', () => {
    expect(() => billReadings({ tariff: 'nowhere', readings: write('r2.csv', readings()), month: undefined, timezone: undefined })).toThrow(
      'built in are beijing',
    );
    expect(() => billReadings({ tariff: flat(), readings: write('r3.csv', readings()), month: '2026-13', timezone: undefined })).toThrow(
      'a month such as 2026-07',
    );
    expect(() =>
      billReadings({
        tariff: flat(),
        readings: write('one.csv', 'time,device,quantity,value\n2026-03-01T00:00:00,m,energy_import_kwh,5\n'),
        month: undefined,
        timezone: undefined,
      }),
    ).toThrow('two readings');
  });
});
