/** The long proof of RTU framing: `node bench/rtu-fuzz.ts [cycles] [seed]`. 10,000 requests, 5 % disturbed, then 2 million parser inputs. */
import { matchAt, shapeOf } from '../gateway/modbus/rtu-frame.ts';
import { manualClock } from '../shared/clock.ts';
import { random } from '../test/random.ts';
import { rtuFuzz } from '../test/rtu-fuzz.ts';

const cycles = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
process.stdout.write(`seed ${seed}\n`);
const result = await rtuFuzz(seed, cycles, 0.05, manualClock());
process.stdout.write(`${JSON.stringify(result)}\n`);

const next = random(seed);
const shape = shapeOf(1, { kind: 'registers', table: 'holding', address: 0, count: 2 });
const inputs = 2_000_000;
let frames = 0;
for (let round = 0; round < inputs; round++) {
  const bytes = next.bytes(9);
  bytes.set([1, 3, 4]);
  if (matchAt(bytes, 0, bytes.length, shape).kind === 'frame') frames++;
}
// CRC-16 lets one in 65,536 random endings pass; more would mean that it is not checked.
process.stdout.write(
  `parser: ${inputs} inputs with a right head and random rest, ${frames} passed the CRC, expected about ${Math.round(inputs / 65_536)}\n`,
);
const ok = result.wrong === 0 && result.worstRecovery <= 1 && frames < (inputs / 65_536) * 3;
process.stdout.write(ok ? 'fine\n' : 'FAILED\n');
process.exit(ok ? 0 : 1);
