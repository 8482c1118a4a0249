/** Web push: the key pair by which push services know us, and which services may be called. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from './errors.ts';
import { Secret } from './secret.ts';
import { writeOnce } from './secret-file.ts';

/** Of the browsers that people have. A site names others, such as a push service of its own. */
export const pushServices = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  'notify.windows.com',
  'web.push.apple.com',
] as const;

/**
 * May this address be called? It comes from a browser, and no user may make the server call whatever he likes: https and a known name, or below it; or an
 * origin that the site names whole.
 */
export function isPushService(endpoint: string, services: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, origin, port, username, password } = new URL(endpoint);
  if (username || password) return false;
  return services.some((service) =>
    service.includes('://')
      ? origin === service
      : protocol === 'https:' && port === '' && (hostname === service || hostname.endsWith(`.${service}`)),
  );
}

export interface VapidKeys {
  publicKey: string;
  privateKey: Secret;
}
export const pushKeysFile = (dataDir: string) => join(dataDir, 'secrets', 'push.json');
const schema = z.object({ publicKey: z.string().min(80), privateKey: z.string().min(40) });

/**
 * Reads the key pair, or makes it: file 0600 in a folder 0700. Two processes that ask at once agree on one. Browsers that have subscribed know the public
 * key: with another one they have to subscribe anew.
 * @throws Fault secret/missing when the file is there and not right
 */
export async function vapidKeys(dataDir: string): Promise<VapidKeys> {
  const file = pushKeysFile(dataDir);
  const existing = read(file);
  if (existing) return existing;
  const { generateVAPIDKeys } = (await import('web-push')).default;
  writeOnce(file, `${JSON.stringify(generateVAPIDKeys(), null, 2)}\n`);
  return read(file) as VapidKeys;
}

function read(file: string): VapidKeys | undefined {
  try {
    const { publicKey, privateKey } = schema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { publicKey, privateKey: new Secret(privateKey) };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Fault('secret/missing', `${file} cannot be read; without it every browser has to subscribe anew`, { cause });
  }
}
