/** Raises and clears alarms and tells of them, until it is killed; or, told "quiet", only brings to an end what is owed. */
import { Registry } from 'prom-client';
import { openEngineDesk } from '../../desk/open.ts';
import { openNotifier } from '../../notify/notifier.ts';
import { systemClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import { random } from '../random.ts';
import { siteOf } from '../site-of.ts';

const [file, url, seed, quiet] = process.argv.slice(2) as [string, string, string, string?];
const next = random(Number(seed));
const clock = systemClock();
const desk = openEngineDesk({ file, clock });
const site = siteOf(
  { gw: [['m1', 'electricity']] },
  { channels: [{ id: 'hook', type: 'webhook', url, secret: { env: 'HOOK' }, per_minute: 6_000 }] },
);
const notifier = openNotifier({
  site,
  file,
  desk,
  clock,
  log: silentLog(),
  metrics: new Registry(),
  environment: { HOOK: 'a-key-of-the-hook-signature' },
});
const raise = (id: string, lifeSafety: boolean) => {
  const words = { zh: id, en: id };
  desk.raise(
    {
      id, rule: 'EL-OVER', device: id, quantity: null, system: 'electricity', priority: lifeSafety ? 'critical' : 'high', trade: 'electrical', lifeSafety,
      latching: false, unit: '', title: words, message: words, check: words, location: words, building: null, department: null, source: 'proposal',
      ticket: false, causeKey: id,
    },
    { at: clock.now(), value: null, limit: null },
  ); // biome-ignore format: a table
};
process.stdout.write('ready\n');
if (quiet === undefined) {
  setInterval(() => {
    const id = `a${next.below(6)}`;
    if (desk.alarm(id)?.active) desk.clear(id, { at: clock.now(), value: null });
    else raise(id, id < 'a3');
    if (next.chance(0.5)) notifier.kick();
  }, 12);
}
