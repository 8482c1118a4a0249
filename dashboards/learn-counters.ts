/** Counters are read once a minute: this role may have started after the last time. What the store knows of them is enough. */
import type { Newest } from '../ingest/store.ts';

const learnEveryMs = 20_000;

export interface CounterKnowledge {
  devices(): Iterable<string>;
  /** Devices whose counter has been heard of. */
  known(): ReadonlySet<string>;
  newest(devices: readonly string[]): Promise<readonly Newest[]>;
  remember(found: readonly Newest[]): void;
  monotonic(): number;
}

/**
 * Asks for each device once: for the newest of everything a store looks through all that it has, and what comes from then on is heard. After an error
 * it is asked again.
 */
export function counterLearner({ devices, known, newest, remember, monotonic }: CounterKnowledge): () => Promise<void> {
  const asked = new Set<string>();
  let againAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (monotonic() < againAt) return;
    againAt = monotonic() + learnEveryMs;
    const heard = known();
    const unknown = [...devices()].filter((id) => !heard.has(id) && !asked.has(id));
    if (unknown.length === 0) return;
    remember(await newest(unknown));
    for (const id of unknown) asked.add(id);
  };
}
