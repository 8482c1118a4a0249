/**
 * A reading that comes weeks late, through broker, ingest and InfluxDB: as soon as it is counted every page says, the first time that it is asked, what it
 * would say had the reading never been missing. How long that takes: node bench/main.ts e03.
 */
import { describe, expect, it } from 'vitest';
import { startLatePlant } from '../energy/late-plant.ts';
import { needs, startInfluxdb } from '../servers.ts';

describe.skipIf(!needs('influxd'))('a late reading', () => {
  it('is on all pages of energy and money', { timeout: 400_000 }, async () => {
    await using influxdb = await startInfluxdb();
    await using plant = await startLatePlant(`influx1://127.0.0.1:${influxdb.port}/late`);
    // Without it consumption, cost, allocation, overview, departments and retrofits are others: else nothing would be shown here.
    const wrong = (await plant.wrong()).map((page) => page.replace(/\?.*/, ''));
    const pages = ['consumption', 'cost', 'allocation', 'overview', 'breakdown', 'months', 'projects'];
    expect([...new Set(wrong)].sort()).toEqual(pages.map((page) => `/api/energy/${page}`).sort());
    await plant.counted();
    expect(await plant.wrong()).toEqual([]);
  });
});
