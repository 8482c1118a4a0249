import { readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Fault } from './errors.ts';

/**
 * Loads a folder of extensions: one file each, default export with an `id` equal to the file name. `_blueprint` is the one to copy and is
 * skipped, as are tests. No list is kept by hand anywhere.
 */
export async function loadCatalog<T extends { id: string }>(folder: string): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (const file of filesOf(folder, '.ts')) {
    const module = (await import(pathToFileURL(join(folder, file)).href)) as { default?: T };
    const id = basename(file, '.ts');
    if (!module.default) throw new Fault('catalog/invalid', `${join(folder, file)}: has no default export`);
    if (module.default.id !== id) {
      throw new Fault('catalog/invalid', `${join(folder, file)}: id is "${module.default.id}", must be the file name "${id}"`);
    }
    found.set(id, module.default);
  }
  return found;
}

/** Extension files of a folder in alphabetical order. */
export function filesOf(folder: string, extension: string): string[] {
  return readdirSync(folder)
    .filter((file) => extname(file) === extension && !file.startsWith('_') && !file.includes('.test.'))
    .sort();
}
