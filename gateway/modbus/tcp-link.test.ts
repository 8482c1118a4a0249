import { describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { isFault } from '../../shared/errors.ts';
import { silentLog } from '../../shared/log.ts';
import { hangMs } from '../../test/hang.ts';
import { modbusServer, rightPdu, type ServerBehaviour, tcpFrame } from '../../test/modbus-server.ts';
import { random } from '../../test/random.ts';
import { socketPort } from './socket-port.ts';
import { type Forgiving, tcpLink } from './tcp-link.ts';

const clock = systemClock();
/** For requests that nobody answers. */
const briefMs = 80;
const holding = (address: number, count = 1) => ({ kind: 'registers', table: 'holding', address, count }) as const;

async function connected(behaviour: ServerBehaviour, inFlight = 1, forgiving: Forgiving = {}) {
  const server = await modbusServer(behaviour);
  const link = tcpLink(socketPort('127.0.0.1', server.port, { clock, log: silentLog() }), inFlight, clock, forgiving);
  const open = async () => {
    while (!link.open) await clock.sleep(2);
  };
  await open();
  const read = (unit: number, address: number, count = 1, timeoutMs = hangMs) =>
    link.read(unit, holding(address, count), timeoutMs).then(
      (data) => Buffer.from(data).toString('hex'),
      (error) => (isFault(error) ? error.code : Promise.reject(error)),
    );
  const undo = async () => {
    await link[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  };
  return { server, link, read, open, undo };
}
const register = (unit: number, _code: number, address: number) => unit * 256 + address;

describe('a Modbus TCP client', () => {
  it('a late answer is never the answer to the next request, and tells that the unit lives', async () => {
    const givenUp = Promise.withResolvers<void>();
    const { link, read, undo } = await connected({
      register,
      answer: async ({ address }, right) => {
        if (address === 1) await givenUp.promise;
        return right;
      },
    });
    const late: number[] = [];
    link.onLate = (unit) => late.push(unit);
    expect(await read(1, 1, 1, briefMs)).toBe('transport/timeout');
    givenUp.resolve();
    expect(await read(1, 2)).toBe('0102');
    expect(late).toEqual([1]);
    expect(link.counts.late).toBe(1);
    await undo();
  });

  it('answers of several units may come in any order', async () => {
    const { server, read, undo } = await connected({ register, answer: () => undefined }, 3);
    const all = Promise.all([read(1, 7), read(2, 7), read(3, 7)]);
    while (server.requests.length < 3) await clock.sleep(2);
    const [socket] = server.sockets;
    for (const request of [...server.requests].reverse()) {
      socket?.write(tcpFrame(request.transaction, request.unit, rightPdu(request, { register })));
    }
    expect(await all).toEqual(['0107', '0207', '0307']);
    await undo();
  });

  it('an answer in single bytes, and two answers in one piece, are read alike', async () => {
    const { read, undo } = await connected({
      register,
      answer: async (_request, right, socket) => {
        for (const byte of right) {
          socket.write(Buffer.of(byte));
          await clock.sleep(1);
        }
        return undefined;
      },
    });
    expect(await read(1, 3, 2)).toBe('01030104');
    await undo();
  });

  it('garbage drops the connection; the next request after it is right', async () => {
    let garbage = true;
    const { link, read, open, undo } = await connected({
      register,
      answer: (_request, right) => (garbage ? Buffer.from('HTTP/1.1 400 Bad Request\r\n') : right),
    });
    expect(await read(1, 1)).toBe('transport/closed');
    garbage = false;
    await open();
    expect(await read(1, 5, 1)).toBe('0105');
    expect(link.counts).toMatchObject({ garbled: 1, reconnects: 1 });
    await undo();
  });

  it('a wrong unit, function or length under the right transaction is no answer', async () => {
    const bends: ((right: Buffer) => Buffer)[] = [
      (right) => Buffer.concat([right.subarray(0, 6), Buffer.of(9), right.subarray(7)]),
      (right) => tcpFrame(right.readUInt16BE(0), 1, Buffer.of(4, 2, 0, 1)),
      (right) => tcpFrame(right.readUInt16BE(0), 1, Buffer.of(3, 4, 0, 1, 0, 2)),
    ];
    for (const [at, bend] of bends.entries()) {
      const { read, undo } = await connected({ register, answer: (_request, right) => bend(right) });
      expect(await read(1, 1)).toBe(at === 0 ? 'transport/mismatch' : 'transport/garbled');
      await undo();
    }
  });

  it('when nothing answers any more the connection is made anew', async () => {
    let silent = true;
    const { link, read, open, undo } = await connected({ register, answer: (_request, right) => (silent ? undefined : right) });
    for (let tries = 0; tries < 4; tries++) expect(await read(1, 1, 1, 20)).toBe('transport/timeout');
    silent = false;
    while (link.open) await clock.sleep(2);
    await open();
    expect(await read(1, 1, 1)).toBe('0101');
    await undo();
  });

  const seed = Number(process.env.SEED ?? 5);
  it(`400 requests to a server that delays, cuts, bends or adds to one answer in ten, seed ${seed}: none is wrong`, async () => {
    const next = random(seed);
    const { read, open, undo } = await connected(
      {
        register,
        answer: async (_request, right) => {
          if (!next.chance(0.1)) return right;
          switch (next.below(5)) {
            case 0:
              await clock.sleep(next.below(40));
              return right;
            case 1:
              return right.subarray(0, next.below(right.length));
            case 2: {
              const bent = Buffer.from(right);
              // The data themselves are only protected by TCP; everything before them is ours to check.
              bent[next.below(9)] = next.below(256);
              return bent;
            }
            case 3:
              return Buffer.concat([right, Buffer.from(next.bytes(next.below(20)))]);
            default:
              return undefined;
          }
        },
      },
      4,
    );
    let good = 0;
    for (let round = 0; round < 100; round++) {
      await open();
      const asked = [1, 2, 3, 4].map(async (unit) => {
        const address = next.below(200);
        const answer = await read(unit, address, 1, 25);
        if (/^[0-9a-f]{4}$/.test(answer)) {
          expect(answer).toBe((unit * 256 + address).toString(16).padStart(4, '0'));
          good++;
        }
      });
      await Promise.all(asked);
    }
    expect(good).toBeGreaterThan(200);
    await undo();
  }, 240_000);
});

describe('F15 a slave that answers with other numbers than asked', () => {
  const otherTransaction: ServerBehaviour = {
    register,
    answer: ({ transaction, unit }, right) => tcpFrame(transaction + 1, unit, right.subarray(7)),
  };
  const otherUnit: ServerBehaviour = { register, answer: ({ transaction }, right) => tcpFrame(transaction, 255, right.subarray(7)) };

  it.each([
    ['transaction', otherTransaction, /answers with another transaction id \(\d+ instead of \d+\)/],
    ['unit', otherUnit, /answers with another unit id \(255 instead of 1\)/],
  ] as const)('another %s id is called by its name', async (_what, behaviour, words) => {
    const { link, undo } = await connected(behaviour);
    // It is told when the time for the right answer is over.
    await expect(link.read(1, holding(5), 1_500)).rejects.toThrow(words);
    await undo();
  });

  it('by a setting its values are taken', async () => {
    const transaction = await connected(otherTransaction, 1, { transactionIds: true });
    for (let address = 0; address < 20; address++)
      expect(await transaction.read(1, address)).toBe(`01${address.toString(16).padStart(2, '0')}`);
    await transaction.undo();
    const unit = await connected(otherUnit, 1, { unitIds: true });
    expect(await unit.read(1, 5)).toBe('0105');
    await unit.undo();
  });

  it('with the setting a late answer is still never the answer to the next request', async () => {
    const givenUp = Promise.withResolvers<void>();
    const { link, read, open, undo } = await connected(
      {
        register,
        answer: async ({ transaction, unit, address }, right) => {
          if (address === 1) await givenUp.promise;
          return tcpFrame(transaction + 1, unit, right.subarray(7));
        },
      },
      1,
      { transactionIds: true },
    );
    expect(await read(1, 1, 1, briefMs)).toBe('transport/timeout');
    givenUp.resolve();
    for (let address = 2; address < 8; address++) {
      while (!link.open) await open();
      const found = await read(1, address, 1);
      expect([`010${address}`, 'transport/closed']).toContain(found);
    }
    await open();
    expect(await read(1, 9, 1)).toBe('0109');
    await undo();
  });
});
