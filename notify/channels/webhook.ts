/**
 * A webhook: the notice as JSON, signed as Standard Webhooks says (https://www.standardwebhooks.com): HMAC-SHA256 over
 * `<webhook-id>.<webhook-timestamp>.<body>`, base64, in `webhook-signature: v1,...`. Receivers verify with an off-the-shelf library, refuse
 * timestamps older than five minutes, and leave out an `idempotency-key` that they have had.
 */
import { z } from 'zod';
import { Fault } from '../../shared/errors.ts';
import { secretReference } from '../../shared/site.ts';
import { defineChannel, plainText } from '../channel.ts';
import { postJson, shortly } from '../post.ts';
import { signedHeaders, signingKey } from '../signature.ts';

export default defineChannel({
  id: 'webhook',
  title: { zh: '签名 Webhook', en: 'Signed webhook' },
  audience: 'group',
  reports: true,
  perMinute: 600,
  options: z.strictObject({
    url: z.url({ protocol: /^https?$/ }).meta({ description: 'Where notices are posted' }),
    secret: secretReference.meta({ description: 'Key of the signature, base64 with prefix whsec_ or any text of at least 16 characters' }),
  }),
  check({ url }) {
    const { username, password, searchParams } = new URL(url);
    const telling = [...searchParams.keys()].some((name) => /token|password|secret|key/i.test(name));
    if (username || password || telling) {
      return [
        { path: ['url'], found: '<secret>', allowed: 'an address without user, password or key; receivers know us by the signature' },
      ];
    }
    return [];
  },
  open({ url, secret }, deps) {
    const key = signingKey(deps.secret(secret).reveal());
    return {
      async send(notice, signal, handOver) {
        const body = JSON.stringify({
          version: 1,
          key: notice.key,
          step: notice.step,
          site: notice.site.id,
          language: notice.language,
          priority: notice.priority,
          lifeSafety: notice.lifeSafety,
          subject: notice.subject,
          text: plainText(notice),
          to: notice.to,
          alarms: notice.alarms,
        });
        const answer = await postJson(url, signedHeaders(key, notice.key, body, deps.wire.now()), body, signal, handOver);
        const { status } = answer;
        const said = `HTTP ${status} ${shortly(answer.text)}`.trim();
        if (status >= 200 && status < 300) return { answer: said };
        if (status === 429) throw new Fault('notify/limited', said, { detail: { retryAfterMs: answer.retryAfterMs } });
        if (status === 401 || status === 403) throw new Fault('notify/denied', said);
        // 409: the first try is still being worked on.
        if (status >= 500 || [408, 409, 425].includes(status))
          throw new Fault('notify/unreachable', said, { detail: { uncertain: status >= 500 } });
        throw new Fault('notify/refused', said);
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});
