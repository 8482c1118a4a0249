/** Where phones find what a printed code leads to. */
import type { FastifyRequest } from 'fastify';
import { Fault } from '../shared/errors.ts';
import type { SiteConfig } from '../shared/site.ts';

/** The site's public_url; a simulated site without one is found where it was asked. */
export function knownAddress(site: SiteConfig, request: Pick<FastifyRequest, 'protocol' | 'host'>): string | undefined {
  return site.public_url ?? (site.site.simulated ? `${request.protocol}://${request.host}/` : undefined);
}

/** @throws Fault api/invalid: a printed code would lead nowhere */
export function neededAddress(site: SiteConfig, request: Pick<FastifyRequest, 'protocol' | 'host'>): string {
  const address = knownAddress(site, request);
  if (address !== undefined) return address;
  const message = 'the site file names no address at which phones reach the console: a code could lead nowhere';
  throw new Fault('api/invalid', `public_url: ${message}`, { detail: { errors: [{ field: 'public_url', message }] } });
}
