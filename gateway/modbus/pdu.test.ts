import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../shared/clock.ts';
import { isFault } from '../../shared/errors.ts';
import { tables } from '../device.ts';
import type { Port } from './link.ts';
import { encodeRequest, guardReadOnly, matchAnswer, type Request, readFunctions } from './pdu.ts';
import { rtuLink } from './rtu-link.ts';
import { tcpLink } from './tcp-link.ts';

const writes = [5, 6, 8, 15, 16, 20, 21, 22, 23, 24];

describe('read only', () => {
  /** All kinds of requests there are, and some that nobody should make. */
  const requests: Request[] = [
    ...tables.flatMap((table) => [1, 8, 125].map((count) => ({ kind: 'registers', table, address: 4096, count }) as const)),
    { kind: 'identity', level: 'basic', object: 0 },
    { kind: 'identity', level: 'regular', object: 255 },
    // What a type assertion could smuggle in.
    { kind: 'registers', table: 'write' as 'coil', address: 0, count: 1 },
    { kind: 'registers', table: 'holding', address: 0x10000, count: 6 },
  ];

  it('every request that can be encoded starts with function 1, 2, 3, 4 or 43', () => {
    const seen = new Set<number>();
    for (const request of requests) {
      try {
        const pdu = encodeRequest(request);
        guardReadOnly(pdu);
        seen.add(pdu[0] as number);
      } catch (error) {
        expect(isFault(error, 'modbus/forbidden')).toBe(true);
      }
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([...readFunctions].sort((a, b) => a - b));
  });

  it('the last gate refuses all other 251 function codes', () => {
    for (let code = 0; code < 256; code++) {
      if ((readFunctions as readonly number[]).includes(code)) continue;
      expect(() => guardReadOnly(Uint8Array.of(code, 0, 0, 0, 1))).toThrow(/not a read function/);
    }
  });

  it('no byte of a write function leaves either link, whatever is asked', async () => {
    const sent: Uint8Array[] = [];
    const port = (): Port => ({
      open: true,
      write: (bytes) => void sent.push(bytes.slice()),
      reset() {},
      wake() {},
      start() {},
      async [Symbol.asyncDispose]() {},
    });
    for (const request of requests) {
      const clock = manualClock();
      const links = [tcpLink(port(), 1, clock), rtuLink(port(), { charMs: 0, gapMs: 0, settleMs: 10 }, clock)];
      const asked = links.map(async (link) => link.read(1, request, 10));
      void Promise.allSettled(asked);
      await clock.advance(50);
      for (const link of links) await link[Symbol.asyncDispose]();
    }
    expect(sent.length).toBeGreaterThan(20);
    for (const bytes of sent) {
      const code = bytes.length === 12 || (bytes[2] === 0 && bytes[3] === 0 && bytes[5] === bytes.length - 6) ? bytes[7] : bytes[1];
      expect(readFunctions).toContain(code);
      expect(writes).not.toContain(code);
    }
  });

  it('nothing else in the gateway speaks Modbus: the client libraries with write functions are not imported', () => {
    const sources = readdirSync(join(import.meta.dirname, '..'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
    );
    for (const file of sources) {
      const text = readFileSync(join(import.meta.dirname, '..', file), 'utf8');
      expect(text, file).not.toMatch(/from '(jsmodbus|modbus-serial)/);
    }
  });
});

describe('answers', () => {
  const request: Request = { kind: 'registers', table: 'holding', address: 0, count: 2 };
  it('must have function and byte count of the request', () => {
    expect(matchAnswer(request, Uint8Array.of(3, 4, 1, 2, 3, 4))).toEqual({ kind: 'data', data: Uint8Array.of(1, 2, 3, 4) });
    for (const wrong of [[4, 4, 1, 2, 3, 4], [3, 2, 1, 2], [3, 4, 1, 2], [3, 4, 1, 2, 3, 4, 5], [3], [], [0x83], [0x83, 2, 0]]) {
      expect(matchAnswer(request, Uint8Array.from(wrong)).kind).toBe('mismatch');
    }
    expect(matchAnswer(request, Uint8Array.of(0x83, 2))).toEqual({ kind: 'exception', code: 2 });
  });
});
