/** `plantroom energy counters`: readings in, consumption per quarter of an hour out. */
import { isQuantity, quantity } from '../shared/quantity.ts';
import { type CounterOptions, consumption, type Multiplier, type Swap } from './counter.ts';
import { Mistakes, numberOf, readReadings, readTable, type Series, timeOf } from './readings-file.ts';

export interface CountersRequest {
  readings: string;
  digits: number | undefined;
  rated: number | undefined;
  swap: string | undefined;
  net: boolean;
  timezone: string;
}

export interface CounterLine {
  device: string;
  quantity: string;
  from: number;
  to: number;
  value: number;
  quality: string;
}

export interface CounterAnswer {
  lines: CounterLine[];
  /** For people: what was found, one line each. */
  notes: string[];
}

const swapColumns = {
  time: ['t', 'at', 'date', 'timestamp', 'when', '时间'],
  device: ['meter', 'device_id', 'id', '设备', '表计'],
  final: ['final_reading', 'final_kwh', 'old', 'old_final', 'last', 'end', '旧表止码'],
  first: ['first_reading', 'first_kwh', 'new', 'new_first', 'start', 'initial', '新表起码'],
  multiplier: ['ratio', 'ct', 'ct_ratio', 'factor', '倍率'],
};

/** @throws Fault payload/invalid */
export function countReadings(request: CountersRequest): CounterAnswer {
  const all = readReadings(request.readings, request.timezone);
  const changes = request.swap === undefined ? new Map<string, Changes>() : readSwaps(request.swap, request.timezone, all);
  const answer: CounterAnswer = { lines: [], notes: [] };
  for (const series of all) {
    if (isQuantity(series.quantity) && quantity(series.quantity).kind !== 'counter' && !isNet(series.quantity)) {
      answer.notes.push(`${series.device} ${series.quantity}: is no counter, left out`);
      continue;
    }
    const options: CounterOptions = {
      kind: request.net || isNet(series.quantity) ? 'net' : 'counter',
      digits: request.digits,
      rated: request.rated,
      timezone: request.timezone,
      ...changes.get(series.device),
    };
    add(answer, series, options);
  }
  return answer;
}

const isNet = (name: string): boolean => /(^|_)net(_|$)/.test(name);

function add(answer: CounterAnswer, series: Series, options: CounterOptions): void {
  const { device, quantity: name } = series;
  const { intervals, suspects, timeless, total } = consumption(series, options);
  for (const { from, to, value, quality } of intervals)
    answer.lines.push({ device, quantity: name, from, to, value: round(value), quality });
  const say = (text: string) => answer.notes.push(`${device} ${name}: ${text}`);
  const at = (t: number) => new Date(t).toISOString();
  for (const { verdict, from, to, a, b, delta } of suspects)
    if (verdict !== 'jitter') say(`${verdict} ${at(from)} to ${at(to)}: ${a} to ${b}, adds ${round(delta)}`);
  const jitters = suspects.filter(({ verdict }) => verdict === 'jitter').length;
  if (jitters > 0) say(`${jitters} times a little back, nothing added`);
  if (timeless > 0) say(`${timeless} readings with an impossible time left out`);
  say(`${round(total)} in all`);
}

/** What floating point adds below a millionth is no consumption. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6 + 0;

interface Changes {
  swaps: Swap[];
  multipliers: Multiplier[];
}

/** `time,device,final,first[,multiplier]`; a row with a multiplier alone is a new CT or PT. */
function readSwaps(file: string, timezone: string, series: readonly Series[]): Map<string, Changes> {
  const { header, rows } = readTable(file, swapColumns, ['time']);
  const mistakes = new Mistakes(file);
  const devices = new Set(series.map(({ device }) => device));
  const changes = new Map<string, Changes>();
  for (const { line, cells } of rows) {
    const cell = (name: string) => cells[header.indexOf(name)]?.trim() ?? '';
    const device = cell('device') || (devices.size === 1 ? ([...devices][0] as string) : '');
    const t = timeOf(cell('time'), timezone);
    const [final, first, multiplier] = [cell('final'), cell('first'), cell('multiplier')];
    if (Number.isNaN(t)) mistakes.add(line, `"${cell('time')}" is no time`);
    else if (!devices.has(device)) mistakes.add(line, `"${device}" is no device of the readings (${[...devices].slice(0, 5).join(', ')})`);
    else if ((final === '') !== (first === '')) mistakes.add(line, 'a swap has both a final and a first reading');
    else if (final === '' && multiplier === '') mistakes.add(line, 'says neither final and first reading nor a multiplier');
    else {
      for (const text of [final, first, multiplier])
        if (text !== '' && !(numberOf(text) >= 0)) mistakes.add(line, `"${text}" is no reading (a number, not below 0)`);
      const one = changes.get(device) ?? { swaps: [], multipliers: [] };
      changes.set(device, one);
      if (final !== '') one.swaps.push({ t, final: numberOf(final), first: numberOf(first) });
      if (multiplier !== '') one.multipliers.push({ from: t, multiplier: numberOf(multiplier) });
    }
  }
  mistakes.end();
  return changes;
}
