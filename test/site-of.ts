import { resolve } from 'node:path';
import { type SiteConfig, siteSchema } from '../shared/site.ts';
import type { LoadedSite } from '../shared/site-file.ts';

/** A site made in a test, as roles get it; `devices` by gateway, each `[id, system]`. */
export function siteOf(gateways: Record<string, [id: string, system: string][]>, more: object = {}): LoadedSite {
  const config: SiteConfig = siteSchema.parse({
    site: { id: 'demo', name: { zh: '示范医院', en: 'Demo hospital' } },
    gateways: Object.entries(gateways).map(([id, devices]) => ({
      id,
      name: { zh: id, en: id },
      buses: [
        {
          id: `${id}-bus`,
          type: 'modbus-tcp',
          host: '127.0.0.1',
          devices: devices.map(([device, system], index) => ({
            id: device,
            name: { zh: device, en: device },
            system,
            profile: 'none',
            unit: (index % 247) + 1,
          })),
        },
      ],
    })),
    ...more,
  });
  return {
    config,
    file: resolve('test.yaml'),
    folder: resolve('.'),
    mistake: (path, found, allowed) => ({ file: 'test.yaml', line: 0, column: 0, path: path.join('.'), found: String(found), allowed }),
  };
}
