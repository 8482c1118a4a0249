import { join } from 'node:path';
import { temporaryFolder } from '../servers.ts';
import { storeContract } from './store.ts';

storeContract('sqlite', async () => {
  const folder = temporaryFolder('store');
  let count = 0;
  return {
    fresh: async () => `sqlite:${join(folder.path, `store-${++count}.db`)}`,
    away: 'sqlite:/proc/nowhere/readings.db',
    without: { denied: 'a file has no credentials' },
    [Symbol.asyncDispose]: async () => folder[Symbol.dispose](),
  };
});
