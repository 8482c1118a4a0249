/** The wire, seen by a client that we did not write (jsmodbus) and, where no client would misbehave so, by a bare socket. */
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { client as clients } from 'jsmodbus';
import modbus from 'modbus-serial';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { manualClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import type { ModbusDevice } from '../shared/site.ts';
import { crc16, rtuFraming } from './framing.ts';
import type { Hospital } from './hospital.ts';
import { type BusServer, startBusServer } from './server.ts';
import { newHospital, profiles, site, winter } from './test-hospital.ts';

const bus = site.gateways.flatMap((gateway) => gateway.buses).find((one) => one.id === 'bus-lv1') as {
  id: string;
  devices: ModbusDevice[];
};
const lab = bus.devices.find((device) => device.id === 'fd-lab') as ModbusDevice;
let hospital: Hospital;
let clock: ReturnType<typeof manualClock>;
let server: BusServer;
let socket: Socket;

beforeEach(async () => {
  clock = manualClock(winter);
  hospital = newHospital();
  server = await startBusServer({ bus, host: '127.0.0.1', port: 0, hospital, profiles, clock, log: silentLog() });
  socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
});
afterEach(async () => {
  socket.destroy();
  await server[Symbol.asyncDispose]();
});

const frame = (id: number, unit: number, pdu: number[]) => Buffer.from([id >> 8, id & 255, 0, 0, 0, pdu.length + 1, unit, ...pdu]);
const readVolts = [3, 0, 97, 0, 3];

async function answers(count: number): Promise<Buffer[]> {
  let got = Buffer.alloc(0);
  const frames: Buffer[] = [];
  while (frames.length < count) {
    const [data] = (await once(socket, 'data')) as [Buffer];
    got = Buffer.concat([got, data]);
    while (got.length >= 6 && got.length >= 6 + got.readUInt16BE(4)) {
      frames.push(got.subarray(0, 6 + got.readUInt16BE(4)));
      got = got.subarray(6 + got.readUInt16BE(4));
    }
  }
  return frames;
}
const ask = async (unit: number, pdu: number[]) => {
  socket.write(frame(1, unit, pdu));
  return (await answers(1))[0]?.subarray(7) as Buffer;
};

test('a client of somebody else reads what the plant has', async () => {
  const own = new Socket();
  const client = new clients.TCP(own, lab.unit, 1_000);
  own.connect(server.port, '127.0.0.1');
  await once(own, 'connect');
  const { response } = await client.readHoldingRegisters(97, 3);
  own.destroy();
  const truth = hospital.truth('fd-lab');
  expect(response.body.valuesAsArray[0]).toBe(Math.round((truth.voltage_l1_v as number) * 10));
});

test('a register that does not exist is refused with exception 2, too many with 3', async () => {
  expect([...(await ask(lab.unit, [3, 0x20, 0, 0, 2]))]).toEqual([0x83, 2]);
  expect([...(await ask(lab.unit, [4, 0, 97, 0, 1]))]).toEqual([0x84, 2]);
  expect([...(await ask(lab.unit, [3, 0, 0, 0, 126]))]).toEqual([0x83, 3]);
  expect([...(await ask(lab.unit, [3, 0, 0, 0, 65]))]).toEqual([0x83, 3]);
  expect([...(await ask(lab.unit, [3, 0, 0, 0, 0]))]).toEqual([0x83, 3]);
});

test('every kind of writing, and what no meter knows, is refused with exception 1', async () => {
  for (const functionCode of [5, 6, 15, 16, 22, 23, 8, 100]) {
    expect([...(await ask(lab.unit, [functionCode, 0, 0, 0, 1]))]).toEqual([functionCode | 0x80, 1]);
  }
});

test('the identification names vendor and model', async () => {
  const reply = await ask(lab.unit, [43, 14, 1, 0]);
  expect(reply.toString('latin1')).toContain('Acrel');
  expect(reply.toString('latin1')).toContain('ADL3000');
});

test('a unit that is not there stays silent and its neighbours answer, in order, also when requests come in one packet or in pieces', async () => {
  const all = Buffer.concat([frame(1, 99, readVolts), frame(2, 1, readVolts), frame(3, 2, readVolts), frame(4, 3, [1, 0])]);
  socket.write(all.subarray(0, 17));
  await new Promise((resolve) => setImmediate(resolve));
  socket.write(all.subarray(17));
  const frames = await answers(3);
  expect(frames.map((one) => one.readUInt16BE(0))).toEqual([2, 3, 4]);
  expect(frames[0]?.[6]).toBe(1);
});

test('bytes that are no Modbus TCP end the connection, and only that one', async () => {
  const other = connect(server.port, '127.0.0.1');
  await once(other, 'connect');
  other.write('GET / HTTP/1.1\r\n\r\n');
  await once(other, 'close');
  expect([...(await ask(1, readVolts))][0]).toBe(3);
});

test('a dead device is silent, a slow one answers late, a sick one answers nonsense', async () => {
  hospital.startFault('dead-slave', { device: 'fd-lab' });
  hospital.startFault('slow-slave', { device: 'fd-xray', delay_ms: 2_000 });
  hospital.startFault('garbage-on-the-wire', { device: 'fd-ct' });
  clock.advanceSync(2_000);
  const unit = (id: string) => bus.devices.find((device) => device.id === id)?.unit as number;
  socket.write(
    Buffer.concat([frame(1, unit('fd-lab'), readVolts), frame(2, unit('fd-xray'), readVolts), frame(3, unit('fd-ct'), readVolts)]),
  );
  const [first] = await answers(1);
  expect(first?.readUInt16BE(0)).toBe(3);
  const sound = Buffer.concat([frame(3, unit('fd-ct'), [3, 6])]).subarray(4);
  expect(first?.subarray(4, 9).equals(sound.subarray(0, 5))).toBe(false);
  clock.advanceSync(2_000);
  const [late] = await answers(1);
  expect(late?.readUInt16BE(0)).toBe(2);
  for (const name of ['dead-slave', 'slow-slave', 'garbage-on-the-wire']) hospital.stopFault(name);
  clock.advanceSync(1_000);
  socket.write(frame(5, unit('fd-lab'), readVolts));
  expect((await answers(1))[0]?.readUInt16BE(0)).toBe(5);
});

test('the plant moves on with the clock, and only with it', async () => {
  const before = hospital.now;
  clock.advanceSync(90_000);
  await ask(1, readVolts);
  expect(hospital.now).toBe(before + 90_000);
});

test('the same bus as RTU frames through a TCP port: answered with a CRC, silent to a frame whose CRC is wrong', async () => {
  await using rtu = await startBusServer({
    bus,
    host: '127.0.0.1',
    port: 0,
    hospital,
    profiles,
    clock,
    log: silentLog(),
    framing: rtuFraming,
  });
  const line = new modbus.default();
  await line.connectTelnet('127.0.0.1', { port: rtu.port });
  line.setTimeout(300);
  line.setID(lab.unit);
  const { data } = await line.readHoldingRegisters(97, 3);
  expect(data[0]).toBe(Math.round((hospital.truth('fd-lab').voltage_l1_v as number) * 10));
  await expect(line.readHoldingRegisters(9_000, 1)).rejects.toMatchObject({ modbusCode: 2 });
  await expect(line.writeRegister(97, 1)).rejects.toMatchObject({ modbusCode: 1 });
  line.setID(99);
  await expect(line.readHoldingRegisters(97, 3)).rejects.toMatchObject({ name: 'TransactionTimedOutError' });
  await new Promise<void>((resolve) => line.close(() => resolve()));
  // unit 1, function 3, address 97, 3 registers; the CRC would be 54 15
  expect(crc16(Buffer.from([1, 3, 0, 97, 0, 3]))).toBe(0x1554);
  expect(rtuFraming.next(Buffer.from([1, 3, 0, 97, 0, 3, 0x54, 0x14]))).toBe('lost');
});
