/** Grafana's HTTP API, as documented, with `fetch`: there is no client package that more than one person keeps. */
import { Fault, reasonOf } from '../../shared/errors.ts';
import type { Secret } from '../../shared/secret.ts';

const answerLimitMs = 15_000;

export interface GrafanaClient {
  /** Undefined when there is no such thing. @throws Fault grafana/unavailable, grafana/refused */
  get(path: string): Promise<unknown>;
  /** @throws Fault grafana/unavailable, grafana/refused */
  send(method: 'POST' | 'PUT', path: string, body: unknown): Promise<unknown>;
}

/** @throws Fault usage/command when the address is none */
export function grafanaClient(address: string, token: Secret): GrafanaClient {
  let base: URL;
  try {
    base = new URL(address.endsWith('/') ? address : `${address}/`);
  } catch (cause) {
    throw new Fault('usage/command', `"${address}" is no address such as http://127.0.0.1:3000`, { cause });
  }
  const call = async (method: string, path: string, body?: unknown): Promise<{ status: number; content: unknown }> => {
    let response: Response;
    try {
      response = await fetch(new URL(path.replace(/^\//, ''), base), {
        method,
        headers: { authorization: `Bearer ${token.reveal()}`, accept: 'application/json', 'content-type': 'application/json' },
        signal: AbortSignal.timeout(answerLimitMs),
        // A redirect to a sign-in page would look like success.
        redirect: 'error',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new Fault('grafana/unavailable', `${base.host} does not answer as Grafana: ${reasonOf(cause)}`, { cause });
    }
    const text = await response.text();
    if (response.status >= 500 || response.status === 429) {
      throw new Fault('grafana/unavailable', `${base.host} answers HTTP ${response.status} to ${method} ${path}: ${text.slice(0, 200)}`);
    }
    try {
      return { status: response.status, content: text === '' ? undefined : (JSON.parse(text) as unknown) };
    } catch (cause) {
      throw new Fault('grafana/refused', `${base.host} answers ${method} ${path} with something else than JSON; is it Grafana?`, { cause });
    }
  };
  const refused = (method: string, path: string, status: number, content: unknown) => {
    const message = (content as { message?: unknown } | undefined)?.message;
    return new Fault('grafana/refused', `${method} ${path}: HTTP ${status}${typeof message === 'string' ? `, ${message}` : ''}`);
  };
  return {
    async get(path) {
      const { status, content } = await call('GET', path);
      if (status === 404) return undefined;
      if (status !== 200) throw refused('GET', path, status, content);
      return content;
    },
    async send(method, path, body) {
      const { status, content } = await call(method, path, body);
      if (status !== 200 && status !== 201) throw refused(method, path, status, content);
      return content;
    },
  };
}
