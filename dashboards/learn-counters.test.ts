import { expect, it } from 'vitest';
import { counterLearner } from './learn-counters.ts';

it('asks the store for each device once, and again only after an error', async () => {
  let now = 0;
  let fails = true;
  const asked: string[][] = [];
  const known = new Set(['meter']);
  const learn = counterLearner({
    devices: () => ['meter', 'young', 'room'],
    known: () => known,
    newest: async (ids) => {
      asked.push([...ids]);
      if (fails) throw new Error('away');
      return [{ device: 'young', field: 'energy_import_kwh', t: 1, value: 2 }];
    },
    remember: (found) => found.forEach(({ device }) => void known.add(device)),
    monotonic: () => now,
  });
  await expect(learn()).rejects.toThrow('away');
  await learn();
  expect(asked).toHaveLength(1);
  fails = false;
  now += 20_000;
  await learn();
  expect(asked.at(-1)).toEqual(['young', 'room']);
  now += 60_000;
  await learn();
  await learn();
  expect(asked).toHaveLength(2);
  expect(known.has('young')).toBe(true);
});
