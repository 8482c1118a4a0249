/** Nothing leaves with what floating point left behind: money to the cent, prices to a millionth, consumption to a tenth of a watt-hour. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { meanPrice } from '../energy/money.ts';
import { render } from '../reports/index.ts';
import { csvOf } from '../shared/csv.ts';
import { roundTo } from '../shared/rounded.ts';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';
import { random as randomFrom } from '../test/random.ts';
import { siteOf } from '../test/site-of.ts';
import { measured, price, rounderOf, used, yuan } from './rounding.ts';

describe('rounding', () => {
  it('goes half up away from nothing, and is what the decimal text says (seed 7)', () => {
    expect([4.500000000000001, 1.005, -1.005, 2.675, 0.1 + 0.2, -0.004].map((one) => roundTo(one, 2))).toEqual([4.5, 1.01, -1.01, 2.68, 0.3, 0]); // biome-ignore format: one
    expect([Number.NaN, Number.POSITIVE_INFINITY, 1e300, 123_456_789_012.345_67].map((one) => roundTo(one, 6))).toEqual([Number.NaN, Number.POSITIVE_INFINITY, 1e300, 123_456_789_012.345_67]); // biome-ignore format: one
    const random = randomFrom(7);
    for (let i = 0; i < 10_000; i++) {
      const cents = Math.round(random() * 1e11);
      expect(roundTo(cents / 100 + (random() - 0.5) * 1e-6, 2)).toBe(cents / 100);
    }
  });

  it('leaves what was measured as it was stored, and small numbers their figures', () => {
    const answer = {
      points: [[1, 434.570_220_947_265_6]],
      factor: 0.000_000_123_456_789,
      share: 1 / 3,
      sum: 1_234_567.1 + 0.2,
      none: null,
    };
    const schema = z.object({ points: z.array(z.tuple([z.number(), measured.nullable()])), factor: z.number(), share: z.number(), sum: z.number(), none: z.number().nullable() }); // biome-ignore format: one
    expect(rounderOf(schema)?.(answer)).toEqual({ ...answer, share: 0.333_333_333_333, sum: 1_234_567.3 });
  });

  it('follows the schema, into lists, records, tuples and what may be absent, and leaves shared answers as they are', () => {
    const schema = z.object({
      cost: yuan,
      lines: z.array(z.object({ price: price.nullable(), kwh: used.optional() })),
      byMonth: z.record(z.string(), used),
      points: z.array(z.tuple([z.number().int(), used])),
      other: z.number(),
      t: z.number().int(),
      open: z.unknown(),
    });
    const answer = {
      ...{ cost: 382_245.860_323, other: 0.1 + 0.2, t: 1_795_320_900_000, open: 0.1 + 0.2, unknown: 'kept' },
      lines: [{ price: 1.104_999_996 }, { price: null, kwh: 1_380.939_999_999_997_8 }],
      byMonth: { a: 3.389_999_999_999_999_7 },
      points: [[1, 119.628_906_25]],
    };
    const before = structuredClone(answer);
    expect(rounderOf(schema)?.(answer)).toEqual({
      ...{ cost: 382_245.86, other: 0.3, t: 1_795_320_900_000, open: 0.1 + 0.2, unknown: 'kept' },
      lines: [{ price: 1.105 }, { price: null, kwh: 1_380.94 }],
      byMonth: { a: 3.39 },
      points: [[1, 119.6289]],
    });
    expect(answer).toEqual(before);
    expect(rounderOf(z.object({ name: z.string(), n: z.number().int() }))).toBeUndefined();
  });

  it('goes into every form that an answer may have', () => {
    const round = rounderOf(z.object({ a: z.union([yuan, z.string()]), b: z.discriminatedUnion('kind', [z.object({ kind: z.literal('x'), kwh: used }), z.object({ kind: z.literal('y'), cost: yuan })]) })); // biome-ignore format: one
    expect(round?.({ a: 1.239_999_999, b: { kind: 'x', kwh: 3.989_999_999_999_999_8 } })).toEqual({ a: 1.24, b: { kind: 'x', kwh: 3.99 } });
    expect(round?.({ a: 'none', b: { kind: 'y', cost: 0.1 + 0.2 } })).toEqual({ a: 'none', b: { kind: 'y', cost: 0.3 } });
  });

  it('says of a mean price no more than cents over the quantity can', () => {
    expect([meanPrice(2_250.01, 500), meanPrice(387_001.18, 330_572.73), meanPrice(4.5, 1), meanPrice(-45, -10), meanPrice(1, 0)]).toEqual([4.5, 1.170_699, 4.5, 4.5, null]); // biome-ignore format: one
  });

  it('holds in files too', async () => {
    expect(csvOf([['x', 4.500000000000001, 7]])).toContain('x,4.5,7');
    const figure = (value: number, unit: string, digits: number) => ({ value, unit, digits, source: '', formula: { zh: '', en: '' } });
    const report = { kind: 'x', title: 'x', subtitle: '', language: 'en' as const, missing: [], blocks: [{ kind: 'table' as const, title: 't', head: ['a', 'b', 'c'], rows: [[figure(387_001.179_999_999_93, 'yuan', 0), figure(4.500000000000001, 'yuan/m³', 2), figure(10_828.789_999_999_999, 'kWh', 0)]] }] }; // biome-ignore format: one
    const { content } = await render(report, 'json', '');
    expect(JSON.parse(content.toString()).blocks[0].rows[0].map(({ value }: { value: number }) => value)).toEqual([387_001.18, 4.5, 10_828.79]); // biome-ignore format: one
    const { default: ExcelJS } = await import('exceljs');
    const book = new ExcelJS.Workbook();
    await book.xlsx.load((await render(report, 'xlsx', '')).content as unknown as ArrayBuffer);
    expect([1, 2, 3].map((column) => book.worksheets[0]?.getRow(2).getCell(column).value)).toEqual([387_001.18, 4.5, 10_828.79]);
  });
});

describe('every answer', () => {
  const site = siteOf({ gw1: [['main', 'electricity']] });
  Object.assign(site.config.gateways[0]!.buses[0]!.devices[0]!, { role: 'incomer' });
  let app: DashboardsApp;
  beforeAll(async () => {
    app = await startDashboardsApp(site);
  }, 240_000);
  afterAll(() => app?.[Symbol.asyncDispose]());

  /** Names under which money and consumption leave, and the places they may have. */
  const money = /^(yuan|cost|costYuan|investedYuan|allocatedCost|unallocatedCost|paid)$/;
  const prices = /^(price|perUnit)$/;
  const amounts = /^(measured|estimated|manual|unknown|quantity|counted|allocated|unallocated|kwh|kwhPerDay|counterfactual|observed|delta|used|expected)$/; // biome-ignore format: one

  interface Schema {
    type?: string | string[];
    properties?: Record<string, Schema>;
    items?: Schema;
    prefixItems?: Schema[];
    anyOf?: Schema[];
    additionalProperties?: Schema;
    $ref?: string;
    'x-decimals'?: number;
  }

  it('says of money, prices and consumption how fine they are', async () => {
    const { json: api } = await app.call('GET', '/api/openapi.json', { token: await app.signIn('admin') });
    const wrong: string[] = [];
    let seen = 0;
    const walk = (schema: Schema, name: string, path: string): void => {
      const named = schema.$ref && (api.components.schemas[schema.$ref.split('/').at(-1) as string] as Schema);
      if (named) walk(named, name, path);
      if ([schema.type].flat().includes('number')) {
        const places = money.test(name) ? 2 : prices.test(name) ? 6 : amounts.test(name) ? 4 : undefined;
        if (places === undefined) return;
        seen++;
        if (schema['x-decimals'] !== places) wrong.push(`${path}: ${schema['x-decimals']} places, not ${places}`);
      }
      for (const [key, one] of Object.entries(schema.properties ?? {})) walk(one, key, `${path}.${key}`);
      for (const one of [schema.items, schema.additionalProperties, ...(schema.anyOf ?? []), ...(schema.prefixItems ?? [])])
        if (one && typeof one === 'object') walk(one, name, path);
    };
    for (const [
      path,
      methods,
    ] of Object.entries(api.paths as Record<string, Record<string, { responses: Record<string, { content?: { 'application/json'?: { schema: Schema } } }> }>>)) // biome-ignore format: one
      for (const [method, { responses }] of Object.entries(methods))
        for (const status of ['200', '201']) {
          const schema = responses[status]?.content?.['application/json']?.schema;
          if (schema && path.startsWith('/api/energy')) walk(schema, '', `${method} ${path}`);
        }
    expect(wrong).toEqual([]);
    expect(seen).toBeGreaterThan(60);
  });

  it('is rounded on its way out', async () => {
    const start = Math.floor((Date.now() - 86_400_000) / 900_000) * 900_000;
    await app.store.write(Array.from({ length: 10 }, (_, i) => ({ measurement: 'consumption' as const, tags: { site: 'demo', device: 'main', gateway: 'gw1', medium: 'electricity' as const }, t: start + i * 900_000, fields: { value: 0.1 + 0.2 } }))); // biome-ignore format: one
    const { json } = await app.call('GET', `/api/energy/consumption?scope=meter&id=main&every=15m&from=${start}&to=${start + 9_000_000}`, { token: await app.signIn('viewer') }); // biome-ignore format: one
    expect(json.rows.map(({ value }: { value: number }) => value)).toEqual(Array(10).fill(0.3));
  });
});
