/** A backtest while the server runs one at a time: whose run is in the way decides whether it is worth waiting. */
import { ApiError } from '../data/api.ts';

/** The server needs a moment until it has let go of the run that we left. */
const againMs = 400;
const mostTries = 8;

export const isBusy = (error: unknown): boolean => error instanceof ApiError && error.status === 429;

/**
 * Asks again while the server is busy with a run that we have just left (`left`); a run of somebody else is told at once.
 * @throws what `call` throws; after the last try the server's 429
 */
export async function askAgain<T>(
  call: () => Promise<T>,
  left: boolean,
  signal: AbortSignal,
  sleep: (ms: number) => Promise<void>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!isBusy(error) || !left || tries >= mostTries || signal.aborted) throw error;
    }
    await sleep(againMs);
    signal.throwIfAborted();
  }
}
