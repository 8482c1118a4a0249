import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { benchDevice, benchProfiles, benchWord } from '../../bench/meters.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import { modbusRtuTcpBusSchema, modbusTcpBusSchema } from '../../shared/site.ts';
import { hangMs } from '../../test/hang.ts';
import { modbusServer, type ServerBehaviour, tcpFrame } from '../../test/modbus-server.ts';
import { withCrc } from '../../test/serial-line.ts';
import { profileSchema } from '../device.ts';
import type { DeviceReadings, DeviceState } from '../transport.ts';
import modbusRtuTcp from '../transports/modbus-rtu-tcp.ts';
import modbusTcp from '../transports/modbus-tcp.ts';

const wall = systemClock();

async function bus(behaviour: Omit<ServerBehaviour, 'register'>, clock: Clock, poll: string) {
  const server = await modbusServer({ register: (_unit, _code, address) => benchWord(address), ...behaviour });
  const results: DeviceReadings[] = [];
  const states: DeviceState[] = [];
  const metrics = new Registry();
  const devices = [1, 2, 3].map((unit) => benchDevice(`m${unit}`, unit, poll));
  const running = modbusTcp.start(
    { ...modbusTcpBusSchema.parse({ id: 'b', type: 'modbus-tcp', host: '127.0.0.1', port: server.port, timeout: '200ms' }), devices },
    {
      clock,
      log: silentLog(),
      metrics,
      profiles: benchProfiles,
      sink: { readings: (one) => results.push(one), device: (one) => states.push(one) },
    },
  );
  const until = async (done: () => boolean) => {
    for (let waited = 0; !done() && waited < hangMs; waited += 10) await wall.sleep(10);
    expect(done()).toBe(true);
  };
  return { server, results, states, metrics, running, until };
}

describe('a Modbus bus', () => {
  it('shows what it counts, and nothing more once it is stopped', async () => {
    const { metrics, running, results, until, server } = await bus({}, wall, '50ms');
    await until(() => results.length >= 6);
    const text = await metrics.metrics();
    expect(Number(/plantroom_modbus_requests\{bus="b"\} (\d+)/.exec(text)?.[1])).toBeGreaterThanOrEqual(6);
    expect(text).toContain('plantroom_modbus_timeouts{bus="b"} 0');
    await running[Symbol.asyncDispose]();
    expect(await metrics.metrics()).not.toContain('bus="b"');
    await server[Symbol.asyncDispose]();
  });

  it('a bus that is away at the start makes its values bad once, and is read as soon as it is there', async () => {
    const away = await bus({}, wall, '1s');
    away.server.drop();
    await away.until(() => away.results.length >= 3 && away.results.slice(-3).every(({ v }) => Object.keys(v).length === 0));
    const server = await modbusServer({ register: (_unit, _code, address) => benchWord(address) }, away.server.port);
    await away.until(() => away.results.slice(-3).every(({ v }) => Object.keys(v).length === 50));
    expect(away.results.filter(({ bad }) => Object.keys(bad).length > 0).length).toBe(3);
    await away.running[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it('a connection that is cut comes back by itself, without a wrong or an old value', async () => {
    const { server, results, states, running, until } = await bus({}, wall, '50ms');
    await until(() => results.length >= 6);
    for (const socket of server.sockets) socket.destroy();
    const before = results.length;
    await until(() => results.length > before + 9 && results.slice(-3).every(({ v }) => Object.keys(v).length === 50));
    expect(states.every(({ online }) => online)).toBe(true);
    for (const { v, bad } of results) expect(Object.keys(v).length + Object.keys(bad).length).toBe(50);
    await running[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it('where the plant runs 200 times faster, answers still get their real milliseconds', async () => {
    const clock = systemClock({ speed: 200, realStart: Date.now(), plantStart: Date.UTC(2026, 0, 15) });
    // 200 ms of plant time would be one real millisecond.
    const slow = async (_request: unknown, right: Buffer) => {
      await wall.sleep(15);
      return right;
    };
    const { server, results, states, running, until } = await bus({ answer: slow }, clock, '30s');
    // A machine that is busy elsewhere may let one answer be too late; with a limit of one millisecond they all are.
    await until(() => results.filter(({ bad }) => Object.keys(bad).length === 0).length >= 9);
    expect(new Set(states.filter(({ online }) => online).map(({ device }) => device)).size).toBe(3);
    await running[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
});

describe('F1 a slave that closes the connection after each answer', () => {
  const far = profileSchema.parse({
    id: 'far', vendor: 't', model: 't', title: { zh: '表', en: 'meter' }, system: 'electricity', kind: 'electricity-meter', source: 'made for tests', evidence: 'A',
    points: [
      { quantity: 'voltage_l1_v', address: 0, type: 'uint16', scale: 0.1 },
      { quantity: 'frequency_hz', address: 200, type: 'uint16', scale: 0.01 },
      { quantity: 'active_power_kw', address: 400, type: 'uint16', scale: 0.1 },
    ],
    samples: [{ from: 'made for tests', words: {}, values: {} }],
  }); // biome-ignore format: short
  const values: Record<number, number> = { 0: 2301, 200: 5000, 400: 123 };

  it.each(['modbus-tcp', 'modbus-rtu-tcp'] as const)('gives all its blocks at every poll: %s', async (type) => {
    const isRtu = type === 'modbus-rtu-tcp';
    const closing = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', (bytes) => {
        const [unit, code, address] = isRtu
          ? [bytes[0] as number, bytes[1] as number, bytes.readUInt16BE(2)]
          : [bytes[6] as number, bytes[7] as number, bytes.readUInt16BE(8)];
        const pdu = Buffer.of(code, 2, (values[address] as number) >> 8, (values[address] as number) & 255);
        socket.end(isRtu ? withCrc(Buffer.concat([Buffer.of(unit), pdu])) : tcpFrame(bytes.readUInt16BE(0), unit, pdu));
      });
    });
    closing.listen(0, '127.0.0.1');
    await once(closing, 'listening');
    const { port } = closing.address() as AddressInfo;
    const results: DeviceReadings[] = [];
    const devices = [{ id: 'm', name: { zh: '表', en: 'm' }, profile: 'far', unit: 1, poll: '300ms', slow_poll: '300ms' }];
    const context = {
      clock: wall,
      log: silentLog(),
      profiles: new Map([['far', far]]),
      sink: { readings: (one: DeviceReadings) => void results.push(one), device: () => {} },
    };
    const settings = { id: 'b', host: '127.0.0.1', port, devices };
    const running = isRtu
      ? modbusRtuTcp.start(modbusRtuTcpBusSchema.parse({ ...settings, type: 'modbus-rtu-tcp' }), context)
      : modbusTcp.start(modbusTcpBusSchema.parse({ ...settings, type: 'modbus-tcp' }), context);
    // RTU waits for a late answer before it asks the like again; that is slow here, and all the same complete.
    const wanted = isRtu ? 2 : 4;
    for (let waited = 0; results.length < wanted && waited < hangMs; waited += 10) await wall.sleep(10);
    await running[Symbol.asyncDispose]();
    closing.close();
    expect(results.length).toBeGreaterThanOrEqual(wanted);
    for (const { v, bad } of results)
      expect({ v, bad }).toEqual({ v: { voltage_l1_v: 230.1, frequency_hz: 50, active_power_kw: 12.3 }, bad: {} });
  });
});
