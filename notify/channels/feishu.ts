/**
 * A Feishu group robot (飞书自定义机器人): a card of at most 20 KB, 100 a minute and 5 a second. The body carries `timestamp` in seconds and
 * `sign` = base64(HMAC-SHA256(key "<s>\n<secret>", of nothing)): the other way round than DingTalk.
 * https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { secretReference } from '../../shared/site.ts';
import { defineChannel, isCalm, type Notice } from '../channel.ts';
import { postJson } from '../post.ts';
import { type Codes, cut, fitted, receiptOf, uncalling } from '../robot.ts';

const mostBytes = 20_000;
const minuteMs = 60_000;

/** 11232 and 9499 too many; 19021 signature or clock, 19022 address, 19024 keyword, 19007 robot off; 19001, 19002, 9499 parameters; 19036 too long. */
const codes: Codes = {
  code: 'code',
  message: 'msg',
  fine: [0],
  limited: { 11232: minuteMs, 9499: minuteMs },
  denied: [19021, 19022, 19024, 19007],
  refused: [19001, 19002, 19036, 230001],
  busy: [-1, 11246],
};

export const feishuSign = (seconds: number, secret: string): string =>
  createHmac('sha256', `${seconds}\n${secret}`).update('').digest('base64');

export default defineChannel({
  id: 'feishu',
  title: { zh: '飞书群机器人', en: 'Feishu group robot' },
  audience: 'group',
  reports: true,
  perMinute: 100,
  options: z.strictObject({
    hook: secretReference.meta({ description: 'The last part of the webhook address, after /hook/' }),
    secret: secretReference.meta({ description: 'The key of the signature (签名校验)' }),
    url: z
      .url({ protocol: /^https?$/ })
      .default('https://open.feishu.cn/open-apis/bot/v2/hook/')
      .meta({ description: 'Address without the hook; for a relay in the hospital network' }),
  }),
  check: ({ url }) =>
    /hook\/[^/]+$/.test(url)
      ? [{ path: ['url'], found: '<secret>', allowed: 'an address that ends before the hook; it stands under hook' }]
      : [],
  open({ hook, secret, url }, deps) {
    const [own, key] = [deps.secret(hook), deps.secret(secret)];
    return {
      async send(notice, signal, handOver) {
        const seconds = Math.floor(deps.wire.now() / 1_000);
        const address = new URL(encodeURIComponent(own.reveal()), url.endsWith('/') ? url : `${url}/`);
        const body = JSON.stringify({
          timestamp: String(seconds),
          sign: feishuSign(seconds, key.reveal()),
          msg_type: 'interactive',
          card: card(notice),
        });
        return receiptOf(await postJson(address.href, {}, body, signal, handOver), 'Feishu', codes);
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});

const colours = { critical: 'red', high: 'orange', medium: 'yellow', low: 'blue' } as const;

function card(notice: Notice): object {
  const content = fitted(
    notice,
    mostBytes - 4_000,
    (label, line) => `${label === '' ? '' : `**${uncalling(label)}**`}${uncalling(line)}`,
    (lines) => [...lines, ...notice.footer.map(uncalling)].join('\n'),
  );
  const button = notice.link && {
    tag: 'action',
    actions: [{ tag: 'button', text: { tag: 'plain_text', content: notice.link.label }, url: notice.link.url, type: 'primary' }],
  };
  return {
    config: { wide_screen_mode: true },
    header: {
      template: isCalm(notice.step) ? 'green' : colours[notice.priority],
      title: { tag: 'plain_text', content: uncalling(cut(notice.subject, 300)) },
    },
    elements: [{ tag: 'div', text: { tag: 'lark_md', content } }, ...(button ? [button] : [])],
  };
}
