/** Rounds: when each is due, what a person finds filled in, what his answer means; and the watch that makes them and sees which were missed. */
import { type Desk, dueTimes, type Register, type Round, type Rounds } from '../../desk/index.ts';
import type { Store } from '../../ingest/store.ts';
import type { Book, Schedule } from '../../shared/book.ts';
import type { Clock } from '../../shared/clock.ts';
import { Fault, reasonOf } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { Plan, PlanItem, RoundAnswer, RoundValue } from '../../shared/plant.ts';
import type { SiteConfig } from '../../shared/site.ts';
import { localTime } from '../../shared/wording.ts';
import { fillRecord } from '../books/fill.ts';
import type { DeviceFacts } from '../device-facts.ts';
import type { LiveCache } from '../live/cache.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** A round may be walked so long before it is due. */
export const earlyMs = 60 * minuteMs;
const who = { id: 'plantroom', admin: false };

/** Undefined for one by run hours. */
export function scheduleOf({ when }: Plan): Exclude<Schedule, 'when-it-happens'> | undefined {
  if ('every_minutes' in when) return { every: when.every_minutes * minuteMs };
  if ('monthly' in when) return { monthly: when.monthly, at: when.at, ...(when.months ? { months: when.months } : {}) };
  return 'at' in when ? { at: when.at, ...(when.days ? { days: when.days } : {}) } : undefined;
}

export interface RoundWatch {
  site: SiteConfig;
  plans: Register<Plan>;
  rounds: Rounds;
  cache: Pick<LiveCache, 'devices'>;
  desk: Pick<Desk, 'createTicket'>;
  clock: Clock;
  log: Log;
}

/** The counter as it reads now; null where it is not known. */
export function hoursNow(cache: Pick<LiveCache, 'devices'>, { when }: Plan): number | null {
  if (!('run_hours' in when)) return null;
  const latest = cache.devices.get(when.device)?.latest.get('run_hours_h');
  return latest?.quality === 'good' ? latest.value : null;
}

/** Looks once; cheap, every minute is enough. @returns the rounds seen as missed now */
export function lookForRounds({ site, plans, rounds, cache, desk, clock, log }: RoundWatch): Round[] {
  const now = clock.now();
  for (const { value: plan, changedAt } of plans.all()) {
    if (plan.state !== 'in-use') continue;
    const schedule = scheduleOf(plan);
    if (schedule) {
      // What was due while nobody looked is made all the same, and seen as missed with the time of now.
      const from = Math.max(changedAt, now - 2 * dayMs);
      for (const due of dueTimes(schedule, site.site.timezone, from, now + earlyMs + 1)) rounds.make(plan, due, now);
    } else if ('run_hours' in plan.when) {
      const last = rounds.last(plan.id);
      if (last && last.doneAt === null) continue;
      const hours = hoursNow(cache, plan);
      const base = Math.max(plan.when.from_hours, rounds.lastDone(plan.id)?.hours ?? 0);
      if (hours !== null && hours - base >= plan.when.run_hours) rounds.make(plan, now, now);
    }
  }
  const missed = rounds.open().filter(({ deadline }) => now >= deadline);
  for (const round of missed) {
    // One ticket for a run of them: whoever stopped walking is spoken to once.
    const first = rounds.before(round)?.missedAt === null || rounds.before(round) === undefined;
    rounds.miss(round.id, now);
    if (first) {
      try {
        openMissed(desk, round, site);
      } catch (error) {
        log.error({ plan: round.plan, reason: reasonOf(error) }, 'no ticket could be opened for a missed round');
      }
    }
  }
  return missed;
}

function openMissed(desk: RoundWatch['desk'], { body: plan, due }: Round, site: SiteConfig): void {
  const at = localTime(due, site.site.timezone).slice(0, 16);
  desk.createTicket(
    {
      title: { zh: `巡检漏检：${plan.title.zh}`, en: `Round missed: ${plan.title.en}` },
      description: {
        zh: `${at} 应进行的“${plan.title.zh}”到时未完成。补做会注明补做时间，漏检标记保留。`,
        en: `${plan.title.en}, due at ${at}, was not done in time. What is done later says so; the mark stays.`,
      },
      ...{ system: plan.system, trade: plan.trade, priority: 'medium' },
    },
    who,
  );
}

