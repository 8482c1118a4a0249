/** Files as people bring them: good ones are taken as a whole and taken back, bad ones are explained row by row and change nothing. */
import { deflateRawSync } from 'node:zlib';
import ExcelJS from 'exceljs';
import iconv from 'iconv-lite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../desk/index.ts';
import { manualClock } from '../shared/clock.ts';
import type { ImportKind } from './imports/kinds.ts';
import type { ImportTarget } from './imports.ts';
import { type EnergyStores, openEnergyStores } from './stores.ts';

const now = Date.UTC(2026, 6, 20, 4);
const clock = manualClock(now);
let db: Database;
let stores: EnergyStores;
let wire: (readonly [number, number])[];
const target: ImportTarget = {
  meters: [
    { id: 'main', names: ['总表', 'Main'], quantity: 'energy_import_kwh', digits: undefined },
    { id: 'water', names: ['水表'], quantity: 'volume_m3', digits: 5 },
  ],
  departments: [{ id: 'icu', names: ['重症医学科'] }],
  timezone: 'Asia/Shanghai',
  wire: async ({ device }) => (device === 'main' ? wire : []),
};
beforeEach(() => {
  db = openDatabase(':memory:');
  stores = openEnergyStores(db, clock);
  wire = [];
});
afterEach(() => db[Symbol.dispose]());

const look = (kind: ImportKind, content: string | Buffer, name = 'a.csv') =>
  stores.imports.look(kind, name, typeof content === 'string' ? Buffer.from(content) : content, target, 'li');
const workbook = async (rows: unknown[][]) => {
  const book = new ExcelJS.Workbook();
  book.addWorksheet('表').addRows(rows);
  return Buffer.from(await book.xlsx.writeBuffer());
};
/** A zip of one file, by the letter of APPNOTE.TXT; `says`: the size that it claims to unpack to. */
const zipOf = (name: string, content: Buffer, says = content.length) => {
  const packed = deflateRawSync(content, { level: 1 });
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt16LE(8, 4);
  facts.writeUInt32LE(packed.length, 14);
  facts.writeUInt32LE(says, 18);
  facts.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), facts, Buffer.from(name), packed]);
  const entry = Buffer.concat([Buffer.from('PK\u0001\u0002', 'latin1'), Buffer.from([20, 0]), facts, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(entry.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, entry, Buffer.from('PK\u0005\u0006', 'latin1'), end]);
};
/** Everything that an import could have changed. */
const contents = () =>
  JSON.stringify(['energy_figures', 'energy_corrections', 'energy_weather'].map((table) => db.all(`SELECT * FROM ${table}`)));

