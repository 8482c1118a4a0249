/** Cost and allocation of every month, worked out once for each version of its consumption; closed months stay as they were, and what came after is the next month's line. */
import type { Database } from '../desk/index.ts';
import type { Store } from '../ingest/store.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import type { ProfileFacts } from '../shared/profile-facts.ts';
import type { SiteConfig } from '../shared/site.ts';
import { type CostQuery, type CostRow, costRow } from './cost.ts';
import { type KeptMonths, keepNothing } from './kept-months.ts';
import { type Medium, type Meter, media, metersOf } from './meters.ts';
import { accountMonth, cents, type MonthAccount } from './month-account.ts';
import { boundsOf, monthAt, monthsBetween } from './month-names.ts';
import { type ClosedMonth, openMonths } from './months.ts';
import { type SiteTariffs, tariffsOfSite } from './site-tariffs.ts';
import { openMonthVersions } from './versions.ts';

/** What a closed month would be today, less what it was closed with and what later months have booked of it. */
export interface LaterLine {
  /** Which month it is of. */
  of: string;
  /** null: not allocated. */
  receiver: string | null;
  quantity: number;
  cost: number;
}

export interface MonthStatement {
  account: MonthAccount;
  /** Of months that were closed before; booked in this one, the first that is open after them. */
  later: LaterLine[];
  closed: { version: number; by: string; at: number; sha256: string } | null;
  /** Of the consumption; null: nobody keeps count. */
  version: number | null;
}

export interface Ledger {
  readonly site: SiteConfig;
  readonly meters: readonly Meter[];
  readonly tariffs: SiteTariffs;
  /** Media that the site meters. */
  readonly media: readonly Medium[];
  /** As it was closed, else as it is now. @throws Fault api/invalid */
  statement(month: string, medium: Medium): Promise<MonthStatement>;
  /**
   * One row a month, of the whole month; the running one is counted up to the end of the query: asked to the last midnight it has whole days only, which do
   * not move any more unless a reading comes late. @throws Fault api/invalid
   */
  cost(query: CostQuery): Promise<CostRow[]>;
  /** Freezes all media of it. @throws Fault desk/transition, api/invalid */
  close(month: string, by: string): Promise<ClosedMonth[]>;
  /** @throws Fault desk/transition */
  reopen(month: string, by: string, reason: string): ClosedMonth[];
  /** Closed for every medium, the oldest first. */
  closedMonths(): string[];
  /** Which months a span of time touches. */
  months(from: number, to: number): string[];
  /** Another text as soon as consumption of one of these months was written again. */
  standing(from: number, to: number): string;
}

export interface LedgerSource {
  site: SiteConfig;
  /** Where tariff files stand beside the site file. */
  folder: string;
  profileFacts?: ((profile: string) => ProfileFacts | undefined) | undefined;
  store: () => Pick<Store, 'seriesMany'>;
  db: Database;
  clock: Clock;
  /** Real time, for how long an answer may be kept. */
  wall: Clock;
  /** Results of months that are over, from before this start. */
  kept?: (meters: readonly Meter[], tariffs: SiteTariffs) => KeptMonths;
}

/** What the account of a medium is called among what is kept of a month. */
export const accountName = (medium: Medium): string => `account-${medium}`;

/** Where nobody counts versions an answer is kept so long; where somebody does, longer, in case that he forgot. */
const keptMs = 60_000;
const keptByVersionMs = 600_000;
const mostKept = 400;
/** Months are counted by whole quarters of an hour. */
const quarterAt = (t: number) => Math.ceil(t / 900_000) * 900_000;

