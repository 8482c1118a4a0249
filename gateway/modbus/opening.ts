/** Requests that wait for a connection: some slaves close theirs after each answer, and the next question needs a new one. */
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/errors.ts';
import type { Port } from './link.ts';

interface Waiting {
  resolve(): void;
  reject(fault: Fault): void;
  cancel(): void;
}

export interface Opening {
  /** Resolves once the port is open, within the time that the request has anyway. @throws Fault transport/closed */
  wait(timeoutMs: number): Promise<void>;
  opened(): void;
  closed(reason: string): void;
}

export function openingOf(port: Port, clock: Clock): Opening {
  const all = new Set<Waiting>();
  const end = (finish: (one: Waiting) => void) => {
    const waiting = [...all];
    all.clear();
    for (const one of waiting) {
      one.cancel();
      finish(one);
    }
  };
  return {
    wait(timeoutMs) {
      port.wake();
      if (port.open) return Promise.resolve();
      if (!port.connecting) return Promise.reject(new Fault('transport/closed'));
      return new Promise((resolve, reject) => {
        const one: Waiting = { resolve, reject, cancel: () => {} };
        one.cancel = clock.after(timeoutMs, () => {
          all.delete(one);
          reject(new Fault('transport/closed', 'no connection within the time of a request'));
        });
        all.add(one);
      });
    },
    opened: () => end((one) => one.resolve()),
    closed: (reason) => end((one) => one.reject(new Fault('transport/closed', reason))),
  };
}