describe('good files', () => {
  it.each([
    ['UTF-8', Buffer.from('月份,床日,医疗废物(kg),电费(万元)\n2026-05,"9,300",1240,12.5\n2026年6月,9100,1180,13.1\n')],
    ['GB18030', iconv.encode('月份,床日,医疗废物(kg),电费(万元)\n2026-05,"9,300",1240,12.5\n2026年6月,9100,1180,13.1\n', 'gb18030')],
    [
      'UTF-8 with its mark, semicolons and a title',
      Buffer.from('\ufeff2026 年度报表;;;\n;;;\n月份;床日;医疗废物(kg);电费(万元)\n2026/5;9300;1240;12.5\n202606;9100;1180;13.1\n'),
    ],
    [
      'UTF-16',
      iconv.encode('月份\t床日\t医疗废物（kg）\t电费（万元）\n2026-05\t９３００\t1240\t12.5\n2026-06\t9100\t1180\t13.1\n', 'utf-16le', {
        addBOM: true,
      }),
    ],
  ])('%s', async (_, content) => {
    const found = await look('figures', content);
    expect(found.mistakes).toEqual([]);
    expect(contents()).not.toContain('9300');
    expect((await stores.imports.take(found.id, target, 'wang')).changed).toBe(6);
    expect(stores.registers.series('bed-days', '2026-05', '2026-06').total).toBe(18_400);
    expect(stores.registers.series('waste-medical', '2026-05', '2026-06').total).toBeCloseTo(2.42, 9);
    expect(stores.registers.get('bill-electricity-yuan', '2026-05')).toMatchObject({ value: 125_000, unit: 'yuan', quality: 'imported', import: found.id, madeBy: 'wang', reason: `a.csv:${(found.content.rows[2] as { row: number }).row}` }); // biome-ignore format: one
  });

  it('a workbook with dates, years apart, and figures that we do not know', async () => {
    const found = await look('figures', await workbook([['年份', '月份', '名称', '数值', '单位', '科室'], [2026, 5, '床日', 700, '', '重症医学科'], [2026, '6月', '花木租摆', 40, '件', '']]), 'a.xlsx'); // biome-ignore format: one
    expect(found).toMatchObject({ mistakes: [], format: 'XLSX, 表' });
    await stores.imports.take(found.id, target, 'li');
    expect(stores.registers.get('bed-days', '2026-05', 'icu')?.value).toBe(700);
    expect(stores.registers.get('花木租摆', '2026-06')).toMatchObject({ value: 40, unit: 'pieces' });
    const dated = await look('figures', await workbook([['月份', '门诊人次'], [new Date(Date.UTC(2026, 4, 1)), 31_000]]), 'b.xlsx'); // biome-ignore format: one
    expect(dated.content.rows).toMatchObject([{ name: 'outpatients', month: '2026-05', value: 31_000 }]);
  });

  it('bills by medium, and in columns', async () => {
    const long = await look('bills', '账期,能源,用量,金额\n2026-05,电,120000,84000\n2026-05,水,3200,12800\n');
    expect(long.mistakes).toEqual([]);
    expect(long.content.rows).toMatchObject([{ name: 'bill-electricity', value: 120_000 }, { name: 'bill-electricity-yuan', value: 84_000 }, { name: 'bill-water', value: 3_200 }, { name: 'bill-water-yuan', value: 12_800 }]); // biome-ignore format: one
    const wide = await look('bills', '月份,电量(万kWh),电费,燃气费/元\n2026-05,12,84000,100\n');
    expect(wide.content.rows).toMatchObject([{ name: 'bill-electricity', value: 120_000 }, { name: 'bill-electricity-yuan' }, { name: 'bill-gas-yuan', value: 100 }]); // biome-ignore format: one
  });

  it('readings become readings by hand, and taken back are none', async () => {
    const found = await look('readings', '抄表日期,表计,读数\n2026-06-01 08:00,总表,1000\n2026-07-01 08:00,main,1310.5\n');
    expect(found.mistakes).toEqual([]);
    await stores.imports.take(found.id, target, 'li');
    expect(stores.corrections.of('main', 'energy_import_kwh').readings).toEqual([{ t: Date.UTC(2026, 5, 1), v: 1_000 }, { t: Date.UTC(2026, 6, 1), v: 1_310.5 }]); // biome-ignore format: one
    stores.imports.undo(found.id, 'wang', 'wrong file');
    expect(stores.corrections.of('main', 'energy_import_kwh').readings).toEqual([]);
    expect(stores.corrections.list({})[0]?.undone).toMatchObject({ by: 'wang', reason: 'wrong file' });
  });

  it('weather by days and by hours, °F too', async () => {
    const found = await look('weather', '日期,日平均气温(℃)\n2026-01-14,-3.5\n2026-01-15,0\n');
    await stores.imports.take(found.id, target, 'li');
    expect(stores.weather.rows('day', 0, now)).toEqual([{ t: Date.UTC(2026, 0, 13, 16), c: -3.5 }, { t: Date.UTC(2026, 0, 14, 16), c: 0 }]); // biome-ignore format: one
    const hours = await look('weather', 'time,temperature(F)\n2026-01-16 00:00,32\n2026-01-16 00:30,50\n2026-01-16 01:00,41\n');
    expect(hours.content.rows).toMatchObject([{ step: 'hour', c: 5 }, { c: 5 }]); // biome-ignore format: one
  });

  it('twice changes nothing, a new value replaces the old, and taking that back brings the old one back', async () => {
    const first = await look('figures', '月份,床日\n2026-05,9300\n');
    await stores.imports.take(first.id, target, 'li');
    const before = contents();
    const again = await look('figures', '月份,床日\n2026-05,9300\n');
    expect(again.states).toEqual([{ row: 2, state: 'same' }]);
    expect((await stores.imports.take(again.id, target, 'li')).changed).toBe(0);
    expect(contents()).toBe(before);
    const other = await look('figures', '月份,床日\n2026-05,9400\n');
    expect(other.states).toEqual([{ row: 2, state: 'replaces', was: 9_300 }]);
    await stores.imports.take(other.id, target, 'li');
    expect(stores.registers.get('bed-days', '2026-05')?.value).toBe(9_400);
    stores.imports.undo(other.id, 'li', 'misread');
    expect(stores.registers.get('bed-days', '2026-05')?.value).toBe(9_300);
    await expect(stores.imports.take(other.id, target, 'li')).rejects.toThrow(/taken already/);
    expect(() => stores.imports.undo(other.id, 'li', 'x')).toThrow(/not taken/);
  });

  it('what changed since somebody looked must be looked at again', async () => {
    const found = await look('figures', '月份,床日\n2026-05,9300\n');
    stores.registers.put({ name: 'bed-days', month: '2026-05', value: 1, unit: 'bed-days' }, 'wang');
    await expect(stores.imports.take(found.id, target, 'li')).rejects.toThrow(/check it again/);
    expect(stores.registers.get('bed-days', '2026-05')?.value).toBe(1);
  });
});

