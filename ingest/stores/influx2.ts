/**
 * InfluxDB 2.x, and VictoriaMetrics for writing. Reading needs InfluxDB's own mapping of a bucket to a v1 database of the same name, which 2.x makes
 * by itself. Readings, their hours and consumption share one bucket without a limit of its own; what is too old is deleted by measurement, readings only after they
 * were rolled up.
 */
import { Fault } from '../../shared/errors.ts';
import { systems } from '../../shared/system.ts';
import { addressOf, V2Store } from '../influx/v2.ts';
import type { StoreKind } from '../open-store.ts';

const deleteTimeoutMs = 120_000;

async function drop(store: V2Store, before: { rawMs: number; hourlyMs: number }): Promise<void> {
  const { org, bucket } = store.address;
  const path = `/api/v2/delete?org=${encodeURIComponent(org)}&bucket=${encodeURIComponent(bucket)}`;
  const dropOne = async (measurement: string, time: number) => {
    const body = { start: '1970-01-01T00:00:00Z', stop: new Date(time).toISOString(), predicate: `_measurement="${measurement}"` };
    const { status, body: text } = await store.http.post(
      path,
      JSON.stringify(body),
      { ...store.authorization, 'content-type': 'application/json' },
      deleteTimeoutMs,
    );
    if (status === 401 || status === 403) throw new Fault('store/denied', `${store.name}: the token may not delete`);
    if (status !== 204) throw new Fault('store/unavailable', `${store.name} answers HTTP ${status} to a delete: ${text.slice(0, 300)}`);
  };
  const readings = [...systems, 'device_status'];
  for (const measurement of [...readings, 'alarm_transition']) await dropOne(measurement, before.rawMs);
  for (const measurement of [...readings.map((one) => `hourly_${one}`), 'consumption']) await dropOne(measurement, before.hourlyMs);
}

export default { id: 'influx2', open: async ({ url }) => new V2Store(addressOf(url, 'influx2'), { drop }) } satisfies StoreKind;
