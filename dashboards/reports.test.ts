/** Reports over the real API: what was measured stands in them with its source, what was not is named, and every form says the same. */
import ExcelJS from 'exceljs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completeSite } from '../commands/complete-site.ts';
import { openDatabase } from '../desk/index.ts';
import { monthsBetween, openMonthVersions } from '../energy/index.ts';
import type { StorePoint, Tags } from '../ingest/store.ts';
import { loadReports, periodOf, type ReportDocument } from '../reports/index.ts';
import { monthSpan } from '../shared/month-span.ts';
import { operationsFile } from '../shared/role.ts';
import { loadSite } from '../shared/site-file.ts';
import { type DashboardsApp, heatingAlarm, startDashboardsApp } from '../test/dashboards-app.ts';
import { answered, placedFigures } from '../test/report-figures.ts';

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

  test('every figure of the year-end report is what the API answers at its source', async () => {
    const engineer = await app.signIn('engineer');
    const manager = await app.signIn('manager');
    const from = Date.UTC(year - 1, 0, 1) - 8 * hour;
    const now = Date.now();
    const steps = (every: number, fill: (i: number) => number) =>
      Array.from({ length: Math.floor((now - hour - from) / every) }, (_, i) => [from + i * every, fill(i)] as const);
    const put = (measurement: StorePoint['measurement'], device: string, every: number, fields: (i: number) => Record<string, number>, more: Partial<Tags> = {}) =>
      app.store.write(
        steps(every, (i) => i).map(([t, i]) => ({ measurement, tags: { site: 'demo', device, gateway: 'gw-plant', ...more }, t, fields: fields(i) })),
      ); // biome-ignore format: short
    const used = (device: string, amount: number, more: Partial<Tags> = {}) =>
      put('consumption', device, 12 * hour, (i) => ({ value: amount + (i % 5) }), more);
    await Promise.all([
      used('incomer', 700),
      used('water-main', 12),
      // Of today, which no figure of whole days may have.
      app.store.write([{ measurement: 'consumption', tags: { site: 'demo', device: 'water-main', gateway: 'gw-plant' }, t: Math.floor(now / 900_000 - 1) * 900_000, fields: { value: 5_000 } }]), // biome-ignore format: one
      used('gas-main', 20),
      ...['heat-main', 'hm-medtech', 'hm-front', 'hm-rear'].map((one) => used(one, 90)),
      used('fd-icu', 80, { department: 'icu' }),
      used('tm-canteen', 40),
      put('oxygen', 'o2-source', 12 * hour, (i) => ({ oxygen_flow_lmin: 300 + (i % 90), tank_level_pct: 50 + (i % 43) })),
      put('wastewater', 'wastewater-analyser', 12 * hour, (i) => ({ residual_chlorine_mgl: 1.5 + (i % 8) / 2, ph: 5.5 + (i % 30) / 10 })),
      put('wastewater', 'wastewater', 12 * hour, (i) => ({ outflow_volume_m3: 1_000 + 9 * i })),
      put('generator', 'genset', 12 * hour, (i) => ({ run_hours_h: 100 + i / 100, energy_import_kwh: 5_000 + i })),
      put('electricity', 'ats', 12 * hour, (i) => ({ mains_available: i % 300 === 17 ? 0 : 1, transfer_position: 1 })),
    ]);
    for (const past of [year, year - 1])
      for (let number = 1; number <= 12; number++)
        for (const [name, value, unit] of [['bed-days', 15_000, 'bed-days'], ['drills', 1, 'times'], ['disinfectant', 900, 'kg'], ['bill-oxygen', 14_000, 'm3'], ...(past === year ? [] : [['fees', 2_000, 'yuan']] as const)] as const) // biome-ignore format: a table
          await app.call('POST', '/api/energy/figures', { token: engineer, body: { name, month: `${past}-${String(number).padStart(2, '0')}`, value: value + number, unit } }); // biome-ignore format: one
    // As the energy role tells whoever has priced a month: what was kept of it is of before.
    using db = openDatabase(operationsFile(app.dataDir));
    openMonthVersions(db).bump(monthsBetween(site.config.site.timezone, from, now), now);
    const add = async (path: string, body: unknown) =>
      expect((await app.call('POST', path, { token: manager, body })).status, path).toBe(201);
    const boiler = { kind: 'boiler', name: { zh: '1号锅炉', en: 'Boiler 1' }, devices: ['boiler-1'] };
    await add('/api/assets', { id: 'sb-1', ...boiler });
    await add('/api/assets', { id: 'sv-1', kind: 'pressure-vessel', name: { zh: '分汽缸', en: 'Header' }, state: 'stopped' });
    await add('/api/certificates', { rule: 'boiler-outer-inspection', asset: 'sb-1', last: `${year - 1}-03-01` });
    await add('/api/certificates', { rule: 'boiler-inner-inspection', asset: 'sb-1', last: `${year}-01-02`, due: `${year + 2}-01-02` });
    await add('/api/contracts', { title: 'Lifts', company: 'Lift Ltd', from: `${year}-01-01`, to: `${year}-12-31`, cost_yuan: 36_000.5 });
    const filled = { supplier: 'Air', plate: 'A1', batch: 'B1', certificate: true, began: '09:00', ended: '09:40', amount_t: 4.25 };
    const due = Math.floor((now - 2 * hour) / 60_000) * 60_000;
    const said = Object.fromEntries(Object.entries(filled).map(([id, value]) => [id, { v: value }]));
    await add('/api/books/oxygen-filling/entries', { due, values: said });
    const month = new Date(now - 40 * 24 * hour).toISOString().slice(0, 7);
    expect((await app.call('POST', `/api/energy/months/${month}/close`, { token: manager, body: {} })).status).toBeLessThan(300);
    await add('/api/energy/bills', { period: month, tenants: ['canteen', 'shop'] });

    const answers = new Map<string, Promise<unknown>>();
    const answer = (path: string) => {
      const known = answers.get(path) ?? get(path).then((found) => found.json());
      answers.set(path, known);
      return known;
    };
    for (const wanted of [year, year - 1]) {
      const report = await document('year-end', String(wanted));
      const zh = await document('year-end', String(wanted), 'zh');
      const placed = placedFigures(report);
      expect(placed.map(({ figure }) => figure.value)).toEqual(placedFigures(zh).map(({ figure }) => figure.value));
      expect(placed.filter(({ figure }) => figure.value !== null).length).toBeGreaterThan(wanted === year ? 60 : 40);
      for (const one of placed) {
        const expected = await answered(one, answer, site.config);
        const what = `${wanted}: ${one.table} / ${one.row} / ${one.column} of ${one.figure.source}`;
        if (one.figure.value === null) expect(expected || null, what).toBe(null);
        else expect(expected, what).toBeCloseTo(one.figure.value, 2);
      }
    }
    const report = await document('year-end', String(year));
    // What stands in the report is not missing in it: costs by tariffs, payments of bills; a certificate is in force or expired.
    expect(report.missing.filter((line) => /^((Water|Gas) bill|Fees collected)/.test(line))).toEqual([]);
    const counts = (row: string) => ['In force', 'Expired'].map((column) => placedFigures(report).find((one) => one.row === row && one.column === column)?.figure.value); // biome-ignore format: one
    // A quotient is of the same months on both sides, and says which; amounts say to which day they run.
    const tables = report.blocks.flatMap((block) => (block.kind === 'table' ? block : []));
    const whole = new Date(now + 8 * hour).getUTCMonth();
    if (whole > 0) {
      const months = monthSpan(Array.from({ length: whole }, (_, m) => `${year}-${String(m + 1).padStart(2, '0')}`), 'en'); // biome-ignore format: one
      expect(tables.map(({ title }) => title)).toEqual(
        expect.arrayContaining([`Per bed-day, ${months}`, `What was done with it, ${months}`]),
      );
      const over = new Date(now + 8 * hour - 24 * hour).toISOString().slice(0, 10);
      expect(tables[0]?.title).toBe(`Energy and water, to ${over}`);
      // Money of whole days, as amounts are: the page, the report and the API have one figure.
      type Costs = { rows: { total: number }[] };
      const yuan = placedFigures(report).reduce((sum, { row, column, figure }) => sum + (/, cost$/.test(row) && column === 'This year' ? (figure.value ?? 0) : 0), 0); // biome-ignore format: one
      const targets = (await answer(`/api/energy/targets?year=${year}`)) as { id: string; actualToDate: number }[];
      expect(targets.find(({ id }) => id === 'site-cost')?.actualToDate).toBeCloseTo(yuan, 2);
      const page = (await answer('/api/energy/overview')) as { from: number; to: number; cost: { value: number } };
      const { rows } = (await answer(`/api/energy/cost?from=${page.from}&to=${page.to}`)) as Costs;
      expect(page.cost.value).toBeCloseTo(rows[0]?.total ?? 0, 2);
      expect(yuan).toBeGreaterThan(1_000);
    }
    expect([counts('Boiler outer inspection'), counts('Boiler inner inspection')]).toEqual([[0, 1], [1, 0]]); // biome-ignore format: one
    // The chapters stand in the order of the yearly reports this comes from.
    const headings = report.blocks.flatMap((block) => (block.kind === 'heading' ? block.text : []));
    expect(headings.slice(0, 11).map((text) => text.replace(/^\d+\. /, '').split(' ')[0])).toEqual(['Energy', 'Repairs', 'Alarms', 'Medical', 'Wastewater', 'Boilers,', 'Rounds,', 'Fees', 'Retrofits', 'Shortcomings', 'Plan']); // biome-ignore format: a list
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