/** [what, kind, file, row or null, what the English text says] */
const bad: [what: string, kind: ImportKind, content: string | Buffer, row: number | null, says: RegExp][] = [
  ['nothing', 'figures', '', null, /empty/],
  ['only a head', 'figures', '月份,床日\n', null, /no rows/],
  ['columns: no month', 'figures', '床日,门诊\n1,2\n', 1, /lacks: month/],
  ['columns: another kind of file', 'readings', '月份,床日\n2026-05,1\n', 1, /lacks: time, meter, reading/],
  ['columns: one that nobody knows', 'figures', '月份,床日,备用\n2026-05,1,7\n', null, /unknown column/],
  ['columns: the same twice', 'figures', '月份,床日,床日数\n2026-05,1,1\n', 1, /same as column B/],
  ['units: in the cell', 'figures', '月份,床日\n2026-05,9300床日\n', 2, /write units in the header/],
  ['units: of something else', 'figures', '月份,医疗废物(kWh)\n2026-05,1\n', null, /cannot be in "kWh"/],
  ['units: none for an unknown figure', 'figures', '月份,名称,数值\n2026-05,花木,4\n', 2, /needs a unit/],
  ['units: kelvin', 'weather', '日期,气温(K)\n2026-01-14,270\n', null, /unknown unit/],
  ['units: no outdoor temperature', 'weather', '日期,气温\n2026-01-14,270\n', 2, /check the unit/],
  ['duplicate months', 'figures', '月份,床日\n2026-05,1\n2026-05,2\n', 3, /twice.*row 2/],
  ['duplicate months in two writings', 'figures', '月份,床日\n2026-05,1\n2026年5月,1\n', 3, /twice/],
  ['duplicate times', 'readings', '时间,表计,读数\n2026-05-01,main,1\n2026/5/1,main,2\n', 3, /twice/],
  ['a decreasing counter', 'readings', '时间,表计,读数\n2026-05-01,main,100\n2026-06-01,main,90\n', 3, /falls.*100.*row 2/],
  ['a counter that the wire has passed', 'readings', '时间,表计,读数\n2026-07-05,main,400\n', 2, /falls/],
  ['a counter ahead of what comes after', 'readings', '时间,表计,读数\n2026-06-25,main,9000\n', 2, /more than 480/],
  ['more than the meter shows', 'readings', '时间,表计,读数\n2026-06-25,water,123456\n', 2, /5 digits/],
  ['a negative reading', 'readings', '时间,表计,读数\n2026-06-25,water,-1\n', 2, /below nought/],
  ['a meter that is none', 'readings', '时间,表计,读数\n2026-06-25,maim,1\n', 2, /no such meter.*main/],
  ['mixed encodings', 'figures', Buffer.concat([Buffer.from('月份,床日\n2026-05,1\n'), iconv.encode('2026年6月,2\n', 'gb18030')]), 3, /mixed encodings: row 1/],
  ['neither encoding', 'figures', Buffer.concat([Buffer.from('month,bed-days\n2026-05,'), Buffer.from([0xff, 0xff, 0x0a])]), 2, /damaged/],
  ['a formula', 'figures', '月份,床日\n2026-05,=SUM(B3:B9)\n', 2, /formula/],
  ['a formula that runs a program', 'figures', "月份,床日\n2026-05,@cmd|' /C calc'!A0\n", 2, /formula/],
  ['an impossible month', 'figures', '月份,床日\n2026-13,1\n', 2, /no such month/],
  ['an impossible day', 'readings', '时间,表计,读数\n2026-02-30,main,1\n', 2, /no such day/],
  ['an impossible time', 'readings', '时间,表计,读数\n2026-02-20 25:00,main,1\n', 2, /no such day or time/],
  ['a day instead of a month', 'figures', '月份,床日\n2026-05-17,1\n', 2, /is a day/],
  ['words instead of a month', 'figures', '月份,床日\n上月,1\n', 2, /no month/],
  ['the future', 'figures', '月份,床日\n2026-08,1\n', 2, /future/],
  ['a reading of tomorrow', 'readings', '时间,表计,读数\n2026-07-21,main,1\n', 2, /future/],
  ['long ago', 'figures', '月份,床日\n1899-12,1\n', 2, /before 2000/],
  ['1e309', 'figures', '月份,床日\n2026-05,1e309\n', 2, /too large/],
  ['NaN', 'figures', '月份,床日\n2026-05,NaN\n', 2, /no number/],
  ['a decimal comma', 'figures', '月份,床日\n2026-05,"12,5"\n', 2, /no number/],
  ['a blank', 'figures', '月份,床日\n2026-05,\n2026-06,1\n', 2, /blank/],
  ['a short row', 'bills', '月份,电量,电费\n2026-05,1\n', 2, /blank/],
  ['an open quote', 'figures', '月份,床日\n2026-05,"1\n', 2, /quote/],
  ['a number for a date', 'readings', '时间,表计,读数\n46000,main,1\n', 2, /is a number and no date/],
  ['a medium that is none', 'bills', '月份,能源,用量,金额\n2026-05,蒸汽机,1,2\n', 2, /unknown medium/],
  ['a department that is none', 'figures', '月份,名称,数值,科室\n2026-05,床日,1,五官科\n', 2, /no such department/],
  ['a picture', 'figures', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]), null, /./],
  ['an old workbook', 'figures', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), null, /old .xls/],
  ['a torn workbook', 'figures', Buffer.from('PK\u0003\u0004 torn'), null, /damaged/],
  ['too many rows', 'figures', `月份,床日\n${'2026-05,1\n'.repeat(20_001)}`, null, /at most 20000/],
]; // biome-ignore format: a table

