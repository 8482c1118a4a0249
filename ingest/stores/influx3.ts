/**
 * InfluxDB 3 (Core, Enterprise, Clustered): its v2 write and v1 query endpoints. It has no deletion by time range; how long readings are kept is
 * set on the database itself (`influxdb3 create database --retention-period 90d`), so `retain` leaves that to it.
 */
import { addressOf, V2Store } from '../influx/v2.ts';
import type { StoreKind } from '../open-store.ts';

export default {
  id: 'influx3',
  open: async ({ url }) => new V2Store(addressOf(url, 'influx3'), { oneStatement: true }),
} satisfies StoreKind;
