import { createServer } from 'node:net';
import { Fault } from '../../shared/errors.ts';

const loopback = '127.0.0.1';

export function isFree(port: number, host = loopback): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

export function freePort(host = loopback): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host }, () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** The smallest multiple of 100 by which all ports can be moved so that all are free; several hospitals can run on one machine. */
export async function freeShift(ports: readonly number[]): Promise<number> {
  for (let shift = 0; Math.max(0, ...ports) + shift <= 65_000; shift += 100) {
    if ((await Promise.all(ports.map((port) => isFree(port + shift)))).every(Boolean)) return shift;
  }
  throw new Fault('transport/closed', 'no free ports for the simulated devices');
}
