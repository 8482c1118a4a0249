/** Stands between a browser and the program, as a hospital's network does: it can fall silent, and it can offer another build. */
import { createServer, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ConsoleProxy extends AsyncDisposable {
  url: string;
  /** Nobody answers, and what runs breaks off. */
  cut(): void;
  /** Connections stand and are taken, and nothing comes over them any more. */
  hang(): void;
  restore(): void;
  /** From now on page and worker are those of a build of that name. */
  offerBuild(name: string): void;
}

export async function openConsoleProxy(target: string): Promise<ConsoleProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let hangs = false;
  let build: string | undefined;
  const server = createServer((asked, answer) => {
    if (hangs) return;
    const path = asked.url ?? '/';
    const changed = build !== undefined && (path === '/' || path === '/sw.js' || path.startsWith('/assets/'));
    // Not packed, and never "not changed": the text is another one.
    const { 'if-none-match': _match, 'if-modified-since': _since, ...plain } = asked.headers;
    const onward = request(
      `${target}${path.replace(`${build}-`, '')}`,
      { method: asked.method ?? 'GET', headers: changed ? { ...plain, 'accept-encoding': 'identity' } : asked.headers },
      (response) => {
        if (!changed || path.startsWith('/assets/')) {
          answer.writeHead(response.statusCode ?? 502, response.headers);
          response.on('data', (part) => void (hangs || answer.write(part)));
          response.on('end', () => hangs || answer.end());
          return;
        }
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          const { 'content-length': _length, etag: _etag, 'last-modified': _modified, ...headers } = response.headers;
          answer.writeHead(response.statusCode ?? 502, headers);
          answer.end(text.replaceAll('/assets/', `/assets/${build}-`).replace(/version:(.)/g, `version:$1${build}`));
        });
      },
    );
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
    answer.on('close', () => onward.destroy());
  });
  server.on('connection', (socket) => {
    if (isCut) socket.destroy();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    hang() {
      hangs = true;
    },
    restore() {
      isCut = false;
      if (hangs) for (const socket of sockets) socket.destroy();
      hangs = false;
    },
    offerBuild(name) {
      build = name;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
