/** HTTP to a database over a few connections that stay open. */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Fault, reasonOf } from '../../shared/errors.ts';
import type { Answer } from './deliver.ts';

export interface HttpClient extends Disposable {
  post(path: string, body: string, headers: Record<string, string>, timeoutMs: number): Promise<Answer>;
}

/** @throws Fault store/unavailable from `post` when there is no answer */
export function openHttp(base: URL, connections = 4): HttpClient {
  const secure = base.protocol === 'https:';
  const options = { keepAlive: true, maxSockets: connections, noDelay: true };
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
  const request = secure ? httpsRequest : httpRequest;
  return {
    post: (path, body, headers, timeoutMs) =>
      new Promise((resolve, reject) => {
        const fail = (cause: unknown) =>
          reject(new Fault('store/unavailable', `${base.host} does not answer: ${reasonOf(cause) || 'connection refused'}`, { cause }));
        const call = request(
          { agent, host: base.hostname, port: base.port || (secure ? 443 : 80), path, method: 'POST', timeout: timeoutMs, headers },
          (response) => {
            response.setEncoding('utf8');
            let text = '';
            response.on('data', (chunk: string) => {
              text += chunk;
            });
            response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
            response.on('error', fail);
          },
        );
        call.on('timeout', () => call.destroy(new Error(`no answer within ${timeoutMs} ms`)));
        call.on('error', fail);
        const bytes = Buffer.from(body);
        call.setHeader('content-length', bytes.length);
        call.end(bytes);
      }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}
