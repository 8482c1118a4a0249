/** The demo's years are closed month by month: to the kilowatt-hour and the cent, and what is wrong with a month is shown, not hidden. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '../../desk/index.ts';
import { boundsOf, type Medium, monthsBetween, openBills, openLedger } from '../../energy/index.ts';
import type { SeriesPoint, SeriesQuery } from '../../ingest/store.ts';
import { systemClock } from '../../shared/clock.ts';
import type { HistoryEventKind } from '../../shared/simulated-past.ts';
import { loadSite } from '../../shared/site-file.ts';
import { type History, historyRange, historyStepMs, simulateHistory } from '../../simulators/history.ts';
import { completeSite } from '../complete-site.ts';
import { writePastMoney } from './money.ts';

const site = completeSite(loadSite(join(import.meta.dirname, '..', '..', 'sites', 'demo.yaml')));
const zone = site.config.site.timezone;
const now = Date.UTC(2026, 10, 27, 0, 38);
const range = historyRange(zone, now);

/** Of a store only what the accounts ask: sums and counts of quarter hours. */
const storeOf = (past: History) => {
  const values = new Map(past.meters.map((one) => [one.device, one.values]));
  const answer = ({ device, field, from, to, every, aggregate }: SeriesQuery): SeriesPoint[] => {
    const own = field === 'value' ? values.get(device) : undefined;
    if (!own) return [];
    const out: SeriesPoint[] = [];
    const step = every ?? historyStepMs;
    for (let t = from; t < to; t += step) {
      let [sum, count] = [0, 0];
      for (let q = t; q < Math.min(to, t + step); q += historyStepMs) {
        const value = own[(q - range.from) / historyStepMs];
        if (value === undefined || Number.isNaN(value)) continue;
        sum += value;
        count++;
      }
      if (count > 0 || every !== undefined) out.push([t, count === 0 ? null : aggregate === 'count' ? count : sum]);
    }
    return out;
  };
  return { seriesMany: async (queries: readonly SeriesQuery[]) => queries.map(answer) };
};

it('each month closes with a missing meter, a swapped one and a negative residual shown', async () => {
  const past = await simulateHistory(site.config, range, { asOf: now });
  const all = monthsBetween(zone, range.from, boundsOf(zone, '2026-10')[1]);
  expect(all.length).toBe(24);
  // All twenty-four take a minute; those in which something happened are here, with the first and the last.
  const monthsOf = (kind: HistoryEventKind) =>
    past.events.filter((event) => event.kind === kind).flatMap((event) => monthsBetween(zone, event.from, event.to ?? event.from + 1));
  const eventful = (['swap', 'ratio', 'silent'] as const).flatMap(monthsOf);
  const whole = process.env.PLANTROOM_TEST_LONG === '1';
  const months = all.filter((month, i) => whole || i === 0 || i === all.length - 1 || eventful.includes(month));
  using db = openDatabase(':memory:');
  const clock = { ...systemClock(), now: () => now };
  const ledger = openLedger({
    site: site.config,
    folder: site.folder,
    profileFacts: site.profileFacts,
    store: () => storeOf(past),
    db,
    clock,
    wall: clock,
  });
  const missing = new Map<string, string[]>();
  const negative = new Map<string, string[]>();
  for (const month of months) {
    await ledger.close(month, 'manager');
    for (const medium of ledger.media as Medium[]) {
      const { account, closed } = await ledger.statement(month, medium);
      const { allocation } = account;
      expect(closed, month).not.toBeNull();
      expect(Math.round((allocation.allocated + allocation.unallocated) * 100), `${month} ${medium}`).toBe(
        Math.round(allocation.main * 100),
      );
      expect(Math.round((allocation.allocatedCost + allocation.unallocatedCost) * 100), `${month} ${medium}`).toBe(
        Math.round(allocation.cost * 100),
      );
      missing.set(month, [...(missing.get(month) ?? []), ...allocation.missing]);
      negative.set(month, [...(negative.get(month) ?? []), ...allocation.negative.map(({ meter }) => meter)]);
    }
  }
  // What the finance office has done: bills paid, in part, overdue and reminded; the last whole month is left to be closed.
  const money = await writePastMoney({
    ...{ site, keptFolder: join(import.meta.dirname, 'nothing-is-kept-here'), store: storeOf(past), db, seed: 1 },
    ...{ range: { from: boundsOf(zone, '2026-08')[0], to: range.to }, wait: async () => {}, patienceMs: 0 },
  });
  expect(money.bills).toBe(2);
  const bills = openBills(db, clock).list();
  expect(bills.every(({ issuedBy, bill }) => issuedBy === 'simulated-history' && bill.tenant === 'canteen')).toBe(true);
  expect(bills.map(({ state }) => state)).toEqual(['open', 'overdue']);
  expect(bills.map(({ reminders }) => reminders.length)).toEqual([0, 2]);
  expect(await writePastMoney({ site, keptFolder: '.', store: storeOf(past), db, seed: 1, range: { from: boundsOf(zone, '2026-08')[0], to: range.to }, wait: async () => {}, patienceMs: 0 })).toEqual({ months: 0, bills: 0 }); // biome-ignore format: one
  // Endoscopy had no meter before it opened; afterwards it has.
  expect(missing.get(months[0] as string)).toContain('fd-endoscopy');
  expect(missing.get('2026-10')).not.toContain('fd-endoscopy');
  for (const event of past.events.filter(({ kind }) => kind === 'swap'))
    for (const device of event.devices) for (const month of months) expect(missing.get(month), `${device} ${month}`).not.toContain(device);
  // Newborn was not read for a month; maternity's floors counted more than the feeder above them, which shows and is not hidden.
  const [silent, ratio] = [monthsOf('silent'), monthsOf('ratio')];
  expect([silent.length, ratio.length]).toEqual([1, 1]);
  expect(missing.get(silent[0] as string)).toContain('dm-newborn');
  expect(negative.get(ratio[0] as string)).toEqual(['fd-front-high']);
  expect([...negative].filter(([month, list]) => !ratio.includes(month) && list.length > 0)).toEqual([]);
});
