/** What a tenant owes for a month or half a year: its own price where it has one, else its share of what the hospital paid. From closed months only. */

import type { Store } from '../ingest/store.ts';
import { Fault } from '../shared/errors.ts';
import type { Text } from '../shared/text.ts';
import { billMonth } from './bill.ts';
import type { Ledger, MonthStatement } from './ledger.ts';
import { type Medium, mediumUnits, metersIn } from './meters.ts';
import { billPrice } from './money.ts';
import { cents } from './month-account.ts';
import type { Prices } from './site-tariffs.ts';
import { needsQuarters } from './slots.ts';

export interface TenantBillLine {
  month: string;
  medium: Medium;
  /** As on the bill of the hospital; `later`: of a month that was closed before. */
  part: string;
  quantity: number | null;
  unit: string;
  price: number | null;
  /** Yuan. */
  amount: number;
}

export interface TenantBill {
  tenant: string;
  name: Text;
  hospital: Text;
  /** `2026-07`, or `2026-H1`. */
  period: string;
  months: string[];
  lines: TenantBillLine[];
  total: number;
  /** Of the quantities not measured but spread over gaps, 0 to 1, by medium. */
  estimatedShare: Partial<Record<Medium, number>>;
  meters: string[];
  currency: 'CNY';
}

/** @throws Fault api/invalid */
export function monthsOfPeriod(period: string): string[] {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(period)) return [period];
  const half = /^(\d{4})-H([12])$/.exec(period);
  if (!half) throw new Fault('api/invalid', `period: found "${period}"; allowed: a month such as 2026-07, or half a year such as 2026-H1`);
  const first = half[2] === '1' ? 1 : 7;
  return Array.from({ length: 6 }, (_, i) => `${half[1]}-${String(first + i).padStart(2, '0')}`);
}

/** @throws Fault desk/transition when a month is not closed, desk/unknown */
export async function tenantBill(ledger: Ledger, store: Pick<Store, 'seriesMany'>, tenantId: string, period: string): Promise<TenantBill> {
  const tenant = ledger.site.tenants.find(({ id }) => id === tenantId);
  if (!tenant) throw new Fault('desk/unknown', `there is no tenant "${tenantId}"`);
  const months = monthsOfPeriod(period);
  const lines: TenantBillLine[] = [];
  const used = new Map<Medium, { value: number; estimated: number }>();
  for (const month of months)
    for (const medium of ledger.media) {
      const statement = await ledger.statement(month, medium);
      if (!statement.closed) throw new Fault('desk/transition', `${month} is not closed yet; a bill is made from closed months`);
      const own = ledger.tariffs.forTenant(tenantId, medium);
      lines.push(...(own ? await ownPrice(ledger, store, tenantId, statement, own) : await shareOf(ledger, tenantId, statement)));
      for (const meter of statement.account.meters.filter((one) => one.tenant === tenantId)) {
        const sum = used.get(medium) ?? { value: 0, estimated: 0 };
        used.set(medium, { value: sum.value + (meter.counted ?? 0), estimated: sum.estimated + meter.estimated + meter.unknown });
      }
    }
  return {
    ...{ tenant: tenantId, name: tenant.name, hospital: ledger.site.site.name, period, months, lines, currency: 'CNY' },
    total: cents(lines.map(({ amount }) => amount)),
    estimatedShare: Object.fromEntries(
      [...used].filter(([, { value }]) => value > 0).map(([medium, { value, estimated }]) => [medium, estimated / value]),
    ),
    meters: ledger.meters.filter((one) => one.tenant === tenantId).map(({ device }) => device),
  };
}

async function ownPrice(
  ledger: Ledger,
  store: Pick<Store, 'seriesMany'>,
  tenant: string,
  { account, later }: MonthStatement,
  { tariff }: Prices,
): Promise<TenantBillLine[]> {
  const { month, medium, from, to } = account;
  const meters = metersIn(ledger.meters, 'tenant', tenant, medium);
  if (meters.length === 0) return [];
  const plain = tariff.versions.every(({ energy, basic, power_factor }) => 'price' in energy && !basic && !power_factor);
  const frozen = account.meters.filter(({ id }) => meters.some(({ device }) => device === id));
  const sum = frozen.reduce((all, one) => all + (one.counted ?? 0), 0);
  const oneVersion = tariff.versions.filter((version) => version.from > `${month}-01` && version.from <= `${month}-31`).length === 0;
  // One price for the whole month: from what was frozen with it, to the last hundredth.
  const use = plain && oneVersion ? [{ from, value: sum }] : await useOf(store, meters.map(({ device }) => device), from, to, needsQuarters(tariff)); // biome-ignore format: one
  const scale = medium === 'heat' && tariff.unit === 'GJ' ? 0.0036 : 1;
  const bill = billMonth({ tariff, month, use: use.map((one) => ({ ...one, value: one.value * scale })) });
  const unit = scale === 1 ? mediumUnits[medium] : 'GJ';
  const lines = bill.lines
    .filter(({ quantity, amount }) => quantity !== 0 || amount !== 0)
    .map(({ id, quantity, price, amount }): TenantBillLine => ({ month, medium, part: id, quantity, unit, price, amount }));
  const energy = tariff.versions.findLast((version) => version.from <= `${month}-31`)?.energy;
  const mean = sum !== 0 ? bill.total / sum : energy && 'price' in energy ? energy.price : 0;
  return [
    ...lines,
    ...later
      .filter(({ receiver, quantity }) => receiver === tenant && quantity !== 0)
      .map(({ of: month, quantity }): TenantBillLine => {
        const amount = Math.round(quantity * mean * 100) / 100;
        return { month, medium, part: 'later', quantity, unit: mediumUnits[medium], price: billPrice(mean, quantity, amount), amount };
      }),
  ];
}

async function useOf(store: Pick<Store, 'seriesMany'>, devices: readonly string[], from: number, to: number, fine: boolean) {
  const columns = await store.seriesMany(
    devices.map((device) => ({
      measurement: 'consumption' as const,
      device,
      field: 'value',
      from,
      to,
      ...(fine ? {} : { every: 3_600_000, aggregate: 'sum' as const }),
    })),
  );
  return columns.flatMap((points) => points.flatMap(([t, value]) => (value === null ? [] : [{ from: t, value }])));
}

async function shareOf(ledger: Ledger, tenant: string, { account }: MonthStatement): Promise<TenantBillLine[]> {
  const { month, medium, from, to } = account;
  const [row] = await ledger.cost({ scope: 'tenant', id: tenant, medium, from, to });
  return (row?.lines ?? []).map(
    ({ part, quantity, unit, price, cost }): TenantBillLine => ({
      ...{ month, medium, part, quantity, unit, amount: cost },
      price: price === null || !quantity ? price : billPrice(cost / quantity, quantity, cost),
    }),
  );
}
