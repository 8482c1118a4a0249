/** One HTTP request that carries a notice; what went wrong as a fault. */
import { Fault } from '../shared/errors.ts';

/** Receivers answer within a second; one that has not in so long is taken for dead. */
export const answerMs = 10_000;
const mostAnswerBytes = 16_384;

export interface Answer {
  status: number;
  text: string;
  /** Milliseconds from `retry-after`, where the receiver says so in seconds. */
  retryAfterMs: number | undefined;
}

/**
 * Posts JSON and gives the answer, whatever its status. Redirects are answers too: a signed notice goes where the site file says.
 * @throws Fault notify/unreachable; `detail.uncertain` when the request was on its way
 */
export const postJson = (url: string, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<Answer> =>
  ask(url, { method: 'POST', headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body }, signal);

/** The same for a question. */
export const getJson = (url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Answer> =>
  ask(url, { headers }, signal);

/** Any other request. */
export async function ask(
  url: string,
  { headers, ...request }: { method?: string; headers: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> },
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      ...request,
      // A connection that stood idle may be closed by the other side just as it is used again, and nobody could say whether the notice had arrived.
      headers: { 'user-agent': 'plantroom', connection: 'close', ...headers },
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
    });
    const text = await beginning(response);
    const after = Number(response.headers.get('retry-after'));
    return { status: response.status, text, retryAfterMs: after > 0 ? Math.min(after, 3_600) * 1_000 : undefined };
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
    // Refused and unknown addresses never saw the notice; anything later may have.
    const uncertain = !['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'].includes(code);
    const reason =
      code || (error instanceof Error && error.name === 'TimeoutError' ? `no answer within ${answerMs / 1_000} s` : 'request ended');
    throw new Fault('notify/unreachable', `the receiver cannot be reached: ${reason}`, { detail: { uncertain } });
  }
}

async function beginning(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
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
