/** What the finance office of the simulated hospital has done: months closed, tenants billed, what they have paid and of what they were reminded. */
import type { Database } from '../../desk/index.ts';
import {
  accountName,
  basisOf,
  boundsOf,
  type IssuedBill,
  type KeptMonths,
  type Medium,
  monthsBetween,
  monthsOfPeriod,
  openBills,
  openKeptMonths,
  openLedger,
  openMonthVersions,
  tenantBill,
} from '../../energy/index.ts';
import type { Store } from '../../ingest/store.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import type { LoadedSite } from '../../shared/site-file.ts';
import { streamOf } from '../../simulators/random.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const who = 'simulated-history';

export interface PastMoneySource {
  site: LoadedSite;
  /** Where the energy role keeps what months came to. */
  keptFolder: string;
  store: Pick<Store, 'seriesMany'>;
  db: Database;
  range: { from: number; to: number };
  seed: number;
  /** Real time: waits for what the energy role works out anyway. */
  wait(ms: number): Promise<void>;
  /** Longest for one month; then it is worked out here. */
  patienceMs?: number;
}

const lookEveryMs = 2_000;

/** All whole months but the last, which is left to be closed by people. Where a month was closed or a bill made by anybody, nothing is done. */
export async function writePastMoney(source: PastMoneySource): Promise<{ months: number; bills: number }> {
  const { site, db, range, store, seed } = source;
  const zone = site.config.site.timezone;
  let now = range.to;
  const clock: Clock = { ...systemClock(), now: () => now };
  let kept: KeptMonths | undefined;
  const ledger = openLedger({
    ...{ site: site.config, folder: site.folder, profileFacts: site.profileFacts, store: () => store, db, clock, wall: systemClock() },
    kept(meters, tariffs) {
      kept = openKeptMonths(source.keptFolder, basisOf(site.config, meters, tariffs));
      return kept;
    },
  });
  const bills = openBills(db, clock);
  const all = monthsBetween(zone, range.from, range.to).filter((month) => boundsOf(zone, month)[1] <= range.to);
  const months = all.slice(0, -1);
  const closed = new Set(ledger.closedMonths());
  if (bills.list().some(({ issuedBy }) => issuedBy !== who)) return { months: 0, bills: 0 };
  const versions = openMonthVersions(db);
  let [done, made] = [0, 0];
  const stream = streamOf(seed, 'payments');
  for (const [at, month] of months.entries()) {
    const end = boundsOf(zone, month)[1];
    now = end + 4 * dayMs + 10 * hourMs;
    if (!closed.has(month)) {
      await worked(month);
      await ledger.close(month, who);
      done++;
    }
    for (const period of [month, ...(month.endsWith('-06') || month.endsWith('-12') ? [halfOf(month)] : [])]) {
      if (!monthsOfPeriod(period).every((one) => months.includes(one))) continue;
      const every = period === month ? 'monthly' : 'half-yearly';
      for (const { id, bills: often, due_days: days } of site.config.tenants) {
        if (often !== every || bills.list(id).some(({ bill }) => bill.period === period)) continue;
        // The newest went out late: it is open and not due yet.
        now = at === months.length - 1 && every === 'monthly' ? range.to - 5 * dayMs : end + 5 * dayMs + 9 * hourMs;
        const bill = await tenantBill(ledger, store, id, period);
        if (bill.total <= 0) continue;
        let issued = bills.issue(bill, now + days * dayMs, who);
        made++;
        // One was sent with a wrong reading, cancelled and sent again.
        if (at === 10 && every === 'monthly') {
          now += dayMs;
          bills.cancel(issued.id, who, '抄表有误，重新开具（模拟历史）/ wrong reading, issued again (simulated history)');
          issued = bills.issue(bill, now + days * dayMs, who);
          made++;
        }
        settle(issued, at);
      }
    }
    await source.wait(50);
  }
  return { months: done, bills: made };

  /** Most pay in time; the newest bills are open or overdue, one is paid in two parts, some only after a reminder. */
  function settle({ id, total, dueAt, bill }: IssuedBill, at: number): void {
    const [newest, secondNewest] = [at === months.length - 1, at === months.length - 2];
    const later = (days: number) => Math.round(Math.min(range.to - hourMs, dueAt + days * dayMs));
    const pay = (t: number, yuan: number) => {
      now = t;
      const paidOn = new Date(t).toISOString().slice(0, 10);
      bills.pay(id, { yuan: Math.round(yuan * 100) / 100, paidOn, note: '模拟历史 / simulated history' }, who);
    };
    const remind = (t: number) => {
      now = t;
      bills.remind(id, who);
    };
    const half = bill.period.includes('-H');
    const [tenants, last] = [site.config.tenants.filter((one) => one.bills === 'half-yearly'), months.findLast((one) => one.endsWith('-06') || one.endsWith('-12'))]; // biome-ignore format: one
    const newestHalf = half && bill.months.at(-1) === last;
    if (newest && !half) return;
    if (secondNewest && !half) {
      remind(later(2));
      remind(later(16));
    } else if (newestHalf && bill.tenant === tenants[1]?.id) {
      remind(later(3));
      remind(later(18));
    } else if (newestHalf && bill.tenant === tenants[0]?.id) {
      pay(later(-4), total / 2);
    } else if (stream.uniform() < 0.15) {
      remind(later(3));
      pay(later(6 + 6 * stream.uniform()), total);
    } else pay(later(-2 - 8 * stream.uniform()), total);
  }

  async function worked(month: string): Promise<void> {
    const version = versions.of(month);
    if (version === undefined) return;
    const lacking = () => ledger.media.some((medium: Medium) => !kept?.has(month, accountName(medium), version));
    for (let waited = 0; lacking() && waited < (source.patienceMs ?? 900_000); waited += lookEveryMs) await source.wait(lookEveryMs);
  }
}

const halfOf = (month: string) => `${month.slice(0, 4)}-H${month.endsWith('-06') ? 1 : 2}`;
