/** Answers that take seconds to work out and change slowly: asked for by many at once they are worked out once. */
import type { Clock } from '../shared/clock.ts';

/** Real time. */
const keptMs = 1_500;

export function sharedAnswers(wall: Clock): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const kept = new Map<string, { at: number; answer: Promise<unknown> }>();
  return <T>(key: string, work: () => Promise<T>) => {
    const known = kept.get(key);
    if (known && wall.now() - known.at < keptMs) return known.answer as Promise<T>;
    const answer = Promise.resolve().then(work);
    kept.set(key, { at: wall.now(), answer });
    answer.catch(() => kept.delete(key));
    return answer;
  };
}
