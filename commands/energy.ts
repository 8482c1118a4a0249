/** `plantroom energy counters|savings|bill`: the engines on files, for whoever wants to check them. */
import { billReadings, countReadings, savingsLine, savingsOfFiles, savingsText } from '../energy/index.ts';
import { Fault } from '../shared/errors.ts';
import { type Command, parse } from './command.ts';

const defaultTimezone = 'Asia/Shanghai';

const print = (line: string) => process.stdout.write(`${line}\n`);
const note = (line: string) => process.stderr.write(`${line}\n`);

function amount(text: string | undefined, what: string, above: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value > above))
    throw new Fault('usage/command', `${what}: found "${text}"; allowed: a number above ${above}`);
  return value;
}

function file(text: string | undefined, what: string): string {
  if (text === undefined) throw new Fault('usage/command', `${what} FILE is missing`);
  return text;
}

function zone(text: string | undefined): string {
  const timezone = text ?? defaultTimezone;
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return timezone;
  } catch {
    throw new Fault('usage/command', `--timezone: found "${timezone}"; allowed: a name such as Asia/Shanghai`);
  }
}

function counters(args: readonly string[]): number {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parse(args, { readings: text, digits: text, rated: text, swap: text, timezone: text, net: flag, json: flag });
  const digits = amount(values.digits, '--digits', 0);
  if (digits !== undefined && !(Number.isInteger(digits) && digits <= 15))
    throw new Fault('usage/command', `--digits: found "${values.digits}"; allowed: how many digits stand before the point, 1 to 15`);
  const { lines, notes } = countReadings({
    readings: file(values.readings, '--readings'),
    digits,
    rated: amount(values.rated, '--rated', 0),
    swap: values.swap,
    net: values.net ?? false,
    timezone: zone(values.timezone),
  });
  for (const line of notes) note(line);
  for (const line of lines)
    print(
      values.json
        ? JSON.stringify(line)
        : `${new Date(line.from).toISOString()}  ${line.device}  ${line.quantity}  ${line.value.toFixed(3)}  ${line.quality}`,
    );
  return 0;
}

function savings(args: readonly string[]): number {
  const text = { type: 'string' } as const;
  const { values } = parse(args, {
    ...{ meter: text, temperature: text, baseline: text, reporting: text, method: text, unit: text, timezone: text, confidence: text },
    json: { type: 'boolean' },
  });
  const confidence = amount(values.confidence, '--confidence', 0);
  if (confidence !== undefined && confidence >= 1) throw new Fault('usage/command', '--confidence: allowed: between 0 and 1, such as 0.9');
  const answer = savingsOfFiles({
    meter: file(values.meter, '--meter'),
    temperature: file(values.temperature, '--temperature'),
    baseline: values.baseline,
    reporting: values.reporting,
    method: values.method,
    unit: values.unit,
    timezone: zone(values.timezone),
    confidence,
  });
  if (values.json) print(JSON.stringify(savingsLine(answer)));
  else for (const line of savingsText(answer)) print(line);
  return 0;
}

function bill(args: readonly string[]): number {
  const text = { type: 'string' } as const;
  const { values } = parse(args, { tariff: text, readings: text, month: text, timezone: text, json: { type: 'boolean' } });
  const { bills, notes } = billReadings({
    tariff: file(values.tariff, '--tariff'),
    readings: file(values.readings, '--readings'),
    month: values.month,
    timezone: values.timezone === undefined ? undefined : zone(values.timezone),
  });
  for (const line of notes) note(line);
  for (const one of bills) {
    if (values.json) {
      print(JSON.stringify(one));
      continue;
    }
    print(one.month);
    for (const { id, quantity, price, amount: sum } of one.lines)
      print(`  ${id.padEnd(20)} ${quantity.toFixed(2).padStart(14)} × ${price.toFixed(6)} = ${sum.toFixed(2).padStart(14)}`);
    print(`  ${'total'.padEnd(20)} ${one.total.toFixed(2).padStart(42)} ${one.currency}`);
  }
  return 0;
}

const actions: Record<string, (args: readonly string[]) => number | Promise<number>> = { counters, savings, bill };

const command: Command = {
  id: 'energy',
  summary: 'Energy on files: consumption from counters; avoided energy with its error; bills by a tariff',
  usage:
    'energy counters --readings FILE [--digits N] [--rated KW] [--swap FILE] [--net] [--timezone Z] [--json] | savings --meter FILE --temperature FILE --baseline A..B --reporting A..B [--method daily|billing|hourly] [--unit c|f] [--confidence P] [--timezone Z] [--json] | bill --tariff F --readings F [--month 2026-07] [--timezone Z] [--json]',
  async run([action = '', ...args]) {
    const work = actions[action];
    if (!work) throw new Fault('usage/command', `found "energy ${action}"; allowed: ${Object.keys(actions).join(', ')}`);
    return work(args);
  },
};
export default command;
