/** Answers that many screens ask for: worked out once, compressed once, kept for a while as bytes that every one of them is sent. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../shared/clock.ts';
import { packed, takesGzip } from './compress.ts';

/** Compressed, of all kept answers; the oldest go first. A year of a large board is a tenth of a megabyte. */
const mostBytes = 12 * 1024 * 1024;
const unpack = promisify(gunzip);

interface Kept {
  until: number;
  answer: Promise<Buffer>;
  bytes: number;
}

export class SharedAnswers {
  readonly #wall: Clock;
  readonly #kept = new Map<string, Kept>();
  readonly #mostBytes: number;
  #bytes = 0;

  /** `wall` is real time. */
  constructor(wall: Clock, limit = mostBytes) {
    this.#wall = wall;
    this.#mostBytes = limit;
  }

  /** Of all kept answers, compressed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The JSON text of `make`, compressed; who asks for the same within `keptMs`, also while it is being made, gets the same bytes. */
  async get(key: string, keptMs: number, make: () => Promise<string>): Promise<Buffer> {
    const now = this.#wall.monotonic();
    const found = this.#kept.get(key);
    if (found && found.until > now) return found.answer;
    // Times of keeping differ, so all are looked at; there are some hundreds.
    for (const [old, { until }] of this.#kept) if (until <= now) this.#drop(old);
    const kept: Kept = { until: now + keptMs, answer: make().then(packed), bytes: 0 };
    this.#kept.set(key, kept);
    try {
      const answer = await kept.answer;
      if (this.#kept.get(key) !== kept) return answer;
      kept.bytes = answer.length;
      this.#bytes += answer.length;
      for (const old of this.#kept.keys()) {
        if (this.#bytes <= this.#mostBytes) break;
        this.#drop(old);
      }
      return answer;
    } catch (error) {
      if (this.#kept.get(key) === kept) this.#kept.delete(key);
      throw error;
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }
}

/** Who cannot read compressed answers gets the text. */
export async function sendPacked(request: FastifyRequest, reply: FastifyReply, bytes: Buffer): Promise<FastifyReply> {
  reply.type('application/json; charset=utf-8').header('vary', 'accept-encoding');
  if (!takesGzip(request)) return reply.send(await unpack(bytes));
  return reply.header('content-encoding', 'gzip').send(bytes);
}
