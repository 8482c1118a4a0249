/**
 * A rule tried on the past with the engine's own code: what would have fired, when, for how long, and how that differs from today's setting.
 * Suppression and people are left out on purpose: a backtest shows what the condition would have done.
 */
import { Fault } from '../shared/errors.ts';
import type { RuleOverride } from '../shared/rule.ts';
import type { SiteConfig } from '../shared/site.ts';
import type { System } from '../shared/system.ts';
import { type Condition, openEngine } from './engine.ts';
import type { History, Wanted } from './history.ts';
import { type Instance, openRuleBook } from './pack.ts';

export interface BacktestRequest {
  /** Plant time, UTC ms; `to` is not included. */
  from: number;
  to: number;
  /** Only these rules, packs, devices; all when absent. */
  rules?: readonly string[] | undefined;
  packs?: readonly string[] | undefined;
  devices?: readonly string[] | undefined;
  /** The setting to try, beside today's. Without one only today's setting is run. */
  trial?: readonly RuleOverride[] | undefined;
}

export interface Transition {
  /** Plant time. */
  t: number;
  setting: 'today' | 'trial';
  alarm: string;
  rule: string;
  device: string;
  active: boolean;
  value: number | null;
  limit: number | null;
}

export interface Episode {
  alarm: string;
  rule: string;
  device: string;
  from: number;
  /** Null: still active at the end. */
  to: number | null;
  value: number | null;
  limit: number | null;
}

export interface Outcome {
  fired: number;
  activeMs: number;
  longestMs: number;
  /** In time order; at most `mostEpisodes`. */
  episodes: Episode[];
}

export interface BacktestResult {
  /** Time of the first and the last reading. */
  from: number;
  to: number;
  readings: number;
  /** Left out since a newer reading of the series was seen. */
  late: number;
  places: number;
  /** Readings that a rule took; 0: nothing was judged. */
  judged: number;
  /** Transitions that are counted and not kept one by one. */
  untold: number;
  today: Outcome;
  trial: Outcome | null;
  byRule: { rule: string; today: number; trial: number | null }[];
}

const mostTransitions = 1_000_000;
const mostEpisodes = 5_000;

/**
 * @param each called for every transition, in time order once all is read
 * @throws Fault rule/invalid for a trial that a rule does not take
 */
