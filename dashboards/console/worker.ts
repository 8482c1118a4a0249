/**
 * The service worker: keeps the shell (page, scripts, styles, icons) so that an installed console opens without a connection and says so.
 * It never touches an answer of the API: an old value must not look like a new one. And it shows what web push brings (notify/channels/push.ts).
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
interface PushEvent extends ExtendableEvent {
  readonly data: { json(): unknown } | null;
}
interface NotificationEvent extends ExtendableEvent {
  readonly notification: Notification;
}
interface WindowClient {
  readonly url: string;
  focus(): Promise<unknown>;
}
interface WorkerScope {
  readonly location: Location;
  readonly registration: { showNotification(title: string, options: object): Promise<void> };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { type: 'window' }): Promise<WindowClient[]>;
    openWindow(url: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
  addEventListener(type: 'push', listener: (event: PushEvent) => void): void;
  addEventListener(type: 'notificationclick', listener: (event: NotificationEvent) => void): void;
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

interface PushMessage {
  title: string;
  body: string;
  tag: string;
  urgent: boolean;
  calm: boolean;
  language: string;
  url?: string;
  action?: string;
}

/** A push that shows nothing costs the right to push: what cannot be read is shown as that. */
function show(event: PushEvent): Promise<void> {
  let message: PushMessage;
  try {
    message = event.data?.json() as PushMessage;
    if (typeof message?.title !== 'string') throw new Error('no title');
  } catch {
    return worker.registration.showNotification('Plantroom', { icon: '/icon-192.png', data: { url: '/#/alarms' } });
  }
  const { title, body, tag, urgent, calm, language, url, action } = message;
  return worker.registration.showNotification(title, {
    body,
    tag,
    // A later notice of the alarm takes the place of the earlier one, and is heard all the same.
    renotify: true,
    requireInteraction: urgent,
    silent: false,
    vibrate: calm ? [200] : [400, 150, 400, 150, 400],
    lang: language === 'zh' ? 'zh-CN' : 'en',
    icon: '/icon-192.png',
    badge: '/icon-192.png',
    data: { url: url ?? '/#/alarms' },
    ...(action ? { actions: [{ action: 'open', title: action }] } : {}),
  });
}

async function openFrom(event: NotificationEvent): Promise<void> {
  event.notification.close();
  const { url } = event.notification.data as { url: string };
  const open = (await worker.clients.matchAll({ type: 'window' })).find((client) => client.url === new URL(url, worker.location.href).href);
  await (open ? open.focus() : worker.clients.openWindow(url));
}

worker.addEventListener('push', (event) => event.waitUntil(show(event)));
worker.addEventListener('notificationclick', (event) => event.waitUntil(openFrom(event)));
