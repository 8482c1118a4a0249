/**
 * Results of months that are over, kept in files for as long as their consumption is not written again, so that years need not be worked out anew at each
 * start. A result counts for one version of the month, one site with its prices, and one build of this program; what does not fit is as if it were not there.
 */
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SiteConfig } from '../shared/site.ts';
import { type Meter, media } from './meters.ts';
import type { SiteTariffs } from './site-tariffs.ts';

export interface KeptMonths {
  get(month: string, name: string, version: number | undefined): unknown;
  has(month: string, name: string, version: number): boolean;
  /** What cannot be written is worked out again next time. */
  put(month: string, name: string, version: number | undefined, value: unknown): void;
}

/** Without a folder: nothing is kept. */
export const keepNothing: KeptMonths = { get: () => undefined, has: () => false, put: () => undefined };

/** Beside the states of the counters. */
export const keptFolder = (dataDir: string): string => join(dataDir, 'energy', 'months');

const headOf = (basis: string, version: number) => `${basis} ${version}\n`;

/** @param basis what results rest on beside consumption; see `basisOf` */
export function openKeptMonths(folder: string, basis: string): KeptMonths {
  const fileOf = (month: string, name: string) => join(folder, `${month}-${name}.json`);
  const read = (month: string, name: string, version: number | undefined): string | undefined => {
    if (version === undefined) return undefined;
    try {
      const text = readFileSync(fileOf(month, name), 'utf8');
      const head = headOf(basis, version);
      return text.startsWith(head) ? text.slice(head.length) : undefined;
    } catch {
      return undefined;
    }
  };
  return {
    get(month, name, version) {
      const text = read(month, name, version);
      try {
        return text === undefined ? undefined : JSON.parse(text);
      } catch {
        return undefined;
      }
    },
    has(month, name, version) {
      const head = Buffer.from(headOf(basis, version));
      let file: number | undefined;
      try {
        file = openSync(fileOf(month, name), 'r');
        const found = Buffer.alloc(head.length);
        readSync(file, found, 0, head.length, 0);
        return found.equals(head);
      } catch {
        return false;
      } finally {
        if (file !== undefined) closeSync(file);
      }
    },
    put(month, name, version, value) {
      if (version === undefined) return;
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const part = `${fileOf(month, name)}.${process.pid}.part`;
        writeFileSync(part, headOf(basis, version) + JSON.stringify(value), { mode: 0o600 });
        renameSync(part, fileOf(month, name));
      } catch {
        // A full disk must not cost the answer.
      }
    },
  };
}

/** Site, meters, prices and the program itself in one word. */
export function basisOf(site: SiteConfig, meters: readonly Meter[], tariffs: SiteTariffs): string {
  const prices = new Map<string, unknown>();
  for (const medium of media) {
    for (const { device } of meters) {
      const found = tariffs.forMeter(device, medium);
      if (found) prices.set(found.key, found);
    }
    for (const { id } of site.tenants) prices.set(`tenant ${id} ${medium}`, tariffs.forTenant(id, medium));
  }
  return createHash('sha256')
    .update(JSON.stringify([program(), site, meters, [...prices]]))
    .digest('hex')
    .slice(0, 24);
}

/** The files of this part of the program: another build may come to other results. */
export const program = (): string[] =>
  readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((file) => {
      const { size, mtimeMs } = statSync(join(import.meta.dirname, file));
      return `${file} ${size} ${mtimeMs}`;
    });
