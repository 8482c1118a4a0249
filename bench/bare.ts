/** The bare script of `bare-line.ts` as a process beside a row: what reading and writing costs at the least. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { startTruthServer } from './chaos/truth-server.ts';

export interface BareUse {
  cpuSeconds: number;
  values: number;
}

export interface Bare extends AsyncDisposable {
  use(): Promise<BareUse>;
}

export async function startBare(influxUrl: string, meters: number, values: number): Promise<Bare> {
  await fetch(`${influxUrl}/query`, { method: 'POST', body: new URLSearchParams({ q: 'CREATE DATABASE bare' }) });
  await using undo = new AsyncDisposableStack();
  const server = undo.use(await startTruthServer({ values, buses: meters, remember: false }));
  const child = fork(join(import.meta.dirname, 'bare-line.ts'), [String(values), influxUrl, ...server.ports.map(String)]);
  undo.defer(() => void child.kill('SIGKILL'));
  await new Promise((resolve) => child.once('message', resolve));
  const stop = undo.move();
  return {
    use: () =>
      new Promise((resolve) => {
        child.once('message', (message) => resolve(message as BareUse));
        child.send('use');
      }),
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}
