import { join } from 'node:path';
import { filesOf } from '../shared/catalog.ts';
import { Fault } from '../shared/errors.ts';
import { printableUrl } from '../shared/secret.ts';
import type { Store, StoreOptions } from './store.ts';

/** One file of `stores/`: its name is the scheme of PLANTROOM_STORE_URL. */
export interface StoreKind {
  id: string;
  /** Does not connect: a store that is away answers store/unavailable when it is used, and is there when it comes back. */
  open(options: StoreOptions): Promise<Store>;
}

const folder = join(import.meta.dirname, 'stores');

/**
 * Opens the store that the URL names; only that store's file is loaded.
 * @throws Fault store/query when the URL names no known store or is not of its form
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const scheme = options.url.slice(0, Math.max(0, options.url.indexOf(':')));
  const known = filesOf(folder, '.ts').map((file) => file.slice(0, -'.ts'.length));
  if (!known.includes(scheme)) {
    throw new Fault(
      'store/query',
      `PLANTROOM_STORE_URL is ${printableUrl(options.url)}; it must start with ${known.map((id) => `${id}:`).join(', ')}`,
    );
  }
  const module = (await import(new URL(`./stores/${scheme}.ts`, import.meta.url).href)) as { default: StoreKind };
  if (module.default?.id !== scheme) throw new Fault('catalog/invalid', `ingest/stores/${scheme}.ts does not export the store "${scheme}"`);
  return module.default.open(options);
}

/** For those who read or write little and often the same: the system's own file cache serves them as well as 64 MB of ours would. */
export function frugal(url: string): string {
  return url.startsWith('sqlite:') && !url.includes('cache_mb=') ? `${url}${url.includes('?') ? '&' : '?'}cache_mb=4` : url;
}
