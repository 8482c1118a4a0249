import { describe } from 'vitest';
import { freePort, needs, startInfluxdb } from '../servers.ts';
import { storeContract } from './store.ts';

describe.runIf(needs('influxd'))('InfluxDB 1.6.7', () => {
  storeContract('influx1', async () => {
    const server = await startInfluxdb({ admin: { username: 'plantroom', password: 'streng geheim/1' } });
    const access = `plantroom:${encodeURIComponent('streng geheim/1')}`;
    let count = 0;
    return {
      fresh: async () => `influx1://${access}@127.0.0.1:${server.port}/store_${++count}`,
      away: `influx1://${access}@127.0.0.1:${await freePort()}/store`,
      denied: `influx1://plantroom:geheim@127.0.0.1:${server.port}/store`,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  });
});
