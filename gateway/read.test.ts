import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { loadSite } from '../shared/site-file.ts';
import { modbusServer, tcpFrame } from '../test/modbus-server.ts';
import { freePort, temporaryFolder } from '../test/servers.ts';
import { type ReadLine, type ReadOptions, runRead } from './read.ts';

const clock = systemClock();

async function read(port: number, options: Partial<ReadOptions>, devices = '', signal?: AbortSignal, out?: (line: string) => void) {
  using folder = temporaryFolder('read');
  const file = join(folder.path, 'site.yaml');
  writeFileSync(
    file,
    `site: { id: s, name: { zh: 站, en: site }, language: en }
gateways:
  - id: g
    name: { zh: 网关, en: gateway }
    buses:
      - id: b
        type: modbus-tcp
        host: 127.0.0.1
        port: ${port}
        timeout: 100ms
        devices:
          - { id: pump-room, name: { zh: 压力, en: pressure }, profile: rs485-pressure-transmitter, unit: 1, poll: 200ms }
${devices}`,
  );
  const lines: string[] = [];
  const deps = { clock, log: silentLog(), ...(signal ? { signal } : {}) };
  const code = await runRead(loadSite(file), { once: true, json: false, ...options }, out ?? ((line) => lines.push(line)), deps);
  return { code, lines };
}

/** Pressure 400 in kPa with no decimals, the generic transmitter of the domain notes. */
const register = (_unit: number, _code: number, address: number) => ({ 2: 1, 3: 0, 4: 400 })[address];

describe('plantroom read', () => {
  it('prints a table with value, unit, quality, address and raw words', async () => {
    await using server = await modbusServer({ register });
    const { code, lines } = await read(server.port, {});
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/^device\s+quantity\s+value\s+unit\s+quality\s+address\s+raw$/);
    expect(lines[1]).toMatch(/^pump-room\s+pressure_kpa\s+400\s+kPa\s+good\s+holding 4\s+0190\s+Pressure$/);
  });

  it.each([
    ['transaction id', ({ transaction, unit }: { transaction: number; unit: number }, right: Buffer) => tcpFrame(transaction + 1, unit, right.subarray(7))],
    ['unit id', ({ transaction }: { transaction: number }, right: Buffer) => tcpFrame(transaction, 255, right.subarray(7))],
  ] as const)('F15 says of a device that answers with another %s just that, and nothing of wiring', async (what, answer) => {
    await using server = await modbusServer({ register, answer });
    const { code, lines } = await read(server.port, {});
    expect(code).toBe(1);
    expect(lines.join('\n')).toContain(`answers with another ${what}`);
    expect(lines.join('\n')).not.toMatch(/wiring/i);
  }); // biome-ignore format: a table

  it('prints one JSON object a line with --json', async () => {
    await using server = await modbusServer({ register });
    const { lines } = await read(server.port, { json: true });
    const line = JSON.parse(lines[0]!) as ReadLine;
    expect(line).toMatchObject({
      device: 'pump-room',
      quantity: 'pressure_kpa',
      value: 400,
      unit: 'kPa',
      quality: 'good',
      raw: [400],
      table: 'holding',
      address: 4,
    });
    expect(Math.abs(line.t - clock.now())).toBeLessThan(5_000);
  });

  it('a refused register is bad and named; the exit code is still 0, the device answers', async () => {
    await using server = await modbusServer({
      register: (unit, code, address) => (address === 4 ? undefined : register(unit, code, address)),
    });
    const { code, lines } = await read(server.port, { json: true });
    expect(code).toBe(0);
    expect(JSON.parse(lines[0]!)).toMatchObject({ value: null, quality: 'bad', reason: 'exception' });
  });

  it('a silent device is told with what to check, others are read all the same, and the exit code is 1', async () => {
    await using server = await modbusServer({ register, answer: ({ unit }, right) => (unit === 9 ? undefined : right) });
    const silent = '          - { id: silent, name: { zh: 压力, en: p }, profile: rs485-pressure-transmitter, unit: 9 }\n';
    const { code, lines } = await read(server.port, {}, silent);
    expect(code).toBe(1);
    expect(lines.join('\n')).toMatch(/silent\s+unit 9 did not answer. Nothing answers as unit 9: check unit id/);
    expect(lines.join('\n')).toMatch(/pump-room\s+pressure_kpa\s+400/);
    expect((await read(server.port, { device: 'pump-room' }, silent)).code).toBe(0);
  });

  it('one garbled answer costs no device of the bus: what was disturbed is asked again', async () => {
    let disturbed = 0;
    await using server = await modbusServer({
      register,
      answer: (_request, right) => (disturbed++ === 0 ? Buffer.from('ffffffffffffffffffff', 'hex') : right),
    });
    const more = [2, 3].map(
      (unit) => `          - { id: p-${unit}, name: { zh: 压力, en: p }, profile: rs485-pressure-transmitter, unit: ${unit} }\n`,
    );
    const { code, lines } = await read(server.port, {}, more.join(''));
    expect(lines.filter((line) => / 400 /.test(line))).toHaveLength(3);
    expect(code).toBe(0);
  });

  it('nobody at the address is told, not thrown', async () => {
    const { code, lines } = await read(await freePort(), {});
    expect(code).toBe(1);
    expect(lines[0]).toMatch(/Check host and port/);
  });

  it('an unknown device is wrong usage', async () => {
    await expect(read(1, { device: 'nope' })).rejects.toMatchObject({ code: 'usage/command' });
  });

  it('without --once goes on until it is stopped', async () => {
    await using server = await modbusServer({ register });
    const stop = new AbortController();
    let rounds = 0;
    const { code } = await read(server.port, { once: false, json: true }, '', stop.signal, () => {
      if (++rounds === 3) stop.abort();
    });
    expect(code).toBe(0);
    expect(rounds).toBe(3);
  });
});
