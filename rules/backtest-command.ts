/** `plantroom backtest`: arguments in, a report or one transition a line out. */
import { parseArgs } from 'node:util';
import { parse as parseYaml } from 'yaml';
import { parseDuration } from '../shared/duration.ts';
import { Fault, reasonOf } from '../shared/errors.ts';
import { type RuleOverride, ruleOverrideSchema } from '../shared/rule.ts';
import { devicesOf } from '../shared/site.ts';
import type { LoadedSite } from '../shared/site-file.ts';
import { localTime, shown } from '../shared/wording.ts';
import { writtenTime } from '../shared/written-time.ts';
import { type BacktestResult, backtest, type Outcome } from './backtest.ts';
import { checkRules } from './check.ts';
import { fileHistory, type LeftOut } from './file-history.ts';
import type { History } from './history.ts';
import { proposalLines, propose } from './propose.ts';

export const backtestOptions = {
  site: { type: 'string' },
  data: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  rule: { type: 'string', multiple: true },
  pack: { type: 'string', multiple: true },
  device: { type: 'string', multiple: true },
  set: { type: 'string', multiple: true },
  propose: { type: 'string' },
  readings: { type: 'string' },
  json: { type: 'boolean' },
} as const;
export const backtestUsage =
  'backtest [--site F] [--from T] [--to T] [--rule ID]... [--pack ID]... [--device ID]... [--set NAME=VALUE]... [--propose ID] [--readings FILE.csv[.gz]] [--json]';

const monthMs = 30 * 86_400_000;

export interface BacktestDeps {
  /** For --site; the systems of all devices filled in. */
  loadSite(option: string | undefined): LoadedSite;
  /** For --data; the store's history and its undo. */
  openHistory(data: string | undefined, site: LoadedSite): Promise<History & AsyncDisposable>;
  now(): number;
  print(line: string): void;
  /** What is not part of the answer. */
  warn(line: string): void;
}

/** Times are ISO 8601, or a duration back from now ("30d"). @throws Fault usage/command, site/invalid, rule/invalid, payload/invalid */
export async function runBacktest(args: readonly string[], deps: BacktestDeps): Promise<number> {
  const { values } = parsed(args);
  const site = deps.loadSite(values.site);
  const rules = values.rule;
  const file = values.readings;
  const { timezone } = site.config.site;
  const moment = (text: string | undefined, otherwise: number) => {
    if (text === undefined) return otherwise;
    const back = parseDuration(text);
    const t = back === undefined ? writtenTime(text, timezone) : deps.now() - back;
    if (typeof t !== 'number')
      throw new Fault('usage/command', `"${text}" is neither a time (2026-01-15T08:00:00+08:00) nor a duration back (30d): ${t.wrong}`);
    return t;
  };
  const to = moment(values.to, file === undefined ? deps.now() : 8.64e15);
  const from = moment(values.from, file === undefined ? to - monthMs : 0);
  if (values.propose !== undefined) refuseMistakes(site, { rule: values.propose, enabled: true, reason: 'backtest' });
  const trial = values.set && trialOf(rules, values.set);
  if (trial) refuseMistakes(site, trial);
  for (const rule of rules ?? []) refuseMistakes(site, { rule, enabled: true, reason: 'backtest' });

  const known = new Set([...devicesOf(site.config).map(({ device }) => device.id), ...site.config.gateways.map((gateway) => gateway.id)]);
  const fromFile = file === undefined ? undefined : fileHistory(file, { timezone, now: deps.now(), knows: (device) => known.has(device) });
  await using history = fromFile ? unowned(fromFile) : await deps.openHistory(values.data, site);
  if (values.propose !== undefined) {
    const found = await propose(site.config, history, { rule: values.propose, from, to, devices: values.device });
    const lines = values.json ? found.map((one) => JSON.stringify(one)) : proposalLines(values.propose, found);
    if (found.length > 0) for (const line of lines) deps.print(line);
    else (values.json ? deps.warn : deps.print)(`nothing to propose from: no readings of places that ${values.propose} watches`);
    if (fromFile) for (const line of leftOutLines(fromFile.leftOut)) (values.json ? deps.warn : deps.print)(line);
    return found.length > 0 ? 0 : 1;
  }
  const request = { from, to, rules, packs: values.pack, devices: values.device, trial: trial && [trial] };
  const result = await backtest(
    site.config,
    history,
    request,
    values.json ? (transition) => deps.print(JSON.stringify(transition)) : undefined,
  );
  // Lines of --json are for programs: what was left out is told beside them.
  const say = values.json ? deps.warn : deps.print;
  if (!values.json) for (const line of report(result, timezone)) deps.print(line);
  if (fromFile) for (const line of leftOutLines(fromFile.leftOut)) say(line);
  if (result.judged > 0) return 0;
  say(
    `nothing was judged: ${file ?? 'the store'} has no reading that ${rules ? `${rules.join(', ')} reads` : 'a rule of this site reads'}`,
  );
  return 1;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: backtestOptions, strict: true });
  } catch (error) {
    throw new Fault('usage/command', reasonOf(error));
  }
}

