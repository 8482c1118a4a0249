/**
 * Limits proposed from what a place did: per place the median and the spread of its readings, and how many alarms a year each limit would have brought.
 * It says what is usual there, not what is safe: a limit that is looser than today's is named as such.
 */
import { Fault } from '../shared/errors.ts';
import { hasOneLimit, resolveLimit } from '../shared/limit.ts';
import type { RuleOverride } from '../shared/rule.ts';
import type { SiteConfig } from '../shared/site.ts';
import { backtest, wantedBy } from './backtest.ts';
import type { History } from './history.ts';
import { type Instance, openRuleBook } from './pack.ts';
import { medianAndSpread } from './window.ts';

const dayMs = 86_400_000;
const yearDays = 365;
/** So many spreads from the median; the spread is that of a normal distribution with the same MAD. */
const widths = [4, 6, 8] as const;
/** Of longer histories every second, fourth ... value is kept: quantiles do not need more. */
const mostKept = 32_768;
/** A year told from less is a guess. */
const fewestDays = 28;

export interface Proposal {
  device: string;
  days: number;
  /** Too few days for a year. */
  guess: boolean;
  median: number;
  spread: number;
  /** One of a thousand readings lies beyond, on the side that the rule watches. */
  thousandth: number;
  today: { limit: number | null; perYear: number };
  limits: { limit: number; perYear: number; looser: boolean }[];
}

export interface ProposeRequest {
  rule: string;
  from: number;
  to: number;
  devices?: readonly string[] | undefined;
}

function openSample() {
  let kept: number[] = [];
  let stride = 1;
  let seen = 0;
  return {
    add(value: number) {
      if (seen++ % stride !== 0) return;
      kept.push(value);
      if (kept.length < mostKept) return;
      kept = kept.filter((_, index) => index % 2 === 0);
      stride *= 2;
    },
    sorted: () => [...kept].sort((a, b) => a - b),
  };
}
const at = (sorted: readonly number[], share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
/** Three digits say all that such a limit knows. */
const rounded = (value: number) => Number(value.toPrecision(3));

/** @throws Fault usage/command for a rule whose limit is not one number above or below which it speaks */
export async function propose(site: SiteConfig, history: History, request: ProposeRequest): Promise<Proposal[]> {
  const { rule: id, from, to, devices } = request;
  const instances = openRuleBook(site).instances.filter(
    ({ rule, place }) => rule.id === id && (devices?.includes(place.device.id) ?? true),
  );
  const kind = instances[0]?.rule.kind;
  if (kind !== undefined && !hasOneLimit(kind))
    throw new Fault('usage/command', `--propose takes rules of kind above or below; ${id} is of kind ${kind}`);
  const side = kind === 'below' ? -1 : 1;

  const samples = new Map(instances.map(({ place }) => [place.device.id, { first: Number.NaN, last: 0, sample: openSample() }]));
  for await (const { keys, key, t, value, count } of history.blocks(wantedBy(instances), from, to)) {
    for (let row = 0; row < count; row++) {
      const one = samples.get(keys[key[row] as number]?.device as string);
      if (!one || !Number.isFinite(value[row])) continue;
      if (Number.isNaN(one.first)) one.first = t[row] as number;
      one.last = t[row] as number;
      one.sample.add(value[row] as number);
    }
  }

  const found = new Map<string, Proposal>();
  for (const instance of instances) {
    const device = instance.place.device.id;
    const one = samples.get(device);
    const sorted = one?.sample.sorted() ?? [];
    if (!one || sorted.length < 2 || one.last <= one.first) continue;
    const [median, spread] = medianAndSpread(sorted);
    const days = (one.last - one.first) / dayMs;
    const thousandth = at(sorted, side > 0 ? 0.999 : 0.001);
    const today = limitOf(instance);
    // A place that stands still most of the time has no spread: what it reaches now and then takes its place.
    const far = spread > 0 ? widths.map((width) => rounded(median + side * width * spread)) : [rounded(thousandth)];
    const limits = [...new Set(far)].map((limit) => ({ limit, perYear: 0, looser: today !== null && side * (limit - today) > 0 }));
    found.set(device, { device, days, guess: days < fewestDays, median, spread, thousandth, today: { limit: today, perYear: 0 }, limits }); // biome-ignore format: one line
  }
  if (found.size === 0) return [];

  const perYear = (fired: number, { days }: Proposal) => (fired / days) * yearDays;
  for (const index of widths.keys()) {
    const trial = [...found.values()].flatMap(({ device, limits }): RuleOverride[] =>
      limits[index] ? [{ rule: id, devices: [device], enabled: true, params: { limit: limits[index].limit }, reason: 'proposal' }] : [],
    );
    if (index > 0 && trial.length === 0) break;
    const fired = { today: new Map<string, number>(), trial: new Map<string, number>() };
    await backtest(site, history, { from, to, rules: [id], devices: [...found.keys()], trial }, ({ active, device, setting }) => {
      if (active) fired[setting].set(device, (fired[setting].get(device) ?? 0) + 1);
    });
    for (const one of found.values()) {
      one.today.perYear = perYear(fired.today.get(one.device) ?? 0, one);
      const limit = one.limits[index];
      if (limit) limit.perYear = perYear(fired.trial.get(one.device) ?? 0, one);
    }
  }
  return [...found.values()];
}

function limitOf({ params, place }: Instance): number | null {
  const limit = resolveLimit((params as { limit: number | string }).limit, place.device.attributes);
  return limit === undefined || Number.isNaN(limit) ? null : limit;
}

/** For people: one place a line, today's limit and the proposed ones with the alarms a year. */
export function proposalLines(rule: string, proposals: readonly Proposal[]): string[] {
  const number = (value: number) => String(Number(value.toPrecision(4)));
  const year = (value: number) => (value === 0 ? 'none' : value < 10 ? value.toFixed(1) : value.toFixed(0));
  const lines = [`${rule}: limits from the spread of each place, with the alarms a year. They say what is usual, not what is safe.`];
  for (const { device, days, guess, median, spread, thousandth, today, limits } of proposals) {
    lines.push(
      `${device}: median ${number(median)}, spread ${number(spread)}, one in a thousand beyond ${number(thousandth)}, ${days.toFixed(1)} days` +
        (guess ? ` (fewer than ${fewestDays}: a year told from them is a guess)` : ''),
    );
    lines.push(`  today ${today.limit === null ? 'no limit' : number(today.limit)}: ${year(today.perYear)}`);
    for (const { limit, perYear, looser } of limits)
      lines.push(`  limit=${number(limit)}: ${year(perYear)}${looser ? ', looser than today' : ''}`);
  }
  return lines;
}
