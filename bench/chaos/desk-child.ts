/**
 * The life of a desk in one process, faster than any hospital: alarms, acknowledgements, tickets up to the signature, book pages, and the notifier beside
 * them. Each thing done is told on standard output once it is on disk, and only then; until somebody kills it.
 */
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { Registry } from 'prom-client';
import { openBooks } from '../../desk/books.ts';
import { openDatabase } from '../../desk/database.ts';
import { openEngineDesk } from '../../desk/open.ts';
import { openNotifier } from '../../notify/notifier.ts';
import { systemClock } from '../../shared/clock.ts';
import { isFault } from '../../shared/errors.ts';
import { silentLog } from '../../shared/log.ts';
import { isClosed } from '../../shared/ticket.ts';
import { random } from '../../test/random.ts';
import { siteOf } from '../../test/site-of.ts';

const [file, url, seed, quiet] = process.argv.slice(2) as [string, string, string, string?];
const next = random(Number(seed));
const { below } = next;
const clock = systemClock();
const db = openDatabase(file);
const desk = openEngineDesk({ db, clock });
const books = openBooks(db);
const site = siteOf(
  { gw: [['m1', 'electricity']] },
  { channels: [{ id: 'hook', type: 'webhook', url, secret: { env: 'HOOK' }, per_minute: 6_000 }], weekly_test: { enabled: false } },
);
const environment = { HOOK: 'a-key-of-the-hook-signature' };
const notifier = openNotifier({ site, db, file, desk, clock, log: silentLog(), metrics: new Registry(), environment });

const tell = (...parts: (string | number)[]) => {
  const line = `${parts.join(' ')}\n`;
  for (let at = 0; at < line.length; )
    try {
      at += writeSync(1, line.slice(at));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
};
/** What the journal has since: each entry by its number. */
let told = desk.lastSeq();
const tellMoves = () => {
  for (const { seq, kind, id, event } of desk.journalSince(told, 500)) {
    told = seq;
    tell('journal', seq, kind, id, event);
  }
};

const raise = (id: string, lifeSafety: boolean) => {
  const words = { zh: id, en: id };
  desk.raise(
    {
      id, rule: 'EL-OVER', device: id, quantity: null, system: 'electricity', priority: lifeSafety ? 'critical' : 'high', trade: 'electrical', lifeSafety,
      latching: false, unit: '', title: words, message: words, check: words, location: words, building: null, department: null, source: 'proposal',
      ticket: true, causeKey: id,
    },
    { at: clock.now(), value: null, limit: null },
  ); // biome-ignore format: a table
};
const who = { id: 'zhang' };
const boss = { id: 'zhao', admin: true };
const actions = [
  () => {
    const id = `a${below(8)}`;
    if (desk.alarm(id)?.active) desk.clear(id, { at: clock.now(), value: null });
    else raise(id, id < 'a3');
  },
  () => {
    const [first] = desk.alarms({ state: 'UNACK', limit: 1 });
    if (first) desk.acknowledge(first.id, who);
  },
  () => {
    // The oldest first, so that some come to their signature.
    const open = desk
      .tickets({ limit: 1_000 })
      .filter((ticket) => !isClosed(ticket) && ticket.state !== 'verified')
      .reverse();
    const ticket = open[below(Math.min(open.length, 4))];
    if (!ticket) return;
    const steps = [
      () => desk.assign(ticket.id, who, 'zhang'),
      () => desk.arrive(ticket.id, who),
      () => desk.resolve(ticket.id, who, 'done'),
      () => desk.sign(ticket.id, boss, { name: `Ward ${ticket.id}`, file: null, stars: 5 }),
    ];
    const state = { open: 0, assigned: 1, started: 2, waiting: 2, resolved: 3 }[ticket.state as string];
    if (state === undefined) return;
    steps[state]?.();
    if (state === 3) tell('signature', ticket.id);
  },
  () => {
    const words = { zh: '水龙头漏水', en: 'A tap leaks' };
    const { id } = desk.createTicket({ title: words, description: words, system: 'water', trade: 'plumbing', priority: 'low' }, who);
    tell('ticket', id);
  },
  () => {
    const now = clock.now();
    const { seq, hash } = books.add('oxygen-duty-log', {
      kind: 'entry', device: null, due: now, at: now, who: 'zhang', name: '张建国', role: null, of: null, reason: null, values: {},
    }); // biome-ignore format: one record
    tell('page', seq, hash);
  },
];
/** Mostly alarms and tickets: an alarm is a notice, and a notice under way is where it is worst to die. */
actions.push(actions[0] as () => void, actions[0] as () => void, actions[2] as () => void, actions[2] as () => void);
// Nobody who is killed leaves it by himself.
flushCompileCache();
tell('ready');
if (quiet === undefined) {
  setInterval(() => {
    try {
      actions[below(actions.length)]?.();
    } catch (error) {
      // A step that is not possible now, such as signing while the alarm is there.
      if (!isFault(error, 'desk/transition')) throw error;
    }
    tellMoves();
    if (next() < 0.5) notifier.kick();
  }, 5);
}
