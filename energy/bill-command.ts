/** `plantroom energy bill`: a tariff and readings in, what each month costs out. */

import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Fault } from '../shared/errors.ts';
import { momentOf, wallOf } from '../shared/zone.ts';
import { type Bill, billMonth, type Use } from './bill.ts';
import { consumption } from './counter.ts';
import { readReadings, type Series } from './readings-file.ts';
import { tariffFolder } from './site-tariffs.ts';
import { readTariff } from './tariff.ts';

export interface BillRequest {
  /** A file, or the name of one that comes with the program. */
  tariff: string;
  readings: string;
  /** `2026-07`; every month that the readings cover when absent. */
  month: string | undefined;
  timezone: string | undefined;
}

export interface BillAnswer {
  bills: (Bill & { covered: boolean; estimated: number })[];
  notes: string[];
}

/** The quantities that are billed, by medium of the tariff. */
const billed = {
  electricity: 'energy_import_kwh',
  water: 'volume_m3',
  gas: 'gas_m3',
  heat: 'heat_energy_kwh',
  oxygen: 'volume_m3',
} as const;
const reactiveQuantity = 'reactive_energy_import_kvarh';

/** @throws Fault payload/invalid, usage/command */
export function billReadings({ tariff: wanted, readings, month, timezone }: BillRequest): BillAnswer {
  const tariff = readTariff(fileOf(wanted));
  const zone = timezone ?? tariff.timezone;
  const notes: string[] = [];
  const all = readReadings(readings, zone);
  const active = all.filter((one) => one.quantity === billed[tariff.medium]);
  const use: Series[] = active.length > 0 ? active : all.filter((one) => one.quantity !== reactiveQuantity);
  if (use.length === 0) throw new Fault('payload/invalid', `${readings}: has no readings of ${billed[tariff.medium]}`);
  if (use.length > 1) notes.push(`${use.length} meters are added up: ${use.map(({ device }) => device).join(', ')}`);
  const amounts: Use[] = [];
  const guessed: Use[] = [];
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const series of use) {
    const { intervals, suspects } = consumption(series, { timezone: zone });
    for (const one of intervals) {
      amounts.push({ from: one.from, value: one.value });
      // What a person read is as good as what a wire brought.
      if (one.estimated + one.unknown !== 0) guessed.push({ from: one.from, value: one.estimated + one.unknown });
      from = Math.min(from, one.from);
      to = Math.max(to, one.to);
    }
    const open = suspects.filter(({ verdict }) => verdict !== 'jitter').length;
    if (open > 0) notes.push(`${series.device}: ${open} steps of the counter are doubtful; plantroom energy counters names them`);
  }
  if (amounts.length === 0) throw new Fault('payload/invalid', `${readings}: a bill needs two readings of a meter`);
  // Of several meters the demand is that of their sum.
  const together = [...Map.groupBy(amounts, (one) => one.from)].map(
    ([t, list]): Use => ({ from: t, value: list.reduce((sum, one) => sum + one.value, 0) }),
  );
  together.sort((a, b) => a.from - b.from);
  const reactive = all
    .filter((one) => one.quantity === reactiveQuantity)
    .map((series) => consumption(series, { timezone: zone }).intervals);
  const months = month === undefined ? monthsIn(zone, from, to) : [month];
  const bills = months.map((name) => {
    const [begin, end] = bounds(zone, name);
    const kvarh = reactive.flat().reduce((sum, one) => (one.from >= begin && one.from < end ? sum + Math.abs(one.value) : sum), 0);
    const bill = billMonth({ tariff, month: name, use: together, reactive: reactive.length === 0 ? undefined : kvarh });
    const covered = from <= begin && to >= end;
    if (!covered) notes.push(`${name}: the readings cover only a part of the month`);
    const estimated = guessed.reduce((sum, one) => (one.from >= begin && one.from < end ? sum + one.value : sum), 0);
    if (estimated !== 0) notes.push(`${name}: ${estimated.toFixed(2)} of the use is not measured but spread over gaps or unknown`);
    return { ...bill, covered, estimated };
  });
  if (tariff.confidence === 'K') notes.push(`the tariff ${tariff.id} is general knowledge: check it against a bill before it is used`);
  return { bills, notes };
}

function fileOf(wanted: string): string {
  if (existsSync(wanted)) return wanted;
  const own = join(tariffFolder, `${wanted}.yaml`);
  if (existsSync(own)) return own;
  const known = readdirSync(tariffFolder).map((file) => basename(file, '.yaml'));
  throw new Fault('usage/command', `--tariff: there is no file "${wanted}"; built in are ${known.join(', ')}`);
}

function bounds(zone: string, month: string): [from: number, to: number] {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month);
  if (!match) throw new Fault('usage/command', `--month: found "${month}"; allowed: a month such as 2026-07`);
  const [year, number] = [Number(match[1]), Number(match[2])];
  return [momentOf(zone, Date.UTC(year, number - 1, 1)), momentOf(zone, Date.UTC(year, number, 1))];
}

function monthsIn(zone: string, from: number, to: number): string[] {
  const first = new Date(wallOf(zone, from));
  const months: string[] = [];
  for (let k = 0; ; k++) {
    const at = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + k, 1);
    if (momentOf(zone, at) >= to) return months;
    months.push(new Date(at).toISOString().slice(0, 7));
  }
}
