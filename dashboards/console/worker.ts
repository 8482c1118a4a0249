/**
 * The service worker: keeps the shell (page, scripts, styles, icons) so that an installed console opens without a connection and says so.
 * It never touches an answer of the API: an old value must not look like a new one.
 */

/** Filled in by the build: every file of the shell, and a name for just this set. */
declare const __SHELL__: { version: string; files: string[] };

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface WorkerScope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
}
const worker = self as unknown as WorkerScope;

const shell = new Set(__SHELL__.files);
const cacheName = `shell-${__SHELL__.version}`;
/** In a stairwell a connection may hang rather than fail. */
const patienceMs = 4_000;

async function install(): Promise<void> {
  const cache = await caches.open(cacheName);
  await cache.addAll(['/', ...shell].map((file) => new Request(file, { cache: 'reload' })));
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== cacheName).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** The page is always asked for first, so that a new build is there at once; its files carry a hash in their names. */
async function page(): Promise<Response> {
  try {
    return await fetch('/', { cache: 'no-cache', signal: AbortSignal.timeout(patienceMs) });
  } catch (error) {
    const kept = await caches.match('/', { cacheName });
    if (kept) return kept;
    throw error;
  }
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName })) ?? fetch(request);
}

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate' && pathname === '/') event.respondWith(page());
  else if (shell.has(pathname)) event.respondWith(file(request));
});
