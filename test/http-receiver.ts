/** An HTTP server that keeps what is posted to it and answers as a test says. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Post {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The same before anybody took it for text. */
  bytes: Buffer;
}
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Never answers; the connection stays open. */
  silent?: boolean;
  /** Ends the connection instead of answering. */
  cut?: boolean;
}

export interface HttpReceiver extends AsyncDisposable {
  url: string;
  posts: Post[];
  /** Called once a post is in; its answer is sent. */
  reply: (post: Post) => Reply | Promise<Reply>;
}

export async function startHttpReceiver(reply: HttpReceiver['reply'] = () => ({})): Promise<HttpReceiver> {
  const receiver: Omit<HttpReceiver, typeof Symbol.asyncDispose> = { url: '', posts: [], reply };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', async () => {
      const bytes = Buffer.concat(parts);
      const post: Post = { path: request.url ?? '', headers: request.headers, body: bytes.toString('utf8'), bytes };
      receiver.posts.push(post);
      const { status = 200, headers = {}, body = '', silent, cut } = await receiver.reply(post);
      if (silent) return;
      if (cut) return void request.socket.destroy();
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(receiver, {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
