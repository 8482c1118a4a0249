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
  today: Outcome;
  trial: Outcome | null;
  byRule: { rule: string; today: number; trial: number | null }[];
}

const mostTransitions = 1_000_000;
const mostEpisodes = 5_000;

/**
 * @param each called for every transition, in time order once all is read
 * @throws Fault rule/invalid for a trial that a rule does not take, api/invalid when more fires than can be told
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
  const open = (instances: readonly Instance[], setting: Transition['setting']) => {
    const engine = openEngine(instances, (condition: Condition) => {
      if (transitions.length >= mostTransitions) {
        throw new Fault('api/invalid', `more than ${mostTransitions} transitions; choose a shorter time or fewer rules`);
      }
      const { rule, device } = condition.instance.definition;
      const { at: t, active, value, limit } = condition;
      transitions.push({ t, setting, alarm: condition.instance.id, rule, device, active, value, limit });
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
  const outcome = (setting: Transition['setting']) =>
    outcomeOf(
      transitions.filter((one) => one.setting === setting),
      to,
    );
  const ofToday = outcome('today');
  const ofTrial = trial ? outcome('trial') : null;
  const count = (setting: Transition['setting'], rule: string) =>
    transitions.filter((one) => one.setting === setting && one.active && one.rule === rule).length;
  const rules = [...new Set([...today, ...(trial ?? [])].map((instance) => instance.rule.id))];
  return {
    from,
    to,
    readings,
    late: engines.reduce((sum, engine) => Math.max(sum, engine.late), 0),
    places: today.length,
    today: ofToday,
    trial: ofTrial,
    byRule: rules
      .map((rule) => ({ rule, today: count('today', rule), trial: trial ? count('trial', rule) : null }))
      .filter((one) => one.today > 0 || (one.trial ?? 0) > 0),
  };
}

function outcomeOf(transitions: readonly Transition[], end: number): Outcome {
  const outcome: Outcome = { fired: 0, activeMs: 0, longestMs: 0, episodes: [] };
  const running = new Map<string, Episode>();
  const close = (episode: Episode, to: number) => {
    outcome.activeMs += to - episode.from;
    outcome.longestMs = Math.max(outcome.longestMs, to - episode.from);
  };
  for (const { t, alarm, rule, device, active, value, limit } of transitions) {
    const before = running.get(alarm);
    if (active) {
      const episode: Episode = { alarm, rule, device, from: t, to: null, value, limit };
      outcome.fired++;
      running.set(alarm, episode);
      if (outcome.episodes.length < mostEpisodes) outcome.episodes.push(episode);
    } else if (before) {
      before.to = t;
      close(before, t);
      running.delete(alarm);
    }
  }
  for (const episode of running.values()) close(episode, end);
  return outcome;
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