describe('bad files', () => {
  it.each(bad)('%s', async (_, kind, content, row, says) => {
    wire = [[Date.UTC(2026, 6, 1), 480], [Date.UTC(2026, 6, 2), 500]]; // biome-ignore format: one
    const before = contents();
    const found = await look(kind, content);
    expect(found.state).toBe('wrong');
    expect(found.mistakes.map((one) => `${one.row}: ${one.en}`)).toEqual(expect.arrayContaining([expect.stringMatching(says)]));
    expect(found.mistakes.find((one) => says.test(one.en))?.row).toBe(row);
    for (const { zh, en } of found.mistakes) expect(zh.length > 0 && /[\u4e00-\u9fff]/.test(zh) && !/[\u4e00-\u9fff]{4}/.test(en.replace(/"[^"]*"/g, '').replace(/lacks.*/, '')), `${zh} | ${en}`).toBe(true); // biome-ignore format: one
    await expect(stores.imports.take(found.id, target, 'li')).rejects.toThrow(/mistakes/);
    expect(contents()).toBe(before);
  });

  it('of a workbook: formulas, errors and blanks, each with its cell', async () => {
    const book = new ExcelJS.Workbook();
    const sheet = book.addWorksheet('表');
    sheet.addRows([['月份', '床日', '门诊'], ['2026-04', 1, 5], ['2026-05', { formula: 'B2*2', result: 2 }, { error: '#N/A' }]]); // biome-ignore format: one
    const found = await look('figures', Buffer.from(await book.xlsx.writeBuffer()), 'a.xlsx');
    expect(found.mistakes.map(({ row, column, en }) => `${row} ${column} ${en}`)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^3 B.*formula/), expect.stringMatching(/^3 C.*error/)]),
    );
  });

  it('more than can be read is refused before it is read: what a zip really unpacks to, not what it says, and how many rows', async () => {
    const told = async (content: Buffer, name: string) => (await look('readings', content, name)).mistakes.map(({ en }) => en);
    const rows = Buffer.from(`<worksheet><sheetData>${'<row r="1"/>'.repeat(30_000)}</sheetData></worksheet>`);
    expect(await told(zipOf('xl/worksheets/sheet1.xml', rows), 'rows.xlsx')).toEqual(['at most 20000 rows; split the file']);
    expect(await told(zipOf('xl/worksheets/sheet1.xml', Buffer.alloc(200 << 20), 1_000), 'bomb.xlsx')).toEqual([
      'the workbook is too large when unpacked',
    ]);
    expect(await told(Buffer.from('PK and nothing more'), 'broken.xlsx')).toEqual(['the workbook is damaged or has a password']);
    expect(await told(Buffer.from('a,b\n'.repeat(50_000)), 'rows.csv')).toEqual(['at most 20000 rows; split the file']);
  });

  it('one wrong row holds back all the others, and all wrong rows are told at once', async () => {
    const found = await look('figures', '月份,床日\n2026-01,1\n2026-02,x\n2026-03,1\n2026-04,=A1\n');
    expect(found.mistakes.map(({ row }) => row)).toEqual(expect.arrayContaining([3, 5]));
    await expect(stores.imports.take(found.id, target, 'li')).rejects.toThrow(/mistakes/);
    expect(stores.registers.list({})).toEqual([]);
  });

  it('a fall that a recorded exchange or the end of the display explains is none', async () => {
    stores.corrections.add({ device: 'main', quantity: 'energy_import_kwh', t: Date.UTC(2026, 4, 15), body: { kind: 'swap', final: 120, first: 0 }, reason: '' }, 'li'); // biome-ignore format: one
    expect((await look('readings', '时间,表计,读数\n2026-05-01,main,100\n2026-06-01,main,90\n2026-05-01,water,99800\n2026-06-01,water,40\n')).mistakes).toEqual([]); // biome-ignore format: one
  });
});
