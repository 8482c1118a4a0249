/** Works a saving out beside the thread that answers people: a fit with its thousand draws takes seconds. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type SavingsInput, type SavingsResult, savings } from './savings.ts';

let queue: Promise<unknown> = Promise.resolve();

/** One at a time. */
export function savingsAside(input: SavingsInput): Promise<SavingsResult> {
  const mine = queue.then(
    () =>
      new Promise<SavingsResult>((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), { workerData: { savings: input } });
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.once('exit', () => reject(new Error('the fit ended without a result')));
        worker.unref();
      }),
  );
  queue = mine.catch(() => undefined);
  return mine;
}

const given = (workerData as { savings?: SavingsInput } | null)?.savings;
if (!isMainThread && given) parentPort?.postMessage(savings(given));
