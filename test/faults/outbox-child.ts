/** Fills an outbox as fast as it is told to until it is killed; says in a file what it adds and what was committed. */
import { openSync, writeSync } from 'node:fs';
import type { Message } from '../../gateway/outbox/message.ts';
import { Outbox } from '../../gateway/outbox.ts';
import { systemClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';

const [file, seedText, journal] = process.argv.slice(2) as [string, string, string];
let seed = Number(seedText);
const random = () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};
const clock = systemClock();
const outbox = new Outbox({
  file,
  maxBytes: 64 << 20,
  maxAgeMs: 1e9,
  wire: clock,
  plant: clock,
  log: silentLog(),
  limits: { settleMs: 60, tickMs: 20 },
  sender: { commitTimeoutMs: 200, probeMs: 50 },
});
const said = openSync(journal, 'a');
const say = (text: string) => void writeSync(said, `${text}\n`);

/** Commits two thirds of what is sent, at random and late. */
const send = (batch: readonly Message[]) => {
  for (const { boot, seq } of batch) {
    if (random() < 1 / 3) continue;
    setTimeout(() => {
      say(`committed ${boot}/${seq}`);
      outbox.committed({ boot, seqs: [[seq, seq]] });
    }, random() * 150);
  }
};
let n = 0;
setInterval(() => {
  for (let i = 0; i < 4; i++) {
    say(`added ${outbox.boot}/${n} ${Date.now()}`);
    outbox.add({ device: 'm', t: Date.now(), v: { active_power_kw: n++ }, bad: {} });
  }
  if (random() < 0.02) outbox.disconnected();
  if (random() < 0.05) outbox.connected({ send });
}, 4);
outbox.connected({ send });
