/** `node bench/energy-retrofits.ts [--runs 500] [--seed N]`: does the 90 % band hold the truth in 87 to 93 % of simulated retrofits? */
import { parseArgs } from 'node:util';
import { tally } from '../test/energy/retrofits.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '500' }, seed: { type: 'string', default: '1' } } });
const runs = Number(values.runs);
const { inside, none, falselySaved } = tally(Number(values.seed), runs);
const covered = inside / runs;
process.stdout.write(`${runs} retrofits from seed ${values.seed}: truth inside the 90 % band in ${(covered * 100).toFixed(1)} %, `);
process.stdout.write(
  `saving claimed in ${falselySaved} of ${none} without one (${((falselySaved / Math.max(1, none)) * 100).toFixed(1)} %)\n`,
);
process.exit(covered >= 0.87 && covered <= 0.93 && falselySaved <= 0.05 * none ? 0 : 1);
