/** The files that `plantroom mosquitto-files` writes and the configuration of docker-compose, on a real Mosquitto. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt, { type IClientOptions } from 'mqtt';
import { describe, expect, onTestFinished, test } from 'vitest';
import command from '../../commands/mosquitto-files.ts';
import { ensureCredentials } from '../../gateway/credentials.ts';
import { devicePassword, deviceUser, gatewayClientId, gatewayPassword, gatewayUser } from '../../shared/role.ts';
import { topics } from '../../shared/topic.ts';
import { until } from '../program.ts';
import { freePort, needs, pathOf, temporaryFolder } from '../servers.ts';

const demo = join(import.meta.dirname, '..', '..', 'sites', 'demo.yaml');
const configuration = readFileSync(join(import.meta.dirname, '..', '..', 'deploy', 'mosquitto.conf'), 'utf8');

describe.runIf(needs('mosquitto'))('Mosquitto with our files', () => {
  test('each gateway speaks for itself only, devices have a door of their own and take nobody their name', async () => {
    const folder = temporaryFolder('mosquitto-files');
    onTestFinished(() => folder[Symbol.dispose]());
    const umask = process.umask();
    onTestFinished(() => void process.umask(umask));
    const files = join(folder.path, 'files');
    expect(await command.run(['--site', demo, '--data', folder.path, '--out', files])).toBe(0);
    const credentials = ensureCredentials(folder.path);
    const [port, devicePort] = [await freePort(), await freePort()];
    const config = configuration
      .replaceAll('/mosquitto-files', files)
      .replace('listener 1883', `listener ${port} 127.0.0.1`)
      .replace('listener 1884', `listener ${devicePort} 127.0.0.1`);
    const file = join(folder.path, 'mosquitto.conf');
    // Started by root it would change to the user "mosquitto", who may not read our folder.
    writeFileSync(file, `${process.getuid?.() === 0 ? 'user root\n' : ''}${config}`);
    const broker = spawn(pathOf('mosquitto'), ['-c', file], { stdio: 'ignore' });
    onTestFinished(async () => {
      broker.kill('SIGKILL');
      if (broker.exitCode === null && broker.signalCode === null) await once(broker, 'exit');
    });
    const connect = async (user: { username: string; password: string }, at = port, more: IClientOptions = {}) => {
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${at}`, { ...user, protocolVersion: 5, reconnectPeriod: 0, ...more });
      client.on('error', () => undefined);
      onTestFinished(() => client.endAsync(true));
      return client;
    };
    const power = { username: gatewayUser('gw-power'), password: gatewayPassword(credentials, 'gw-power') };
    const clientId = gatewayClientId('demo', 'gw-power');
    const gateway = await until(() => connect(power, port, { clientId }));
    const site = /^ {2}id: (\S+)|site: \{ id: (\S+?),/m.exec(readFileSync(demo, 'utf8'));
    const id = (site?.[1] ?? site?.[2]) as string;
    await gateway.publishAsync(topics.readings(id, 'gw-power', 'm'), '{}', { qos: 1 });
    await gateway.publishAsync(`plantroom/${id}/roles/gateway`, '{}', { qos: 1 });
    for (const topic of [topics.readings(id, 'gw-plant', 'm'), topics.committed(id, 'gw-power'), topics.alarm(id, 'x')])
      await expect(gateway.publishAsync(topic, '{}', { qos: 1 })).rejects.toThrow(/Not authorized/);
    const role = await connect(credentials.gateway);
    await role.publishAsync(`plantroom/${id}/roles/gateway`, '{}', { qos: 1 });
    await expect(role.publishAsync(topics.readings(id, 'gw-power', 'm'), '{}', { qos: 1 })).rejects.toThrow(/Not authorized/);

    await expect(connect(credentials.device)).rejects.toThrow();
    await expect(connect(power, devicePort)).rejects.toThrow();
    const room = { username: deviceUser('room-icu'), password: devicePassword(credentials, 'room-icu') };
    const device = await connect(room, devicePort, { clientId });
    await gateway.publishAsync(topics.readings(id, 'gw-power', 'm'), '{}', { qos: 1 });
    expect(gateway.connected).toBe(true);
    await device.publishAsync('sensors/room-1', '{}', { qos: 1 });
    for (const topic of [topics.readings(id, 'gw-power', 'm'), topics.simulatedDevice(id, 'room-1')])
      await expect(device.publishAsync(topic, '{}', { qos: 1 })).rejects.toThrow(/Not authorized/);
    expect(readFileSync(join(files, 'passwords'), 'utf8')).not.toContain(credentials.rules.password);
    expect(statSync(join(folder.path, 'secrets', 'broker.json')).mode & 0o777).toBe(0o600);
  }, 240_000);
});
