/** `node bench/energy-retrofits.ts [--runs 500] [--seed N]`: does the 90 % band hold the truth in 87 to 93 % of simulated retrofits? */
import { parseArgs } from 'node:util';
import { type Tally, tally } from '../test/energy/retrofits.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    each: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const percent = (share: number, digits = 1) => `${(share * 100).toFixed(digits)} %`;
const began = process.cpuUsage();
const lines = tally(Number(values.seed), runs, ({ share, memory, truth, result }, seed) => {
  if (!values.each) return;
  const off = (result.saved - truth) / result.counterfactual;
  const { opendsm, bootstrap } = result.half;
  process.stdout.write(
    `${[seed, share, memory.toFixed(2), result.fit.rho.toFixed(2), result.fit.cvrmse.toFixed(3), result.fit.p, result.parameters.length, percent(off, 3), percent(opendsm / result.counterfactual, 3), percent(bootstrap / result.counterfactual, 3), result.claimed].join(' ')}\n`,
  );
});
const cpu = process.cpuUsage(began);
process.stdout.write(`${runs} retrofits from seed ${values.seed}; truth inside the 90 % band, and its mean half width\n`);
process.stdout.write('| effect | runs | formula of OpenDSM | bootstrap | shown (the wider) | called saved |\n|---|---|---|---|---|---|\n');
const cell = ({ inside, width, runs: n }: Tally, band: keyof Tally['inside']) =>
  `${percent(inside[band] / Math.max(1, n))} (±${percent(width[band])})`;
for (const line of lines) {
  const name = Number.isNaN(line.share) ? 'all' : percent(line.share, 0);
  const cells = [name, line.runs, cell(line, 'opendsm'), cell(line, 'bootstrap'), cell(line, 'shown'), `${line.claimed} of ${line.runs}`];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
process.stdout.write(`${((cpu.user + cpu.system) / 1e6 / runs).toFixed(2)} s of CPU each\n`);
const all = lines.at(-1) as Tally;
const none = lines[0] as Tally;
const covered = all.inside.shown / runs;
process.exit(covered >= 0.87 && covered <= 0.93 && none.claimed <= 0.05 * none.runs ? 0 : 1);
