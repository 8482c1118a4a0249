/**
 * A DingTalk group robot (钉钉群机器人): markdown of at most 20,000 bytes, 20 a minute for a robot, and above it ten minutes of silence: so 15.
 * The address is signed: `timestamp` in ms and `sign` = urlencode(base64(HMAC-SHA256(secret, "<ms>\n<secret>"))).
 * https://open.dingtalk.com/document/orgapp/custom-robot-access
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { secretReference } from '../../shared/site.ts';
import { defineChannel, type Notice } from '../channel.ts';
import { postJson } from '../post.ts';
import { type Codes, cut, fitted, plain, receiptOf, uncalling } from '../robot.ts';

const mostBytes = 20_000;
const tenMinutesMs = 600_000;

/** 130101 and 660026 too fast; 310000 signature, keyword or address refused; 300001, 40035 parameters; 400013 group gone, 400101 no token, 90030 quota. */
const codes: Codes = {
  code: 'errcode',
  message: 'errmsg',
  fine: [0],
  limited: { 130101: tenMinutesMs, 660026: tenMinutesMs },
  denied: [310000, 400013, 400101, 300005, 90030],
  refused: [300001, 40035, 400105, 400302],
  busy: [-1],
};

/** As it stands in the address, not yet urlencoded. */
export const dingtalkSign = (ms: number, secret: string): string =>
  createHmac('sha256', secret).update(`${ms}\n${secret}`).digest('base64');

export default defineChannel({
  id: 'dingtalk',
  title: { zh: '钉钉群机器人', en: 'DingTalk group robot' },
  audience: 'group',
  reports: true,
  perMinute: 15,
  options: z.strictObject({
    token: secretReference.meta({ description: "The robot's token: what follows access_token= in its webhook address" }),
    secret: secretReference.meta({ description: 'The key of the signature (加签), beginning with SEC' }),
    url: z
      .url({ protocol: /^https?$/ })
      .default('https://oapi.dingtalk.com/robot/send')
      .meta({ description: 'Address without the token; for a relay in the hospital network' }),
  }),
  check: ({ url }) =>
    new URL(url).search === ''
      ? []
      : [{ path: ['url'], found: '<secret>', allowed: 'an address without ?access_token=...; it stands under token' }],
  open({ token, secret, url }, deps) {
    const [own, key] = [deps.secret(token), deps.secret(secret)];
    return {
      async send(notice, signal, handOver) {
        const address = new URL(url);
        const ms = deps.wire.now();
        address.searchParams.set('access_token', own.reveal());
        address.searchParams.set('timestamp', String(ms));
        address.searchParams.set('sign', dingtalkSign(ms, key.reveal()));
        return receiptOf(await postJson(address.href, {}, JSON.stringify(message(notice)), signal, handOver), 'DingTalk', codes);
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});

/** A person is called only when the number stands in the text as well. */
function message(notice: Notice): object {
  const mobiles = notice.to
    .flatMap(({ phone }) => (phone === undefined ? [] : [phone.replace(/^\+86/, '').replace(/\D/g, '')]))
    .slice(0, 20);
  const link = notice.link ? [`[${plain(notice.link.label)}](${notice.link.url})`] : [];
  const tail = [...notice.footer.map(uncalling), ...link, ...(mobiles.length > 0 ? [mobiles.map((one) => `@${one}`).join(' ')] : [])];
  const text = fitted(
    notice,
    mostBytes - 2_000,
    (label, line) => `- ${uncalling(label)}${uncalling(line)}`,
    (lines) => [`### ${uncalling(cut(notice.subject, 400))}`, '', ...lines, '', tail.join('  \n')].join('\n'),
  );
  return { msgtype: 'markdown', markdown: { title: uncalling(cut(notice.subject, 60)), text }, at: { atMobiles: mobiles, isAtAll: false } };
}
