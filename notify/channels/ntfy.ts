/**
 * ntfy (https://docs.ntfy.sh/publish/), mostly a server of the hospital's own: push to phones without internet. JSON to the root, a topic a channel.
 * Priority 5 breaks through "do not disturb"; the first action opens the answer page.
 */
import { z } from 'zod';
import type { Priority } from '../../shared/alarm.ts';
import { Fault } from '../../shared/errors.ts';
import { secretReference } from '../../shared/site.ts';
import { defineChannel, isCalm, type Notice } from '../channel.ts';
import { postJson, shortly } from '../post.ts';
import { cut, fitted } from '../robot.ts';

/** A longer message becomes an attachment that no phone shows; a title above 1 KB is refused (40057). */
const mostBytes = 4_000;
const mostTitle = 250;
const minuteMs = 60_000;
const urgency: Record<Priority, number> = { critical: 5, high: 4, medium: 3, low: 2 };

export default defineChannel({
  id: 'ntfy',
  title: { zh: 'ntfy 手机推送', en: 'ntfy push' },
  audience: 'group',
  reports: true,
  perMinute: 12,
  options: z.strictObject({
    url: z.url({ protocol: /^https?$/ }).meta({ description: 'The ntfy server, such as https://ntfy.hospital.example' }),
    topic: z.string().regex(/^[-_A-Za-z0-9]{1,64}$/, 'a topic: letters, digits, hyphen, underscore; at most 64'),
    token: secretReference.meta({ description: 'An access token (tk_...) with the right to write this topic' }),
  }),
  open({ url, topic, token }, deps) {
    const bearer = deps.secret(token);
    return {
      async send(notice, signal, handOver) {
        const body = JSON.stringify(message(notice, topic));
        const answer = await postJson(url, { authorization: `Bearer ${bearer.reveal()}` }, body, signal, handOver);
        const { status } = answer;
        const said = `HTTP ${status} ${shortly(answer.text)}`.trim();
        if (status >= 200 && status < 300) {
          // ntfy answers with the message it made; a portal's page is no delivery.
          if (!/"id"\s*:\s*"/.test(answer.text))
            throw new Fault('notify/unreachable', `HTTP ${status}, no answer of ntfy`, { detail: { uncertain: true } });
          return { answer: said };
        }
        if (status === 429) throw new Fault('notify/limited', said, { detail: { retryAfterMs: answer.retryAfterMs ?? minuteMs } });
        if (status === 401 || status === 403) throw new Fault('notify/denied', said);
        if (status >= 500) throw new Fault('notify/unreachable', said);
        throw new Fault('notify/refused', said);
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});

function message(notice: Notice, topic: string): object {
  const text = fitted(
    notice,
    mostBytes,
    (label, line) => `${label}${line}`,
    (lines) => [...lines, ...notice.footer].join('\n'),
  );
  return {
    topic,
    title: cut(notice.subject, mostTitle),
    message: text,
    priority: isCalm(notice.step) ? 3 : notice.lifeSafety ? 5 : urgency[notice.priority],
    tags: [isCalm(notice.step) ? 'white_check_mark' : 'rotating_light', notice.site.id],
    ...(notice.link
      ? { click: notice.link.url, actions: [{ action: 'view', label: cut(notice.link.label, 40), url: notice.link.url, clear: true }] }
      : {}),
  };
}