export interface FillFacts {
  site: SiteConfig;
  devices: ReadonlyMap<string, DeviceFacts>;
  cache: Pick<LiveCache, 'devices'>;
  store(): Store;
  /** Devices of a thing. */
  devicesOf(asset: string): readonly string[];
  now: number;
}

/** What the readings say at one thing; a bad or silent one says so, and an old value never stands for it. */
export async function filledAt(facts: FillFacts, item: PlanItem): Promise<Record<string, RoundValue>> {
  const { site, devices, cache, now } = facts;
  const deviceFor = (one: PlanItem['readings'][number]) => one.device ?? facts.devicesOf(item.asset)[0];
  const fields = item.readings.flatMap((one) => {
    const device = deviceFor(one);
    const point = { device, index: 0, quantity: one.quantity, take: 'last' as const, within: 10 * minuteMs };
    return device === undefined
      ? []
      : [{ ...{ id: one.id, title: one.title, kind: 'number' as const, unit: '', required: false, observe: false }, point }];
  });
  const book = { id: 'round', fields } as unknown as Book;
  const read =
    fields.length === 0
      ? {}
      : await fillRecord({ site, devices, store: facts.store(), book, device: null, due: now, since: now - dayMs, now });
  const values: Record<string, RoundValue> = {};
  for (const one of item.readings) {
    const device = deviceFor(one);
    const latest = device === undefined ? undefined : cache.devices.get(device)?.latest.get(one.quantity);
    const found = read[one.id];
    if (latest?.quality === 'bad' && (found?.t === undefined || latest.t >= found.t))
      values[one.id] = { v: null, from: 'reading', t: latest.t, quality: 'bad' };
    else if (found && typeof found.v === 'number') values[one.id] = { v: found.v, from: 'reading', t: found.t, quality: 'good' };
  }
  return values;
}

export interface SaidOfItem {
  checks: Record<string, { ok: boolean; words?: string | undefined }>;
  values: Record<string, 'as-read' | { v: number; reason?: string | undefined }>;
}

/** The answer as it is kept, without its ticket. What was read is what the store says, never what the browser sends. @throws Fault api/invalid */
export function answerOf(item: PlanItem, said: SaidOfItem, read: Readonly<Record<string, RoundValue>>): Omit<RoundAnswer, 'ticket'> {
  const findings: string[] = [];
  const checks: RoundAnswer['checks'] = {};
  for (const { id } of item.checks) {
    const one = said.checks[id];
    if (!one) throw invalid(`checks.${id}`, 'not answered');
    if (!one.ok && !one.words?.trim()) throw invalid(`checks.${id}.words`, 'say what is wrong');
    if (!one.ok) findings.push(id);
    checks[id] = one;
  }
  const values: RoundAnswer['values'] = {};
  for (const { id, min, max } of item.readings) {
    const one = said.values[id];
    const known = read[id];
    if (one === undefined) throw invalid(`values.${id}`, 'not answered');
    if (one === 'as-read') {
      if (!known || known.v === null) throw invalid(`values.${id}`, 'nothing good was read: read it off by eye');
      values[id] = known;
    } else if (known && known.v !== null && known.v !== one.v) {
      if (!one.reason?.trim()) throw invalid(`values.${id}.reason`, 'another value than the one that was read needs a reason');
      values[id] = { v: one.v, from: 'corrected', t: known.t, quality: known.quality, was: known.v, reason: one.reason };
    } else values[id] = { v: one.v, from: 'person', ...(known?.quality === 'bad' ? { quality: 'bad' as const, t: known.t } : {}) };
    const v = values[id]?.v ?? null;
    // A value that was corrected into its limits does not hide that the meter reads beyond them.
    if ([v, values[id]?.was ?? null].some((n) => n !== null && ((min !== undefined && n < min) || (max !== undefined && n > max))))
      findings.push(id);
  }
  return { checks, values, findings };
}

const invalid = (field: string, message: string) =>
  new Fault('api/invalid', `${field}: ${message}`, { detail: { errors: [{ field, message }] } });
