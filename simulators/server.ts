/**
 * The devices of one bus behind a TCP port, one unit id each: as a Modbus TCP gateway, or as a plain serial server that passes RTU frames on.
 * Own server and not jsmodbus', see decision 6.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Counter } from 'prom-client';
import type { Profile } from '../gateway/device.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { ModbusDevice } from '../shared/site.ts';
import { answerPdu } from './answer.ts';
import { type Framing, type Request, tcpFraming } from './framing.ts';
import type { Hospital } from './hospital.ts';

export interface BusServerOptions {
  bus: { id: string; devices: readonly ModbusDevice[] };
  host: string;
  /** 0: any free port. */
  port: number;
  /** Modbus TCP by default. */
  framing?: Framing;
  hospital: Hospital;
  profiles: ReadonlyMap<string, Profile>;
  clock: Clock;
  log: Log;
  /** Labels bus and outcome. */
  requests?: Counter<'bus' | 'outcome'>;
}

export interface BusServer extends AsyncDisposable {
  port: number;
}

const mostConnections = 64;
/** A client that does not read its answers is let go at this many waiting bytes. */
const mostWaitingBytes = 1_000_000;
/** Plant time that one request may make up for; the role's own timer does the rest. */
const stepsPerRequest = 600;

export async function startBusServer(options: BusServerOptions): Promise<BusServer> {
  const { bus, host, port, log } = options;
  const units = new Map<number, ModbusDevice[]>();
  for (const device of bus.devices) units.set(device.unit, [...(units.get(device.unit) ?? []), device]);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    if (sockets.size >= mostConnections) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket, units, options);
  });
  await listen(server, port, host);
  server.on('error', (error) => log.warn({ bus: bus.id, reason: error.message }, 'simulated bus'));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function serve(socket: Socket, units: ReadonlyMap<number, ModbusDevice[]>, options: BusServerOptions): void {
  const { framing = tcpFraming } = options;
  let buffer: Buffer = Buffer.alloc(0);
  socket.on('data', (data: Buffer) => {
    buffer = buffer.length === 0 ? data : Buffer.concat([buffer, data]);
    for (;;) {
      const found = framing.next(buffer);
      if (found === undefined) return;
      if (found === 'lost') {
        // not Modbus TCP, or out of step: nothing that follows can be trusted. A slave on a line just waits for the next pause.
        buffer = Buffer.alloc(0);
        if (framing.lostEndsConnection) socket.destroy();
        return;
      }
      buffer = buffer.subarray(found.bytes);
      answer(socket, found.request, units, options);
    }
  });
}

function answer(socket: Socket, request: Request, units: ReadonlyMap<number, ModbusDevice[]>, options: BusServerOptions): void {
  const { hospital, clock, bus, requests, framing = tcpFraming } = options;
  hospital.advanceTo(clock.now(), stepsPerRequest);
  const devices = units.get(request.unit) ?? [];
  const wrong = hospital.wrong(devices[0]?.id ?? '');
  // a serial line behind a gateway: who is not there does not answer
  const reply = wrong.dead ? undefined : answerOf(request.pdu, devices, options);
  requests?.inc({ bus: bus.id, outcome: reply === undefined ? 'silent' : (reply[0] as number) & 0x80 ? 'refused' : 'answered' });
  if (!reply) return;
  const out = request.wrap(reply);
  if (wrong.garbage) damage(out, framing.unitAt, hospital.now);
  if (wrong.delayMs) clock.after(wrong.delayMs, () => send(socket, out));
  else send(socket, out);
}

function answerOf(pdu: Buffer, devices: readonly ModbusDevice[], { hospital, profiles }: BusServerOptions): Buffer | undefined {
  const profile = profiles.get(devices[0]?.profile ?? '');
  return (
    profile &&
    answerPdu(
      pdu,
      devices.map((device) => hospital.image(device.id)),
      profile,
    )
  );
}

function send(socket: Socket, out: Buffer): void {
  if (socket.destroyed) return;
  socket.write(out);
  if (socket.writableLength > mostWaitingBytes) socket.destroy();
}

/** What a sick serial server does: another unit, another function, another length of data, by turns. */
function damage(out: Buffer, unitAt: number, now: number): void {
  const at = unitAt + (Math.floor(now / 1_000) % 3);
  if (at < out.length) out[at] = (out[at] as number) ^ 0x15;
}
