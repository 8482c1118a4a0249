import { createServer, type Socket } from 'node:net';
import { connectAsync } from 'mqtt';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import mqtt from '../../notify/channels/mqtt.ts';
import { hangMs } from '../hang.ts';
import { freePort, needs, startMosquitto } from '../servers.ts';
import { type Behaviour, type ChannelBench, channelContract, depsFor, noticeFor, type Received } from './channel.ts';

const environment = { PW: 'password-of-the-broker-01' };
const settings = (port: number) => ({
  url: `mqtt://127.0.0.1:${port}`,
  topic: 'hospital/notices',
  user: 'plantroom',
  password: { env: 'PW' },
});

/** An MQTT 5 broker that answers a publish as a test says; its packets are made by the library of the field, not by us. */
async function startScripted(): Promise<ChannelBench> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let behaviour: Behaviour = 'fine';
  const codes: Partial<Record<Behaviour, number>> = { fine: 0, busy: 0x97, refuses: 0x99, denies: 0x87 };
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    const parser = mqttPacket.parser({ protocolVersion: 5 });
    const answer = (packet: object) => socket.write(mqttPacket.generate(packet as Packet, { protocolVersion: 5 }));
    parser.on('packet', (packet: Packet) => {
      if (packet.cmd === 'connect') answer({ cmd: 'connack', reasonCode: 0, sessionPresent: false });
      if (packet.cmd === 'pingreq') answer({ cmd: 'pingresp' });
      if (packet.cmd !== 'publish') return;
      if (behaviour === 'cuts') return void socket.destroy();
      if (behaviour === 'silent') return;
      const { key, subject, text } = JSON.parse(packet.payload.toString()) as { key: string; subject: string; text: string };
      if (behaviour === 'fine') received.push({ key, text: text.includes(subject) ? text : `${subject}\n${text}` });
      answer({ cmd: 'puback', messageId: packet.messageId, reasonCode: codes[behaviour] });
    });
    socket.on('data', (data) => parser.parse(data));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    type: mqtt,
    environment,
    settings: settings(port),
    away: settings(await freePort()),
    mostBytes: 64_000,
    received: () => received,
    behave(next, notice) {
      behaviour = next;
      return notice;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

channelContract('mqtt', startScripted);

describe.runIf(needs('mosquitto'))('the MQTT channel at a real Mosquitto', () => {
  test('a notice reaches who listens, once; a wrong password is told as such', async () => {
    await using broker = await startMosquitto({ users: { plantroom: environment.PW } });
    const heard: string[] = [];
    const listener = await connectAsync(broker.url, { username: 'plantroom', password: environment.PW });
    await listener.subscribeAsync('hospital/notices', { qos: 1 });
    listener.on('message', (_topic, payload) => void heard.push((JSON.parse(payload.toString()) as { subject: string }).subject));
    await using channel = await mqtt.open(mqtt.options.parse(settings(broker.port)), depsFor(environment));
    const { answer } = await channel.send(noticeFor(), AbortSignal.timeout(10_000));
    expect(answer).toBe('PUBACK');
    await expect.poll(() => heard.length, { timeout: hangMs }).toBe(1);
    expect(heard[0]).toContain('病区氧气压力低');
    await listener.endAsync(true);
    await using wrong = await mqtt.open(mqtt.options.parse(settings(broker.port)), depsFor({ PW: 'another' }));
    await expect(wrong.send(noticeFor(), AbortSignal.timeout(10_000))).rejects.toMatchObject({ code: 'notify/denied' });
  });
});
