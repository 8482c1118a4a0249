/**
 * `node bench/faults.ts`: every fault of the simulated plant against its own truth: when it began to show, when the right alarm came, and how
 * long before the damage. `node bench/faults.ts --quiet 30 [--step 5]`: so many quiet days in winter and in summer, and what they raised.
 */
import { parseArgs } from 'node:util';
import { openPlantRun, scenarios } from '../test/flow/plant-run.ts';

const { values } = parseArgs({ options: { quiet: { type: 'string' }, step: { type: 'string' }, seed: { type: 'string' } } });
const minute = 60_000;
const day = 24 * 60 * minute;
const seconds = (ms: number) => `${(ms / 1_000).toFixed(0)} s`;
const print = (text: string) => process.stdout.write(`${text}\n`);
const seed = values.seed === undefined ? {} : { seed: Number(values.seed) };

/** Faults that show only at night or after hours: coarser steps, only the devices meant, nights to learn from before. */
const slow: Record<string, { stepS: number; learnMs: number; withinMs: number }> = {
  'frozen-sensor': { stepS: 5, learnMs: 10 * minute, withinMs: 7 * 60 * minute },
  'wastewater-overflow': { stepS: 20, learnMs: 10 * minute, withinMs: 36 * 60 * minute },
  'water-meter-stuck': { stepS: 30, learnMs: 10 * minute, withinMs: 26 * 60 * minute },
  'toilet-jam': { stepS: 30, learnMs: 15 * day, withinMs: 60 * 60 * minute },
};

function faultTable(): boolean {
  print('fault                        first alarm  expected alarm                          after      damage after  lead');
  let missed = 0;
  for (const [name, scenario] of scenarios) {
    const { stepS, learnMs, withinMs } = slow[name] ?? { stepS: 1, learnMs: 10 * minute, withinMs: 4 * 60 * minute };
    const params = Object.fromEntries(Object.entries(scenario.params).map(([key, param]) => [key, param.default]));
    const expects = scenario.expects(params);
    const only = stepS >= 20 ? { only: expects.map((one) => one.device) } : {};
    using plant = openPlantRun({ start: Date.UTC(2026, 0, 15, 1), stepS, ...only, ...seed });
    plant.run(learnMs);
    const begun = plant.hospital.now;
    plant.hospital.startFault(name);
    const at = (rule: string, device: string) =>
      plant.seen.find((one) => one.active && one.at >= begun && one.rule === rule && one.device === device)?.at;
    plant.run(
      expects.length === 0 ? 30 * minute : withinMs,
      () => expects.length > 0 && expects.every((want) => at(want.rule, want.device) !== undefined),
    );
    const first = plant.seen.find((one) => one.active && one.at >= begun);
    const { afterMs } = scenario.damage(params);
    const head = `${name.padEnd(29)}${(first ? seconds(first.at - begun) : '-').padEnd(13)}`;
    const damage = (afterMs === null ? '-' : seconds(afterMs)).padEnd(14);
    if (expects.length === 0) print(`${head}${'none expected'.padEnd(40)}${'-'.padEnd(11)}${damage}-`);
    for (const want of expects) {
      const found = at(want.rule, want.device);
      if (found === undefined) missed++;
      const after = found === undefined ? 'MISSED' : seconds(found - begun);
      // What counts is the first alarm that sends somebody to the right place.
      const lead = afterMs === null || !first ? '-' : seconds(afterMs - (first.at - begun));
      print(`${head}${`${want.rule} ${want.device} (${want.priority})`.padEnd(40)}${after.padEnd(11)}${damage}${lead}`);
    }
  }
  print(missed === 0 ? 'every expected alarm came' : `${missed} MISSED`);
  return missed === 0;
}

function quietDays(days: number, stepS: number): boolean {
  let good = true;
  for (const [season, start] of [
    ['winter', Date.UTC(2026, 0, 4, 16)],
    ['summer', Date.UTC(2026, 6, 4, 16)],
  ] as const) {
    using plant = openPlantRun({ start, stepS, ...seed });
    let critical = 0;
    let process = 0;
    for (let at = 0; at < days; at++) {
      const before = plant.seen.length;
      plant.run(day);
      const raised = plant.seen.slice(before).filter((one) => one.active);
      critical += raised.filter((one) => one.priority === 'critical').length;
      process += raised.filter((one) => !one.rule.startsWith('SYS-')).length;
      if (raised.length > 0)
        print(`  ${season} day ${at + 1}: ${raised.map((one) => `${one.rule} ${one.device} (${one.priority})`).join(', ')}`);
    }
    print(`${season}: ${days} quiet days, ${critical} critical alarms, ${process} process alarms (${(process / days).toFixed(2)} a day)`);
    good &&= critical === 0 && process <= days;
  }
  return good;
}

const ok = values.quiet === undefined ? faultTable() : quietDays(Number(values.quiet), Number(values.step ?? 5));
process.exitCode = ok ? 0 : 1;
