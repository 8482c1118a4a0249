/** Reports over the real API: what was measured stands in them with its source, what was not is named, and every form says the same. */
import ExcelJS from 'exceljs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completeSite } from '../commands/complete-site.ts';
import { loadReports, periodOf, type ReportDocument } from '../reports/index.ts';
import { loadSite } from '../shared/site-file.ts';
import { type DashboardsApp, heatingAlarm, startDashboardsApp } from '../test/dashboards-app.ts';

const site = completeSite(loadSite(new URL('../sites/demo.yaml', import.meta.url).pathname));
const year = new Date().getUTCFullYear();
const hour = 3_600_000;

describe('reports', () => {
  let app: DashboardsApp;
  let token: string;
  beforeAll(async () => {
    app = await startDashboardsApp(site);
    token = await app.signIn('viewer');
    const tags = { site: 'demo', device: 'incomer', gateway: 'gw-substation' };
    const start = Date.now() - 30 * hour;
    await app.store.write(
      Array.from({ length: 31 }, (_, i) => ({
        measurement: 'electricity' as const,
        tags,
        t: start + i * hour,
        fields: { energy_import_kwh: 2_400_000 + 100 * i },
      })),
    );
    for (const trade of ['electrical', 'electrical', 'plumbing'] as const) {
      const words = { zh: '灯不亮', en: 'no light' };
      app.desk.createTicket(
        { title: words, description: words, system: 'electricity', trade, priority: 'low' },
        { id: 'li', admin: false },
      );
    }
  }, 240_000);
  afterAll(() => app?.[Symbol.asyncDispose]());
  const get = async (path: string) => fetch(app.url + path, { headers: { authorization: `Bearer ${token}` } });
  const document = async (kind: string, period: string, lang = 'en') =>
    (await (await get(`/api/reports/${kind}?period=${period}&format=json&lang=${lang}`)).json()) as ReportDocument;

  test('the list says what each is for, in both languages', async () => {
    const list = (await (await get('/api/reports')).json()) as { id: string; title: { zh: string; en: string } }[];
    expect(list.map((one) => one.id)).toEqual(expect.arrayContaining(['energy-month', 'energy-statistics', 'year-end']));
    for (const { title } of list) expect(title.en).not.toMatch(/[一-鿿]/);
  });

  test('measured figures are there with their source; what is missing is named and never 0', async () => {
    const report = await document('year-end', String(year));
    const rows = report.blocks.flatMap((block) => (block.kind === 'table' ? block.rows : []));
    const row = (label: string) => rows.find(([first]) => first === label);
    expect(row('All tickets')?.[1]).toMatchObject({ value: 3, source: expect.stringContaining('/api/tickets/statistics') });
    const electricity = row('Electricity')?.[1] as { value: number; note: unknown; source: string };
    expect(electricity.value).toBeCloseTo(3_000, -2);
    expect(electricity.note).toBeDefined();
    expect((await get(electricity.source)).status).toBe(200);
    expect(row('Water')?.[1]).toMatchObject({ value: null });
    expect(row('Electricity')?.[3]).toMatchObject({ value: null });
    expect(report.missing.join('\n')).toMatch(/Water: no two readings/);
    // No alarm where no rule judged is not none.
    expect(row('All alarms')?.slice(1, 3)).toMatchObject([{ value: null }, { value: null }]);
    expect(report.missing.join('\n')).toMatch(/alarms: the rules did not run yet/);
    app.desk.raise(heatingAlarm('loop-1'), { at: Date.now(), value: 95, limit: 150 });
    const since = (await document('year-end', String(year))).blocks.flatMap((block) => (block.kind === 'table' ? block.rows : []));
    expect(since.find(([first]) => first === 'All alarms')?.slice(1, 3)).toMatchObject([
      { value: 1, note: { en: 'not watched the whole year' } },
      { value: null },
    ]);
  });

  test('figures of the monthly registers stand in the year-end report with their source; a month that is missing is named', async () => {
    const engineer = await app.signIn('engineer');
    const enter = (name: string, month: string, value: number, unit: string) =>
      app.call('POST', '/api/energy/figures', { token: engineer, body: { name, month, value, unit } });
    const months = Array.from({ length: 12 }, (_, i) => `${year - 1}-${String(i + 1).padStart(2, '0')}`);
    for (const month of months) await enter('bed-days', month, 1_000, 'bed-days');
    for (const month of months.slice(1)) await enter('waste-medical', month, 1.5, 't');
    const report = await document('year-end', String(year - 1));
    const row = (label: string) =>
      report.blocks.flatMap((block) => (block.kind === 'table' ? block.rows : [])).find(([first]) => first === label);
    expect(row('Bed-days')?.[1]).toMatchObject({ value: 12_000, unit: 'bed-days', source: `/api/energy/figures?name=bed-days&from=${months[0]}&to=${months[11]}` }); // biome-ignore format: one
    expect(row('Medical waste')?.[1]).toMatchObject({ value: 16.5, note: { en: `without ${months[0]}` } });
    expect(report.missing.join('\n')).toMatch(new RegExp(`Medical waste: without ${months[0]}\n(.*\n)*.*Drills: not entered`));
    const figures = (await (await get(`/api/energy/figures?name=waste-medical&from=${months[0]}&to=${months[11]}`)).json()) as {
      known: number;
    }[];
    expect(figures[0]?.known).toBe(16.5);
  });

  test('energy of a report is that of the API: the same days, to the hundredth', async () => {
    const day = Date.UTC(year - 1, 5, 10) - 8 * hour;
    const points = Array.from({ length: 3 * 96 }, (_, i) => ({
      measurement: 'consumption' as const,
      tags: { site: 'demo', device: 'water-main', gateway: 'gw-plant', building: 'plant' },
      t: day + (i * hour) / 4,
      fields: { value: 2 + (i % 7) / 10 },
    }));
    await app.store.write(points);
    const report = await document('year-end', String(year - 1));
    const row = report.blocks.flatMap((block) => (block.kind === 'table' ? block.rows : [])).find(([first]) => first === 'Water');
    const water = row?.[1] as { value: number; source: string; note: unknown };
    const found = (await (await get(water.source)).json()) as { rows: { value: number | null }[] };
    const sum = points.reduce((all, { fields }) => all + fields.value, 0);
    expect(water.value).toBeCloseTo(sum, 6);
    expect(found.rows.reduce((all, { value }) => all + (value ?? 0), 0)).toBeCloseTo(water.value, 6);
    // Known from June on: a part of the year is not put beside a whole one.
    expect(water.note).toBeDefined();
  });

  test.each(['zh', 'en'])('every report is drawn in every form in %s', async (lang) => {
    for (const kind of (await loadReports()).values()) {
      const period = kind.period === 'year' ? String(year) : new Date().toISOString().slice(0, 7);
      for (const format of ['html', 'pdf', 'xlsx', 'docx']) {
        const response = await get(`/api/reports/${kind.id}?period=${period}&format=${format}&lang=${lang}`);
        expect(response.status, `${kind.id} ${format}`).toBe(200);
        const bytes = Buffer.from(await response.arrayBuffer());
        const begins = { html: '<!doctype', pdf: '%PDF-', xlsx: 'PK', docx: 'PK' }[format] as string;
        expect(bytes.subarray(0, begins.length).toString(), `${kind.id} ${format}`).toBe(begins);
      }
    }
  });

  test('the workbook holds the figures of the API as numbers', async () => {
    const report = await document('year-end', String(year), 'zh');
    const response = await get(`/api/reports/year-end?period=${year}&format=xlsx&lang=zh`);
    const book = new ExcelJS.Workbook();
    await book.xlsx.load((await response.arrayBuffer()) as never);
    const tables = report.blocks.filter((block) => block.kind === 'table');
    for (const [index, table] of tables.entries()) {
      const sheet = book.worksheets[index]!;
      for (const [at, row] of table.rows.entries()) {
        for (const [column, cell] of row.entries()) {
          const written = sheet.getRow(at + 2).getCell(column + 1).value;
          if (typeof cell === 'object' && cell !== null) expect(written ?? null, `${table.title} ${at} ${column}`).toEqual(cell.value);
        }
      }
    }
  });

  test('a text of a site cannot become part of the page', async () => {
    const html = await (await get(`/api/reports/year-end?period=${year}&lang=en`)).text();
    expect(html).not.toMatch(/<script/i);
  });

  test('a wrong period or report is told with what is allowed', async () => {
    const told = async (path: string) => ((await (await get(path)).json()) as { detail: string }).detail;
    expect(await told('/api/reports/year-end?period=2026-10')).toContain('a year such as 2026');
    expect(await told('/api/reports/energy-month?period=2026')).toContain('a month such as 2026-10');
    expect(await told('/api/reports/year-end?period=2999')).toContain('that has begun');
    expect(await told('/api/reports/nothing?period=2026')).toContain('energy-month');
  });
});

describe('periods', () => {
  const now = Date.UTC(2026, 10, 27);
  test('a year may end in another month; a month has its last year', () => {
    const own = periodOf('2026', 'year', 'Asia/Shanghai', now, '11-30')!;
    expect([own.from, own.to].map((t) => new Date(t + 8 * hour).toISOString().slice(0, 10))).toEqual(['2025-12-01', '2026-12-01']);
    expect(own.running).toBe(true);
    // What runs is compared with as much of the year before.
    expect([own.before.from, own.before.to]).toEqual([Date.UTC(2024, 10, 30, 16), Date.UTC(2025, 10, 27)]);
    const over = periodOf('2025', 'year', 'Asia/Shanghai', now)!;
    expect([over.before.from, over.before.to]).toEqual([Date.UTC(2023, 11, 31, 16), Date.UTC(2024, 11, 31, 16)]);
    const month = periodOf('2026-02', 'month', 'Asia/Shanghai', now)!;
    expect((month.to - month.from) / (24 * hour)).toBe(28);
    expect(periodOf('2026-13', 'month', 'Asia/Shanghai', now)).toBeUndefined();
    expect(periodOf('2026', 'month', 'Asia/Shanghai', now)).toBeUndefined();
  });
});
