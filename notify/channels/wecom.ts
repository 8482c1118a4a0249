/**
 * A WeCom group robot (企业微信群机器人): a markdown message of at most 4,096 bytes, at most 20 a minute for a robot.
 * https://developer.work.weixin.qq.com/document/path/91770 (messages, limit), /path/90313 (error codes).
 */
import { z } from 'zod';
import { secretReference } from '../../shared/site.ts';
import { defineChannel, isCalm, type Notice } from '../channel.ts';
import { postJson } from '../post.ts';
import { type Codes, cut, fitted, plain, receiptOf } from '../robot.ts';

const mostBytes = 4_096;

/** 45009 more than 20 a minute; 45033 too many at once; 93000 no such webhook, 93004 robot off, 93008 not in the group; 44004 empty, 45002 too long. */
export const wecomCodes: Codes = {
  code: 'errcode',
  message: 'errmsg',
  fine: [0],
  limited: { 45009: 60_000 },
  denied: [93000, 93004, 93008, 40001, 40014, 42001, 60020, 40013, 40056, 48002],
  refused: [40008, 40058, 44004, 45002, 81013],
  busy: [-1, 45033],
};

export default defineChannel({
  id: 'wecom',
  title: { zh: '企业微信群机器人', en: 'WeCom group robot' },
  audience: 'group',
  reports: true,
  perMinute: 20,
  options: z.strictObject({
    key: secretReference.meta({ description: "The robot's key: what follows key= in its webhook address" }),
    url: z
      .url({ protocol: /^https?$/ })
      .default('https://qyapi.weixin.qq.com/cgi-bin/webhook/send')
      .meta({ description: 'Address without the key; for a relay in the hospital network' }),
  }),
  check: ({ url }) =>
    new URL(url).search === ''
      ? []
      : [{ path: ['url'], found: '<secret>', allowed: 'an address without ?key=...; the key stands under key' }],
  open({ key, url }, deps) {
    const address = new URL(url);
    address.searchParams.set('key', deps.secret(key).reveal());
    return {
      async send(notice, signal, handOver) {
        const body = JSON.stringify({ msgtype: 'markdown', markdown: { content: markdown(notice) } });
        const answer = await postJson(address.href, {}, body, signal, handOver);
        return receiptOf(answer, 'WeCom', wecomCodes);
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});

/** Subject, lines as a quotation, footer; cut at whole lines where it is too long, with a word on how many are left out. */
export function markdown(notice: Notice): string {
  const colour = isCalm(notice.step) ? 'info' : 'warning';
  const called = notice.to.flatMap((person) => (person.wecom === undefined ? [] : [`<@${person.wecom.replace(/[<>@\s]/g, '')}>`]));
  const head = `**<font color="${colour}">${plain(cut(notice.subject, 400))}</font>**`;
  const link = notice.link ? [`[${plain(notice.link.label)}](${notice.link.url})`] : [];
  const tail = [...link, ...notice.footer.map(plain), ...(called.length > 0 ? [called.slice(0, 20).join(' ')] : [])];
  return fitted(
    notice,
    mostBytes,
    (label, text) => `>${plain(label)}${plain(text)}`,
    (lines) => [head, ...lines, ...tail].join('\n'),
  );
}
