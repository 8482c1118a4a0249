/** The newcomer's first minute: one command, a live hospital, a fault, an alarm, a ticket, and everything gone after Ctrl-C. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alarm } from '../../shared/alarm.ts';
import type { Ticket } from '../../shared/ticket.ts';
import { type Program, startProgram, until } from '../program.ts';

interface Device {
  id: string;
  system: string;
  online: boolean;
  lastReadingAt: number | null;
  latest: Record<string, { value: number | null; unit: string; t: number; quality: string }>;
}

const demoSystems = ['electricity', 'boiler', 'heating', 'hotwater', 'water', 'drain', 'oxygen', 'wastewater', 'generator', 'environment'];
let program: Program;

beforeAll(async () => {
  program = await startProgram();
}, 240_000);
afterAll(() => program?.[Symbol.asyncDispose]());

const processesOf = (dataDir: string) => {
  try {
    return execFileSync('pgrep', ['-f', dataDir], { encoding: 'utf8' }).trim().split('\n').filter(Boolean);
  } catch {
    return [];
  }
};

describe('plantroom start', () => {
  it('shows live values of every system after the first start', async () => {
    const systems = await until(async () => {
      const devices = await program.list<Device>('/api/devices');
      const live = new Set(
        devices
          .filter((device) => Object.values(device.latest).some((one) => one.value !== null && one.quality === 'good'))
          .map((device) => device.system),
      );
      return demoSystems.every((system) => live.has(system)) && live;
    }, 'live values of every system');
    expect(systems.size).toBeGreaterThanOrEqual(demoSystems.length);
  }, 260_000);

  it('says that all roles are up', async () => {
    const answer = await until(async () => {
      const one = await fetch(`${program.url}/healthz`);
      return one.status === 200 && one;
    });
    expect(answer.status).toBe(200);
  });

  it('keeps the readings in the store', async () => {
    const points = await until(async () => {
      const to = Date.now() + 60_000;
      const device = (await program.list<Device>('/api/devices')).find((one) => one.latest.active_power_kw);
      const series = await program.api<{ points: [number, number | null][] }>(
        `/api/series?device=${device?.id}&quantity=active_power_kw&from=${to - 600_000}&to=${to}`,
      );
      return series.points.length > 1 && series.points;
    });
    expect(points.every(([, value]) => value === null || Number.isFinite(value))).toBe(true);
  });

  it('turns a burst heating pipe into a critical alarm at the right loop and a ticket for the right trade, and closes it', async () => {
    await program.api('/api/faults/burst-heating-pipe', { method: 'POST', body: {} });
    const alarm = await until(
      async () =>
        (await program.list<Alarm>('/api/alarms')).find((one) => one.active && one.system === 'heating' && one.priority === 'critical'),
      'a critical heating alarm',
    );
    const faults = await program.list<{ name: string; active: boolean; expects: { rule: string; device: string }[] }>('/api/faults');
    const fault = faults.find((one) => one.name === 'burst-heating-pipe');
    expect(fault?.active).toBe(true);
    expect(fault?.expects.map((one) => one.device)).toContain(alarm.device);
    const ticket = await until(async () =>
      (await program.list<Ticket>('/api/tickets')).find((one) => one.alarm === alarm.id || one.alarms.includes(alarm.id)),
    );
    expect(['boiler', 'plumbing']).toContain(ticket.trade);
    await program.api('/api/faults/burst-heating-pipe', { method: 'DELETE' });
    await program.api(`/api/alarms/${alarm.id}/acknowledge`, { method: 'POST', body: { comment: 'on my way' } });
    await program.api(`/api/tickets/${ticket.id}/assign`, { method: 'POST', body: { assignee: 'admin' } });
    await program.api(`/api/tickets/${ticket.id}/start`, { method: 'POST', body: {} });
    await program.api(`/api/tickets/${ticket.id}/resolve`, { method: 'POST', body: { resolution: 'pipe replaced' } });
    expect((await program.api<Ticket>(`/api/tickets/${ticket.id}`)).state).toBe('resolved');
  }, 400_000);

  it('ends every process after Ctrl-C, by itself and with code 0', async () => {
    expect(processesOf(program.dataDir).length).toBeGreaterThan(5);
    const { code } = await program.stop('SIGINT');
    expect(code).toBe(0);
    expect(processesOf(program.dataDir)).toEqual([]);
  }, 240_000);
});
