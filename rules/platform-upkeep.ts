/** What no role sees while it works: whether the backup is young, and how long the certificates of our own addresses still hold. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { reasonOf } from '../shared/errors.ts';
import type { Troubles } from '../shared/trouble.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** A nightly backup, and two hours for a slow one. */
export const oldestBackupMs = 26 * hour;
/** Three weeks: an order, a signature and a holiday. */
export const certificateMs = 21 * day;
const connectMs = 10_000;

/** PLANTROOM_BACKUP: the folder into which somebody copies the databases. What is wrong with it, if anything. */
export function backupTrouble(folder: string, now: number): string | undefined {
  try {
    const times = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /operations.*\.db/.test(entry.name))
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
    if (times.length === 0) return `${folder} holds no copy of operations.db`;
    const ageMs = now - Math.max(...times);
    return ageMs > oldestBackupMs ? `the newest copy of operations.db in ${folder} is ${Math.round(ageMs / hour)} hours old` : undefined;
  } catch (error) {
    return `${folder} cannot be read: ${reasonOf(error)}`;
  }
}

export interface TlsAddress {
  host: string;
  port: number;
}

/** Of our own addresses those that speak TLS. */
export function tlsAddresses(urls: readonly (string | undefined)[]): TlsAddress[] {
  const ports: Record<string, number> = { 'https:': 443, 'mqtts:': 8883, 'wss:': 443, 'ssl:': 8883 };
  const found = new Map<string, TlsAddress>();
  for (const text of urls) {
    const url = text ? URL.parse(text) : null;
    const standard = url && ports[url.protocol];
    if (!url || standard === undefined || standard === null) continue;
    const address = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || standard };
    found.set(`${address.host}:${address.port}`, address);
  }
  return [...found.values()];
}

/** UTC ms; undefined when it cannot be asked now (that it cannot be reached is somebody else's alarm). */
export function certificateEnd({ host, port }: TlsAddress): Promise<number | undefined> {
  return new Promise((resolve) => {
    // Whether it is trusted is for those who connect; its end is told of an untrusted one too.
    const socket = connect({ host, port, servername: /^[\d.:]+$/.test(host) ? '' : host, rejectUnauthorized: false, timeout: connectMs });
    const done = (end: number | undefined) => {
      socket.destroy();
      resolve(end);
    };
    socket.once('secureConnect', () => {
      const { valid_to } = socket.getPeerCertificate();
      done(valid_to ? Date.parse(valid_to) : undefined);
    });
    socket.once('error', () => done(undefined));
    socket.once('timeout', () => done(undefined));
  });
}

/** Real time, as certificates and file times are. */
export async function lookAtUpkeep(options: {
  backup: string | undefined;
  addresses: readonly TlsAddress[];
  now: number;
  troubles: Troubles;
}) {
  const { backup, addresses, now, troubles } = options;
  if (backup) troubles.be('backup-old', backupTrouble(backup, now));
  for (const address of addresses) {
    const place = `${address.host}:${address.port}`;
    const end = await certificateEnd(address);
    if (end === undefined) continue;
    const left = end - now;
    const detail = left < 0 ? `ended on ${new Date(end).toISOString()}` : `ends on ${new Date(end).toISOString()}`;
    troubles.be('certificate-ends', left < certificateMs ? detail : undefined, place);
  }
}
