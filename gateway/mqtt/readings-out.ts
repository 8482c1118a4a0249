/**
 * PUBLISH packets of QoS 1 by the hundred: put together as one piece of bytes and written at once, past the bookkeeping of mqtt.js, which costs
 * more per packet than reading the meter. The outbox keeps the books itself, by "committed".
 *
 * Packet ids are divided: mqtt.js uses the lower ones for all else, and takes no notice of a PUBACK that it does not know.
 */
import type { IClientOptions, MqttClient, Packet } from 'mqtt';

const firstOwnId = 16_384;
const lastId = 65_535;
/** Fixed header: PUBLISH, QoS 1 (MQTT 3.1.1 and 5, 3.3.1). */
const publishQos1 = 0x32;
/** The first reason code of MQTT 5 that means a refusal (2.4). */
const firstRefusal = 0x80;

/** To be given to the client as `messageIdProvider`. */
export function lowerIds(): NonNullable<IClientOptions['messageIdProvider']> {
  let last = 0;
  return {
    allocate() {
      last = (last % (firstOwnId - 1)) + 1;
      return last;
    },
    getLastAllocated: () => last || null,
    register: () => true,
    deallocate() {},
    clear() {},
  };
}

export interface Outgoing {
  topic: string;
  payload: string;
}

export interface ReadingsOut {
  send(messages: readonly Outgoing[]): void;
}

/** `refused` is told what a broker of MQTT 5 says about one of these messages; from one of 3.1.1 nothing is heard. */
export function readingsOut(client: MqttClient, refused: (reasonCode: number) => void): ReadingsOut {
  const topics = new Map<string, Buffer>();
  let lastUsed = lastId;
  const topicBytes = (topic: string): Buffer => {
    let bytes = topics.get(topic);
    if (!bytes) {
      const text = Buffer.from(topic);
      bytes = Buffer.alloc(2 + text.length);
      bytes.writeUInt16BE(text.length, 0);
      bytes.set(text, 2);
      topics.set(topic, bytes);
    }
    return bytes;
  };
  client.on('packetreceive', (packet: Packet) => {
    if (packet.cmd !== 'puback' || (packet.messageId ?? 0) < firstOwnId) return;
    const code = packet.reasonCode ?? 0;
    if (code >= firstRefusal) refused(code);
  });
  return {
    send(messages) {
      const { stream } = client;
      if (!client.connected || !stream.writable) return;
      const properties = client.options.protocolVersion === 5 ? 1 : 0;
      let size = 0;
      for (const { topic, payload } of messages) size += 5 + topicBytes(topic).length + 2 + properties + Buffer.byteLength(payload);
      const bytes = Buffer.allocUnsafe(size);
      let at = 0;
      for (const { topic, payload } of messages) {
        const head = topicBytes(topic);
        bytes[at++] = publishQos1;
        at = writeLength(bytes, at, head.length + 2 + properties + Buffer.byteLength(payload));
        bytes.set(head, at);
        at += head.length;
        lastUsed = lastUsed === lastId ? firstOwnId : lastUsed + 1;
        at = bytes.writeUInt16BE(lastUsed, at);
        // No properties.
        if (properties) bytes[at++] = 0;
        at += bytes.write(payload, at);
      }
      stream.write(bytes.subarray(0, at));
    },
  };
}

/** Variable byte integer (MQTT 3.1.1, 2.2.3). */
function writeLength(bytes: Buffer, start: number, length: number): number {
  let at = start;
  let rest = length;
  do {
    bytes[at++] = (rest & 127) | (rest > 127 ? 128 : 0);
    rest >>= 7;
  } while (rest > 0);
  return at;
}
