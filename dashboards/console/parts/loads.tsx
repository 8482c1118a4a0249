/** What a page asks the server for. One place says for all pages that an answer is awaited, and what could not be read, with a way to ask again. */
import { Button } from '@mantine/core';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useId, useState, useSyncExternalStore } from 'react';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from './context.ts';

interface Load {
  /** Why it failed; undefined while the answer is awaited. */
  reason: string | undefined;
  again(): void;
}

/** What is under way or has failed on one page, by who asks. */
class Loads {
  #all: ReadonlyMap<string, Load> = new Map();
  readonly #listeners = new Set<() => void>();
  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
  readonly snapshot = () => this.#all;
  /** undefined: it is there. */
  set(id: string, load: Load | undefined): void {
    if (load === undefined && !this.#all.has(id)) return;
    const next = new Map(this.#all);
    if (load) next.set(id, load);
    else next.delete(id);
    this.#all = next;
    for (const listener of this.#listeners) listener();
  }
}
const LoadsContext = createContext(new Loads());

/** Around a page; a new one for each page. */
export function PageLoads({ children }: { children: ReactNode }) {
  const [loads] = useState(() => new Loads());
  return (
    <LoadsContext value={loads}>
      <LoadState loads={loads} />
      {children}
    </LoadsContext>
  );
}

function LoadState({ loads }: { loads: Loads }) {
  const { t } = useWords();
  const { plant } = useConsole();
  const all = [...useSyncExternalStore(loads.subscribe, loads.snapshot).values()];
  const failed = all.filter(({ reason }) => reason !== undefined);
  const again = useCallback(() => {
    for (const one of loads.snapshot().values()) if (one.reason !== undefined) one.again();
  }, [loads]);
  const { connected } = plant;
  useEffect(() => {
    if (connected) again();
  }, [connected, again]);
  if (failed.length > 0)
    return (
      <section className="panel load-failed" role="alert">
        <span>{t('load.failed', { reason: [...new Set(failed.map(({ reason }) => reason))].join(' · ') })}</span>
        <Button variant="default" onClick={again} data-step="load-again">
          {t('load.again')}
        </Button>
      </section>
    );
  return all.length > 0 ? (
    <p className="load-waiting" role="status">
      {t('app.loading')}
    </p>
  ) : null;
}

/**
 * Asks when the page comes, whenever `work` is another (it must be stable otherwise), and every so often. Returns what asks once more, such as after a
 * change; it answers whether that worked. `work` puts what it found into the state of the page.
 */
export function useLoad(work: () => Promise<void>, everyMs?: number): () => Promise<boolean> {
  const { attempt } = useConsole();
  const loads = useContext(LoadsContext);
  const id = useId();
  const ask = useCallback(async (): Promise<boolean> => {
    const reason = (await attempt(work))?.reason;
    const again = () => {
      loads.set(id, { reason: undefined, again });
      void ask();
    };
    loads.set(id, reason === undefined ? undefined : { reason, again });
    return reason === undefined;
  }, [attempt, work, loads, id]);
  useEffect(() => {
    loads.set(id, { reason: undefined, again: () => undefined });
    void ask();
    const timer = everyMs === undefined ? undefined : setInterval(() => void ask(), everyMs);
    return () => {
      clearInterval(timer);
      loads.set(id, undefined);
    };
  }, [ask, loads, id, everyMs]);
  return ask;
}

/** The answer itself, undefined until it is there; what was found for another `read` is not shown for this one. */
export function useAnswer<T>(read: () => Promise<T>, everyMs?: number): [T | undefined, () => Promise<boolean>] {
  const [found, setFound] = useState<{ of: () => Promise<T>; value: T }>();
  const load = useLoad(
    useCallback(async () => {
      const value = await read();
      setFound({ of: read, value });
    }, [read]),
    everyMs,
  );
  return [found?.of === read ? found.value : undefined, load];
}
