/** One HTTP request that carries a notice; what went wrong as a fault. */
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Fault, isFault } from '../shared/errors.ts';

/** Receivers answer within a second; one that has not in so long is taken for dead. */
export const answerMs = 10_000;
const mostAnswerBytes = 16_384;

export interface Answer {
  status: number;
  text: string;
  /** Milliseconds from `retry-after`, where the receiver says so in seconds. */
  retryAfterMs: number | undefined;
}

/** Asked once the connection stands, before the first byte: resolves when it may be handed over (notify/gate.ts). */
export type HandOver = () => Promise<void>;

/**
 * Posts JSON and gives the answer, whatever its status. Redirects are answers too: a signed notice goes where the site file says.
 * @throws Fault notify/unreachable; `detail.uncertain` when the request was on its way
 */
export const postJson = (
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
  handOver?: HandOver,
  lookup?: LookupFunction,
): Promise<Answer> =>
  ask(url, { method: 'POST', headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body, lookup }, signal, handOver);

/** The same for a question. */
export const getJson = (url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Answer> =>
  ask(url, { headers }, signal);

interface Request {
  method?: string;
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  /** In place of the machine's own. */
  lookup?: LookupFunction | undefined;
}

/** Any other request. @throws Fault of the look-up too */
export async function ask(
  url: string,
  { headers, method = 'GET', body, lookup }: Request,
  signal: AbortSignal,
  handOver?: HandOver,
): Promise<Answer> {
  const late = new AbortController();
  const clock = timer(() => late.abort());
  let onWire = false;
  try {
    const address = new URL(url);
    // A connection that stood idle may be closed by the other side just as it is used again, and nobody could say whether the notice had arrived.
    const request = (address.protocol === 'https:' ? secureRequest : plainRequest)(address, {
      ...{ method, agent: false, signal: AbortSignal.any([signal, late.signal]) },
      ...(lookup ? { lookup } : {}),
      headers: { 'user-agent': 'plantroom', accept: '*/*', connection: 'close', ...headers },
    });
    const failed = new Promise<never>((_, reject) => request.on('error', reject));
    const answered = new Promise<IncomingMessage>((resolve) => request.once('response', resolve));
    await Promise.race([new Promise<void>((resolve) => request.once('socket', (socket) => whenConnected(socket, resolve))), failed]);
    // Whoever waits for his turn waits for us, not for the receiver.
    clock.stop();
    if (handOver) await Promise.race([handOver(), failed]);
    clock.start();
    onWire = true;
    request.end(body);
    const response = await Promise.race([answered, failed]);
    const text = await beginning(response);
    const after = Number(response.headers['retry-after']);
    return { status: response.statusCode ?? 0, text, retryAfterMs: after > 0 ? Math.min(after, 3_600) * 1_000 : undefined };
  } catch (error) {
    if (isFault(error)) throw error;
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
    const reason = late.signal.aborted ? `no answer within ${answerMs / 1_000} s` : code === '' || signal.aborted ? 'request ended' : code;
    throw new Fault('notify/unreachable', `the receiver cannot be reached: ${reason}`, { detail: { uncertain: onWire } });
  } finally {
    clock.stop();
    // What is only half read, or was never asked, ends here.
    late.abort();
  }
}

function timer(ring: () => void) {
  let running: NodeJS.Timeout | undefined;
  const stop = () => clearTimeout(running);
  const start = () => {
    stop();
    running = setTimeout(ring, answerMs);
  };
  start();
  return { start, stop };
}

function whenConnected(socket: Socket, then: () => void): void {
  if (socket instanceof TLSSocket) socket.once('secureConnect', then);
  else if (socket.connecting) socket.once('connect', then);
  else then();
}

async function beginning(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size >= mostAnswerBytes) break;
  }
  return Buffer.concat(parts).subarray(0, mostAnswerBytes).toString('utf8');
}

/** An answer's text as it may stand in a record. */
export const shortly = (text: string, most = 200): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};
