/**
 * A fault that the simulated plant can have. One per file in `scenarios/`, the id is the file name; `_blueprint.ts` is the one to copy.
 * A scenario only turns knobs; what follows from them is physics. It also says what should be noticed and what happens when nobody does.
 */
import type { Priority } from '../shared/alarm.ts';
import { Fault } from '../shared/errors.ts';
import type { System } from '../shared/system.ts';
import type { Text } from '../shared/text.ts';
import type { Knobs } from './knobs.ts';

export type ParamValue = number | string;
export type Params = Readonly<Record<string, ParamValue>>;

/** A number with its limits (the unit is in the name), or the id of a device of the site. */
export type Param = { default: number; min: number; max: number } | { default: string; choices?: readonly string[] };

export interface Expectation {
  rule: string;
  device: string;
  priority: Priority;
  /** Plant time from the start within which it should come; by default 90 minutes. */
  withinS?: number;
}

export interface Damage {
  what: Text;
  /** From the start until it happens when nobody reacts, plant time; null: it comes slowly or not at all. */
  afterMs: number | null;
}

/** What a scenario may do to the plant besides turning knobs. */
export interface PlantDeps {
  /** The meter was exchanged: its counters begin at nothing. */
  resetCounters(device: string): void;
}

export interface Scenario {
  id: string;
  title: Text;
  description: Text;
  system: System;
  /** `ramp_s` (from start to full strength) and `end_s` (ends by itself after so long, 0: never) exist for all and need not be listed. */
  params: Readonly<Record<string, Param>>;
  /** Default of `ramp_s`. */
  rampS: number;
  /** Rule, device and priority of the alarms that should follow; empty when no process alarm should. */
  expects(params: Params): Expectation[];
  damage(params: Params): Damage;
  /** Called each step while the fault is on; `level` goes from 0 to 1 over the ramp. */
  apply(knobs: Knobs, level: number, params: Params): void;
  /** Called once at the start. */
  begin?(deps: PlantDeps, params: Params): void;
}

export function defineScenario(scenario: Scenario): Scenario {
  return scenario;
}

export const number = (params: Params, name: string): number => Number(params[name]);
export const text = (params: Params, name: string): string => String(params[name]);

/** All parameters of a scenario, those of every scenario included. */
export function paramsOf(scenario: Scenario): Record<string, Param> {
  return {
    ...scenario.params,
    ramp_s: { default: scenario.rampS, min: 0, max: 30 * 86_400 },
    end_s: { default: 0, min: 0, max: 366 * 86_400 },
  };
}

export function defaultsOf(scenario: Scenario): Record<string, ParamValue> {
  return Object.fromEntries(Object.entries(paramsOf(scenario)).map(([name, param]) => [name, param.default]));
}

/** @throws Fault fault/unknown for an unknown parameter, a value outside its limits, or a device that the site does not have */
export function checkParams(scenario: Scenario, given: Params, devices: ReadonlySet<string>): Record<string, ParamValue> {
  const known = paramsOf(scenario);
  const params = defaultsOf(scenario);
  for (const [name, value] of Object.entries(given)) {
    const param = known[name];
    if (!param) throw new Fault('fault/unknown', `${scenario.id} has no parameter "${name}"; it has ${Object.keys(known).join(', ')}`);
    if ('min' in param) {
      const numeric = Number(value);
      if (!Number.isFinite(numeric) || value === '' || numeric < param.min || numeric > param.max) {
        throw new Fault('fault/unknown', `${name} is "${value}"; allowed: a number from ${param.min} to ${param.max}`);
      }
      params[name] = numeric;
      continue;
    }
    const allowed = param.choices ?? [...devices];
    if (!allowed.includes(String(value))) throw new Fault('fault/unknown', `${name} is "${value}"; allowed: ${allowed.join(', ')}`);
    params[name] = String(value);
  }
  return params;
}

/** A scenario can run where the devices that its defaults name exist. */
export function fits(scenario: Scenario, devices: ReadonlySet<string>): boolean {
  return Object.values(scenario.params).every((param) => 'min' in param || devices.has(param.default));
}
