/** Tries the leak detection on flows whose leaks are known: one line a leak, then the false alarms. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { matchLeaks, readTruth, runNightFlow } from '../rules/leak-table.ts';
import { Fault, reasonOf } from '../shared/errors.ts';
import { localTime } from '../shared/wording.ts';
import { type Command, parse } from './command.ts';

const command: Command = {
  id: 'leaks',
  summary: 'Leak detection tried on flows whose leaks are known: what the night-flow rule finds, when, and its false alarms',
  usage: 'leaks --readings FOLDER|FILE --truth FILE [--zone "a + b - c"] [--timezone Z] [--set NAME=VALUE]... [--json]',
  async run(args) {
    const { values } = parse(args, {
      readings: { type: 'string' },
      truth: { type: 'string' },
      zone: { type: 'string' },
      timezone: { type: 'string', default: 'UTC' },
      set: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean' },
    });
    const { readings, truth, timezone } = values;
    if (readings === undefined || truth === undefined) throw new Fault('usage/command', 'leaks needs --readings and --truth');
    const params = Object.fromEntries(
      values.set.map((setting) => {
        const at = setting.indexOf('=');
        if (at <= 0) throw new Fault('usage/command', `--set "${setting}" is not NAME=VALUE`);
        return [setting.slice(0, at), parseYaml(setting.slice(at + 1)) as unknown];
      }),
    );
    const leaks = await readTruth(truth, timezone);
    const run = await runNightFlow(filesOf(readings, truth), { zone: values.zone, timezone, params });
    if (run.rows === 0) throw new Fault('payload/invalid', `${readings}: no row could be judged (${run.leftOut} left out)`);
    const { rows, falseAlarms } = matchLeaks(leaks, run.alarms);
    const hours = (from: number, to: number) => Math.round((to - from) / 3_600_000);
    const print = (line: string) => process.stdout.write(`${line}\n`);
    if (values.json) {
      for (const { leak, alarm } of rows)
        print(JSON.stringify({ ...leak, alarm: alarm?.t ?? null, hours: alarm ? hours(leak.from, alarm.t) : null }));
      for (const { t, note } of falseAlarms) print(JSON.stringify({ false: t, note }));
      return 0;
    }
    const time = (t: number) => localTime(t, timezone).slice(0, 16);
    print(`zone: ${run.zone.map(({ column, sign }) => `${sign < 0 ? '-' : '+'} ${column}`).join(' ')}`);
    print(`${run.rows} rows from ${time(run.from)} to ${time(run.to)}, ${run.leftOut} left out`);
    print(`${'leak'.padEnd(10)} ${'kind'.padEnd(10)} ${'from'.padEnd(16)} ${'to'.padEnd(16)} found`);
    for (const { leak, alarm } of rows) {
      const found = alarm ? `${time(alarm.t)} after ${hours(leak.from, alarm.t)} h; ${alarm.note}` : 'not found';
      print(`${leak.name.padEnd(10)} ${leak.kind.padEnd(10)} ${time(leak.from)} ${time(leak.to)} ${found}`);
    }
    for (const { t, note } of falseAlarms) print(`false alarm ${time(t)}; ${note}`);
    print(`${rows.filter(({ alarm }) => alarm).length} of ${rows.length} leaks found, ${falseAlarms.length} false alarms`);
    return 0;
  },
};
export default command;

/** The file, or all .csv and .csv.gz of the folder by name, without the truth. */
function filesOf(readings: string, truth: string): string[] {
  try {
    if (!statSync(readings).isDirectory()) return [readings];
    const files = readdirSync(readings).filter((name) => /\.csv(\.gz)?$/.test(name) && !name.startsWith('truth'));
    const paths = files.sort().map((name) => join(readings, name));
    const found = paths.filter((path) => resolve(path) !== resolve(truth));
    if (found.length === 0) throw new Fault('usage/command', `${basename(readings)} has no .csv or .csv.gz with flows`);
    return found;
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('usage/command', `--readings: ${reasonOf(error)}`);
  }
}
