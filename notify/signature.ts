/**
 * The signature of Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`, base64, in
 * `webhook-signature: v1,...`. Receivers verify with an off-the-shelf library and refuse timestamps older than five minutes.
 */
import { createHash, createHmac } from 'node:crypto';
import { Fault } from '../shared/errors.ts';

/** @param text base64 with the prefix whsec_, or any text of at least 16 characters. @throws Fault secret/missing */
export function signingKey(text: string): Buffer {
  if (text.startsWith('whsec_')) return Buffer.from(text.slice('whsec_'.length), 'base64');
  if (text.length < 16) throw new Fault('secret/missing', 'the key of the webhook signature is shorter than 16 characters');
  return Buffer.from(text, 'utf8');
}

/** The headers of one post; the same `key` is the same message, so that a receiver leaves out what it has had. */
export function signedHeaders(key: Buffer, what: string, body: string, nowMs: number): Record<string, string> {
  // A name without dots, since the signed text is joined with them.
  const id = `msg_${createHash('sha256').update(what).digest('base64url').slice(0, 27)}`;
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}`, 'idempotency-key': what };
}
