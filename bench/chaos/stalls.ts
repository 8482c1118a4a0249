/**
 * How long the machine itself stood still: a sleep that lasts longer than asked, or a small write that the disk takes its time for. Others work on it,
 * and a proof must not blame the program for that.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const everyMs = 100;
/** What is shorter is no stall. */
const noticeMs = 300;

export interface Stalls extends AsyncDisposable {
  /** Of the span from one wall time to another, how much the machine stood still, ms. */
  within(from: number, to: number): number;
  readonly longestMs: number;
}

export async function watchStalls(folder: string): Promise<Stalls> {
  const found: [from: number, to: number][] = [];
  let stopped = false;
  const file = await open(join(folder, 'stalls'), 'w');
  const watch = async () => {
    while (!stopped) {
      const from = Date.now();
      await sleep(everyMs);
      try {
        await file.write('x', 0);
        await file.sync();
      } catch {
        // A disk that is full answers at once.
      }
      const to = Date.now();
      if (to - from - everyMs > noticeMs) found.push([from + everyMs, to]);
    }
  };
  const running = watch();
  return {
    within: (from, to) => found.reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, to) - Math.max(a, from)), 0),
    get longestMs() {
      return found.reduce((most, [from, to]) => Math.max(most, to - from), 0);
    },
    async [Symbol.asyncDispose]() {
      stopped = true;
      await running;
      await file.close();
    },
  };
}
