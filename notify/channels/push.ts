/**
 * Web push (RFC 8030, 8291, 8292) to the installed console: each person subscribes on his own phone or computer (page "Who was told"), and only that browser
 * can read what is sent. The browser's push service needs the internet, or one of the site's own. The message is encrypted, the service sees size and time.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Fault, isFault } from '../../shared/errors.ts';
import { isPushService, pushServices } from '../../shared/push.ts';
import { secretReference } from '../../shared/site.ts';
import { defineChannel, isCalm, type Notice, type PushTarget } from '../channel.ts';
import { ask, type HandOver, shortly } from '../post.ts';
import { cut, fitted } from '../robot.ts';

/** A push service takes 4,096 bytes of encrypted content. */
const mostBytes = 2_600;
const mostTitle = 200;
const minuteMs = 60_000;
/** A phone that is off hears of it when it is on again, within so many seconds. */
const keptS = 4 * 3_600;

export default defineChannel({
  id: 'push',
  title: { zh: '控制台网页推送', en: 'Web push to the installed console' },
  audience: 'person',
  address: (person) => person.id,
  addressName: { zh: '已订阅的控制台', en: 'a console that has subscribed' },
  subscribed: true,
  perMinute: 30,
  options: z.strictObject({
    contact: z.email().meta({ description: 'Whom the push service may write to when something is wrong with our messages (RFC 8292)' }),
    services: z
      .array(z.string().regex(/^(https?:\/\/[^/]+|[a-z0-9.-]+)$/, 'a host name, or an origin such as https://push.hospital.example:8443'))
      .min(1)
      .default([...pushServices])
      .meta({ description: 'Push services that may be called: host names (https), or whole origins' }),
    keys: z
      .strictObject({ public: z.string().min(80), private: secretReference })
      .optional()
      .meta({ description: 'A VAPID key pair of your own; by default one is made at first need and kept in the data folder' }),
  }),
  open({ contact, services, keys }, deps) {
    const own = keys && { publicKey: keys.public, privateKey: deps.secret(keys.private) };
    const { push } = deps;
    const one = async (target: PushTarget, notice: Notice, signal: AbortSignal, handOver?: HandOver) => {
      if (!isPushService(target.endpoint, services)) {
        push.gone(target.endpoint);
        throw new Fault('notify/refused', `its push service ${hostOf(target.endpoint)} is not among services`);
      }
      const { publicKey, privateKey } = own ?? (await push.keys());
      const { generateRequestDetails } = (await import('web-push')).default;
      const { endpoint, headers, body } = generateRequestDetails(
        { endpoint: target.endpoint, keys: { p256dh: target.p256dh, auth: target.auth } },
        JSON.stringify(message(notice)),
        {
          vapidDetails: { subject: `mailto:${contact}`, publicKey, privateKey: privateKey.reveal() },
          TTL: keptS,
          urgency: isCalm(notice.step) ? 'normal' : 'high',
          // The same at each try: the service keeps one of them.
          topic: createHash('sha256').update(notice.key).digest('base64url').slice(0, 32),
        },
      );
      const sent = Object.fromEntries(
        Object.entries(headers).flatMap(([name, value]) => (/^content-length$/i.test(name) ? [] : [[name, String(value)]])),
      );
      const answer = await ask(endpoint, { method: 'POST', headers: sent, body: new Uint8Array(body as Buffer) }, signal, handOver);
      const { status } = answer;
      const said = `HTTP ${status} ${shortly(answer.text, 120)}`.trim().replaceAll(endpoint, '<secret>');
      if (status === 200 || status === 201 || status === 202) return push.taken(endpoint);
      if (status === 404 || status === 410) {
        push.gone(endpoint);
        throw new Fault('notify/refused', `${said}: the browser is subscribed no more`);
      }
      if (status === 429) throw new Fault('notify/limited', said, { detail: { retryAfterMs: answer.retryAfterMs ?? minuteMs } });
      if (status === 401 || status === 403) throw new Fault('notify/denied', said);
      if (status >= 500) throw new Fault('notify/unreachable', said);
      throw new Fault('notify/refused', said);
    };
    return {
      async send(notice, signal, handOver) {
        const targets = push.of(notice.to[0]?.id ?? '');
        if (targets.length === 0) throw new Fault('notify/refused', 'no console of this person has subscribed');
        const results = await Promise.allSettled(targets.map((target) => one(target, notice, signal, handOver)));
        const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
        // One of his devices is enough: he has it.
        if (failed.length < results.length) return { answer: `taken for ${results.length - failed.length} of ${results.length} consoles` };
        // What may work again at the next try says more than what is gone for good.
        throw failed.find((reason) => isFault(reason) && reason.code !== 'notify/refused') ?? failed[0];
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});

const hostOf = (endpoint: string) => (URL.canParse(endpoint) ? new URL(endpoint).hostname : '?');

/** What dashboards/console/worker.ts shows. */
function message(notice: Notice): object {
  const body = fitted(
    notice,
    mostBytes,
    (label, line) => `${label}${line}`,
    (lines) => [...lines, ...notice.footer].join('\n'),
  );
  return {
    key: notice.key,
    title: cut(notice.subject, mostTitle),
    body,
    // Later notices of an alarm take the place of earlier ones.
    tag: notice.thread?.id ?? notice.key,
    urgent: !isCalm(notice.step) && (notice.lifeSafety || notice.priority === 'critical'),
    calm: isCalm(notice.step),
    language: notice.language,
    ...(notice.link ? { url: notice.link.url, action: cut(notice.link.label, 20) } : {}),
  };
}
