import { randomInt } from 'node:crypto';
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

/** Below those that systems give to outgoing connections (from 32,768 on Linux, 49,152 elsewhere), above those that have names. */
const [lowest, end] = [10_240, 32_768];
const mostTries = 100;

/**
 * A port that nobody listens on now. One of those for outgoing connections would be taken by any of them before it is listened on; a client that seeks it
 * meanwhile may even get it as its own and then hears itself.
 * @throws Fault transport/closed
 */
export async function freePort(host = loopback): Promise<number> {
  for (let i = 0; i < mostTries; i++) {
    const port = randomInt(lowest, end);
    if (await isFree(port, host)) return port;
  }
  throw new Fault('transport/closed', `no free port of ${host} among ${mostTries} tried; name one with --port`);
}

/** The smallest multiple of 100 by which all ports can be moved so that all are free; several hospitals can run on one machine. */
export async function freeShift(ports: readonly number[]): Promise<number> {
  for (let shift = 0; Math.max(0, ...ports) + shift <= 65_000; shift += 100) {
    if ((await Promise.all(ports.map((port) => isFree(port + shift)))).every(Boolean)) return shift;
  }
  throw new Fault('transport/closed', 'no free ports for the simulated devices');
}
