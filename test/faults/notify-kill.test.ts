/** kill -9 of the notifier at random moments, mostly between a receiver's taking a notice and our record of that. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openDeliveries } from '../../desk/deliveries.ts';
import { hangMs } from '../hang.ts';
import { startHttpReceiver } from '../http-receiver.ts';
import { random } from '../random.ts';
import { temporaryFolder } from '../servers.ts';

const seed = Number(process.env.PLANTROOM_TEST_SEED ?? 20_261_122);
const rounds = Number(process.env.PLANTROOM_KILL_ROUNDS ?? 4);
const child = join(import.meta.dirname, 'notify-child.ts');

test(
  `every occurrence is owed once and arrives at least once, twice only when killed in between, and then it says so (seed ${seed}, ${rounds} rounds)`,
  async () => {
    const folder = temporaryFolder('notify-kill');
    onTestFinished(() => folder[Symbol.dispose]());
    const file = join(folder.path, 'operations.db');
    const next = random(seed);
    let kill = () => {};
    let countdown = Number.POSITIVE_INFINITY;
    await using receiver = await startHttpReceiver(async () => {
      if (countdown-- > 0) return {};
      // Taken by us, never known by the sender; or answered, and killed before or after the answer is on record.
      if (next.chance(0.5)) {
        kill();
        return { silent: true };
      }
      setTimeout(kill, next() * 4);
      return {};
    });

    for (let round = 0; round < rounds; round++) {
      const process = spawn(globalThis.process.execPath, [child, file, receiver.url, String(seed + round)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise((resolve) => process.once('exit', resolve));
      kill = () => void process.kill('SIGKILL');
      countdown = 2 + next.below(14);
      await new Promise((resolve) => process.stdout.once('data', resolve));
      const lastResort = setTimeout(kill, 20_000);
      await ended;
      clearTimeout(lastResort);
      countdown = Number.POSITIVE_INFINITY;
      // What a killed process has sent may still be on its way in.
      await sleep(20);
    }

    const last = spawn(globalThis.process.execPath, [child, file, receiver.url, String(seed), 'quiet'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void last.kill('SIGKILL'));
    await new Promise((resolve) => last.stdout.once('data', resolve));
    using deliveries = openDeliveries({ file });
    const all = () => deliveries.deliveries({ limit: 100_000 });
    await vi.waitFor(() => expect(all().every((one) => one.state === 'sent' || one.state === 'summarised')).toBe(true), {
      timeout: hangMs,
      interval: 50,
    });

    // Owed exactly once: what the journal says should be told, and nothing else.
    using db = Object.assign(new DatabaseSync(file), {});
    const entries = db.prepare("SELECT id, event FROM journal WHERE kind = 'alarm' ORDER BY seq").all() as { id: string; event: string }[];
    const expected = new Map<string, number>();
    const wanted = entries.flatMap(({ id, event }) => {
      if (event === 'raise') expected.set(id, (expected.get(id) ?? 0) + 1);
      return event === 'raise'
        ? [`${id} ${expected.get(id)} raised`]
        : event === 'clear' && id < 'a3'
          ? [`${id} ${expected.get(id)} returned`]
          : [];
    });
    expect(
      all()
        .map((one) => `${one.alarm} ${one.occurrence} ${one.step}`)
        .sort(),
    ).toEqual(wanted.sort());
    expect(wanted.length).toBeGreaterThan(rounds * 2);

    // Arrived: each at least once; a second time only with a word that it may be one.
    const posts = receiver.posts.map(
      (post) => JSON.parse(post.body) as { key: string; step: string; text: string; alarms: { id: string }[] },
    );
    const times = new Map<string, number>();
    for (const post of posts) {
      if (post.step === 'summary') continue;
      const before = times.get(post.key) ?? 0;
      times.set(post.key, before + 1);
      if (before > 0) expect(post.text, post.key).toContain('可能重复');
    }
    const summarised = all().filter((one) => one.state === 'summarised');
    expect(times.size).toBe(wanted.length - summarised.length);
    expect([...times.values()].filter((count) => count > 1).length).toBeGreaterThan(0);
  },
  240_000 + rounds * 5_000,
);
