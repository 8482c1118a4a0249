/** The whole program with servers that we did not write: Debian's Mosquitto (users and rights from `mosquitto-files`) and Debian's InfluxDB 1. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { describe, expect, it } from 'vitest';
import { type BrokerCredentials, credentialsFile, roleTopic } from '../../shared/role.ts';
import { startProgram, until } from '../program.ts';
import { needs, startInfluxdb, startMosquitto, temporaryFolder } from '../servers.ts';

const main = join(import.meta.dirname, '..', '..', 'main.ts');

interface Device {
  id: string;
  system: string;
  latest: Record<string, { value: number | null; t: number }>;
}

describe.skipIf(!needs('mosquitto', 'influxd'))('plantroom start with Mosquitto and InfluxDB 1', () => {
  it('carries the same readings from the devices to the store', async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'data');
    const files = join(folder.path, 'mosquitto');
    execFileSync(process.execPath, [main, 'mosquitto-files', '--out', files, '--data', dataDir]);
    await using mosquitto = await startMosquitto({
      config: `allow_anonymous false\npassword_file ${files}/passwords\nacl_file ${files}/access`,
    });
    await using influxdb = await startInfluxdb();
    await using program = await startProgram({
      dataDir,
      environment: { PLANTROOM_MQTT_URL: mosquitto.url, PLANTROOM_STORE_URL: `influx1://127.0.0.1:${influxdb.port}/plantroom` },
    });
    const meter = await until(
      // A generating set has an active power too, in another measurement.
      async () =>
        (await program.list<Device>('/api/devices')).find(
          (device) => device.system === 'electricity' && device.latest.active_power_kw?.value != null,
        ),
      'a live meter',
    );
    const points = await until(async () => {
      const query = new URLSearchParams({
        db: 'plantroom',
        epoch: 'ms',
        q: `SELECT active_power_kw FROM electricity WHERE device = '${meter.id}'`,
      });
      const answer = (await (await fetch(`${influxdb.url}/query?${query}`)).json()) as {
        results: { series?: { values: [number, number][] }[] }[];
      };
      const values = answer.results[0]?.series?.[0]?.values ?? [];
      return values.length >= 3 && values;
    }, `three values of ${meter.id} in InfluxDB`);
    const [from, to] = [points[0]?.[0] ?? 0, (points.at(-1)?.[0] ?? 0) + 1];
    const { points: shown } = await program.api<{ points: [number, number][] }>(
      `/api/series?device=${meter.id}&quantity=active_power_kw&from=${from}&to=${to}`,
    );
    expect(shown).toEqual(points);
    await until(async () => (await fetch(`${program.url}/healthz`)).ok, 'all roles up');
  }, 240_000);
});

describe.skipIf(!needs('mosquitto'))('access rights of mosquitto-files', () => {
  it('let several processes of a role tell of themselves, and of no other role', async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'data');
    const files = join(folder.path, 'mosquitto');
    execFileSync(process.execPath, [main, 'mosquitto-files', '--out', files, '--data', dataDir]);
    await using mosquitto = await startMosquitto({
      config: `allow_anonymous false\npassword_file ${files}/passwords\nacl_file ${files}/access`,
    });
    const credentials = JSON.parse(readFileSync(credentialsFile(dataDir), 'utf8')) as BrokerCredentials;
    // Only MQTT 5 tells a client that it may not.
    const ingest = await mqtt.connectAsync(mosquitto.url, { protocolVersion: 5, ...credentials.ingest });
    try {
      for (const allowed of [roleTopic('demo', 'ingest'), roleTopic('demo', 'ingest', '2')])
        await ingest.publishAsync(allowed, '{}', { qos: 1 });
      for (const denied of [roleTopic('demo', 'gateway'), roleTopic('demo', 'gateway', '2'), `${roleTopic('demo', 'ingest', '2')}/x`])
        await expect(ingest.publishAsync(denied, '{}', { qos: 1 }), denied).rejects.toThrow(/not authorized/i);
    } finally {
      await ingest.endAsync();
    }
  });
});
