/**
 * Modbus requests and answers without their framing (Modbus Application Protocol V1.1b3). Reading only: the functions below are all that
 * exist. There is no code here, and none to switch on, that could put a write function on the wire.
 */
import { Fault } from '../../shared/errors.ts';
import { functionOf, type Table } from '../device.ts';

/** Coils, discrete inputs, holding registers, input registers (6.1-6.4), device identification (6.21, MEI type 14). */
export const readFunctions = [1, 2, 3, 4, 43] as const;
export type ReadFunction = (typeof readFunctions)[number];

export type Request =
  | { kind: 'registers'; table: Table; address: number; count: number }
  | { kind: 'identity'; level: 'basic' | 'regular'; object: number };

/** The protocol data unit of a request. @throws Fault modbus/forbidden when it is out of the protocol's limits. */
export function encodeRequest(request: Request): Uint8Array {
  if (request.kind === 'identity') return Uint8Array.of(43, 14, request.level === 'basic' ? 1 : 2, request.object & 255);
  const { table, address, count } = request;
  const most = table === 'coil' || table === 'discrete' ? 2000 : 125;
  if (!(Number.isInteger(count) && count >= 1 && count <= most && Number.isInteger(address) && address >= 0 && address + count <= 65536)) {
    throw new Fault('modbus/forbidden', `no such read: ${table} ${address}, ${count}`);
  }
  return Uint8Array.of(functionOf[table], address >> 8, address & 255, count >> 8, count & 255);
}

/** The last gate before the wire, for what framings send. @throws Fault modbus/forbidden */
export function guardReadOnly(pdu: Uint8Array): void {
  if (!(readFunctions as readonly number[]).includes(pdu[0] as number)) {
    throw new Fault('modbus/forbidden', `function ${pdu[0]} is not a read function`);
  }
}

export function functionCode(request: Request): ReadFunction {
  return request.kind === 'identity' ? 43 : functionOf[request.table];
}

/** Bytes of data in the answer to this request; undefined for an identity, whose answer says it itself. */
export function dataBytes(request: Request): number | undefined {
  if (request.kind === 'identity') return undefined;
  return request.table === 'coil' || request.table === 'discrete' ? (request.count + 7) >> 3 : request.count * 2;
}

export type Answer = { kind: 'data'; data: Uint8Array } | { kind: 'exception'; code: number } | { kind: 'mismatch'; reason: string };

/** Does this answer, all of it, belong to the request? Function and byte count must agree exactly. */
export function matchAnswer(request: Request, pdu: Uint8Array): Answer {
  const code = functionCode(request);
  if (pdu[0] === (code | 0x80)) {
    return pdu.length === 2 ? { kind: 'exception', code: pdu[1]! } : { kind: 'mismatch', reason: 'exception of wrong length' };
  }
  if (pdu[0] !== code) return { kind: 'mismatch', reason: `function ${pdu[0]} answers ${code}` };
  const bytes = dataBytes(request);
  if (bytes === undefined) {
    return pdu.length >= 7 && pdu[1] === 14 ? { kind: 'data', data: pdu.subarray(2) } : { kind: 'mismatch', reason: 'no identity' };
  }
  if (pdu[1] !== bytes || pdu.length !== bytes + 2) return { kind: 'mismatch', reason: `${pdu.length - 2} data bytes instead of ${bytes}` };
  return { kind: 'data', data: pdu.subarray(2) };
}
