/**
 * kill -9 of alarms, tickets, books and the notifier at seeded moments, mostly between a receiver's taking a notice and our record of that. Afterwards
 * everything that was said to be done is there, every occurrence was owed once and arrived, and what arrived again said so.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBooks, openDatabase, openDeliveries } from '../../desk/index.ts';
import { hangMs } from '../../test/hang.ts';
import { startHttpReceiver } from '../../test/http-receiver.ts';
import { generator } from './rounds.ts';

export interface DeskResult {
  kills: number;
  /** What the killed processes said was done. */
  told: { journal: number; ticket: number; signature: number; page: number };
  /** Of that, what is not there; empty when nothing was lost. */
  lost: string[];
  notices: number;
  /** Notices that arrived a further time. */
  repetitions: number;
  /** Most repetitions that one kill has caused. */
  mostPerKill: number;
  /** Kills after which more than one notice came again. */
  several: number;
  /** What is not as promised of the notices: never arrived, owed twice, repeated without a word, invented. */
  wrong: string[];
}

const child = join(import.meta.dirname, 'desk-child.ts');
/** A round that no post ends is ended all the same. */
const lastResortMs = 1_500;
const settleMs = hangMs;

export async function runDesk({ rounds, seed, say }: { rounds: number; seed: number; say(text: string): void }): Promise<DeskResult> {
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-desk-'));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const file = join(folder, 'operations.db');
  const next = generator(seed);
  let kill = () => {};
  let countdown = Number.POSITIVE_INFINITY;
  let round = 0;
  const posts: { key: string; step: string; text: string; round: number }[] = [];
  const receiver = undo.use(
    await startHttpReceiver((post) => {
      const { key, step, text } = JSON.parse(post.body) as { key: string; step: string; text: string };
      posts.push({ key, step, text, round });
      receiver.posts.length = 0;
      if (countdown-- > 0) return {};
      // Taken by us, never known by the sender; or answered, and killed before or after the answer is on record.
      if (next() < 0.5) {
        kill();
        return { silent: true };
      }
      setTimeout(() => kill(), next() * 4);
      return {};
    }),
  );

  const told = { journal: [] as string[], ticket: [] as string[], signature: [] as string[], page: [] as string[] };
  const start = (quiet: string[] = []) => {
    const running = spawn(process.execPath, [child, file, receiver.url, String(seed + round), ...quiet], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // Five hundred starts: what was compiled once is kept.
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
    });
    const lines = createInterface({ input: running.stdout });
    const ready = new Promise<void>((resolve, reject) => {
      lines.once('line', () => resolve());
      running.once('exit', (code) => reject(new Error(`the desk ended by itself with ${code}`)));
    });
    // A line that was cut by the kill was not said.
    lines.on('line', (line) => {
      const [what, ...rest] = line.split(' ');
      if (what !== undefined && what in told) told[what as keyof typeof told].push(rest.join(' '));
    });
    const ended = new Promise<void>((resolve) => running.stdout.once('close', () => resolve()));
    return { running, ready, ended };
  };

  for (; round < rounds; round++) {
    const { running, ready, ended } = start();
    const resort = setTimeout(() => running.kill('SIGKILL'), lastResortMs + 20_000);
    await ready;
    kill = () => void running.kill('SIGKILL');
    countdown = Math.floor(next() * 9);
    const last = setTimeout(kill, lastResortMs);
    await ended;
    clearTimeout(resort);
    clearTimeout(last);
    countdown = Number.POSITIVE_INFINITY;
    kill = () => {};
    // What a killed process has sent may still be on its way in.
    await sleep(10);
    if (round % 50 === 49) say(`${round + 1} kills, ${posts.length} notices arrived, ${told.journal.length} moves`);
  }

  const { running, ready } = start(['quiet']);
  undo.defer(() => void running.kill('SIGKILL'));
  await ready;
  using deliveries = openDeliveries({ file });
  const all = () => deliveries.deliveries({ limit: 1_000_000 });
  const done = ['sent', 'summarised', 'withdrawn', 'grouped'];
  const until = Date.now() + settleMs;
  while (!all().every(({ state }) => done.includes(state)) && Date.now() < until) await sleep(100);

  using db = openDatabase(file);
  const lost: string[] = [];
  const journal = new Map(
    db
      .all<{ seq: number; kind: string; id: string; event: string }>('SELECT seq, kind, id, event FROM journal')
      .map(({ seq, kind, id, event }) => [seq, `${kind} ${id} ${event}`]),
  );
  for (const one of told.journal) {
    const [seq, ...entry] = one.split(' ');
    if (journal.get(Number(seq)) !== entry.join(' ')) lost.push(`journal ${one}, found ${journal.get(Number(seq))}`);
  }
  const has = (sql: string, ...values: string[]) => db.get(sql, ...values) !== undefined;
  for (const id of told.ticket)
    if (!has("SELECT 1 FROM journal WHERE kind = 'ticket' AND id = ? AND event = 'open'", id)) lost.push(`ticket ${id}`);
  for (const id of told.signature)
    if (!has("SELECT 1 FROM journal WHERE kind = 'ticket' AND id = ? AND event = 'verify' AND why = ?", id, `Ward ${id}`))
      lost.push(`signature ${id}`);
  const books = openBooks(db);
  for (const page of told.page) {
    const [seq, hash] = page.split(' ');
    if (books.record('oxygen-duty-log', Number(seq))?.hash !== hash) lost.push(`page ${page}`);
  }
  for (const { seq, what } of books.verify('oxygen-duty-log').breaks) lost.push(`page ${seq}: ${what}`);
  // Where a thing stands is where its journal ends.
  for (const table of ['alarms', 'tickets'] as const) {
    const kind = table.slice(0, -1);
    const key = kind === 'alarm' ? 't.id' : "'T-' || t.number";
    for (const { id, state, last } of db.all<{ id: string; state: string; last: string | null }>(
      `SELECT ${key} AS id, state, (SELECT to_state FROM journal j WHERE j.kind = '${kind}' AND j.id = ${key} ORDER BY seq DESC LIMIT 1) AS last FROM ${table} t`,
    ))
      if (state !== last) lost.push(`${kind} ${id} is ${state}, its journal ends with ${last}`);
  }

  const wrong: string[] = [];
  const owed = all();
  for (const { key, state, lastError } of owed) if (!done.includes(state)) wrong.push(`${key} is ${state}: ${lastError}`);
  const raises = db.all<{ id: string; n: number }>(
    "SELECT id, count(*) AS n FROM journal WHERE kind = 'alarm' AND event = 'raise' AND detail ->> '$.annunciated' = 1 GROUP BY id",
  );
  for (const { id, n } of raises) {
    const told = new Set(owed.filter((one) => one.alarm === id && one.step === 'raised').map(({ occurrence }) => occurrence)).size;
    const rows = owed.filter((one) => one.alarm === id && one.step === 'raised').length;
    if (told !== n || rows !== n) wrong.push(`${id} was raised ${n} times, told of ${told} times in ${rows} notices`);
  }
  const states = new Map(owed.map(({ key, state }) => [key, state]));
  const times = new Map<string, number>();
  /** The round in which it came last: the kill that ended it is why it comes again, however many rounds later. */
  const lastRound = new Map<string, number>();
  const perKill = new Map<number, number>();
  for (const { key, step, text, round: at } of posts) {
    if (step === 'summary') continue;
    if (!states.has(key)) wrong.push(`${key} arrived and is on no record`);
    const before = times.get(key) ?? 0;
    times.set(key, before + 1);
    const cause = lastRound.get(key);
    lastRound.set(key, at);
    if (cause === undefined) continue;
    perKill.set(cause, (perKill.get(cause) ?? 0) + 1);
    if (!text.includes('可能重复')) wrong.push(`${key} came again without saying so`);
  }
  for (const [key, state] of states) if (state === 'sent' && !times.has(key)) wrong.push(`${key} is on record as sent and never arrived`);
  const count = (list: readonly unknown[]) => list.length;
  return {
    kills: rounds,
    told: { journal: count(told.journal), ticket: count(told.ticket), signature: count(told.signature), page: count(told.page) },
    lost,
    notices: owed.length,
    repetitions: [...perKill.values()].reduce((sum, one) => sum + one, 0),
    mostPerKill: Math.max(0, ...perKill.values()),
    several: [...perKill.values()].filter((one) => one > 1).length,
    wrong,
  };
}
