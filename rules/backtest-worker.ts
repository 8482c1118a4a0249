/** Tries rules on history in a thread of its own, so that the API keeps answering meanwhile. */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { openStore } from '../ingest/open-store.ts';
import { Fault, type FaultCode, isFault, reasonOf } from '../shared/errors.ts';
import type { SiteConfig } from '../shared/site.ts';
import { type BacktestRequest, type BacktestResult, backtest } from './backtest.ts';
import { storeHistory } from './history.ts';
import { type Proposal, type ProposeRequest, propose } from './propose.ts';

type Work = { backtest: BacktestRequest } | { propose: ProposeRequest };
interface Job {
  site: SiteConfig;
  storeUrl: string;
  onHistory: Work;
}
type Result = BacktestResult | Proposal[];
type Answer = { result: Result } | { code: FaultCode; reason: string };

/**
 * Over the history of the store. The site's devices must know their systems.
 * @throws Fault as `backtest` does; api/invalid when it is called off by the signal
 */
export const backtestInThread = (site: SiteConfig, storeUrl: string, request: BacktestRequest, signal?: AbortSignal) =>
  inThread({ site, storeUrl, onHistory: { backtest: request } }, signal) as Promise<BacktestResult>;

/** @throws Fault as `propose` does; api/invalid when it is called off by the signal */
export const proposeInThread = (site: SiteConfig, storeUrl: string, request: ProposeRequest, signal?: AbortSignal) =>
  inThread({ site, storeUrl, onHistory: { propose: request } }, signal) as Promise<Proposal[]>;

function inThread(job: Job, signal?: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Fault('api/invalid', 'the backtest was called off'));
    const worker = new Worker(new URL(import.meta.url), { workerData: job, resourceLimits: { maxOldGenerationSizeMb: 512 } });
    const stop = () => {
      void worker.terminate();
      reject(new Fault('api/invalid', 'the backtest was called off'));
    };
    signal?.addEventListener('abort', stop, { once: true });
    worker.once('message', (answer: Answer) => {
      if ('result' in answer) resolve(answer.result);
      else reject(new Fault(answer.code, answer.reason));
    });
    worker.once('error', (error) => reject(new Fault('role/failed', `the backtest failed: ${reasonOf(error)}`, { cause: error })));
    worker.once('exit', () => {
      signal?.removeEventListener('abort', stop);
      reject(new Fault('role/failed', 'the backtest ended without an answer'));
    });
  });
}

if (parentPort && (workerData as Partial<Job> | null)?.onHistory) {
  const { site, storeUrl, onHistory } = workerData as Job;
  const answer = await run().catch(
    (error: unknown): Answer => ({ code: isFault(error) ? error.code : 'role/failed', reason: reasonOf(error) }),
  );
  parentPort.postMessage(answer);

  async function run(): Promise<Answer> {
    await using store = await openStore({ url: storeUrl, site: site.site.id });
    const history = storeHistory(store);
    if ('propose' in onHistory) return { result: await propose(site, history, onHistory.propose) };
    return { result: await backtest(site, history, onHistory.backtest) };
  }
}
