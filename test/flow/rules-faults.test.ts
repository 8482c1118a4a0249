/**
 * Every fault of the simulated plant against its own truth: the right rule at the right place with the right priority and trade, and a ticket.
 * A fault that names no alarm is not looked at here. Plant time runs without sockets; the wire has its own tests.
 */
import { describe, expect, test } from 'vitest';
import { priorities } from '../../shared/alarm.ts';
import { isFault } from '../../shared/errors.ts';
import { openPlantRun, scenarios } from './plant-run.ts';

const start = Date.UTC(2026, 0, 15, 1);
const minute = 60_000;
const isLong = Boolean(process.env.PLANTROOM_TEST_LONG);
/** Who repairs it, by the part of the rule's name that says the system. */
const tradeOf: Record<string, string> = {
  HT: 'plumbing', EL: 'electrical', O2: 'medical-gas', WW: 'wastewater', WT: 'plumbing', DR: 'plumbing', GS: 'electrical', BL: 'boiler',
  DHW: 'plumbing', LF: 'electrical', SYS: 'electrical',
}; // biome-ignore format: a table

const tradeFor = (rule: string) => (rule.endsWith('-O2') ? 'medical-gas' : tradeOf[rule.split('-')[0] as string]);

/** What shows only after hours or nights: coarser steps, and nights to learn from before. */
const slow: Record<string, { stepS: number; learnMs: number; withinMs: number }> = {
  'frozen-sensor': { stepS: 10, learnMs: 10 * minute, withinMs: 7 * 60 * minute },
  'transformer-fan-fails': { stepS: 10, learnMs: 10 * minute, withinMs: 4 * 60 * minute },
  'hot-water-heater-fails': { stepS: 10, learnMs: 10 * minute, withinMs: 4 * 60 * minute },
  'tank-runs-low': { stepS: 10, learnMs: 10 * minute, withinMs: 4 * 60 * minute },
  // The duty of a day counts only what was seen of it: the fault comes at four in the morning of the first whole day.
  'wastewater-overflow': { stepS: 20, learnMs: 19 * 60 * minute, withinMs: 36 * 60 * minute },
  'water-meter-stuck': { stepS: 30, learnMs: 10 * minute, withinMs: 26 * 60 * minute },
  'toilet-jam': { stepS: 30, learnMs: 15 * 24 * 60 * minute, withinMs: 60 * 60 * minute },
};

