/**
 * Steps on tickets on their way to the server: kept on the phone first, sent in their order, taken out when the server has answered. Without a connection
 * they wait; what the server refuses stays until a person has decided, and holds back what was done to the same ticket after it.
 */
import { useSyncExternalStore } from 'react';
import type { Ticket } from '../../../shared/ticket.ts';
import { ApiError } from '../data/api.ts';
import { newKey, sendWaiting } from './send.ts';
import { type Waiting, waitingStore } from './store.ts';

export type Step = Pick<Waiting, 'ticket' | 'action' | 'path'> & Pick<Partial<Waiting>, 'body' | 'file'>;
export interface OutboxState {
  waiting: readonly Waiting[];
  /** Counts what the server has taken: what is shown of a ticket may be old then. */
  sent: number;
}

const retryMs = 10_000;
/** Refusals that pass by themselves. */
const passes = (status: number) => status === 0 || status === 429 || status >= 500;

export class Outbox {
  readonly user: string;
  readonly #put: (ticket: Ticket) => void;
  readonly #onSignedOut: () => void;
  #now: () => number;
  #state: OutboxState = { waiting: [], sent: 0 };
  #listeners = new Set<() => void>();
  #running: Promise<void> | undefined;
  #again = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param now plant time; @param put shows what the server answered */
  constructor(user: string, { now, put, onSignedOut }: { now: () => number; put: (ticket: Ticket) => void; onSignedOut: () => void }) {
    this.user = user;
    this.#now = now;
    this.#put = put;
    this.#onSignedOut = onSignedOut;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly get = (): OutboxState => this.#state;

  start(): void {
    void waitingStore.all(this.user).then((waiting) => {
      if (!waiting || waiting.length === 0) return;
      // What was made before they were read comes after them.
      const known = new Set(waiting.map(({ key }) => key));
      this.#set([...waiting, ...this.#state.waiting.filter(({ key }) => !known.has(key))]);
      void this.flush();
    });
    this.#timer = setInterval(() => this.#state.waiting.some(({ refused }) => !refused) && void this.flush(), retryMs);
    window.addEventListener('online', this.flush);
  }
  stop(): void {
    clearInterval(this.#timer);
    window.removeEventListener('online', this.flush);
  }

  /**
   * Keeps the step and sends it. `kept`: it waits for a connection.
   * @throws ApiError when the server refuses it at once; it is not kept then
   */
  async add(step: Step): Promise<'sent' | 'kept'> {
    const order = Math.max(0, ...this.#state.waiting.map((one) => one.order)) + 1;
    const one: Waiting = { ...step, key: newKey(), order, user: this.user, doneAt: this.#now(), madeAt: Date.now() };
    await waitingStore.put(one).catch(() => undefined);
    this.#set([...this.#state.waiting, one]);
    await this.flush();
    const left = this.#state.waiting.find(({ key }) => key === one.key);
    if (!left) return 'sent';
    if (!left.refused) {
      const late = { ...left, late: true };
      await waitingStore.put(late).catch(() => undefined);
      this.#set(this.#state.waiting.map((other) => (other.key === one.key ? late : other)));
      return 'kept';
    }
    await this.drop(one.key);
    throw new ApiError(left.refused.status, { detail: left.refused.detail });
  }

  async drop(key: string): Promise<void> {
    await waitingStore.remove(key).catch(() => undefined);
    this.#set(this.#state.waiting.filter((one) => one.key !== key));
    void this.flush();
  }

  /** Once more, as of now: a person has seen why not. */
  async retry(key: string, change: Partial<Pick<Waiting, 'action' | 'path' | 'body'>> = {}): Promise<void> {
    const found = this.#state.waiting.find((one) => one.key === key);
    if (!found) return;
    const { refused: _, late: __, ...rest } = found;
    const next = { ...rest, ...change, key: newKey(), doneAt: this.#now(), madeAt: Date.now() };
    await waitingStore.put(next).catch(() => undefined);
    await waitingStore.remove(key).catch(() => undefined);
    this.#set(this.#state.waiting.map((one) => (one.key === key ? next : one)));
    await this.flush();
  }

  readonly flush = (): Promise<void> => {
    this.#again = true;
    this.#running ??= (async () => {
      try {
        while (this.#again) {
          this.#again = false;
          // One tab at a time, where the browser can say so; else the key keeps a step from being done twice.
          if (navigator.locks) await navigator.locks.request('plantroom-outbox', () => this.#sendAll());
          else await this.#sendAll();
        }
      } finally {
        this.#running = undefined;
      }
    })();
    return this.#running;
  };

  async #sendAll(): Promise<void> {
    const held = new Set<string>();
    for (const one of this.#state.waiting) {
      if (one.refused) held.add(one.ticket);
      if (held.has(one.ticket)) continue;
      try {
        const answer = await sendWaiting(one);
        await waitingStore.remove(one.key).catch(() => undefined);
        if (isTicket(answer)) this.#put(answer);
        this.#set(
          this.#state.waiting.filter(({ key }) => key !== one.key),
          this.#state.sent + 1,
        );
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401) return this.#onSignedOut();
        if (passes(error.status)) return;
        const refused: Waiting = { ...one, refused: { status: error.status, detail: error.message } };
        await waitingStore.put(refused).catch(() => undefined);
        this.#set(this.#state.waiting.map((other) => (other.key === one.key ? refused : other)));
        held.add(one.ticket);
      }
    }
  }

  #set(waiting: readonly Waiting[], sent = this.#state.sent): void {
    this.#state = { waiting, sent };
    for (const listener of this.#listeners) listener();
  }
}

export const useOutbox = (outbox: Outbox): OutboxState => useSyncExternalStore(outbox.subscribe, outbox.get);

const isTicket = (answer: unknown): answer is Ticket =>
  typeof answer === 'object' && answer !== null && 'assignee' in answer && 'life' in answer;
