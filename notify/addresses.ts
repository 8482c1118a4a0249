/**
 * Addresses that no webhook of changes may call: what answers there is the machine's own cloud or network, and tells secrets to whoever asks from inside
 * (link-local addresses, and the metadata services of clouds beside them). Judged after the name was looked up, for the connection that is then made.
 * This machine itself and the hospital's own network are where receivers stand, and stay open.
 */
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Fault } from '../shared/errors.ts';

const closed = new BlockList();
closed.addSubnet('169.254.0.0', 16, 'ipv4');
closed.addSubnet('fe80::', 10, 'ipv6');
/** Alibaba Cloud, and Amazon over IPv6. */
closed.addAddress('100.100.100.200', 'ipv4');
closed.addAddress('fd00:ec2::254', 'ipv6');

/** An IPv4 address that is written as IPv6 is one too. */
export function isClosed(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const version = isIP(bare);
  return version !== 0 && closed.check(bare, version === 4 ? 'ipv4' : 'ipv6');
}

const refusal = (name: string) => new Fault('notify/refused', `${name} is a link-local or metadata address: no change is told there`);

/** @throws Fault notify/refused for an address that needs no look-up */
export function needOpen(url: string): void {
  const { hostname } = new URL(url);
  if (isClosed(hostname)) throw refusal(hostname);
}

type Resolve = (
  name: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

/** Looks a name up as ever, and refuses it when any of its addresses is closed. */
export const openLookup =
  (resolve: Resolve = lookup): LookupFunction =>
  (name, options, done) => {
    resolve(name, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '');
      if (found.some(({ address }) => isClosed(address))) return done(refusal(name), '');
      const [first] = found;
      if (options.all) return done(null, found);
      done(null, first?.address ?? '', first?.family);
    });
  };
