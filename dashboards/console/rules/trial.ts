/** A setting to try: what the API is asked, and the same as text for the site file. Pure. */
import { durationText, type RuleParameter } from './parameters.ts';

/** Only what differs from the setting in force. Delays as written: `30s`. */
export interface Trial {
  params: Record<string, number | string>;
  on_delay?: string;
  off_delay?: string;
}
export interface TrialOverride {
  rule: string;
  devices?: string[];
  params?: Record<string, number | string>;
  on_delay?: string;
  off_delay?: string;
}

/** What is turned, delays among it: a rule has them whatever its kind. */
export function allParameters(parameters: readonly RuleParameter[], delays: { on_delay: number; off_delay: number }): RuleParameter[] {
  const delay = (name: 'on_delay' | 'off_delay'): RuleParameter => ({
    name,
    form: 'duration',
    value: durationText(delays[name]),
    least: null,
    most: null,
    whole: false,
  });
  return [...parameters, delay('on_delay'), delay('off_delay')];
}

/** Undefined when nothing differs. */
export function trialOf(
  parameters: readonly RuleParameter[],
  inForce: (parameter: RuleParameter) => number | string,
  turned: Readonly<Record<string, number | string>>,
) {
  const trial: Trial = { params: {} };
  let differs = false;
  for (const parameter of parameters) {
    const value = turned[parameter.name];
    if (value === undefined || value === inForce(parameter)) continue;
    differs = true;
    if (parameter.name === 'on_delay' || parameter.name === 'off_delay') trial[parameter.name] = String(value);
    else trial.params[parameter.name] = value;
  }
  return differs ? trial : undefined;
}

/** `device`: only there; without one, everywhere that the rule watches. */
export function overrideOf(rule: string, trial: Trial, device: string | undefined): TrialOverride {
  return {
    rule,
    ...(device === undefined ? {} : { devices: [device] }),
    ...(Object.keys(trial.params).length > 0 ? { params: trial.params } : {}),
    ...(trial.on_delay === undefined ? {} : { on_delay: trial.on_delay }),
    ...(trial.off_delay === undefined ? {} : { off_delay: trial.off_delay }),
  };
}

/** For the list `rules.overrides` of the site file. Texts are quoted as JSON, which YAML reads too. */
export function overrideYaml({ rule, devices, params, on_delay, off_delay }: TrialOverride, reason: string): string {
  const lines = [`- rule: ${rule}`];
  if (devices) lines.push(`devices: [${devices.join(', ')}]`);
  if (params) {
    const entries = Object.entries(params).map(([name, value]) => `${name}: ${typeof value === 'string' ? JSON.stringify(value) : value}`);
    lines.push(`params: { ${entries.join(', ')} }`);
  }
  if (on_delay !== undefined) lines.push(`on_delay: ${on_delay}`);
  if (off_delay !== undefined) lines.push(`off_delay: ${off_delay}`);
  lines.push(`reason: ${JSON.stringify(reason)}`);
  return `rules:\n  overrides:\n    ${lines.join('\n      ')}\n`;
}
