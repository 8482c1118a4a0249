/**
 * SMS over any gateway that takes HTTP: address, headers and body are templates in the site file, with {phone}, {text}, {key} and {secret}. What the gateway
 * calls success is told by a text that must stand in its answer, since many answer 200 to everything.
 */
import { z } from 'zod';
import { Fault } from '../../shared/errors.ts';
import { secretReference } from '../../shared/site.ts';
import { defineChannel, type Notice } from '../channel.ts';
import { ask, shortly } from '../post.ts';
import { cut } from '../robot.ts';

/** Ten SMS of 67 characters joined; what is more is cut, and the sentence on the panels always stands. */
const mostCharacters = 670;
const minuteMs = 60_000;
const places = /\{(phone|text|key|secret)\}/g;

export default defineChannel({
  id: 'sms',
  title: { zh: '短信网关', en: 'SMS gateway' },
  audience: 'person',
  address: (person) => person.phone,
  addressName: { zh: '手机号', en: 'a phone number' },
  perMinute: 10,
  options: z.strictObject({
    url: z
      .string()
      .regex(/^https?:\/\//, 'an address that begins with http:// or https://')
      .meta({ description: 'May hold {phone}, {text}, {key}, {secret}' }),
    method: z.enum(['POST', 'GET', 'PUT']).default('POST'),
    headers: z
      .record(z.string().min(1), z.string())
      .default({})
      .meta({ description: 'May hold {secret}: { authorization: "Bearer {secret}" }' }),
    body: z
      .string()
      .optional()
      .meta({ description: 'A template; values are written as the content-type wants them (JSON strings without quotes, or form fields)' }),
    success: z.string().min(1).meta({ description: 'Must stand in the answer of the gateway when it has taken the message' }),
    refused: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'Stands in the answer when the gateway will never take it (a wrong number)' }),
    secret: secretReference,
  }),
  check({ url, body, headers }) {
    const templates = [url, body ?? '', ...Object.values(headers)].join(' ');
    const missing = ['{phone}', '{text}', '{secret}'].filter((place) => !templates.includes(place));
    return missing.map((place) => ({
      path: ['body'],
      found: body ?? url,
      allowed: `a template that holds ${place} in url, headers or body`,
    }));
  },
  open({ url, method, headers, body, success, refused, secret }, deps) {
    const own = deps.secret(secret);
    return {
      async send(notice, signal, handOver) {
        const values: Record<string, string> = {
          phone: (notice.to[0]?.phone ?? '').replace(/[^\d+]/g, ''),
          text: shortText(notice),
          key: notice.key,
          secret: own.reveal(),
        };
        const filled = (template: string, write: (value: string) => string) =>
          template.replace(places, (_, name: string) => write(values[name] as string));
        const type =
          Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ??
          (body?.trimStart().startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded');
        const writing = type.includes('json') ? (value: string) => JSON.stringify(value).slice(1, -1) : encodeURIComponent;
        const answer = await ask(
          filled(url, encodeURIComponent),
          {
            method,
            headers: {
              'content-type': type,
              ...Object.fromEntries(
                Object.entries(headers).map(([name, value]) => [name, filled(value, (one) => one.replace(/[\r\n]/g, ''))]),
              ),
            },
            ...(body === undefined || method === 'GET' ? {} : { body: filled(body, writing) }),
          },
          signal,
          handOver,
        );
        const { status } = answer;
        const said = `HTTP ${status} ${shortly(answer.text)}`.trim();
        if (status === 429) throw new Fault('notify/limited', said, { detail: { retryAfterMs: answer.retryAfterMs ?? minuteMs } });
        if (status === 401 || status === 403) throw new Fault('notify/denied', said);
        if (refused !== undefined && answer.text.includes(refused)) throw new Fault('notify/refused', said);
        if (status >= 200 && status < 300 && answer.text.includes(success)) return { answer: said };
        if (status >= 500) throw new Fault('notify/unreachable', said);
        if (status >= 200 && status < 300)
          throw new Fault('notify/unreachable', `${said}: without "${success}"`, { detail: { uncertain: true } });
        throw new Fault('notify/refused', said);
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});

/** The facts that matter first; footer and link are kept whatever is cut. */
function shortText(notice: Notice): string {
  const tail = [...(notice.link ? [notice.link.url] : []), ...notice.footer].join(' ');
  const lines = notice.lines.map(({ label, text }) => (label === '' ? text : `${label} ${text}`));
  const room = Math.max(100, mostCharacters - tail.length - 1);
  return `${cut([notice.subject, ...lines].join('; ').replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '), room)} ${tail}`.trim();
}
