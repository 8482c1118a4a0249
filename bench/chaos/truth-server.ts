/**
 * The Modbus TCP server of a fleet: answers each read with numbers that name the answer, and remembers every answer it gave. It is the truth
 * that the store is compared with.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { truth } from './fleet.ts';

export interface Answer {
  unit: number;
  n: number;
  /** Wall time when the answer was given, ms. */
  at: number;
  /** Which connection it went to. */
  connection: number;
}

export interface TruthServer extends AsyncDisposable {
  readonly ports: readonly number[];
  readonly answers: Answer[];
  /** How many answers were given, also when they are not remembered. */
  given(): number;
  /** Connections that are open now. */
  connections(): number[];
  /** Answers nothing any more. */
  fallSilent(): void;
}

export interface TruthOptions {
  values: number;
  /** Listening ports, one for each bus. */
  buses: number;
  /** Benches need no memory of what was answered. */
  remember?: boolean;
  /** What stands in a quantity of a unit instead, while it does. */
  instead?(unit: number, quantity: number): number | undefined;
}

export async function startTruthServer(options: TruthOptions): Promise<TruthServer> {
  const answers: Answer[] = [];
  const open = new Map<number, Socket>();
  const counters = new Map<number, number>();
  let connections = 0;
  let given = 0;
  let silent = false;
  const words = options.values * 2;
  const serve = (socket: Socket) => {
    const connection = connections++;
    open.set(connection, socket);
    socket.on('close', () => open.delete(connection));
    socket.on('error', () => socket.destroy());
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      if (silent) return;
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let at = 0;
      for (; data.length - at >= 12; at += 12) {
        const unit = data[at + 6] as number;
        const address = data.readUInt16BE(at + 8);
        const count = data.readUInt16BE(at + 10);
        const n = counters.get(unit) ?? 0;
        counters.set(unit, n + 1);
        const frame = Buffer.allocUnsafe(9 + 2 * count);
        data.copy(frame, 0, at, at + 4);
        frame.writeUInt16BE(3 + 2 * count, 4);
        frame[6] = unit;
        frame[7] = data[at + 7] as number;
        frame[8] = 2 * count;
        for (let word = 0; word < count; word++) {
          const register = address + word;
          const value = register < words ? (options.instead?.(unit, register >> 1) ?? truth(unit, n, register >> 1)) : 0;
          frame.writeUInt16BE(register & 1 ? value & 0xffff : value >>> 16, 9 + 2 * word);
        }
        given++;
        if (options.remember !== false) answers.push({ unit, n, at: Date.now(), connection });
        socket.write(frame);
      }
      rest = at === data.length ? Buffer.alloc(0) : data.subarray(at);
    });
  };
  const servers = await Promise.all(
    Array.from({ length: options.buses }, async () => {
      const server = createServer({ noDelay: true }, serve);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  return {
    ports: servers.map((server) => (server.address() as AddressInfo).port),
    answers,
    given: () => given,
    connections: () => [...open.keys()],
    fallSilent: () => {
      silent = true;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open.values()) socket.destroy();
      for (const server of servers) server.close();
    },
  };
}