const unowned = (history: History): History & AsyncDisposable => ({ ...history, async [Symbol.asyncDispose]() {} });

/** `limit=85`, `on_delay=5m`, `limit=90 % of rating_a`; a dotted name reaches into a parameter (`when.below=900`). */
function trialOf(rules: readonly string[] | undefined, settings: readonly string[]): RuleOverride {
  const [rule, ...more] = rules ?? [];
  if (rule === undefined || more.length > 0)
    throw new Fault('usage/command', '--set tries another setting of one rule: name it with --rule');
  const override: Record<string, unknown> = { rule, reason: 'backtest' };
  const params: Record<string, unknown> = {};
  for (const setting of settings) {
    const at = setting.indexOf('=');
    if (at <= 0) throw new Fault('usage/command', `--set "${setting}" is not NAME=VALUE`);
    const name = setting.slice(0, at);
    const value: unknown = parseYaml(setting.slice(at + 1));
    if (['on_delay', 'off_delay', 'priority'].includes(name)) override[name] = value;
    else params[name] = value;
  }
  if (Object.keys(params).length > 0) override.params = params;
  const checked = ruleOverrideSchema.safeParse(override);
  if (!checked.success)
    throw new Fault('usage/command', checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  return checked.data;
}

/** The same check as of the site file, so that an unknown rule or parameter is named with what is allowed. */
function refuseMistakes(site: LoadedSite, override: RuleOverride): void {
  const { config } = site;
  const at = config.rules.overrides.length;
  const tried: LoadedSite = {
    ...site,
    config: { ...config, rules: { ...config.rules, overrides: [...config.rules.overrides, override] } },
  };
  const mistakes = checkRules(tried).filter((mistake) => mistake.path.startsWith(`rules.overrides[${at}]`));
  if (mistakes.length > 0) {
    throw new Fault(
      'usage/command',
      mistakes
        .map((one) => `${one.path.replace(/^rules\.overrides\[\d+\]\./, '')}: found ${one.found}; allowed: ${one.allowed}`)
        .join('\n'),
    );
  }
}

function leftOutLines({ future, repeated, unknown, unknownDevices, sorted }: LeftOut): string[] {
  const lines: string[] = [];
  if (sorted) lines.push('the file is not in time order: it was sorted');
  if (future > 0) lines.push(`${future} rows dated in the future were left out`);
  if (repeated > 0) lines.push(`${repeated} rows of a time that the series has already were left out; the first one counts`);
  if (unknown > 0)
    lines.push(`${unknown} rows of devices that the site file does not have were left out, among them ${unknownDevices.join(', ')}`);
  return lines;
}

const span = (ms: number) => {
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${(ms / 3_600_000).toFixed(1)} h`;
};

function report(result: BacktestResult, timezone: string): string[] {
  const { today, trial } = result;
  const lines = [
    `${result.readings.toLocaleString('en')} readings, ${result.places} places${result.late > 0 ? `, ${result.late} out of order left out` : ''}`,
  ];
  if (result.untold > 0) lines.push(`more fired than is kept: ${result.untold} transitions are counted and not listed`);
  const sum = (name: string, { fired, activeMs, longestMs }: Outcome) =>
    lines.push(`${name}: fired ${fired} times, active ${span(activeMs)} in all, longest ${span(longestMs)}`);
  sum('today', today);
  if (trial) {
    sum('trial', trial);
    lines.push(`${trial.fired} instead of ${today.fired}`);
  }
  for (const { rule, today: now, trial: then } of result.byRule)
    lines.push(`  ${rule.padEnd(20)} ${then === null ? now : `${then} instead of ${now}`}`);
  for (const episode of (trial ?? today).episodes.slice(0, 200)) {
    const length = episode.to === null ? 'still active' : span(episode.to - episode.from);
    const value =
      episode.value === null ? '' : ` ${shown(episode.value)}${episode.limit === null ? '' : ` (limit ${shown(episode.limit)})`}`;
    lines.push(`${localTime(episode.from, timezone)}  ${episode.alarm.padEnd(36)} ${length.padStart(12)}${value}`);
  }
  return lines;
}
