/**
 * Takes packets of one sort out of a stream of MQTT 3.1.1 and leaves the rest of it as it came: PUBLISH of QoS 0, not retained, as readings go through the
 * embedded broker. They are thousands; general libraries spend more on each than all else that is done with it.
 */

/** PUBLISH, QoS 0, not a repetition, not retained (MQTT 3.1.1, 3.3.1). */
export const publishQos0 = 0x30;
/** Longer packets are left to others, so that little is ever held back. */
const longestBytes = 300 << 10;

export interface PublishPacket {
  topic: string;
  bytes: Buffer;
  /** Where the packet, its payload and what follows it begin in `bytes`. */
  start: number;
  payload: number;
  end: number;
}

export class PublishSplitter {
  readonly #take: (packet: PublishPacket) => boolean;
  /** The beginning of a packet whose end has not come. */
  #held: Buffer | undefined;
  /** So many bytes belong to a packet that is left to others. */
  #skip = 0;
  #lost = false;
  readonly #isOn: () => boolean;

  /**
   * `take` answers whether it takes the packet; its bytes are its own only until it returns. While `isOn` says no nothing is held back or taken: what
   * somebody unknown sends in a thousand pieces is not put together again and again.
   */
  constructor(take: (packet: PublishPacket) => boolean, isOn: () => boolean = () => true) {
    this.#take = take;
    this.#isOn = isOn;
  }

  /** The bytes that were not taken, in their order; empty when there are none. Pieces of `chunk`, or copies. */
  split(chunk: Buffer): Buffer[] {
    if (this.#lost) return [chunk];
    const bytes = this.#held ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = undefined;
    const isOn = this.#isOn();
    const left: Buffer[] = [];
    let at = Math.min(this.#skip, bytes.length);
    this.#skip -= at;
    let from = 0;
    while (at < bytes.length) {
      const header = lengthAt(bytes, at + 1);
      if (header === 'malformed') {
        // Whoever reads the rest finds out and ends the connection.
        this.#lost = true;
        at = bytes.length;
        break;
      }
      if (header === undefined) {
        this.#held = Buffer.from(bytes.subarray(at));
        break;
      }
      const { body, length } = header;
      const end = body + length;
      const isOurs = isOn && bytes[at] === publishQos0 && length >= 2 && length <= longestBytes;
      if (end > bytes.length) {
        if (isOurs) {
          this.#held = Buffer.from(bytes.subarray(at));
          break;
        }
        this.#skip = end - bytes.length;
        at = bytes.length;
        break;
      }
      if (isOurs) {
        const payload = body + 2 + bytes.readUInt16BE(body);
        if (payload <= end && this.#take({ topic: bytes.toString('latin1', body + 2, payload), bytes, start: at, payload, end })) {
          if (from < at) left.push(bytes.subarray(from, at));
          from = end;
        }
      }
      at = end;
    }
    if (from < at) left.push(bytes.subarray(from, at));
    return left;
  }
}

/** Remaining length, a variable byte integer of one to four bytes (2.2.3); undefined when it has not all come. */
function lengthAt(bytes: Buffer, start: number): { length: number; body: number } | undefined | 'malformed' {
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) return undefined;
    length += (byte & 127) * 128 ** i;
    if (byte < 128) return { length, body: start + i + 1 };
  }
  return 'malformed';
}
