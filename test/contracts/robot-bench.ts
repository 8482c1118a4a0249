/** A bench for channels that post JSON to a server of ours which answers as the service documents. */
import type { ChannelType } from '../../notify/channel.ts';
import { type Post, type Reply, startHttpReceiver } from '../http-receiver.ts';
import { freePort } from '../servers.ts';
import type { Behaviour, ChannelBench, Received } from './channel.ts';

export interface HttpBench {
  type: ChannelType;
  environment: Record<string, string>;
  settings(url: string): object;
  replies: Record<Behaviour, Reply>;
  read(post: Post): Received;
  /** Posts that carry a notice; the others are asked for on the way (a token). */
  isNotice?(post: Post): boolean;
  /** The answer to the others. */
  other?(post: Post): Reply;
  mostBytes?: number;
}

export async function httpBench({
  type,
  environment,
  settings,
  replies,
  read,
  isNotice = () => true,
  other,
  mostBytes,
}: HttpBench): Promise<ChannelBench> {
  const server = await startHttpReceiver();
  return {
    type,
    environment,
    settings: settings(server.url),
    away: settings(`http://127.0.0.1:${await freePort()}`),
    ...(mostBytes === undefined ? {} : { mostBytes }),
    received: () => server.posts.filter(isNotice).map(read),
    behave(behaviour, notice) {
      server.reply = (post) => (isNotice(post) || !other ? replies[behaviour] : other(post));
      return notice;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export const json = (body: object, status = 200): Reply => ({
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

/** What one channel makes of one answer: the fault, or undefined, and what was posted. */
export async function sendOnce(
  type: ChannelType,
  settings: (url: string) => object,
  environment: Record<string, string>,
  reply: (post: Post) => Reply,
  more: object = {},
) {
  const { depsFor, noticeFor } = await import('./channel.ts');
  await using server = await startHttpReceiver(reply);
  await using channel = await type.open(type.options.parse(settings(server.url)), depsFor(environment));
  const error: unknown = await channel.send({ ...noticeFor(), ...more }, AbortSignal.timeout(5_000)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, posts: server.posts };
}
