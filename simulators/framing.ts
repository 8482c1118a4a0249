/** How requests and answers are wrapped on the two kinds of simulated bus: Modbus TCP (MBAP header) and RTU frames through a TCP port. */

export interface Request {
  unit: number;
  pdu: Buffer;
  /** The answer as it goes over the wire. */
  wrap(pdu: Buffer): Buffer;
}

export interface Framing {
  /** Where the unit stands in an answer. */
  unitAt: number;
  lostEndsConnection: boolean;
  /** The first whole request and how many bytes it took; undefined: more bytes are needed; 'lost': what is there cannot be a request. */
  next(buffer: Buffer): { request: Request; bytes: number } | undefined | 'lost';
}

const longestPdu = 253;
const headerBytes = 7;

export const tcpFraming: Framing = {
  unitAt: 6,
  lostEndsConnection: true,
  next(buffer) {
    if (buffer.length < headerBytes) return undefined;
    const length = buffer.readUInt16BE(4);
    if (buffer.readUInt16BE(2) !== 0 || length < 2 || length > longestPdu + 1) return 'lost';
    const bytes = 6 + length;
    if (buffer.length < bytes) return undefined;
    const header = Buffer.from(buffer.subarray(0, headerBytes));
    const wrap = (pdu: Buffer) => {
      const out = Buffer.concat([header, pdu]);
      out.writeUInt16BE(pdu.length + 1, 4);
      return out;
    };
    return { request: { unit: header[6] as number, pdu: Buffer.from(buffer.subarray(headerBytes, bytes)), wrap }, bytes };
  },
};

/** CRC-16 of Modbus RTU, low byte first on the wire. */
export function crc16(bytes: Buffer): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}

/** Length of the request, unit and CRC included, by its function code; undefined when it cannot be told yet. */
function rtuLength(buffer: Buffer): number | undefined {
  const functionCode = buffer[1];
  if (functionCode === undefined) return undefined;
  if (functionCode === 15 || functionCode === 16) return buffer.length > 6 ? 9 + (buffer[6] as number) : undefined;
  return functionCode === 43 ? 7 : functionCode === 22 ? 10 : functionCode === 7 || functionCode === 17 ? 4 : 8;
}

export const rtuFraming: Framing = {
  unitAt: 0,
  lostEndsConnection: false,
  next(buffer) {
    const bytes = rtuLength(buffer);
    if (bytes === undefined || buffer.length < bytes) return undefined;
    const body = buffer.subarray(0, bytes - 2);
    if (crc16(body) !== buffer.readUInt16LE(bytes - 2)) return 'lost';
    const unit = body[0] as number;
    const wrap = (pdu: Buffer) => {
      const frame = Buffer.concat([Buffer.from([unit]), pdu, Buffer.alloc(2)]);
      frame.writeUInt16LE(crc16(frame.subarray(0, -2)), frame.length - 2);
      return frame;
    };
    return { request: { unit, pdu: Buffer.from(body.subarray(1)), wrap }, bytes };
  },
};
