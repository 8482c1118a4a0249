/** Meters on Modbus TCP, answered from ready-made bytes: a process of its own, so that its CPU is not the gateway's. Prints its ports. */
import { createServer } from 'node:net';
import { benchWord } from './meters.ts';

const connections = Number(process.argv[2] ?? 1);
const image = Buffer.alloc(125 * 2);
for (let address = 0; address < 125; address++) image.writeUInt16BE(benchWord(address), address * 2);
const ports: number[] = [];
for (let index = 0; index < connections; index++) {
  const server = createServer({ noDelay: true }, (socket) => {
    let rest: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= 12) {
        const count = rest.readUInt16BE(10);
        const answer = Buffer.allocUnsafe(9 + count * 2);
        rest.copy(answer, 0, 0, 8);
        answer.writeUInt16BE(3 + count * 2, 4);
        answer[8] = count * 2;
        image.copy(answer, 9, rest.readUInt16BE(8) * 2, (rest.readUInt16BE(8) + count) * 2);
        socket.write(answer);
        rest = rest.subarray(12);
      }
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') ports.push(address.port);
    if (ports.length === connections) process.stdout.write(`${JSON.stringify(ports)}\n`);
  });
}
process.on('disconnect', () => process.exit(0));
