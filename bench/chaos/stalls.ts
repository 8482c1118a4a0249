/**
 * How long the machine itself stood still: a sleep that lasts longer than asked, or a small write that the disk takes its time for; and how long
 * processes that were ready to run waited for a processor. Others work on it, and a proof must not blame the program for that.
 */
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const everyMs = 100;
/** What is shorter is no stall. */
const noticeMs = 300;

export interface Stalls extends AsyncDisposable {
  /** Of the span from one wall time to another, how much the machine stood still, ms. */
  within(from: number, to: number): number;
  /** In that span, for how long the processes, one after the other, waited for a processor, ms. */
  queued(from: number, to: number): number;
  readonly longestMs: number;
}

/** proc(5), schedstat: how long the main thread of a process has waited on a run queue so far, ms; 0 for one that is gone. */
function queuedMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** @param processes those through which an alarm goes; a number changes when one is started again */
export async function watchStalls(folder: string, processes: readonly { pid: number }[]): Promise<Stalls> {
  const found: [from: number, to: number][] = [];
  const waits: [at: number, sumMs: number][] = [];
  const before = new Map<number, number>();
  let waited = 0;
  const look = () => {
    for (const { pid } of processes) {
      const now = queuedMs(pid);
      waited += Math.max(0, now - (before.get(pid) ?? 0));
      before.set(pid, now);
    }
    waits.push([Date.now(), waited]);
  };
  const waitedBy = (t: number) => waits.findLast(([at]) => at <= t)?.[1] ?? waits[0]?.[1] ?? 0;
  let stopped = false;
  const file = await open(join(folder, 'stalls'), 'w');
  const watch = async () => {
    while (!stopped) {
      const from = Date.now();
      look();
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
    queued: (from, to) => waitedBy(to) - waitedBy(from),
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
