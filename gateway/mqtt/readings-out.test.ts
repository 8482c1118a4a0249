import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { MqttClient } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { lowerIds, type Outgoing, readingsOut } from './readings-out.ts';

interface Published {
  cmd: string;
  topic: string;
  payload: Buffer;
  qos: number;
  retain: boolean;
  dup: boolean;
  messageId: number;
}
interface Parser {
  on(event: 'packet', heard: (packet: Published) => void): void;
  parse(bytes: Buffer): number;
}
const require = createRequire(createRequire(import.meta.url).resolve('mqtt'));
const { parser } = require('mqtt-packet') as { parser(options: { protocolVersion: number }): Parser };

/** What another implementation reads of our bytes. */
function setUp(protocolVersion: 4 | 5, ...qos: [] | [0 | 1]) {
  const heard: Published[] = [];
  const reader = parser({ protocolVersion });
  reader.on('packet', (packet) => heard.push(packet));
  const writes: Buffer[] = [];
  const stream = {
    writable: true,
    write(bytes: Buffer) {
      writes.push(bytes);
      reader.parse(bytes);
    },
  };
  const client = Object.assign(new EventEmitter(), { connected: true, stream, options: { protocolVersion } });
  const refusals: number[] = [];
  const out = readingsOut(client as unknown as MqttClient, (code) => refusals.push(code), ...qos);
  return { heard, writes, client, out, refusals };
}

const messages: Outgoing[] = [0, 1, 100, 127, 128, 16_300, 70_000].map((size, i) => ({
  topic: `plantroom/s/gw/${'m'.repeat(1 + i * 20)}/readings`,
  payload: `${i % 2 ? '温度' : ''}${'x'.repeat(size)}`,
}));

describe('readings by the hundred', () => {
  for (const version of [4, 5] as const) {
    it(`are read by another implementation as what was meant, MQTT version ${version}`, () => {
      const { heard, writes, out } = setUp(version);
      out.send(messages);
      expect(writes).toHaveLength(1);
      expect(heard.map(({ topic, payload }) => ({ topic, payload: payload.toString() }))).toEqual(messages);
      expect(heard.every(({ cmd, qos, retain, dup }) => cmd === 'publish' && qos === 1 && !retain && !dup)).toBe(true);
    });
  }

  for (const version of [4, 5] as const) {
    it(`are read alike at QoS 0, where they have no packet id, MQTT version ${version}`, () => {
      const { heard, out } = setUp(version, 0);
      out.send(messages);
      expect(heard.map(({ topic, payload }) => ({ topic, payload: payload.toString() }))).toEqual(messages);
      expect(heard.every(({ qos, retain, messageId }) => qos === 0 && !retain && messageId === undefined)).toBe(true);
    });
  }

  it('have packet ids that nothing else has, for ever', () => {
    const { heard, out } = setUp(4);
    const others = lowerIds();
    const taken = new Set(Array.from({ length: 20_000 }, () => others.allocate() as number));
    expect(taken.size).toBe(Math.max(...taken));
    for (let i = 0; i < 250; i++) out.send(Array.from({ length: 256 }, () => ({ topic: 't', payload: '' })));
    const ids = heard.map(({ messageId }) => messageId);
    expect(ids.some((id) => taken.has(id) || id < 1 || id > 65_535)).toBe(false);
    expect(new Set(ids.slice(-49_000)).size).toBe(49_000);
  });

  it('tell of a refusal, and only of their own', () => {
    const { client, refusals } = setUp(5);
    client.emit('packetreceive', { cmd: 'puback', messageId: 5, reasonCode: 135 });
    client.emit('packetreceive', { cmd: 'puback', messageId: 20_000, reasonCode: 16 });
    client.emit('packetreceive', { cmd: 'puback', messageId: 20_000 });
    expect(refusals).toEqual([]);
    client.emit('packetreceive', { cmd: 'puback', messageId: 20_000, reasonCode: 135 });
    expect(refusals).toEqual([135]);
  });

  it('are not written to a connection that is gone', () => {
    const { client, out, writes } = setUp(4);
    client.connected = false;
    out.send(messages);
    client.connected = true;
    client.stream.writable = false;
    out.send(messages);
    expect(writes).toEqual([]);
  });
});
