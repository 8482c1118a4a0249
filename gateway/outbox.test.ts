import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { type ReadingsPayload, readingsPayload } from '../shared/topic.ts';
import type { Message } from './outbox/message.ts';
import { Outbox, type OutboxOptions } from './outbox.ts';

let folder: string;
let file: string;
let clock: ManualClock;
const open: Outbox[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-outbox-'));
  file = join(folder, 'gw.db');
  clock = manualClock();
});
afterEach(async () => {
  for (const outbox of open.splice(0)) await outbox[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function openOutbox(options: Partial<OutboxOptions> = {}): Outbox {
  const outbox = new Outbox({
    file,
    maxBytes: 64 << 20,
    maxAgeMs: 7 * 86_400_000,
    wire: clock,
    plant: clock,
    log: silentLog(),
    sender: { gatherMs: 0 },
    ...options,
  });
  open.push(outbox);
  return outbox;
}

/** The far end: what was sent to it, as parsed payloads. */
class FarEnd {
  sent: ReadingsPayload[] = [];
  send(batch: readonly Message[]): void {
    for (const message of batch) this.sent.push(readingsPayload.parse(JSON.parse(message.payload)));
  }
  take(): ReadingsPayload[] {
    return this.sent.splice(0);
  }
}

const commit = (outbox: Outbox, messages: readonly ReadingsPayload[]) => {
  for (const { boot, seq } of messages) outbox.committed({ boot, seqs: [[seq, seq]] });
};
const add = (outbox: Outbox, kw = 1, device = 'meter-1') => outbox.add({ device, t: clock.now(), v: { active_power_kw: kw }, bad: {} });
const names = (messages: readonly ReadingsPayload[]) => messages.map(({ boot, seq }) => `${boot}/${seq}`);

describe('an outbox with the way open', () => {
  it('sends a reading at once, in the agreed form', async () => {
    const outbox = openOutbox({ boot: 'b1' });
    const far = new FarEnd();
    outbox.connected(far);
    outbox.add({ device: 'meter-1', t: clock.now(), v: { active_power_kw: 2.5 }, bad: { frequency_hz: 'sentinel' } });
    await clock.advance(0);
    expect(far.take()).toEqual([{ boot: 'b1', seq: 0, t: clock.now(), v: { active_power_kw: 2.5 }, bad: { frequency_hz: 'sentinel' } }]);
  });

  it('makes a value that JSON cannot hold bad, never null and never 0', async () => {
    const outbox = openOutbox();
    const far = new FarEnd();
    outbox.connected(far);
    outbox.add({ device: 'm', t: clock.now(), v: { active_power_kw: Number.NaN, frequency_hz: 50 }, bad: {} });
    await clock.advance(0);
    expect(far.sent[0]).toMatchObject({ v: { frequency_hz: 50 }, bad: { active_power_kw: 'decode' } });
  });

  it('lets go of a message only when it is committed', async () => {
    const outbox = openOutbox();
    const far = new FarEnd();
    outbox.connected(far);
    add(outbox);
    await clock.advance(1_000);
    expect(outbox.status().depth).toBe(1);
    commit(outbox, far.take());
    expect(outbox.status().depth).toBe(0);
  });

  it('takes ranges of many messages, also absurd ones, and foreign boots', async () => {
    const outbox = openOutbox();
    const far = new FarEnd();
    outbox.connected(far);
    for (let i = 0; i < 10; i++) add(outbox);
    await clock.advance(0);
    outbox.committed({ boot: 'another', seqs: [[0, 9]] });
    expect(outbox.status().depth).toBe(10);
    outbox.committed({ boot: outbox.boot, seqs: [[2, 4]] });
    expect(outbox.status().depth).toBe(7);
    outbox.committed({ boot: outbox.boot, seqs: [[0, Number.MAX_SAFE_INTEGER]] });
    expect(outbox.status()).toMatchObject({ depth: 0, committed: 10 });
  });

  it('tells what is live once and at once while nothing is committed: rules and screens listen too', async () => {
    const outbox = openOutbox();
    const far = new FarEnd();
    outbox.connected(far);
    for (let i = 0; i < 50; i++) add(outbox);
    await clock.advance(4_000);
    expect(outbox.status().stalled).toBe(true);
    far.take();
    const got = new Set<string>();
    for (let second = 0; second < 120; second++) {
      const now = clock.now();
      for (let device = 0; device < 20; device++) add(outbox, second, `meter-${device}`);
      await clock.advance(500);
      const live = far.take().filter(({ t }) => t === now);
      expect(live).toHaveLength(20);
      await clock.advance(500);
      expect(far.take().filter(({ t }) => t === now)).toHaveLength(0);
      expect(outbox.status().inFlight).toBeLessThanOrEqual(5);
      for (const name of names(live)) got.add(name);
    }
    expect(outbox.status()).toMatchObject({ stalled: true, depth: 50 + 120 * 20 });
    // A word on what was only told opens the lanes; from then on all of it comes from disk.
    outbox.committed({ boot: outbox.boot, seqs: [[2_000, 2_000]] });
    expect(outbox.status().stalled).toBe(false);
    for (let i = 0; i < 40 && outbox.status().depth > 0; i++) {
      await clock.advance(250);
      commit(outbox, far.take());
    }
    expect(outbox.status()).toMatchObject({ depth: 0, stalled: false });
    expect(got.size).toBe(120 * 20);
  });

  it('sends again what is not committed, and of what waits one message a second while nothing is', async () => {
    const outbox = openOutbox();
    const far = new FarEnd();
    outbox.connected(far);
    for (let i = 0; i < 100; i++) add(outbox);
    await clock.advance(500);
    expect(far.take()).toHaveLength(100);
    await clock.advance(3_500);
    expect(outbox.status().stalled).toBe(true);
    far.take();
    for (let i = 0; i < 10; i++) {
      add(outbox);
      await clock.advance(1_000);
    }
    const [live, probes] = [far.sent.filter(({ seq }) => seq >= 100), far.sent.filter(({ seq }) => seq < 100)];
    far.take();
    expect(live).toHaveLength(10);
    expect(probes.length).toBeGreaterThanOrEqual(9);
    expect(probes.length).toBeLessThanOrEqual(12);

    commit(outbox, probes.slice(0, 1));
    const got = new Set(names(probes.slice(0, 1)));
    for (let i = 0; i < 20; i++) {
      await clock.advance(250);
      const batch = far.take();
      for (const name of names(batch)) got.add(name);
      commit(outbox, batch);
    }
    expect(got.size).toBe(110);
    expect(outbox.status()).toMatchObject({ depth: 0, stalled: false });
  });

  it('sends again one lost message while others are committed', async () => {
    const outbox = openOutbox();
    const far = new FarEnd();
    outbox.connected(far);
    add(outbox);
    await clock.advance(0);
    const lost = far.take();
    for (let i = 0; i < 8; i++) {
      add(outbox);
      await clock.advance(500);
      const batch = far.take();
      commit(
        outbox,
        batch.filter((message) => message.seq !== 0),
      );
      if (batch.some((message) => message.seq === 0)) expect(i).toBeGreaterThanOrEqual(5);
    }
    expect(lost).toHaveLength(1);
    expect(outbox.status()).toMatchObject({ depth: 1, resent: 1, stalled: false });
  });
});

describe('an outbox that was cut off', () => {
  it('keeps names and content of old messages over a restart', async () => {
    const first = openOutbox({ boot: 'old' });
    for (let i = 0; i < 5; i++) {
      add(first, i);
      await clock.advance(1_000);
    }
    await first[Symbol.asyncDispose]();
    const second = openOutbox({ boot: 'new' });
    expect(second.status().depth).toBe(5);
    const far = new FarEnd();
    second.connected(far);
    add(second, 99);
    await clock.advance(500);
    expect(names(far.sent).sort()).toEqual(['new/0', 'old/0', 'old/1', 'old/2', 'old/3', 'old/4']);
    expect(far.sent.find((message) => message.boot === 'old' && message.seq === 3)?.v).toEqual({ active_power_kw: 3 });
    commit(second, far.take());
    await clock.advance(1_000);
    await second[Symbol.asyncDispose]();
    expect(openOutbox().status().depth).toBe(0);
  });

  it('has a reading on disk within half a second', async () => {
    const outbox = openOutbox();
    const far = new FarEnd();
    outbox.connected(far);
    add(outbox);
    await clock.advance(500);
    // As after kill -9: a copy of the files, opened by another process.
    const { DatabaseSync } = await import('node:sqlite');
    const { cpSync } = await import('node:fs');
    for (const suffix of ['', '-wal']) cpSync(file + suffix, join(folder, `copy.db${suffix}`));
    const copy = new DatabaseSync(join(folder, 'copy.db'));
    expect(copy.prepare('select sum(count) as n from segment').get()).toEqual({ n: 1 });
    copy.close();
  });

  it('sends live messages first and backlog as fast as it is committed', async () => {
    const outbox = openOutbox();
    for (let i = 0; i < 20_000; i++) {
      add(outbox, i);
      if (i % 500 === 0) await clock.advance(200);
    }
    await clock.advance(1_000);
    const far = new FarEnd();
    outbox.connected(far);
    let worstMs = 0;
    const liveSince = new Map<number, number>();
    let backlog = 0;
    for (let round = 0; round < 200 && outbox.status().depth > 0; round++) {
      add(outbox, -round);
      liveSince.set(-round, clock.now());
      await clock.advance(50);
      // Ingest takes 200 messages in 50 ms, in the order of arrival.
      const batch = far.sent.splice(0, 200);
      for (const message of batch) {
        const kw = message.v.active_power_kw as number;
        const since = kw <= 0 ? liveSince.get(kw) : undefined;
        if (since !== undefined && message.t === since) worstMs = Math.max(worstMs, clock.now() - since);
        else backlog++;
      }
      commit(outbox, batch);
    }
    expect(backlog).toBeGreaterThanOrEqual(20_000);
    expect(worstMs).toBeLessThan(2_000);
    expect(outbox.status().depth).toBe(0);
  });

  it('takes all under way for lost when the connection closes', async () => {
    const outbox = openOutbox();
    const far = new FarEnd();
    outbox.connected(far);
    for (let i = 0; i < 10; i++) add(outbox);
    await clock.advance(0);
    far.take();
    outbox.disconnected();
    await clock.advance(2_000);
    expect(far.sent).toHaveLength(0);
    outbox.connected(far);
    await clock.advance(0);
    expect(far.sent).toHaveLength(10);
  });

  it('refuses a second gateway on the same file', () => {
    openOutbox();
    expect(() => openOutbox()).toThrow(/in use/);
  });
});

describe('an outbox at its limits', () => {
  it('gives up the oldest when full, counts them, and keeps the newest', async () => {
    const outbox = openOutbox({ maxBytes: 512 * 1024 });
    let random = 1;
    const noise = () => {
      random = (random * 48_271) % 2_147_483_647;
      return random / 7;
    };
    const total = 20_000;
    for (let i = 0; i < total; i++) {
      outbox.add({ device: 'm', t: clock.now(), v: { active_power_kw: noise(), frequency_hz: noise(), power_factor: noise() }, bad: {} });
      if (i % 100 === 0) await clock.advance(200);
    }
    await clock.advance(1_000);
    const { dropped, depth, bytes } = outbox.status();
    expect(dropped.full).toBeGreaterThan(1_000);
    expect(dropped.full + depth).toBe(total);
    expect(bytes).toBeLessThanOrEqual(512 * 1024);
    const far = new FarEnd();
    outbox.connected(far);
    const seqs: number[] = [];
    for (let i = 0; i < 300 && outbox.status().depth > 0; i++) {
      await clock.advance(200);
      const batch = far.take();
      seqs.push(...batch.map(({ seq }) => seq));
      commit(outbox, batch);
    }
    expect(Math.max(...seqs)).toBe(total - 1);
    expect(Math.min(...seqs)).toBe(dropped.full);
    expect(new Set(seqs).size).toBe(depth);
  });

  it('gives up what is older than max_age, but not within the grace after a start', async () => {
    const outbox = openOutbox({ maxAgeMs: 3_600_000, limits: { ageGraceMs: 7_200_000 } });
    add(outbox);
    await clock.advance(5_400_000);
    expect(outbox.status().depth).toBe(1);
    add(outbox);
    await clock.advance(2_000_000);
    expect(outbox.status()).toMatchObject({ depth: 1, dropped: { age: 1, full: 0, damaged: 0, memory: 0 } });
  });

  it('sets a file that is no database aside and goes on', async () => {
    writeFileSync(file, 'not a database, but long enough to look like something that was one once '.repeat(100));
    const outbox = openOutbox();
    add(outbox);
    await clock.advance(1_000);
    expect(outbox.status()).toMatchObject({ depth: 1, disk: true });
    expect(readdirSync(folder).some((name) => name.startsWith('gw.db.damaged-'))).toBe(true);
  });

  it('goes on in memory when the folder cannot be written, and writes once it can', async () => {
    writeFileSync(join(folder, 'blocked'), 'a file where the folder should be');
    const outbox = openOutbox({ file: join(folder, 'blocked', 'gw.db') });
    add(outbox);
    await clock.advance(2_000);
    expect(outbox.status()).toMatchObject({ depth: 1, disk: false });
    rmSync(join(folder, 'blocked'));
    await clock.advance(10_000);
    expect(outbox.status()).toMatchObject({ depth: 1, disk: true });
    await outbox[Symbol.asyncDispose]();
    expect(openOutbox({ file: join(folder, 'blocked', 'gw.db') }).status().depth).toBe(1);
  });

  it('bounds what waits in memory while the disk takes nothing', async () => {
    writeFileSync(join(folder, 'blocked'), '');
    const outbox = openOutbox({ file: join(folder, 'blocked', 'gw.db'), limits: { memoryBytes: 10_000 } });
    for (let i = 0; i < 1_000; i++) add(outbox);
    await clock.advance(2_000);
    const { depth, dropped } = outbox.status();
    expect(dropped.memory + depth).toBe(1_000);
    expect(depth).toBeLessThan(200);
    expect(depth).toBeGreaterThan(50);
  });
});
