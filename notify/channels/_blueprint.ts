/**
 * The channel to copy. Name the copy as its id says (`acme-sms.ts`), then prove it: `test/contracts/channel.acme-sms.test.ts` runs
 * `channelContract` against a real server. Nothing else is to be edited: `plantroom check`, the pages of the site file and the notifier
 * find the file by themselves.
 */
import { z } from 'zod';
import { Fault } from '../../shared/errors.ts';
import { secretReference } from '../../shared/site.ts';
import { defineChannel, plainText } from '../channel.ts';
import { postJson, shortly } from '../post.ts';

export default defineChannel({
  id: '_blueprint',
  title: { zh: '短信网关', en: 'SMS gateway' },
  // 'person': one notice for each person on call who has an address. 'group': one for all, `notice.to` says who is on call.
  audience: 'person',
  address: (person) => person.phone,
  addressName: { zh: '电话', en: 'phone' },
  // What the provider allows, or what a person can read. Above it the rest goes out as a summary; life safety goes all the same.
  perMinute: 10,
  // Secrets only by reference; the check says so by itself where somebody writes one into the file.
  options: z.strictObject({ url: z.url(), token: secretReference }),
  open({ url, token }, deps) {
    const bearer = deps.secret(token);
    return {
      async send(notice, signal, handOver) {
        const to = notice.to[0]?.phone;
        if (to === undefined) throw new Fault('notify/refused', 'the person has no phone');
        // `notice.key` is the same at every try: hand it on wherever the provider has a field for it.
        const body = JSON.stringify({ to, text: plainText(notice), id: notice.key });
        // `handOver` is asked once the connection stands, before anything of the notice leaves: the notifier lets one through at a time.
        const { status, text } = await postJson(url, { authorization: `Bearer ${bearer.reveal()}` }, body, signal, handOver);
        const said = `HTTP ${status} ${shortly(text)}`;
        if (status < 300) return { answer: said };
        // Say honestly which kind of failure it is: the notifier decides by the code what comes next.
        if (status === 429) throw new Fault('notify/limited', said, { detail: { retryAfterMs: 60_000 } });
        if (status === 401) throw new Fault('notify/denied', said);
        if (status >= 500) throw new Fault('notify/unreachable', said, { detail: { uncertain: true } });
        throw new Fault('notify/refused', said);
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});
