/** Known leaks of a network against the alarms that `night-flow` would have raised on its flows: who measures a leak detector measures it so. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { Fault, reasonOf } from '../shared/errors.ts';
import { writtenTime } from '../shared/written-time.ts';
import nightFlow from './kinds/night-flow.ts';
import { examplePlace } from './try-kind.ts';

export interface KnownLeak {
  name: string;
  from: number;
  to: number;
  kind: string;
}

export interface LeakAlarm {
  t: number;
  /** What the rule says of it. */
  note: string;
}

export interface LeakTable {
  rows: { leak: KnownLeak; alarm: LeakAlarm | undefined }[];
  /** No leak that was not found already was there. */
  falseAlarms: LeakAlarm[];
}

/** One alarm finds one leak: the newest of those that are there and not found yet. Later alarms of the same leak are false ones. */
export function matchLeaks(leaks: readonly KnownLeak[], alarms: readonly LeakAlarm[]): LeakTable {
  const found = new Map<KnownLeak, LeakAlarm>();
  const falseAlarms: LeakAlarm[] = [];
  for (const alarm of alarms) {
    const there = leaks.filter((leak) => leak.from <= alarm.t && alarm.t <= leak.to && !found.has(leak));
    const newest = there.toSorted((a, b) => b.from - a.from)[0];
    if (newest) found.set(newest, alarm);
    else falseAlarms.push(alarm);
  }
  return { rows: leaks.map((leak) => ({ leak, alarm: found.get(leak) })), falseAlarms };
}

/** Rows of a CSV file (gzip by its name) as records by column name. @throws Fault payload/invalid */
async function* recordsOf(file: string): AsyncIterable<Record<string, string>> {
  const raw = createReadStream(file);
  const stream = file.endsWith('.gz') ? raw.on('error', () => undefined).pipe(createGunzip()) : raw;
  const parser = parse({ columns: true, bom: true, trim: true, skip_empty_lines: true });
  stream.on('error', (error: Error) => parser.destroy(error));
  raw.on('error', (error: Error) => parser.destroy(error));
  try {
    for await (const record of stream.pipe(parser)) yield record as Record<string, string>;
  } catch (error) {
    throw new Fault('payload/invalid', `${file}: ${reasonOf(error)}`, { cause: error });
  }
}

/** UTC ms; NaN when it is no time. */
export function timeOf(text: string, timezone: string): number {
  const read = writtenTime(text, timezone);
  return typeof read === 'number' ? read : Number.NaN;
}

/** Columns `start`, `end`, a name (`pipe`, `name` or `id`) and perhaps `type`. @throws Fault payload/invalid with file and row */
export async function readTruth(file: string, timezone: string): Promise<KnownLeak[]> {
  const leaks: KnownLeak[] = [];
  let row = 1;
  for await (const record of recordsOf(file)) {
    row++;
    const from = timeOf(record.start ?? '', timezone);
    const to = timeOf(record.end ?? '', timezone);
    if (Number.isNaN(from) || Number.isNaN(to)) {
      throw new Fault('payload/invalid', `${file}:${row}: columns start and end must be times such as 2018-01-08 13:30`);
    }
    leaks.push({ name: record.pipe ?? record.name ?? record.id ?? `leak ${row - 1}`, from, to, kind: record.type ?? '' });
  }
  return leaks.sort((a, b) => a.from - b.from);
}

/** Which columns are added and which subtracted. */
export type Zone = readonly { column: string; sign: 1 | -1 }[];

/** `inlet_1 + inlet_2 - pump_1`; without a text pumps, tanks and outlets are subtracted and all others added. @throws Fault usage/command */
export function zoneOf(text: string | undefined, columns: readonly string[]): Zone {
  if (text === undefined) return columns.map((column) => ({ column, sign: /^(pump|tank|outlet)/i.test(column) ? -1 : 1 }));
  const zone = [...text.matchAll(/([+-]?)\s*([^\s+-]+)/g)].map(([, sign, column]) => ({
    column: column as string,
    sign: sign === '-' ? (-1 as const) : (1 as const),
  }));
  for (const { column } of zone) {
    if (!columns.includes(column))
      throw new Fault('usage/command', `--zone: there is no column "${column}"; allowed: ${columns.join(', ')}`);
  }
  return zone;
}

export interface LeakRun {
  zone: Zone;
  rows: number;
  /** Rows without a time or with a cell that is no number. */
  leftOut: number;
  from: number;
  to: number;
  alarms: LeakAlarm[];
}

/** Runs the rule kind itself over wide CSV files (a time, then a flow in m³/h a column), one after the other. */
export async function runNightFlow(
  files: readonly string[],
  options: { zone: string | undefined; timezone: string; params: Record<string, unknown> },
): Promise<LeakRun> {
  const place = examplePlace('flow_m3h');
  const parsed = nightFlow.params.safeParse(options.params);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Fault('usage/command', `--set ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const judge = nightFlow.open(parsed.data, { ...place, plant: { ...place.plant, timezone: options.timezone } });
  if (!judge) throw new Fault('usage/command', '--set: a limit names an attribute; a network from files has none');
  const run: LeakRun = { zone: [], rows: 0, leftOut: 0, from: Number.NaN, to: Number.NaN, alarms: [] };
  let breached = false;
  for (const file of files) {
    let zone: Zone | undefined;
    let timeColumn = '';
    for await (const record of recordsOf(file)) {
      if (!zone) {
        const [first, ...columns] = Object.keys(record);
        timeColumn = first as string;
        zone = zoneOf(options.zone, columns);
        run.zone = zone;
      }
      const t = timeOf(record[timeColumn] ?? '', options.timezone);
      const cells = zone.map(({ column, sign }) => (record[column] === '' ? Number.NaN : sign * Number(record[column])));
      const flow = cells.reduce((sum, one) => sum + one, 0);
      if (Number.isNaN(t) || Number.isNaN(flow) || t <= run.to) {
        run.leftOut++;
        continue;
      }
      if (run.rows++ === 0) run.from = t;
      run.to = t;
      const verdict = judge.reading(0, t, flow, breached);
      if (verdict === 'unknown') continue;
      if (verdict === 'breach' && !breached) run.alarms.push({ t, note: judge.note?.en ?? '' });
      breached = verdict === 'breach';
    }
  }
  return run;
}
