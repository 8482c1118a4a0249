/** What a page lists: asked for at once, again every half minute, and when something was changed. */
import { useCallback, useEffect, useState } from 'react';
import { useConsole } from '../parts/context.ts';

const refreshMs = 30_000;

export function useList<T>(ask: () => Promise<T>): [T | undefined, () => void] {
  const { act } = useConsole();
  const [found, setFound] = useState<T>();
  const load = useCallback(() => void act(async () => setFound(await ask())), [act, ask]);
  useEffect(() => {
    load();
    const timer = setInterval(load, refreshMs);
    return () => clearInterval(timer);
  }, [load]);
  return [found, load];
}
