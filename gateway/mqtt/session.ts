/** The name under which a broker keeps messages for a gateway while it is away: made once, kept beside the outbox. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Two installations with one site file, say one for trying, must not take each other's messages: hence a random part. */
export function sessionName(file: string, site: string, gateway: string): string {
  let own = '';
  try {
    own = readFileSync(file, 'utf8').trim();
  } catch {
    // None yet.
  }
  if (!/^[0-9a-f]{12}$/.test(own)) {
    own = randomBytes(6).toString('hex');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${own}\n`);
  }
  return `plantroom-${site}-${gateway}-${own}`;
}