export async function backtest(
  site: SiteConfig,
  history: History,
  request: BacktestRequest,
  each?: (transition: Transition) => void,
): Promise<BacktestResult> {
  if (!(request.from < request.to)) throw new Fault('api/invalid', 'from must lie before to');
  const chosen = (config: SiteConfig) =>
    openRuleBook(config).instances.filter(
      (instance) =>
        (request.rules?.includes(instance.rule.id) ?? true) &&
        (request.devices?.includes(instance.place.device.id) ?? true) &&
        (request.packs?.includes(instance.pack) ?? true),
    );
  const today = chosen(site);
  const trial = request.trial && chosen({ ...site, rules: { ...site.rules, overrides: [...site.rules.overrides, ...request.trial] } });
  const transitions: Transition[] = [];
  let untold = 0;
  const tallies = { today: openTally(), trial: openTally() };
  const open = (instances: readonly Instance[], setting: Transition['setting']) => {
    const engine = openEngine(instances, (condition: Condition) => {
      const { rule, device } = condition.instance.definition;
      const { at: t, active, value, limit } = condition;
      const transition = { t, setting, alarm: condition.instance.id, rule, device, active, value, limit };
      tallies[setting].add(transition);
      if (transitions.length < mostTransitions) transitions.push(transition);
      else untold++;
    });
    // Not started: a device that the history does not know at all is not missing, and what comes first begins the count.
    return engine;
  };
  const engines = [open(today, 'today'), ...(trial ? [open(trial, 'trial')] : [])];

  let readings = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let ports: (((t: number, value: number) => void) | undefined)[] = [];
  let keys: readonly object[] | undefined;
  for await (const block of history.blocks(wantedBy([...today, ...(trial ?? [])]), request.from, request.to)) {
    if (block.keys !== keys || ports.length < block.keys.length) {
      keys = block.keys;
      ports = block.keys.map(({ device, field }) => {
        const all = engines.flatMap((engine) => engine.port(device, field) ?? []);
        const [one, other] = all;
        if (one && other) {
          return (t: number, value: number) => {
            one(t, value);
            other(t, value);
          };
        }
        return one;
      });
    }
    const { key, t, value, count } = block;
    for (let row = 0; row < count; row++) {
      const port = ports[key[row] as number];
      if (port) port(t[row] as number, value[row] as number);
    }
    if (count > 0) {
      first = Math.min(first, t[0] as number);
      last = Math.max(last, t[count - 1] as number);
    }
    readings += count;
  }
  const from = readings === 0 ? request.from : first;
  const to = readings === 0 ? request.from : last;
  for (const engine of engines) engine.tick(to);

  transitions.sort((a, b) => a.t - b.t || (a.alarm < b.alarm ? -1 : a.alarm > b.alarm ? 1 : 0));
  for (const transition of transitions) each?.(transition);
  const ofToday = tallies.today.outcome(to);
  const ofTrial = trial ? tallies.trial.outcome(to) : null;
  const rules = [...new Set([...today, ...(trial ?? [])].map((instance) => instance.rule.id))];
  return {
    from,
    to,
    readings,
    late: engines.reduce((sum, engine) => Math.max(sum, engine.late), 0),
    places: today.length,
    judged: engines.reduce((sum, engine) => Math.max(sum, engine.judged), 0),
    untold,
    today: ofToday,
    trial: ofTrial,
    byRule: rules
      .map((rule) => ({ rule, today: tallies.today.fired(rule), trial: trial ? tallies.trial.fired(rule) : null }))
      .filter((one) => one.today > 0 || (one.trial ?? 0) > 0),
  };
}

/** Counts every episode of one setting, also those that are too many to be told. */
function openTally() {
  const byRule = new Map<string, number>();
  const running = new Map<string, Episode>();
  const found: Outcome = { fired: 0, activeMs: 0, longestMs: 0, episodes: [] };
  const close = (episode: Episode, to: number) => {
    found.activeMs += to - episode.from;
    found.longestMs = Math.max(found.longestMs, to - episode.from);
  };
  return {
    add({ t, alarm, rule, device, active, value, limit }: Transition) {
      const before = running.get(alarm);
      if (active) {
        const episode: Episode = { alarm, rule, device, from: t, to: null, value, limit };
        found.fired++;
        byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
        running.set(alarm, episode);
        if (found.episodes.length < mostEpisodes) found.episodes.push(episode);
      } else if (before) {
        before.to = t;
        close(before, t);
        running.delete(alarm);
      }
    },
    fired: (rule: string) => byRule.get(rule) ?? 0,
    outcome(end: number): Outcome {
      for (const episode of running.values()) close(episode, end);
      found.episodes.sort((a, b) => a.from - b.from || (a.alarm < b.alarm ? -1 : 1));
      return found;
    },
  };
}

/** The series that these instances read. Rules that only watch for silence read whatever their device sends. */
export function wantedBy(instances: readonly Instance[]): Wanted[] {
  const wanted = new Map<string, { measurement: System; quantities: Set<string> | undefined }>();
  for (const { inputs, place } of instances) {
    for (const input of inputs) {
      const device = place.plant.devices.get(input.device);
      if (!device?.system) continue;
      const entry = wanted.get(input.device) ?? { measurement: device.system, quantities: new Set<string>() };
      if ('quantity' in input) entry.quantities?.add(input.quantity);
      else entry.quantities = undefined;
      wanted.set(input.device, entry);
    }
  }
  return [...wanted].map(([device, { measurement, quantities }]) => ({ device, measurement, quantities: quantities && [...quantities] }));
}
