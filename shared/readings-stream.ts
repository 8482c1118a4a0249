/**
 * The connection to the embedded broker of a role that listens: readings are heard as they come off the socket, many at a time, and all else goes to
 * mqtt.js. Which of the two brings a message makes no difference to who listens, but for what it costs.
 */
import { connect, type Socket } from 'node:net';
import type { MqttClient } from 'mqtt';
import { PublishSplitter } from './publish-splitter.ts';

/** `payload` may be written over once this returns: who keeps it copies it. */
export type HearMessage = (topic: string, payload: Buffer, retain: boolean) => void;

const hearers = new WeakMap<MqttClient, HearMessage>();
const readBytes = 64 << 10;

/** Tells `hear` of all messages of this connection. Once for a connection. */
export function onMessages(client: MqttClient, hear: HearMessage): void {
  hearers.set(client, hear);
  client.on('message', (topic, payload, { retain }) => hear(topic, payload, retain));
}

/** For connections that speak MQTT 3.1.1 without encryption. */
export function openReadingsStream(client: MqttClient, host: string, port: number): Socket {
  // Another version writes packets otherwise: then mqtt.js reads it all.
  if (client.options.protocolVersion !== 4) return connect({ host, port });
  const splitter = new PublishSplitter(
    ({ topic, bytes, payload, end }) => {
      if (!topic.startsWith('plantroom/') || !topic.endsWith('/readings')) return false;
      hearers.get(client)?.(topic, bytes.subarray(payload, end), false);
      return true;
    },
    () => hearers.has(client),
  );
  const buffer = Buffer.allocUnsafeSlow(readBytes);
  const socket = connect({
    host,
    port,
    onread: {
      buffer,
      callback(count) {
        for (const piece of splitter.split(buffer.subarray(0, count))) socket.push(Buffer.from(piece));
        return true;
      },
    },
  });
  return socket;
}
