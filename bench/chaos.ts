/**
 * `npm run chaos -- --rounds 20 --seed 7`: kill -9 of gateway, broker, ingest and InfluxDB at random moments under 2,000 values a second.
 * `npm run chaos -- --kind hang --rounds 30`: roles that hang or die under the supervisor, a supervisor that dies and leaves a hung role behind.
 * `npm run chaos -- --kind liar|disk|damage|clock --rounds 30`: a proxy that lies, a full disk (needs root for a small one), damaged files, clocks set; alarms are compared too.
 * `npm run chaos -- --kind desk --rounds 500`: kill -9 of alarms, tickets, books and the notifier between a receiver's taking a notice and our record of that.
 * `npm run chaos -- --hour`: InfluxDB away for an hour of plant time. Exit code 1 when the store does not hold exactly the truth.
 */
import { parseArgs } from 'node:util';
import type { Comparison } from './chaos/compare.ts';
import { runDesk } from './chaos/desk.ts';
import { runHang } from './chaos/hang.ts';
import { runHour } from './chaos/hour.ts';
import { platformFaults, runPlatform } from './chaos/platform.ts';
import { runChaos } from './chaos/rounds.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string' },
    kind: { type: 'string' },
    help: { type: 'boolean', default: false },
    hour: { type: 'boolean', default: false },
    speed: { type: 'string', default: '60' },
  },
});
const say = (text: string) => void process.stdout.write(`${text}\n`);
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);

function report(comparison: Comparison): boolean {
  const { answers, stored, young } = comparison;
  say(
    `${answers} answers of the meters, ${stored} in the store; ${young} rightly not (younger than a second when their gateway was killed, or set aside as stamped in the future)`,
  );
  let fine = true;
  for (const kind of ['missing', 'twice', 'invented'] as const) {
    const found = comparison[kind];
    say(`${kind}: ${found.length}${found.length > 0 ? `, such as ${found.slice(0, 5).join('; ')}` : ''}`);
    fine &&= found.length === 0;
  }
  return fine;
}

const hang = values.kind === 'hang';
const kind = platformFaults.find((one) => one === values.kind);
const kinds = [...platformFaults, 'hang', 'desk'];
if (values.kind !== undefined && !kinds.includes(values.kind)) throw new Error(`--kind ${values.kind}; allowed: ${kinds.join(', ')}`);

if (values.help) {
  say(
    `npm run chaos -- [--kind ${kinds.join('|')}] [--rounds N] [--seed N]: without a kind kill -9 of gateway, broker, ingest and InfluxDB`,
  );
  say('npm run chaos -- --hour [--speed N]: InfluxDB away for an hour of plant time');
} else if (values.kind === 'desk') {
  const result = await runDesk({ rounds: Number(values.rounds), seed, say });
  const { kills, told, notices, repetitions, mostPerKill, several, lost, wrong } = result;
  say(
    `${kills} kills, seed ${seed}; done before them: ${Object.entries(told)
      .map(([what, n]) => `${what} ${n}`)
      .join(', ')}`,
  );
  say(
    `lost: ${lost.length}${lost
      .slice(0, 5)
      .map((text) => `\n  ${text}`)
      .join('')}`,
  );
  say(
    `${notices} notices owed; came again: ${repetitions}, at most ${mostPerKill} after one kill${several > 0 ? ` (more than one after ${several} kills)` : ''}, each said so`,
  );
  say(
    `notices that are wrong: ${wrong.length}${wrong
      .slice(0, 5)
      .map((text) => `\n  ${text}`)
      .join('')}`,
  );
  process.exitCode = lost.length + wrong.length === 0 ? 0 : 1;
} else if (kind) {
  const result = await runPlatform(kind, { rounds: Number(values.rounds), seed, say });
  say(
    `faults: ${Object.entries(result.faults)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}; seed ${seed}`,
  );
  say(
    `alarms due: ${result.alarms}, slowest while a fault was there ${result.slowestAlarmMs} ms (raised after ${result.slowestRaisedMs} ms; the roles waited for a processor for ${result.queuedMs} ms of that; the machine stood still for at most ${result.stallMs} ms); troubles told: ${result.told.join(', ') || 'none'}`,
  );
  say(
    `alarms that are wrong: ${result.wrong.length}${result.wrong
      .slice(0, 5)
      .map((text) => `\n  ${text}`)
      .join('')}`,
  );
  process.exitCode = report(result) && result.wrong.length === 0 ? 0 : 1;
} else if (values.hour) {
  const result = await runHour({ speed: Number(values.speed), say });
  say(
    `InfluxDB was away for ${Math.round(result.awayPlantMs / 60_000)} min of plant time; all was in the store ${result.settledMs} ms after its return`,
  );
  say(`live readings meanwhile were at most ${result.worstLiveMs} ms late`);
  process.exitCode = report(result) ? 0 : 1;
} else if (hang) {
  const result = await runHang({ rounds: Number(values.rounds), seed, say });
  const kinds = Object.entries(result.rounds).map(([name, count]) => `${count} x ${name}`);
  say(`${kinds.join('; ')}; seed ${seed}`);
  say(`rounds that did not come right: ${result.wrong.length}${result.wrong.map((text) => `\n  ${text}`).join('')}`);
  process.exitCode = report(result) && result.wrong.length === 0 ? 0 : 1;
} else {
  const result = await runChaos({ rounds: Number(values.rounds), seed, say });
  say(
    `killed: ${Object.entries(result.kills)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}; settled in ${result.settledMs} ms; seed ${seed}`,
  );
  process.exitCode = report(result) ? 0 : 1;
}