describe('faults of the plant', () => {
  for (const [name, scenario] of scenarios) {
    const params = Object.fromEntries(Object.entries(scenario.params).map(([key, param]) => [key, param.default]));
    const expects = scenario.expects(params);
    if (expects.length === 0) continue;
    test(`${name} raises ${expects.map((one) => `${one.rule} at ${one.device}`).join(' and ')}`, { timeout: 300_000 }, () => {
      const { stepS, learnMs, withinMs } = slow[name] ?? { stepS: 2, learnMs: 10 * minute, withinMs: 4 * 60 * minute };
      const only = stepS >= 10 ? { only: expects.map((one) => one.device) } : {};
      using plant = openPlantRun({ start, stepS, ...only });
      plant.run(learnMs);
      const before = plant.seen.filter((one) => one.active);
      if (stepS === 2) expect(before, 'a plant without a fault is quiet').toEqual([]);
      const begun = plant.hospital.now;
      plant.hospital.startFault(name);
      const there = () => expects.every((want) => plant.desk.alarm(`${want.rule.toLowerCase()}.${want.device}`)?.active);
      plant.run(withinMs, there);
      for (const want of expects) {
        const alarm = plant.desk.alarm(`${want.rule.toLowerCase()}.${want.device}`);
        expect(alarm, want.rule).toMatchObject({
          active: true,
          priority: want.priority,
          trade: tradeFor(want.rule),
        });
        if (!alarm) continue;
        for (const language of ['zh', 'en'] as const) {
          expect(alarm.message[language]).not.toMatch(/[{}]|undefined|NaN/);
          expect(alarm.message[language]).toContain(alarm.location[language]);
        }
        if (alarm.lifeSafety) expect(alarm.message.zh).toContain('不替代现场法定报警装置');
        if (alarm.state === 'DSUPR' || want.priority === 'low') continue;
        const ticket = plant.desk.ticket(alarm.ticket ?? '');
        expect(ticket).toMatchObject({ alarmActive: true, device: want.device, trade: alarm.trade });
        expect(priorities.indexOf(ticket?.priority ?? 'low')).toBeLessThanOrEqual(priorities.indexOf(want.priority));
      }
      const { afterMs } = scenario.damage(params);
      const first = plant.seen.find((one) => one.active && one.at >= begun);
      if (afterMs !== null && afterMs >= minute)
        expect((first?.at ?? Number.POSITIVE_INFINITY) - begun, 'before the damage').toBeLessThan(afterMs);
    });
  }

  test('a burst heating pipe is critical at the right loop within a minute, and its ticket is for the plumbers', () => {
    for (const loop of ['heat-or', 'heat-front', 'heat-rear']) {
      using plant = openPlantRun({ start });
      plant.run(5 * minute);
      const begun = plant.hospital.now;
      plant.hospital.startFault('burst-heating-pipe', { loop });
      plant.run(minute, () => plant.desk.alarm(`ht-burst.${loop}`)?.active === true);
      expect(plant.desk.alarm(`ht-burst.${loop}`)).toMatchObject({ state: 'UNACK', priority: 'critical' });
      expect((plant.desk.alarm(`ht-burst.${loop}`)?.raisedAt ?? 0) - begun).toBeLessThanOrEqual(minute);
      expect(plant.desk.tickets({ device: loop })).toMatchObject([{ trade: 'plumbing', priority: 'critical', state: 'open' }]);
      expect(plant.desk.alarms({ rule: 'HT-BURST' }).map((alarm) => alarm.device)).toEqual([loop]);
    }
  });

  test('a repaired fault clears its alarm and leaves its ticket open for the sign-off', () => {
    using plant = openPlantRun({ start });
    plant.run(5 * minute);
    plant.hospital.startFault('oxygen-leak');
    plant.run(3 * minute);
    expect(plant.desk.alarm('o2-area-low.o2-icu')).toMatchObject({ state: 'UNACK', lifeSafety: true });
    plant.hospital.stopFault('oxygen-leak');
    plant.run(10 * minute);
    expect(plant.desk.alarm('o2-area-low.o2-icu')).toMatchObject({ state: 'RTNUN', active: false });
    const [ticket] = plant.desk.tickets({ device: 'o2-icu' });
    expect(ticket).toMatchObject({ state: 'open', alarmActive: false, trade: 'medical-gas' });
  });

  test('a broken sensor raises its own alarm and no process alarm, and clears none', () => {
    using plant = openPlantRun({ start });
    plant.run(5 * minute);
    plant.hospital.startFault('oxygen-leak', { zone: 'o2-or' });
    plant.run(2 * minute);
    plant.hospital.startFault('sensor-open-loop', { device: 'o2-or' });
    plant.hospital.stopFault('oxygen-leak');
    plant.run(30 * minute);
    expect(plant.desk.alarm('o2-area-low.o2-or')?.active, 'not cleared by a bad value').toBe(true);
    expect(plant.desk.alarm('sys-sensor-o2.o2-or')).toMatchObject({ active: true, priority: 'high' });
    const raised = plant.seen.filter((one) => one.active).map((one) => one.rule);
    expect(new Set(raised)).toEqual(new Set(['O2-RATE', 'O2-PRE', 'O2-AREA-LOW', 'SYS-SENSOR-O2']));
  });
});

describe('a quiet day', () => {
  // The whole day in winter and in summer: PLANTROOM_TEST_LONG=1.
  test.each([
    isLong ? ['in winter', Date.UTC(2026, 0, 20, 16), 24] : ['in the cold of a winter morning', Date.UTC(2026, 0, 20, 21), 5],
    isLong ? ['in summer', Date.UTC(2026, 6, 20, 16), 24] : ['in the heat of summer', Date.UTC(2026, 6, 21, 4), 4],
  ] as const)(
    '%s raises no alarm',
    (_season, from, hours) => {
      using plant = openPlantRun({ start: from, stepS: 10 });
      plant.run(hours * 60 * minute);
      expect(plant.seen.filter((one) => one.active)).toEqual([]);
    },
    300_000,
  );
});

test('an unknown fault is refused', () => {
  using plant = openPlantRun({ start });
  expect(() => plant.hospital.startFault('no-such-fault')).toThrow(expect.toSatisfy((error: unknown) => isFault(error, 'fault/unknown')));
});
