/** `node bench/energy-truth.ts [--runs 1000000] [--seed N]`: random lives of meters against their truth; prints the first that are wrong. */
import { parseArgs } from 'node:util';
import { history, wrongWith } from '../test/energy/histories.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } } });
const runs = Number(values.runs);
const first = Number(values.seed);
let wrong = 0;
const began = performance.now();
for (let seed = first; seed < first + runs; seed++) {
  const what = wrongWith(history(seed));
  if (what && wrong++ < 20) process.stdout.write(`${what}\n`);
}
process.stdout.write(`${runs} histories from seed ${first}: ${wrong} wrong, ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
process.exit(wrong === 0 ? 0 : 1);
