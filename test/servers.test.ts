import { existsSync } from 'node:fs';
import mqtt from 'mqtt';
import { describe, expect, test } from 'vitest';
import { needs, startInfluxdb, startMosquitto, startSocatPair, startVictoriaMetrics } from './servers.ts';

describe('real peers for tests', () => {
  test.runIf(needs('influxd'))('InfluxDB keeps its data over kill and start, and leaves nothing behind', async () => {
    const server = await startInfluxdb();
    const query = async (q: string) =>
      (await fetch(`${server.url}/query`, { method: 'POST', body: new URLSearchParams({ q, db: 'd' }) })).json();
    await query('CREATE DATABASE d');
    await fetch(`${server.url}/write?db=d`, { method: 'POST', body: 'm v=1 1' });
    await server.kill();
    await expect(fetch(server.url)).rejects.toThrow();
    await server.start();
    expect(await query('SELECT * FROM m')).toMatchObject({ results: [{ series: [{ values: [['1970-01-01T00:00:00.000000001Z', 1]] }] }] });
    await server[Symbol.asyncDispose]();
    expect(existsSync(server.folder)).toBe(false);
  });

  test.runIf(needs('influxd'))('InfluxDB with an administrator refuses strangers', async () => {
    await using server = await startInfluxdb({ admin: { username: 'root', password: 'geheim' } });
    expect((await fetch(`${server.url}/query?q=SHOW+DATABASES`)).status).toBe(401);
    expect((await fetch(`${server.url}/query?q=SHOW+DATABASES&u=root&p=geheim`)).status).toBe(200);
  });

  test.runIf(needs('victoria-metrics'))('VictoriaMetrics takes writes', async () => {
    await using server = await startVictoriaMetrics();
    expect((await fetch(`${server.url}/api/v2/write`, { method: 'POST', body: 'm v=1 1' })).status).toBe(204);
  });

  test.runIf(needs('mosquitto', 'mosquitto_passwd'))('Mosquitto knows its users and their rights', async () => {
    await using server = await startMosquitto({ users: { ingest: 'a', other: 'b' }, acl: 'user ingest\ntopic readwrite plantroom/#' });
    await expect(mqtt.connectAsync(server.url, { reconnectPeriod: 0 }, false)).rejects.toThrow(/not authorized/i);
    const client = await mqtt.connectAsync(server.url, { protocolVersion: 5, username: 'ingest', password: 'a' });
    await client.publishAsync('plantroom/x', 'y', { qos: 1 });
    await client.endAsync();
    const other = await mqtt.connectAsync(server.url, { protocolVersion: 5, username: 'other', password: 'b' });
    await expect(other.publishAsync('plantroom/x', 'y', { qos: 1 })).rejects.toThrow(/not authorized/i);
    await other.endAsync();
  });

  test.runIf(needs('socat'))('a pair of serial lines appears and goes', async () => {
    const pair = await startSocatPair();
    expect(existsSync(pair.a) && existsSync(pair.b)).toBe(true);
    await pair[Symbol.asyncDispose]();
    expect(existsSync(pair.a)).toBe(false);
  });
});
