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

/** A step is one that the browser's Back undoes; else the address changes without an entry in its history. */
export type ChangeQuery = (change: Readonly<Record<string, string | undefined>>, step?: 'step') => void;

/** What follows the `?`, for filters that a link keeps; an undefined or empty value leaves. */
export function useHashQuery(): [URLSearchParams, ChangeQuery] {
  const hash = useHash();
  const query = useMemo(() => new URLSearchParams(hash.split('?')[1] ?? ''), [hash]);
  const change: ChangeQuery = useCallback((values, step) => {
    const [path = '#/', search = ''] = window.location.hash.split('?');
    const next = new URLSearchParams(search);
    for (const [name, value] of Object.entries(values)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    const address = next.size > 0 ? `${path || '#/'}?${next.toString().replaceAll('%3A', ':')}` : path || '#/';
    if (step) window.history.pushState(null, '', address);
    else window.history.replaceState(null, '', address);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  }, []);
  return [query, change];
}
