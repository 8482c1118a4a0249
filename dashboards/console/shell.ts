/** The console as an installed app: the worker that keeps its shell, and moving on to a new build by itself. */

import { useEffect } from 'react';

/** Browsers allow workers on https and on this machine only; elsewhere the console works without. */
export function installWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' }).catch(() => undefined);
}

const reloadedFor = 'plantroom.reloadedFor';
const retryMs = 3_000;
const askEveryMs = 10 * 60_000;
/** Not while the first page is being drawn. */
const firstAskMs = 2_000;

/** New builds come with a restart of the server: asks after every break of the connection, and now and again. */
export function useNewBuild(connected: boolean): void {
  useEffect(() => {
    if (!connected) return;
    const first = setTimeout(followNewBuild, firstAskMs);
    const timer = setInterval(followNewBuild, askEveryMs);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [connected]);
}

/** The script that a page starts with has a hash of the build in its name. */
const startOf = (page: Document): string | null => page.querySelector('script[type=module][src]')?.getAttribute('src') ?? null;

/** Asks whether the server has another build than the one that runs here, and loads it when nobody is in the middle of something. */
async function followNewBuild(): Promise<void> {
  const answer = await fetch('/', { cache: 'no-store' }).catch(() => undefined);
  if (!answer?.ok) return;
  const offered = startOf(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  // Asked for once only: where something in between keeps an old page, the screen must not blink for ever.
  if (!offered || offered === startOf(document) || sessionStorage.getItem(reloadedFor) === offered) return;
  sessionStorage.setItem(reloadedFor, offered);
  reloadWhenIdle();
}

function reloadWhenIdle(): void {
  const writing = document.activeElement instanceof HTMLElement && /^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName);
  if (writing || document.querySelector('[role=dialog]')) setTimeout(reloadWhenIdle, retryMs);
  else window.location.reload();
}
