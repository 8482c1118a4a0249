/** The promise "nothing lost, nothing invented" under kill -9, short; `npm run chaos -- --rounds 20` is the long proof. */
import { describe, expect, test } from 'vitest';
import { runDesk } from '../../bench/chaos/desk.ts';
import { runHang } from '../../bench/chaos/hang.ts';
import { runHour } from '../../bench/chaos/hour.ts';
import { runChaos } from '../../bench/chaos/rounds.ts';
import { needs } from '../servers.ts';

const seed = Number(process.env.PLANTROOM_TEST_SEED ?? 3);
const none = { missing: [], twice: [], invented: [] };

describe.runIf(needs('influxd'))('nothing lost, nothing invented', () => {
  test(`kill -9 of gateway, broker, ingest and InfluxDB at random moments, 2,000 values a second (seed ${seed})`, {
    timeout: 300_000,
  }, async () => {
    const said: string[] = [];
    const result = await runChaos({ rounds: 2, seed, say: (text) => void said.push(text) });
    expect(result, said.join('\n')).toMatchObject(none);
    expect(result.answers).toBeGreaterThan(500);
  });

  test('InfluxDB away for an hour of plant time', { timeout: 300_000 }, async () => {
    const said: string[] = [];
    const result = await runHour({ speed: 720, say: (text) => void said.push(text) });
    expect(result, said.join('\n')).toMatchObject(none);
    expect(result.awayPlantMs).toBeGreaterThan(3_600_000);
    // Where nothing else runs.
    if (process.env.PLANTROOM_TEST_LONG) expect(result.worstLiveMs).toBeLessThan(2_000);
  });
});

describe('the supervisor', () => {
  // /proc says who runs; the program itself does without.
  test.runIf(process.platform === 'linux')(
    `restarts who hangs and ends whom a killed start left behind (seed ${seed})`,
    {
      timeout: 300_000,
    },
    async () => {
      const said: string[] = [];
      const result = await runHang({ rounds: 2, seed, say: (text) => void said.push(text) });
      expect(result, said.join('\n')).toMatchObject({ ...none, wrong: [] });
      expect(result.answers).toBeGreaterThan(50);
    },
  );
});

describe('the desk', () => {
  test(`kill -9 of alarms, tickets, books and the notifier: nothing lost, what is told again says so (seed ${seed})`, {
    timeout: 240_000,
  }, async () => {
    const said: string[] = [];
    const result = await runDesk({ rounds: 4, seed, say: (text) => void said.push(text) });
    expect(result, said.join('\n')).toMatchObject({ kills: 4, lost: [], wrong: [] });
    expect(result.told.journal).toBeGreaterThan(10);
  });
});
