/**
 * A WeCom group robot (企业微信群机器人): a markdown message of at most 4,096 bytes, at most 20 a minute for a robot.
 * https://developer.work.weixin.qq.com/document/path/91770 (messages, limit), /path/90313 (error codes).
 */
import { z } from 'zod';
import { Fault } from '../../shared/errors.ts';
import { secretReference } from '../../shared/site.ts';
import { defineChannel, type Notice } from '../channel.ts';
import { postJson, shortly } from '../post.ts';

const mostBytes = 4_096;
const minuteMs = 60_000;

/** -1 system busy, 45033 too many at once, 45009 more than 20 a minute. */
const busy = [-1, 45033];
const overLimit = 45009;
/** 93000 no such webhook, 93004 robot switched off, 93008 robot not in the group, 40014 and 40001 bad key. */
const denied = [93000, 93004, 93008, 40001, 40014];
/** 40008 kind of message, 40058 a parameter (such as the length), 44004 empty, 45002 too long. */
const refused = [40008, 40058, 44004, 45002];

export default defineChannel({
  id: 'wecom',
  title: { zh: '企业微信群机器人', en: 'WeCom group robot' },
  audience: 'group',
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
      async send(notice, signal) {
        const body = JSON.stringify({ msgtype: 'markdown', markdown: { content: markdown(notice) } });
        const answer = await postJson(address.href, {}, body, signal);
        if (answer.status === 429)
          throw new Fault('notify/limited', 'HTTP 429', { detail: { retryAfterMs: answer.retryAfterMs ?? minuteMs } });
        const parsed = answered.safeParse(asJson(answer.text));
        if (!parsed.success)
          throw new Fault('notify/unreachable', `HTTP ${answer.status}, no answer of WeCom`, { detail: { uncertain: true } });
        const { errcode, errmsg } = parsed.data;
        const said = `errcode ${errcode} ${shortly(errmsg)}`.trim();
        if (errcode === 0) return { answer: said };
        if (errcode === overLimit) throw new Fault('notify/limited', said, { detail: { retryAfterMs: minuteMs } });
        if (denied.includes(errcode)) throw new Fault('notify/denied', said);
        if (refused.includes(errcode)) throw new Fault('notify/refused', said);
        // A code that we do not know is tried again: better late than never.
        throw new Fault('notify/unreachable', busy.includes(errcode) ? said : `unknown ${said}`);
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});

const answered = z.looseObject({ errcode: z.number().int(), errmsg: z.string().default('') });

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Subject, lines as a quotation, footer; cut at whole lines where it is too long, with a word on how many are left out. */
export function markdown(notice: Notice): string {
  const zh = notice.language === 'zh';
  const colour = notice.step === 'returned' ? 'info' : 'warning';
  const called = notice.to.flatMap((person) => (person.wecom === undefined ? [] : [`<@${person.wecom.replace(/[<>@\s]/g, '')}>`]));
  const head = [`**<font color="${colour}">${plain(cut(notice.subject, 400))}</font>**`];
  const tail = [...notice.footer.map(plain), ...(called.length > 0 ? [called.slice(0, 20).join(' ')] : [])];
  const lines = notice.lines.map(
    ({ label, text }) => `>${label === '' ? '' : `${plain(label)}${zh ? '：' : ': '}`}${plain(cut(text, 600))}`,
  );
  const left = (count: number) => (zh ? `>另有 ${count} 行未列出，详见平台` : `>${count} more lines, see the console`);
  const whole = (count: number) =>
    [...head, ...lines.slice(0, count), ...(count < lines.length ? [left(lines.length - count)] : []), ...tail].join('\n');
  let count = lines.length;
  while (count > 0 && Buffer.byteLength(whole(count)) > mostBytes) count--;
  return whole(count);
}

/** Names and texts come from site files and people; none may make links, colours or calls of its own. */
const plain = (text: string) => text.replace(/[<>[\]`*_#\\]/g, (sign) => fullWidth[sign] ?? sign).replace(/\s+/g, ' ');
const fullWidth: Record<string, string> = {
  '<': '＜', '>': '＞', '[': '［', ']': '］', '`': '｀', '*': '＊', _: '＿', '#': '＃', '\\': '＼',
}; // biome-ignore format: a table

function cut(text: string, mostCharacters: number): string {
  const characters = [...text];
  return characters.length > mostCharacters ? `${characters.slice(0, mostCharacters - 1).join('')}…` : text;
}
