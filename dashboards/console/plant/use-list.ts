/** What a page lists: asked for at once, again every half minute, and when something was changed. */
import { useCallback, useState } from 'react';
import { useLoad } from '../parts/loads.tsx';

const refreshMs = 30_000;

export function useList<T>(ask: () => Promise<T>): [T | undefined, () => void] {
  const [found, setFound] = useState<T>();
  const load = useLoad(
    useCallback(async () => setFound(await ask()), [ask]),
    refreshMs,
  );
  return [found, load];
}
