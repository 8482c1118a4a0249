/** Faults of what the platform stands on, short; `npm run chaos -- --kind liar|disk|damage|clock --rounds 30` is the long proof. */
import { describe, expect, test } from 'vitest';
import { maySmallDisk, runPlatform } from '../../bench/chaos/platform.ts';
import { hangMs } from '../hang.ts';
import { needs } from '../servers.ts';

const seed = Number(process.env.PLANTROOM_TEST_SEED ?? 5);
/** How soon an alarm is told is `npm run chaos`'s to say, on a machine of its own. */
const options = { seed, alarmLimitMs: process.env.PLANTROOM_TEST_LONG ? undefined : hangMs };
const right = { missing: [], twice: [], invented: [], wrong: [] };

describe('nothing lost, nothing invented, every alarm raised once and told', () => {
  test.runIf(needs('influxd'))(`a proxy before InfluxDB that lies (seed ${seed})`, { timeout: 240_000 }, async () => {
    const said: string[] = [];
    const result = await runPlatform('liar', { ...options, rounds: 2, say: (text) => void said.push(text) });
    expect(result, said.join('\n')).toMatchObject(right);
    expect(result.answers).toBeGreaterThan(30);
  });

  // A disk of its own needs the right to mount one; desk/sturdy.test.ts holds the same with made-up failures.
  test.runIf(maySmallDisk())(`a disk that is full to the last page (seed ${seed})`, { timeout: 240_000 }, async () => {
    const said: string[] = [];
    const result = await runPlatform('disk', { ...options, rounds: 2, say: (text) => void said.push(text) });
    expect(result, said.join('\n')).toMatchObject(right);
    expect(result.alarms).toBeGreaterThan(0);
  });

  test(`files that are damaged (seed ${seed})`, { timeout: 240_000 }, async () => {
    const said: string[] = [];
    const result = await runPlatform('damage', { ...options, rounds: 4, say: (text) => void said.push(text) });
    expect(result, said.join('\n')).toMatchObject(right);
    expect(result.alarms).toBeGreaterThan(0);
  });
});
