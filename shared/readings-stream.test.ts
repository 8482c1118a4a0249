import { createServer, type Socket } from 'node:net';
import type { MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from './log.ts';
import { onMessages } from './readings-stream.ts';
import { connectMqtt, readingsQos } from './role.ts';

function packet(first: number, topic: string, payload: string): Buffer {
  const text = Buffer.from(topic + payload);
  const length = 2 + text.length;
  return Buffer.concat([Buffer.from([first, (length & 127) | 128, length >> 7, 0, topic.length]), text]);
}
const until = async (condition: () => boolean) => {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('readings off the socket', () => {
  let undo: AsyncDisposableStack;
  beforeEach(() => {
    undo = new AsyncDisposableStack();
    vi.stubEnv('PLANTROOM_MQTT_EMBEDDED', '1');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await undo.disposeAsync();
  });

  async function setUp() {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.once('data', () => socket.write(Buffer.from([0x20, 2, 0, 0])));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    undo.defer(() => void server.close());
    const client = connectMqtt({ url: `mqtt://127.0.0.1:${(server.address() as { port: number }).port}` }, silentLog());
    undo.defer(() => client.endAsync(true));
    const heard: string[] = [];
    const packets: string[] = [];
    client.on('packetreceive', ({ cmd }) => packets.push(cmd));
    const listen = (to: MqttClient) =>
      onMessages(to, (topic, payload, retain) => heard.push(`${topic} ${payload.toString()}${retain ? ' kept' : ''}`));
    return { client, sockets, heard, packets, listen };
  }
  const readings = (device: string) => `plantroom/s/gw/${device}/readings`;

  it('are heard once, past mqtt.js, and all else by it; also after a new connection', async () => {
    const { client, sockets, heard, packets, listen } = await setUp();
    listen(client);
    await until(() => client.connected);
    const send = (socket: Socket) =>
      socket.write(
        Buffer.concat([
          packet(0x30, readings('a'), 'x'.repeat(300)),
          packet(0x31, readings('b'), '2'),
          packet(0x30, 'plantroom/s/gw/a/status', '3'),
          packet(0x30, readings('c'), '温'),
        ]),
      );
    send(sockets[0] as Socket);
    await until(() => heard.length === 4);
    const wanted = [`${readings('a')} ${'x'.repeat(300)}`, `${readings('b')} 2 kept`, 'plantroom/s/gw/a/status 3', `${readings('c')} 温`];
    expect(heard.toSorted()).toEqual(wanted.toSorted());
    expect(packets).toEqual(['connack', 'publish', 'publish']);
    sockets[0]?.destroy();
    await until(() => sockets.length === 2 && client.connected);
    send(sockets[1] as Socket);
    await until(() => heard.length === 8);
    expect(heard.slice(4).toSorted()).toEqual(wanted.toSorted());
  });

  it('are left to mqtt.js where nobody listens so', async () => {
    const { client, sockets, heard, packets } = await setUp();
    client.on('message', (topic) => heard.push(topic));
    await until(() => client.connected);
    sockets[0]?.write(packet(0x30, readings('a'), '1'));
    await until(() => heard.length === 1);
    expect(heard).toEqual([readings('a')]);
    expect(packets).toEqual(['connack', 'publish']);
  });

  it('go at QoS 1 to a broker that is not ours', () => {
    expect(readingsQos()).toBe(0);
    vi.stubEnv('PLANTROOM_MQTT_EMBEDDED', undefined);
    expect(readingsQos()).toBe(1);
  });
});
