import { isIP } from 'node:net';
import { Fault } from '../shared/errors.ts';

/**
 * The reverse proxies whose word about scheme and address of a client counts: addresses or networks, separated by commas. Only with them the
 * session cookie is marked Secure behind https, and a wrong password is counted against the client and not against the proxy.
 * @throws Fault usage/command naming what is neither an address nor a network
 */
export function trustedProxies(text: string | undefined): string[] {
  const names = (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of names) {
    const [address = '', prefix, ...rest] = name.split('/');
    const version = isIP(address);
    const fits = prefix === undefined || (/^\d+$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= (version === 4 ? 32 : 128));
    if (version === 0 || !fits || rest.length > 0) {
      throw new Fault(
        'usage/command',
        `PLANTROOM_TRUST_PROXY: "${name}" is neither an address nor a network such as 127.0.0.1 or 10.0.0.0/8`,
      );
    }
  }
  return names;
}
