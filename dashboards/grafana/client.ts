/** Grafana's HTTP API, as documented, with `fetch`: there is no client package that more than one person keeps. */
import { Fault, reasonOf } from '../../shared/errors.ts';
import type { Secret } from '../../shared/secret.ts';

const answerLimitMs = 15_000;
/** From here on Grafana asks InfluxDB itself and names the columns of marks as annotations.ts has them. */
const oldestVersion = 11;
const rights = 'its service account needs the role Admin, or the rights to write folders, dashboards and data sources';

export interface GrafanaClient {
  /** Is a Grafana there that can show our boards? @throws Fault grafana/unavailable, grafana/refused */
  check(): Promise<void>;
  /** Undefined when there is no such thing. @throws Fault grafana/unavailable, grafana/refused */
  get(path: string): Promise<unknown>;
  /** @throws Fault grafana/unavailable, grafana/refused */
  send(method: 'POST' | 'PUT', path: string, body: unknown): Promise<unknown>;
}

/** @throws Fault usage/command when the address is none */
export function grafanaClient(address: string, token: Secret): GrafanaClient {
  const base = URL.parse(address.endsWith('/') ? address : `${address}/`);
  if (!base || !/^https?:$/.test(base.protocol))
    throw new Fault('usage/command', `"${address}" is no address such as http://127.0.0.1:3000`);
  if (base.username || base.password)
    throw new Fault('usage/command', 'the address names a user or password; push takes a token of a service account');
  const noGrafana = `${base.host}${base.pathname} does not answer as Grafana: is the address right, with its path where it is served below one?`;
  const call = async (method: string, path: string, body?: unknown): Promise<{ status: number; content: unknown }> => {
    let response: Response;
    try {
      response = await fetch(new URL(path.replace(/^\//, ''), base), {
        method,
        headers: { authorization: `Bearer ${token.reveal()}`, accept: 'application/json', 'content-type': 'application/json' },
        signal: AbortSignal.timeout(answerLimitMs),
        // A redirect to a sign-in page would look like success.
        redirect: 'manual',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      // What really happened (refused, unknown host, certificate) stands below "fetch failed".
      const reason = reasonOf(cause instanceof Error && cause.cause !== undefined ? cause.cause : cause);
      throw new Fault('grafana/unavailable', `${base.host} does not answer: ${reason}`, { cause });
    }
    const elsewhere = response.headers.get('location');
    if (response.status >= 300 && response.status < 400)
      throw new Fault('grafana/refused', `${base.host} sends us on to ${elsewhere ?? 'another address'}: give Grafana's own address`);
    const text = await response.text();
    if (response.status >= 500 || response.status === 429) {
      throw new Fault('grafana/unavailable', `${base.host} answers HTTP ${response.status} to ${method} ${path}: ${text.slice(0, 200)}`);
    }
    try {
      return { status: response.status, content: text === '' ? undefined : (JSON.parse(text) as unknown) };
    } catch (cause) {
      throw new Fault('grafana/refused', `${noGrafana} It sent something else than JSON to ${method} ${path}, HTTP ${response.status}`, {
        cause,
      });
    }
  };
  const refused = (method: string, path: string, status: number, content: unknown) => {
    const message = (content as { message?: unknown } | undefined)?.message;
    const why = {
      401: ': the token is not accepted, it may have expired or be of another Grafana',
      403: `: the token may not do this; ${rights}`,
    }[status];
    return new Fault(
      'grafana/refused',
      `${method} ${path}: HTTP ${status}${why ?? ''}${typeof message === 'string' ? ` (${message})` : ''}`,
    );
  };
  return {
    async check() {
      const { status, content } = await call('GET', '/api/health');
      const { database, version } = (content ?? {}) as { database?: unknown; version?: unknown };
      if (status !== 200 || database === undefined) throw new Fault('grafana/refused', noGrafana);
      // A Grafana that lets strangers look may be set to tell them no version.
      const major = Number(/^v?(\d+)\./.exec(String(version))?.[1]);
      if (major < oldestVersion)
        throw new Fault('grafana/refused', `${base.host} is Grafana ${String(version)}; the boards need version ${oldestVersion} or newer`);
    },
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