export function openLedger({ site, folder, profileFacts, store, db, clock, wall, kept: openKept }: LedgerSource): Ledger {
  const meters = metersOf(site, (profile) => profileFacts?.(profile)?.quantities);
  const tariffs = tariffsOfSite(site, folder);
  const versions = openMonthVersions(db);
  const closedMonths = openMonths(db, clock);
  const files = openKept?.(meters, tariffs) ?? keepNothing;
  const { timezone } = site.site;
  const own = media.filter((medium) => meters.some((one) => one.medium === medium));
  const kept = new Map<string, { version: number | undefined; at: number; account: Promise<MonthAccount> }>();

  /** @param until of a month that runs: so far and no farther */
  const current = (month: string, medium: Medium, until?: number): Promise<MonthAccount> => {
    const key = `${month} ${medium} ${until ?? ''}`;
    const version = versions.of(month);
    const known = kept.get(key);
    const age = known ? wall.now() - known.at : Number.POSITIVE_INFINITY;
    if (known && known.version === version && age < (version === undefined ? keptMs : keptByVersionMs)) return known.account;
    const account = Promise.resolve().then(async () => {
      const over = boundsOf(timezone, month)[1] <= clock.now();
      const before = over ? files.get(month, accountName(medium), version) : undefined;
      if (before) return before as MonthAccount;
      const made = await accountMonth({ site, meters, tariffs, store: store(), now: until ?? clock.now() }, month, medium);
      if (over) files.put(month, accountName(medium), version, made);
      return made;
    });
    kept.delete(key);
    kept.set(key, { version, at: wall.now(), account });
    account.catch(() => kept.delete(key));
    for (const old of kept.keys()) {
      if (kept.size <= mostKept) break;
      kept.delete(old);
    }
    return account;
  };

  /** Closed months before this one that no closed month in between could book any more. */
  const laterIn = async (month: string, medium: Medium): Promise<LaterLine[]> => {
    const before = closedMonths.list(medium).filter((one) => one.month < month);
    const closed = closedMonths.names(medium);
    const lines: LaterLine[] = [];
    for (const one of before) {
      // The first open month after it books it; where a month in between is open, that one.
      const next = nextOpen(one.month, closed);
      if (next !== month) continue;
      const now = await current(one.month, medium);
      const booked = before.flatMap(({ statement }) => statement.later).filter(({ of }) => of === one.month);
      lines.push(...differences(one.month, now, one.statement.account, booked));
    }
    return lines;
  };
  const nextOpen = (month: string, closed: ReadonlySet<string>): string => {
    let next = monthAt(timezone, boundsOf(timezone, month)[1]);
    while (closed.has(next)) next = monthAt(timezone, boundsOf(timezone, next)[1]);
    return next;
  };

  const statement = async (month: string, medium: Medium, until?: number): Promise<MonthStatement> => {
    const [from] = boundsOf(timezone, month);
    if (from > clock.now()) throw new Fault('api/invalid', `month: ${month} has not begun yet`);
    const version = versions.of(month) ?? null;
    const closed = closedMonths.closed(month, medium);
    if (closed) {
      const { version: number, closedBy: by, closedAt: at, sha256 } = closed;
      return { ...closed.statement, closed: { version: number, by, at, sha256 }, version };
    }
    const [account, later] = await Promise.all([current(month, medium, until), laterIn(month, medium)]);
    return { account, later, closed: null, version };
  };

  return {
    ...{ site, meters, tariffs },
    statement: (month, medium) => statement(month, medium),
    media: own,
    months: (from, to) => monthsBetween(timezone, from, to),
    standing: (from, to) =>
      monthsBetween(timezone, from, to)
        .map((month) => `${month} ${versions.of(month) ?? '-'}`)
        .join(),
    closedMonths() {
      const lists = own.map(closedMonths.names);
      return [...(lists[0] ?? [])].filter((month) => lists.every((list) => list.has(month))).sort();
    },
    async cost(query) {
      const months = monthsBetween(timezone, query.from, Math.min(query.to, clock.now()));
      const wanted = query.medium === undefined ? own : [query.medium];
      return Promise.all(
        months.map(async (month) => {
          const [from, end] = boundsOf(timezone, month);
          const asked = quarterAt(query.to);
          const cut = end > clock.now() && asked > from && asked < quarterAt(clock.now()) ? asked : undefined;
          const row = costRow(query, meters, await Promise.all(wanted.map((medium) => statement(month, medium, cut))));
          return cut === undefined ? row : { ...row, to: cut };
        }),
      );
    },
    async close(month, by) {
      const [, to] = boundsOf(timezone, month);
      if (to > clock.now()) throw new Fault('desk/transition', `${month} is not over yet`);
      const statements = await Promise.all(own.map(async (medium) => ({ medium, ...(await statement(month, medium)) })));
      const read = statements.flatMap(({ account }) => account.meters).some((one) => one.coverage > 0 || one.counted !== null);
      const begun = own.some((medium) => [...closedMonths.names(medium)].some((earlier) => earlier < month));
      if (!read && !begun)
        throw new Fault('desk/transition', `${month} lies before the first reading of any meter; there is nothing to close`);
      return db.transact(() => statements.map(({ medium, account, later }) => closedMonths.close(month, medium, { account, later }, by)));
    },
    reopen: (month, by, reason) =>
      db.transact(() =>
        own.flatMap((medium) => (closedMonths.closed(month, medium) ? [closedMonths.open(month, medium, by, reason)] : [])),
      ),
  };
}

function differences(of: string, now: MonthAccount, then: MonthAccount, booked: readonly LaterLine[]): LaterLine[] {
  const sums = new Map<string | null, { quantity: number[]; cost: number[] }>();
  const add = (receiver: string | null, sign: number, quantity: number, cost: number) => {
    const one = sums.get(receiver) ?? { quantity: [], cost: [] };
    one.quantity.push(sign * quantity);
    one.cost.push(sign * cost);
    sums.set(receiver, one);
  };
  for (const [account, sign] of [[now, 1], [then, -1]] as const) {
    for (const { id, quantity, cost } of account.allocation.receivers) add(id, sign, quantity, cost);
    add(null, sign, account.allocation.unallocated, account.allocation.unallocatedCost);
  } // biome-ignore format: both
  for (const { receiver, quantity, cost } of booked) add(receiver, -1, quantity, cost);
  return [...sums]
    .map(([receiver, sum]) => ({ of, receiver, quantity: cents(sum.quantity), cost: cents(sum.cost) }))
    .filter(({ quantity, cost }) => quantity !== 0 || cost !== 0);
}
