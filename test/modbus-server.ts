/**
 * A Modbus TCP server for tests, written from the standard and sharing no code with the gateway's client. Its registers are functions of
 * the address; `answer` may bend any reply.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface ServedRequest {
  transaction: number;
  unit: number;
  code: number;
  address: number;
  count: number;
}

export interface ModbusServer extends AsyncDisposable {
  port: number;
  requests: ServedRequest[];
  sockets: Set<Socket>;
  /** All connections dropped, the port closed; `listen` opens it again. */
  drop(): void;
}

export interface ServerBehaviour {
  /** A register or coil; undefined: the device has none there (exception 2). */
  register(unit: number, code: number, address: number): number | undefined;
  /** Bytes to send for a request instead of the right answer, or a promise of them; undefined: none at all. */
  answer?(request: ServedRequest, right: Buffer, socket: Socket): Promise<Buffer | undefined> | Buffer | undefined;
}

export function rightPdu(request: ServedRequest, behaviour: Pick<ServerBehaviour, 'register'>): Buffer {
  const { unit, code, address, count } = request;
  const values = Array.from({ length: count }, (_, at) => behaviour.register(unit, code, address + at));
  if (values.includes(undefined)) return Buffer.of(code | 0x80, 2);
  if (code <= 2) {
    const data = Buffer.alloc(Math.ceil(count / 8));
    for (const [at, bit] of values.entries()) if (bit) data[at >> 3] = (data[at >> 3] as number) | (1 << (at & 7));
    return Buffer.concat([Buffer.of(code, data.length), data]);
  }
  const data = Buffer.alloc(count * 2);
  for (const [at, word] of values.entries()) data.writeUInt16BE(word as number, at * 2);
  return Buffer.concat([Buffer.of(code, data.length), data]);
}

export function tcpFrame(transaction: number, unit: number, pdu: Uint8Array): Buffer {
  const frame = Buffer.alloc(7 + pdu.length);
  frame.writeUInt16BE(transaction, 0);
  frame.writeUInt16BE(pdu.length + 1, 4);
  frame[6] = unit;
  frame.set(pdu, 7);
  return frame;
}

export async function modbusServer(behaviour: ServerBehaviour, port = 0): Promise<ModbusServer> {
  const requests: ServedRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let rest = Buffer.alloc(0);
    // One request after the other, as a serial gateway does.
    let turn: Promise<void> = Promise.resolve();
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 12) {
        const request: ServedRequest = {
          transaction: rest.readUInt16BE(0),
          unit: rest[6] as number,
          code: rest[7] as number,
          address: rest.readUInt16BE(8),
          count: rest.readUInt16BE(10),
        };
        rest = rest.subarray(6 + rest.readUInt16BE(4));
        requests.push(request);
        turn = turn.then(async () => {
          const right = tcpFrame(request.transaction, request.unit, rightPdu(request, behaviour));
          const reply = behaviour.answer ? await behaviour.answer(request, right, socket) : right;
          if (reply && !socket.destroyed) socket.write(reply);
        });
      }
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const drop = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    sockets,
    drop,
    async [Symbol.asyncDispose]() {
      drop();
    },
  };
}
