/**
 * InfluxDB 2.x, and VictoriaMetrics for writing. Reading needs InfluxDB's own mapping of a bucket to a v1 database of the same name, which 2.x makes
 * by itself. Readings and consumption share one bucket, so what is too old is deleted by measurement and not by the bucket's retention.
 */
import { Fault } from '../../shared/errors.ts';
import { systems } from '../../shared/system.ts';
import { addressOf, V2Store } from '../influx/v2.ts';
import type { StoreKind } from '../open-store.ts';

const deleteTimeoutMs = 120_000;

async function retain(store: V2Store, { rawMs, hourlyMs }: { rawMs: number; hourlyMs: number }, now: number): Promise<void> {
  const { org, bucket } = store.address;
  const path = `/api/v2/delete?org=${encodeURIComponent(org)}&bucket=${encodeURIComponent(bucket)}`;
  const drop = async (measurement: string, before: number) => {
    const body = { start: '1970-01-01T00:00:00Z', stop: new Date(before).toISOString(), predicate: `_measurement="${measurement}"` };
    const { status, body: text } = await store.http.post(
      path,
      JSON.stringify(body),
      { ...store.authorization, 'content-type': 'application/json' },
      deleteTimeoutMs,
    );
    if (status === 401 || status === 403) throw new Fault('store/denied', `${store.name}: the token may not delete`);
    if (status !== 204) throw new Fault('store/unavailable', `${store.name} answers HTTP ${status} to a delete: ${text.slice(0, 300)}`);
  };
  for (const measurement of [...systems, 'device_status', 'alarm_transition']) await drop(measurement, now - rawMs);
  await drop('consumption', now - Math.max(rawMs, hourlyMs));
}

export default { id: 'influx2', open: async ({ url }) => new V2Store(addressOf(url, 'influx2'), { retain }) } satisfies StoreKind;
