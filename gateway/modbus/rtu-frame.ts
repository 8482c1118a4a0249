/** Frames of Modbus RTU, and how to find the one answer that fits a request among bytes that may be anything. Pure. */
import { crc16 } from './crc.ts';
import { dataBytes, encodeRequest, functionCode, guardReadOnly, type Request } from './pdu.ts';

/** Unit, protocol data unit, CRC: at most 256 (Modbus over Serial Line V1.02, 2.3). */
export const longestFrame = 256;

export function encodeFrame(unit: number, request: Request): Uint8Array {
  const pdu = encodeRequest(request);
  guardReadOnly(pdu);
  const frame = new Uint8Array(pdu.length + 3);
  frame[0] = unit;
  frame.set(pdu, 1);
  const crc = crc16(frame, 0, pdu.length + 1);
  frame[pdu.length + 1] = crc & 255;
  frame[pdu.length + 2] = crc >> 8;
  return frame;
}

/** What the answer to a request must look like. */
export interface Shape {
  unit: number;
  code: number;
  /** Byte count of the answer; undefined for a device identity. */
  bytes: number | undefined;
}

export const shapeOf = (unit: number, request: Request): Shape => ({ unit, code: functionCode(request), bytes: dataBytes(request) });
export const sameShape = (a: Shape, b: Shape): boolean => a.unit === b.unit && a.code === b.code && a.bytes === b.bytes;
/** Bytes of a good answer on the line. */
export const answerBytes = (shape: Shape): number => (shape.bytes === undefined ? longestFrame : shape.bytes + 5);

export type Match = { kind: 'no' } | { kind: 'partial' } | { kind: 'frame'; end: number; exception: number | undefined };

const no: Match = { kind: 'no' };
const partial: Match = { kind: 'partial' };

/** Is there, exactly at `at`, an answer of this shape with a right CRC? `partial` when the bytes so far could become one. */
export function matchAt(buffer: Uint8Array, at: number, length: number, shape: Shape): Match {
  if (buffer[at] !== shape.unit) return no;
  if (length - at < 2) return partial;
  const code = buffer[at + 1];
  let end: number;
  if (code === (shape.code | 0x80)) end = at + 5;
  else if (code !== shape.code) return no;
  else if (shape.bytes === undefined) {
    const size = identityBytes(buffer, at, length);
    if (size === 0) return no;
    if (size === undefined) return partial;
    end = at + size;
  } else {
    if (length - at < 3) return partial;
    if (buffer[at + 2] !== shape.bytes) return no;
    end = at + shape.bytes + 5;
  }
  if (end > length) return partial;
  const crc = crc16(buffer, at, end - 2);
  if (buffer[end - 2] !== (crc & 255) || buffer[end - 1] !== crc >> 8) return no;
  return { kind: 'frame', end, exception: code === shape.code ? undefined : buffer[at + 2] };
}

/** Length of a device identification answer (6.21): 8 bytes, then objects of id, length, text, then CRC; 0 when it is none. */
function identityBytes(buffer: Uint8Array, at: number, length: number): number | undefined {
  if (length - at >= 3 && buffer[at + 2] !== 14) return 0;
  if (length - at < 8) return undefined;
  let size = 8;
  for (let object = buffer[at + 7]!; object > 0; object--) {
    if (size + 2 > longestFrame) return 0;
    if (length - at < size + 2) return undefined;
    size += 2 + buffer[at + size + 1]!;
  }
  return size + 2 > longestFrame ? 0 : size + 2;
}
