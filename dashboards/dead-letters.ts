/** What ingest set aside: payloads that were not of the agreed form, points that the store refused for good. */
export interface DeadLetter {
  id: number;
  t: number;
  topic: string;
  reason: string;
  payload: string;
}

export interface DeadLetters extends Disposable {
  /** Newest first. */
  list(query: { limit: number; before?: number | undefined }): DeadLetter[];
  count(): number;
}

/** Read-only. Before ingest has set anything aside there is nothing. */
export function openDeadLetters(_dataDir: string): DeadLetters {
  return { list: () => [], count: () => 0, [Symbol.dispose]: () => undefined };
}
