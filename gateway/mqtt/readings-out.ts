/**
 * PUBLISH packets by the hundred, of QoS 1 or, to our own broker, 0: put together as one piece of bytes and written at once, past the bookkeeping of mqtt.js, which costs
 * more per packet than reading the meter. The outbox keeps the books itself, by "committed".
 *
 * Packet ids are divided: mqtt.js uses the lower ones for all else, and takes no notice of a PUBACK that it does not know.
 */
import type { IClientOptions, MqttClient, Packet } from 'mqtt';
import { publishQos0 } from '../../shared/publish-splitter.ts';

const firstOwnId = 16_384;
const lastId = 65_535;
/** Fixed header: PUBLISH, QoS 1 (MQTT 3.1.1 and 5, 3.3.1). */
const publishQos1 = 0x32;
const idBytes = 2;
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

/** `refused` is told what a broker of MQTT 5 says about one of these messages; from one of 3.1.1 nothing is heard, and nothing at QoS 0. */
export function readingsOut(client: MqttClient, refused: (reasonCode: number) => void, qos: 0 | 1 = 1): ReadingsOut {
  const firstByte = qos === 0 ? publishQos0 : publishQos1;
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
      const between = (qos === 0 ? 0 : idBytes) + properties;
      let size = 0;
      const lengths = messages.map(({ payload }) => Buffer.byteLength(payload));
      messages.forEach(({ topic }, i) => {
        size += 5 + topicBytes(topic).length + between + (lengths[i] as number);
      });
      const bytes = Buffer.allocUnsafe(size);
      let at = 0;
      for (let i = 0; i < messages.length; i++) {
        const { topic, payload } = messages[i] as Outgoing;
        const length = lengths[i] as number;
        const head = topicBytes(topic);
        bytes[at++] = firstByte;
        at = writeLength(bytes, at, head.length + between + length);
        bytes.set(head, at);
        at += head.length;
        if (qos === 1) {
          lastUsed = lastUsed === lastId ? firstOwnId : lastUsed + 1;
          at = bytes.writeUInt16BE(lastUsed, at);
        }
        // No properties.
        if (properties) bytes[at++] = 0;
        // Mostly plain ASCII, which is written faster as what it is.
        at += length === payload.length ? bytes.write(payload, at, 'latin1') : bytes.write(payload, at);
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
