import { Worker } from 'node:worker_threads';
import { Fault, reasonOf } from '../../shared/errors.ts';
import type { Replies, Reply, Request, WorkerSetup } from './messages.ts';

/** A thread with one SQLite connection. Started at the first call, and again by the next call after it died. */
export class SqliteLink {
  readonly #setup: WorkerSetup;
  #worker: Worker | undefined;
  #next = 1;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Fault) => void }>();
  /** Counts starts: what the thread was told before is forgotten when this changes. */
  generation = 0;
  #closed = false;

  constructor(setup: WorkerSetup) {
    this.#setup = setup;
  }

  ensure(): void {
    if (this.#closed) throw new Fault('store/unavailable', 'the store is closed');
    if (this.#worker) return;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: this.#setup });
    this.#worker = worker;
    this.generation++;
    worker.on('message', (reply: Reply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ('code' in reply) waiting?.reject(new Fault(reply.code, reply.message, { detail: { trouble: reply.trouble } }));
      else waiting?.resolve(reply.value);
    });
    const end = (why: string) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      for (const waiting of this.#waiting.values()) waiting.reject(new Fault('store/unavailable', why));
      this.#waiting.clear();
    };
    worker.on('error', (error) => end(`the store's thread failed: ${reasonOf(error)}`));
    worker.on('exit', () => end("the store's thread ended"));
  }

  async call<K extends Request['kind']>(request: Extract<Request, { kind: K }>, transfer: ArrayBuffer[] = []): Promise<Replies[K]> {
    this.ensure();
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker?.postMessage({ id, request }, transfer);
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const worker = this.#worker;
    if (worker) {
      await this.call({ kind: 'close' }).catch(() => undefined);
      this.#worker = undefined;
      await worker.terminate();
    }
    this.#closed = true;
  }
}
