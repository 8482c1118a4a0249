/**
 * InfluxDB 3 (Core, Enterprise, Clustered): its v2 write and v1 query endpoints. It has no deletion by time range; how long readings are kept is
 * set on the database itself (`influxdb3 create database --retention-period 90d`). Hours and consumption are therefore kept in a database of their own,
 * `<database>_long`, which the first write makes, without a limit.
 */
import { addressOf, V2Store } from '../influx/v2.ts';
import type { StoreKind } from '../open-store.ts';

export default {
  id: 'influx3',
  open: async ({ url }) => {
    const address = addressOf(url, 'influx3');
    return new V2Store(address, { oneStatement: true, longDatabase: `${address.bucket}_long` });
  },
} satisfies StoreKind;
