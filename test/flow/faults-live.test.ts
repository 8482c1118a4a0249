/**
 * The faults of the simulated plant through everything: register, Modbus TCP, outbox, broker, rules, alarm, ticket, API. Plant time runs
 * faster; what is expected where is the simulator's own truth, and it arrives over the API like everything else.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alarm } from '../../shared/alarm.ts';
import type { Ticket } from '../../shared/ticket.ts';
import { type Program, startProgram, until } from '../program.ts';
import { temporaryFolder } from '../servers.ts';

const speed = 20;
/** A winter morning at ten in Shanghai, far enough ahead that no real clock reaches it: heating on, wastewater plant at work. */
const plantTime = Date.UTC(2040, 0, 16, 2);
/** Those that show slowly, or only beside what is usual. Every fault, without the wire: rules-faults.test.ts; a burst pipe on it: start.test.ts. */
const slow = process.env.PLANTROOM_TEST_LONG ? ['burst-heating-pipe', 'water-burst', 'loose-contact', 'drain-blocked'] : [];
/** Rules that compare with what is usual need some minutes of it: from the first reading on, however long the start took. */
const learnMs = slow.length > 0 ? 13 * 60_000 : 60_000;
/** Each at its own place, so that all can go on at once; the loss of mains last, since it hides others by design. */
const together = ['feeder-overload', 'oxygen-leak', 'chlorine-pump-stops', 'dead-slave', ...slow];
const alone = 'mains-lost-generator-fails';

interface Fault {
  name: string;
  active: boolean;
  startedAt: number | null;
  expects: { rule: string; device: string; priority: string }[];
}

const folder = temporaryFolder();
let program: Program;

beforeAll(async () => {
  const dataDir = join(folder.path, 'data');
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, 'plant-clock.json'), JSON.stringify({ plantTime }));
  program = await startProgram({ dataDir, args: ['--speed', String(speed)] });
  await until(async () => (await fetch(`${program.url}/healthz`)).ok, 'all roles up');
  const learned = async () =>
    (await program.list<{ since: number | null; lastReadingAt: number | null }>('/api/devices')).filter(
      ({ since, lastReadingAt }) => since !== null && lastReadingAt !== null && lastReadingAt > since + learnMs,
    );
  await until(async () => (await learned()).length > 100, 'readings of some minutes');
}, 240_000);
afterAll(async () => {
  await program?.[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const faultNamed = async (name: string) => (await program.list<Fault>('/api/faults')).find((one) => one.name === name);
const alarmOf = (alarms: Alarm[], want: Fault['expects'][number]) =>
  alarms.find((one) => one.id === `${want.rule.toLowerCase()}.${want.device}`);

/** Waits for every alarm that the fault must cause and checks place, priority and ticket. */
async function expectAlarms(name: string): Promise<void> {
  const fault = await until(async () => {
    const one = await faultNamed(name);
    return one?.active && one;
  });
  expect(fault.expects.length).toBeGreaterThan(0);
  for (const want of fault.expects) {
    const alarm = await until(async () => {
      const found = alarmOf(await program.list<Alarm>('/api/alarms'), want);
      return found?.active && found;
    }, `${want.rule} at ${want.device} for ${name}`);
    expect(alarm.priority).toBe(want.priority);
    if (alarm.priority === 'low' || alarm.state === 'DSUPR') continue;
    const ticket = await until(async () =>
      (await program.list<Ticket>('/api/tickets')).find((one) => one.alarm === alarm.id || one.alarms.includes(alarm.id)),
    );
    expect(ticket).toMatchObject({ device: want.device, trade: alarm.trade });
    if (name === 'burst-heating-pipe') expect((alarm.raisedAt ?? 0) - (fault.startedAt ?? 0)).toBeLessThanOrEqual(60_000);
  }
}

describe(`faults of the running plant at ${speed} times its speed`, () => {
  it('starts quiet', async () => {
    const alarms = await program.list<Alarm>('/api/alarms');
    expect(alarms.filter((alarm) => alarm.active && alarm.rule !== 'SYS-COMM').map((alarm) => alarm.id)).toEqual([]);
  });

  it('takes the faults', async () => {
    for (const name of together) await program.api(`/api/faults/${name}`, { method: 'POST', body: {} });
  });

  it.each(together)('raises what %s must cause, where it must', expectAlarms);

  it('refuses a fault that does not exist', async () => {
    await expect(program.api('/api/faults/flying-boiler', { method: 'POST', body: {} })).rejects.toThrow('404');
  });

  it(`raises what ${alone} must cause`, async () => {
    for (const name of together) await program.api(`/api/faults/${name}`, { method: 'DELETE' });
    await program.api(`/api/faults/${alone}`, { method: 'POST', body: {} });
    await expectAlarms(alone);
  }, 240_000);
});
