/**
 * A WeCom application (企业微信应用消息): reaches a person, also inside WeChat. A token for two hours, then `message/send` with a text card.
 * A member gets 30 a minute at the most and what is above is dropped without a word, so our own limit is far below it.
 * https://developer.work.weixin.qq.com/document/path/90236 (message), /path/91039 (token), /path/90454 (limits)
 */
import { z } from 'zod';
import { Fault, isFault } from '../../shared/errors.ts';
import { secretReference } from '../../shared/site.ts';
import { type ChannelDeps, defineChannel, type Notice } from '../channel.ts';
import { type Answer, getJson, type HandOver, postJson } from '../post.ts';
import { asJson, cut, fitted, receiptOf } from '../robot.ts';
import { wecomCodes } from './wecom.ts';

/** A text card: 128 characters of title, 512 of description by its page; bytes, to be safe. */
const mostTitle = 40;
const mostBytes = 1_500;
/** The token is renewed so long before its end. */
const earlyMs = 300_000;
const tokenFaults = [40014, 42001];
/** Bytes of a plain text, which is sent where nobody could open a card. */
const mostTextBytes = 2_000;

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
const unreached = z.looseObject({ invaliduser: z.string().default(''), unlicenseduser: z.string().default('') });

export default defineChannel({
  id: 'wecom-app',
  title: { zh: '企业微信应用消息', en: 'WeCom application message' },
  audience: 'person',
  reports: true,
  address: (person) => person.wecom,
  addressName: { zh: '企业微信账号', en: 'a WeCom user id' },
  perMinute: 15,
  options: z.strictObject({
    corp: z.string().min(1).meta({ description: 'corpid of the organisation' }),
    agent: z.number().int().positive().meta({ description: 'agentid of the application' }),
    secret: secretReference.meta({
      description: 'Secret of the application. The address of this machine must stand on its list of trusted ones',
    }),
    url: z
      .url({ protocol: /^https?$/ })
      .default('https://qyapi.weixin.qq.com/')
      .meta({ description: 'For a relay in the hospital network' }),
  }),
  open({ corp, agent, secret, url }, deps) {
    const key = deps.secret(secret);
    const base = url.endsWith('/') ? url : `${url}/`;
    const tokens = openTokens(base, corp, () => key.reveal(), deps);
    const sendOnce = async (notice: Notice, signal: AbortSignal, handOver?: HandOver): Promise<Answer> => {
      const address = new URL('cgi-bin/message/send', base);
      address.searchParams.set('access_token', await tokens.token(signal));
      return postJson(address.href, {}, JSON.stringify(message(notice, agent)), signal, handOver);
    };
    return {
      async send(notice, signal, handOver) {
        let answer = await sendOnce(notice, signal, handOver);
        const code = (asJson(answer.text) as { errcode?: unknown } | undefined)?.errcode;
        if (tokenFaults.includes(code as number)) {
          tokens.forget();
          answer = await sendOnce(notice, signal, handOver);
        }
        const receipt = receiptOf(answer, 'WeCom', wecomCodes);
        // Taken, and yet not for this person: told as a refusal, so that another way is taken.
        const { invaliduser, unlicenseduser } = unreached.parse(asJson(answer.text));
        if (invaliduser !== '' || unlicenseduser !== '') {
          const what = invaliduser === '' ? 'has no licence for this application' : 'is not a member whom this application may see';
          throw new Fault('notify/refused', `the WeCom user ${invaliduser || unlicenseduser} ${what}`);
        }
        return receipt;
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});

/** One token at a time, renewed early. The secret stands in the address of that request only. */
function openTokens(base: string, corp: string, secret: () => string, { wire }: ChannelDeps) {
  let held: { token: string; until: number } | undefined;
  return {
    forget: () => {
      held = undefined;
    },
    async token(signal: AbortSignal): Promise<string> {
      if (held && wire.now() < held.until) return held.token;
      const address = new URL('cgi-bin/gettoken', base);
      address.searchParams.set('corpid', corp);
      address.searchParams.set('corpsecret', secret());
      const answer = await getJson(address.href, {}, signal).catch((error: unknown) => {
        // Nothing was sent yet: no doubt what came of the notice.
        throw isFault(error) ? new Fault('notify/unreachable', error.message) : error;
      });
      receiptOf(answer, 'WeCom', wecomCodes);
      const { access_token: token, expires_in } = tokenAnswer.parse(asJson(answer.text));
      held = { token, until: wire.now() + expires_in * 1_000 - earlyMs };
      return token;
    },
  };
}

/** A card opens the link of this person; without one it is plain text. */
function message(notice: Notice, agentid: number): object {
  const touser = notice.to.flatMap(({ wecom }) => (wecom === undefined ? [] : [wecom])).join('|');
  const common = { touser, agentid, enable_duplicate_check: 1, duplicate_check_interval: 600 };
  const text = (most: number, head: string[]) =>
    fitted(
      notice,
      most,
      (label, line) => `${label}${line}`,
      (lines) => [...head, ...lines, ...notice.footer].join('\n'),
    );
  if (!notice.link) return { ...common, msgtype: 'text', text: { content: text(mostTextBytes, [cut(notice.subject, 200)]) } };
  return {
    ...common,
    msgtype: 'textcard',
    textcard: {
      title: cut(notice.subject, mostTitle),
      description: escaped(text(mostBytes, [])),
      url: notice.link.url,
      btntxt: cut(notice.link.label, 4),
    },
  };
}

/** A card reads a few HTML tags. */
const escaped = (text: string) => text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? sign);
