/** The InfluxDB of the site as a data source of Grafana: InfluxQL, so that the same boards serve versions 1, 2 and 3. */
import { Fault } from '../../shared/errors.ts';
import { printableUrl } from '../../shared/secret.ts';
import { dataSourceUid, longSourceUid } from './input.ts';

export interface DataSource {
  uid: string;
  name: string;
  type: 'influxdb';
  access: 'proxy';
  url: string;
  isDefault: boolean;
  user?: string;
  jsonData: Record<string, unknown>;
  /** Grafana keeps it encrypted and never shows it again. */
  secureJsonData?: Record<string, string>;
}

/**
 * From PLANTROOM_STORE_URL: influx1://user:password@host:8086/database, influx2://token@host:8086/org/bucket, influx3://token@host:8181/database.
 * @throws Fault usage/command for a store that Grafana cannot read
 */
export function dataSourceOf(storeUrl: string): DataSource {
  const wrong = (why: string) => new Fault('usage/command', `${printableUrl(storeUrl)}: ${why}`);
  if (!/^influx[123]:/.test(storeUrl)) {
    throw wrong(
      'Grafana reads InfluxDB only; the embedded store is shown by the console. Name an InfluxDB by --store or PLANTROOM_STORE_URL',
    );
  }
  let url: URL;
  try {
    url = new URL(storeUrl);
  } catch {
    throw wrong('not an address');
  }
  const version = url.protocol;
  const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const database = version === 'influx2:' ? parts[1] : parts[0];
  if (!database || !url.hostname) throw wrong('names no host or database');
  const port = url.port || (version === 'influx3:' ? '8181' : '8086');
  const common = {
    uid: dataSourceUid,
    name: 'Plantroom',
    type: 'influxdb',
    access: 'proxy',
    url: `${url.searchParams.get('tls') === '1' ? 'https' : 'http'}://${url.hostname}:${port}`,
    isDefault: false,
  } as const;
  const jsonData = { version: 'InfluxQL', dbName: database, httpMode: 'POST' };
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  if (version === 'influx1:') {
    return user ? { ...common, user, jsonData, secureJsonData: { password } } : { ...common, jsonData };
  }
  const token = password || user;
  if (!token) return { ...common, jsonData };
  return { ...common, jsonData: { ...jsonData, httpHeaderName1: 'Authorization' }, secureJsonData: { httpHeaderValue1: `Token ${token}` } };
}

/** The readings, and in InfluxDB 3 beside them the database of what is kept long. */
export function dataSourcesOf(storeUrl: string): DataSource[] {
  const readings = dataSourceOf(storeUrl);
  if (!storeUrl.startsWith('influx3:')) return [readings];
  const dbName = `${readings.jsonData.dbName}_long`;
  return [readings, { ...readings, uid: longSourceUid, name: 'Plantroom (long)', jsonData: { ...readings.jsonData, dbName } }];
}
