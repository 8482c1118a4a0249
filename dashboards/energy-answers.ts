/** Answers that take seconds to work out and change slowly: asked for by many at once they are worked out once. */
import type { Clock } from '../shared/clock.ts';

/** Real time. What an answer hangs on beside its `standing`, such as a temperature that came late, is seen after so long. */
const keptMs = 1_500;

/** `standing`: what the answer hangs on; once it is another, nobody is told the old answer. */
export type ShareAnswer = <T>(key: string, standing: string, work: () => Promise<T>) => Promise<T>;

export function sharedAnswers(wall: Clock): ShareAnswer {
  const kept = new Map<string, { standing: string; at: number; answer: Promise<unknown> }>();
  return <T>(key: string, standing: string, work: () => Promise<T>) => {
    const known = kept.get(key);
    if (known && known.standing === standing && wall.now() - known.at < keptMs) return known.answer as Promise<T>;
    const answer = Promise.resolve().then(work);
    const mine = { standing, at: wall.now(), answer };
    kept.set(key, mine);
    answer.catch(() => {
      if (kept.get(key) === mine) kept.delete(key);
    });
    return answer;
  };
}
