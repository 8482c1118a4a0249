/** Money over the real API: a month is closed, a tenant is billed, pays; the documents have the same figures; retrofits and proposals answer. */
import ExcelJS from 'exceljs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completeSite } from '../commands/complete-site.ts';
import type { ReportDocument } from '../reports/index.ts';
import { loadSite } from '../shared/site-file.ts';
import { momentOf } from '../shared/zone.ts';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';

const site = completeSite(loadSite(new URL('../sites/demo.yaml', import.meta.url).pathname));
const zone = 'Asia/Shanghai';
const today = new Date();
const first = (back: number) => momentOf(zone, Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - back, 1));
const month = new Date(first(2) + 15 * 86_400_000).toISOString().slice(0, 7);

describe('money', () => {
  let app: DashboardsApp;
  const as: Record<string, string> = {};
  beforeAll(async () => {
    app = await startDashboardsApp(site);
    for (const role of ['viewer', 'engineer', 'manager'] as const) as[role] = await app.signIn(role);
    const kw: [string, number][] = [['incomer', 100], ['t1', 40], ['t2', 58], ['fd-kitchen', 12.34], ['fd-shop', 1], ['fd-icu', 20], ['water-main', 4], ['water-kitchen', 1]]; // biome-ignore format: a table
    for (const [device, value] of kw)
      await app.store.write(
        Array.from({ length: (first(1) - first(2)) / 3_600_000 }, (_, i) => ({
          measurement: 'consumption' as const,
          tags: { site: 'demo', device, gateway: 'gw-power' },
          t: first(2) + i * 3_600_000,
          fields: { value },
        })),
      );
  }, 240_000);
  afterAll(() => app?.[Symbol.asyncDispose]());
  const call = (who: string, method: string, path: string, body?: unknown, key?: string) =>
    app.call(method, path, { token: as[who]!, body, ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }) });
  const hours = (first(1) - first(2)) / 3_600_000;

  test('a month is closed by a manager, once', async () => {
    expect((await call('engineer', 'POST', `/api/energy/months/${month}/close`)).status).toBe(403);
    const closed = await call('manager', 'POST', `/api/energy/months/${month}/close`);
    expect(closed.status).toBe(200);
    expect((await call('manager', 'POST', `/api/energy/months/${month}/close`)).status).toBe(409);
    const { json } = await call('viewer', 'GET', `/api/energy/allocation?month=${month}`);
    expect(json.closed).toMatchObject({
      by: 'manager',
      sha256: closed.json.find((one: { medium: string }) => one.medium === 'electricity').sha256,
    });
    expect(Math.round((json.allocated + json.unallocated) * 100)).toBe(Math.round(json.main * 100));
    expect(Math.round((json.allocatedCost + json.unallocatedCost) * 100)).toBe(Math.round(json.cost * 100));
    expect(json.missing).toContain('fd-or');
  });

  test('cost of the site is the bill, with its lines', async () => {
    const { json } = await call('viewer', 'GET', `/api/energy/cost?from=${first(2)}&to=${first(1)}&medium=electricity`);
    const [row] = json.rows;
    expect(row).toMatchObject({ month, closed: true, quantity: 100 * hours });
    expect(row.lines.map((line: { part: string }) => line.part)).toEqual(expect.arrayContaining(['peak', 'flat', 'valley', 'contract']));
    const sum = row.lines.reduce((all: number, line: { cost: number }) => all + Math.round(line.cost * 100), 0);
    expect(sum).toBe(Math.round(row.total * 100));
  });

  test('a tenant is billed at its price, pays in parts, and the documents say the same', async () => {
    expect((await call('viewer', 'POST', '/api/energy/bills', { period: month })).status).toBe(403);
    const made = await call('engineer', 'POST', '/api/energy/bills', { period: month });
    expect(made.status).toBe(201);
    const [bill] = made.json;
    expect(made.json).toHaveLength(1);
    const kwh = Math.round(12.34 * hours * 100) / 100;
    const power = bill.lines.find((line: { medium: string }) => line.medium === 'electricity');
    expect(power).toMatchObject({ quantity: kwh, price: 0.82, amount: Math.round(kwh * 82) / 100 });
    expect(bill.lines.find((line: { medium: string }) => line.medium === 'water').amount).toBeCloseTo(hours * 4.5, 2);
    const dayFrom = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const paidOn = dayFrom(-3);
    for (const wrong of [{ yuan: 0.009 }, { yuan: 1e-300 }, { paidOn: '0001-01-01' }, { paidOn: dayFrom(-400) }, { paidOn: dayFrom(3) }])
      expect((await call('engineer', 'POST', `/api/energy/bills/${bill.id}/payments`, { yuan: 1, paidOn, ...wrong })).status).toBe(400);
    const paid = await call('engineer', 'POST', `/api/energy/bills/${bill.id}/payments`, { yuan: 100, paidOn });
    expect(paid.json).toMatchObject({ state: 'part', paid: 100 });
    // The button pressed twice: no second payment, with a key of the form or without one.
    const pay = (yuan: number, key?: string, again?: boolean) =>
      call('engineer', 'POST', `/api/energy/bills/${bill.id}/payments`, { yuan, paidOn, again }, key);
    const twice = await pay(100);
    expect(twice.status).toBe(409);
    expect(twice.json.detail).toContain(`payment ${paid.json.payments[0].id} is the same`);
    const keyed = await Promise.all([1, 2, 3].map(() => pay(50, 'the-form-was-opened-once')));
    expect(keyed.map(({ status, json }) => [status, json.paid])).toEqual(Array(3).fill([200, 150]));
    expect(keyed.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(2);
    expect((await pay(51, 'the-form-was-opened-once')).status).toBe(422);
    const another = await pay(50, undefined, true);
    expect(another.json.paid).toBe(200);
    for (const { id } of another.json.payments.slice(1))
      await call('engineer', 'POST', `/api/energy/payments/${id}/undo`, { reason: 'test' });
    const remind = () => call('engineer', 'POST', `/api/energy/bills/${bill.id}/remind`);
    expect([(await remind()).status, (await remind()).status]).toEqual([200, 409]);
    const json = (await call('viewer', 'GET', `/api/energy/bills/${bill.id}/document?format=json&lang=en`)).json as ReportDocument;
    const total = json.blocks.flatMap((block) => (block.kind === 'table' ? block.rows : []))[0]?.[1] as { value: number };
    expect(total.value).toBe(bill.total);
    const response = await fetch(`${app.url}/api/energy/bills/${bill.id}/document?format=xlsx`, {
      headers: { authorization: `Bearer ${as.viewer}` },
    });
    const book = new ExcelJS.Workbook();
    await book.xlsx.load(await response.arrayBuffer());
    expect(book.worksheets[0]?.getRow(2).getCell(2).value).toBe(bill.total);
    const pdf = await fetch(`${app.url}/api/energy/bills/${bill.id}/document?format=pdf`, {
      headers: { authorization: `Bearer ${as.viewer}` },
    });
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    expect((await call('viewer', 'GET', '/api/energy/bills')).json).toMatchObject({
      closed: [month],
      open: Math.round((bill.total - 100) * 100) / 100,
    });
  });

  test('the cost sheet and the receivables have the figures of the API; what is missing is named', async () => {
    const sheet = (await call('viewer', 'GET', `/api/reports/department-costs?period=${month}&format=json&lang=en`)).json as ReportDocument;
    const table = sheet.blocks.findLast((block) => block.kind === 'table') as { rows: unknown[][] };
    const { json } = await call('viewer', 'GET', `/api/energy/allocation?month=${month}`);
    expect(table.rows.at(-1)?.[2]).toMatchObject({ value: json.cost });
    expect(table.rows.at(-2)?.[2]).toMatchObject({ value: json.unallocatedCost });
    expect(sheet.missing.join('\n')).toMatch(/told nothing: .*Operating/);
    const year = (await call('viewer', 'GET', `/api/reports/tenant-bills?period=${month.slice(0, 4)}&format=json&lang=en`))
      .json as ReportDocument;
    expect(JSON.stringify(year.blocks)).toContain(`${month}-canteen`);
  });

  test('retrofits without data say what is missing, and never that they saved', async () => {
    const { status, json } = await call('viewer', 'GET', '/api/energy/savings/icu-power');
    expect(status).toBe(200);
    expect(json).toMatchObject({ result: null, yuan: null });
    expect(json.questions).toHaveLength(10);
    expect((await call('viewer', 'GET', '/api/energy/savings/none')).status).toBe(404);
    expect((await call('viewer', 'GET', '/api/energy/savings/icu-power/workbook.xlsx')).status).toBe(409);
    expect((await call('viewer', 'GET', '/api/energy/proposals')).status).toBe(200);
    const report = (await call('viewer', 'GET', `/api/reports/savings?period=${today.getUTCFullYear()}&format=json&lang=en`))
      .json as ReportDocument;
    expect(report.missing.join('\n')).toMatch(/not enough data/);
  });
});
