import { describe, expect, it } from 'vitest';
import { PublishSplitter } from './publish-splitter.ts';

const random = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
  return seed / 0x7fff_ffff;
};

function packet(first: number, body: Buffer): Buffer {
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}
const publish = (first: number, topic: string, payload: string) => {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(Buffer.byteLength(topic));
  return packet(first, Buffer.concat([head, Buffer.from(topic), Buffer.from(payload)]));
};

/** Cuts the stream anywhere and puts together what came out of either side. */
function run(stream: Buffer, cuts: readonly number[], wants = (topic: string) => topic.endsWith('/readings')) {
  const taken: [string, string][] = [];
  const splitter = new PublishSplitter(({ topic, bytes, start, payload, end }) => {
    expect(bytes[start]).toBe(0x30);
    if (!wants(topic)) return false;
    taken.push([topic, bytes.toString('utf8', payload, end)]);
    return true;
  });
  const left: Buffer[] = [];
  let at = 0;
  for (const cut of [...cuts, stream.length]) {
    // The buffer of a socket is used again for the next piece.
    const chunk = Buffer.from(stream.subarray(at, cut));
    for (const piece of splitter.split(chunk)) left.push(Buffer.from(piece));
    chunk.fill(0xee);
    at = cut;
  }
  return { taken, left: Buffer.concat(left) };
}

describe('publish packets out of a stream', () => {
  it('are taken whole and all else is left as it was, wherever the stream is cut', () => {
    const seed = Date.now() & 0xffff;
    const next = random(seed);
    for (let round = 0; round < 60; round++) {
      const wanted: [string, string][] = [];
      const others: Buffer[] = [];
      const all: Buffer[] = [];
      for (let i = 0; i < 30; i++) {
        const kind = Math.floor(next() * 6);
        const size = Math.floor(next() ** 4 * 20_000);
        const bytes =
          kind === 0 ? packet(0xd0, Buffer.alloc(0))
          : kind === 1 ? publish(0x31, `a/${i}/readings`, 'x'.repeat(size))
          : kind === 2 ? publish(0x32, `a/${i}/readings`, '00'.repeat(size))
          : kind === 3 ? publish(0x30, `a/${i}/status`, '1'.repeat(size))
          : publish(0x30, `a/${i}/readings`, `温${'0'.repeat(size)}`); // biome-ignore format: a table
        if (kind >= 4) wanted.push([`a/${i}/readings`, `温${'0'.repeat(size)}`]);
        else others.push(bytes);
        all.push(bytes);
      }
      const stream = Buffer.concat(all);
      const cuts = Array.from({ length: Math.floor(next() * 40) }, () => Math.floor(next() * stream.length)).sort((a, b) => a - b);
      const { taken, left } = run(stream, cuts);
      expect(taken, `seed ${seed}`).toEqual(wanted);
      expect(left.equals(Buffer.concat(others)), `seed ${seed}`).toBe(true);
    }
  });

  it('are found in a stream that comes byte by byte', () => {
    const stream = Buffer.concat([
      publish(0x30, 'a/readings', 'x'.repeat(200)),
      packet(0xc0, Buffer.alloc(0)),
      publish(0x30, 'b/readings', ''),
    ]);
    const { taken, left } = run(
      stream,
      Array.from({ length: stream.length - 1 }, (_, i) => i + 1),
    );
    expect(taken).toEqual([['a/readings', 'x'.repeat(200)], ['b/readings', '']]); // biome-ignore format: short
    expect(left).toEqual(packet(0xc0, Buffer.alloc(0)));
  });

  it('leave nonsense to others, whole: they end the connection', () => {
    const odd = [Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 1]), publish(0x30, 'a/readings', 'late')];
    const stream = Buffer.concat(odd);
    expect(run(stream, [])).toEqual({ taken: [], left: stream });
    const topicTooLong = Buffer.concat([packet(0x30, Buffer.from([0, 9, 97])), publish(0x30, 'a/readings', 'x')]);
    expect(run(topicTooLong, [])).toEqual({ taken: [['a/readings', 'x']], left: packet(0x30, Buffer.from([0, 9, 97])) });
    const huge = publish(0x30, 'a/readings', 'x'.repeat(400 << 10));
    const { taken, left } = run(Buffer.concat([huge, publish(0x30, 'b/readings', 'x')]), [70_000, 140_000]);
    expect(taken).toEqual([['b/readings', 'x']]);
    expect(left.equals(huge)).toBe(true);
  });
});
