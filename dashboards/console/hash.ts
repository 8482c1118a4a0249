/** The address of a page is the part after #: a link can be sent, and the server need not know the pages. `#/alarms?priority=high` */
import { useCallback, useMemo, useSyncExternalStore } from 'react';

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}
const useHash = () => useSyncExternalStore(subscribe, () => window.location.hash);

/** `#/devices/t1?x=1` is ['devices', 't1']; the overview is []. */
export function pathOf(hash: string): string[] {
  return (hash.replace(/^#\/?/, '').split('?')[0] ?? '')
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
}

export function useRoute(): string[] {
  const hash = useHash();
  return useMemo(() => pathOf(hash), [hash]);
}

/** What follows the `?`, for filters that a link keeps; an undefined or empty value leaves. Setting makes no entry in the browser's history. */
export function useHashQuery(): [URLSearchParams, (change: Record<string, string | undefined>) => void] {
  const hash = useHash();
  const query = useMemo(() => new URLSearchParams(hash.split('?')[1] ?? ''), [hash]);
  const change = useCallback((values: Record<string, string | undefined>) => {
    const [path = '#/', search = ''] = window.location.hash.split('?');
    const next = new URLSearchParams(search);
    for (const [name, value] of Object.entries(values)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    window.history.replaceState(null, '', next.size > 0 ? `${path || '#/'}?${next}` : path || '#/');
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  }, []);
  return [query, change];
}
