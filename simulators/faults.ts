/** Which faults are on, since when and how strong; turns the knobs of each step. */
import { Fault } from '../shared/errors.ts';
import { whatIsKnown } from '../shared/guess.ts';
import type { SimulatorFault } from '../shared/topic.ts';
import type { Knobs } from './knobs.ts';
import { checkParams, defaultsOf, fits, number, type Params, type ParamValue, type PlantDeps, type Scenario } from './scenario.ts';

interface Active {
  scenario: Scenario;
  params: Record<string, ParamValue>;
  startedAt: number;
}

export interface Faults {
  /** @throws Fault fault/unknown */
  start(name: string, params: Params, t: number): void;
  /** Ending a fault that is not on does nothing. @throws Fault fault/unknown for a name that does not exist */
  stop(name: string, t: number): void;
  stopAll(t: number): void;
  list(): SimulatorFault[];
  active(): readonly { name: string; startedAt: number; params: Params; scenario: Scenario }[];
  /** Turns the knobs for plant time `t`; ends what is over. True when something changed since the last step. */
  turn(knobs: Knobs, t: number): boolean;
}

export function createFaults(
  scenarios: ReadonlyMap<string, Scenario>,
  devices: ReadonlySet<string>,
  deps: PlantDeps & { repair(): void },
): Faults {
  const possible = new Map([...scenarios].filter(([, scenario]) => fits(scenario, devices)));
  const active = new Map<string, Active>();
  let changed = false;
  const find = (name: string): Scenario => {
    const scenario = possible.get(name);
    if (!scenario)
      throw new Fault('fault/unknown', `there is no fault "${name}"${whatIsKnown(name, [...possible.keys()], 'plantroom fault list')}`);
    return scenario;
  };
  const stop = (name: string) => {
    if (!active.delete(name)) return;
    changed = true;
    deps.repair();
  };
  return {
    start(name, given, t) {
      const scenario = find(name);
      const params = checkParams(scenario, given, devices);
      active.set(name, { scenario, params, startedAt: t });
      changed = true;
      scenario.begin?.(deps, params);
    },
    stop(name) {
      find(name);
      stop(name);
    },
    stopAll() {
      for (const name of [...active.keys()]) stop(name);
    },
    active: () => [...active].map(([name, { scenario, params, startedAt }]) => ({ name, startedAt, params, scenario })),
    turn(knobs, t) {
      if (active.size > 0 || changed) knobs.reset();
      for (const [name, { scenario, params, startedAt }] of active) {
        const passedS = (t - startedAt) / 1_000;
        const endS = number(params, 'end_s');
        if (endS > 0 && passedS >= endS) {
          stop(name);
          continue;
        }
        const rampS = number(params, 'ramp_s');
        scenario.apply(knobs, rampS > 0 ? Math.min(1, Math.max(0, passedS / rampS)) : 1, params);
      }
      const result = changed;
      changed = false;
      return result;
    },
    list: () =>
      [...possible.values()].map((scenario) => {
        const on = active.get(scenario.id);
        const params = on?.params ?? defaultsOf(scenario);
        return {
          name: scenario.id,
          title: scenario.title,
          description: scenario.description,
          system: scenario.system,
          active: on !== undefined,
          startedAt: on?.startedAt ?? null,
          expects: scenario.expects(params).map(({ rule, device, priority }) => ({ rule, device, priority })),
          params,
        };
      }),
  };
}
