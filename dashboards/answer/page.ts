/**
 * The page behind the link of a notice: small HTML from the server, no script, no file beside it, so that it opens in the browsers inside WeCom,
 * DingTalk and Feishu, on a bad line, and below the path of a proxy (all its addresses are relative).
 */

import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { AnswerKind } from '../../desk/index.ts';
import { type Alarm, priorityLabels } from '../../shared/alarm.ts';
import { statesOf } from '../../shared/quantity.ts';
import { fill, type Language, type Text } from '../../shared/text.ts';
import { localTime, shown, supplements } from '../../shared/wording.ts';
import { trendSvg } from './trend.ts';
import { words } from './words.ts';

const style = `body{margin:0;background:#f3f5f7;color:#16202a;font:17px/1.5 system-ui,"Noto Sans SC","PingFang SC",sans-serif}
main{max-width:560px;margin:0 auto;padding:16px}h1{font-size:22px;line-height:1.3;margin:4px 0 12px}
.mark{display:inline-block;padding:2px 10px;border-radius:6px;background:#b3261e;color:#fff;font-weight:600}
dl{background:#fff;border-radius:10px;margin:12px 0;padding:4px 14px}dt{color:#51606d;font-size:14px;padding-top:8px}dd{margin:0;padding-bottom:8px;overflow-wrap:anywhere;border-bottom:1px solid #e6eaee}
dd:last-child{border:0}svg{display:block;width:100%;height:auto;background:#fff;border-radius:10px}
button{display:block;width:100%;min-height:52px;margin:10px 0;border:1px solid #8a99a6;border-radius:10px;background:#fff;color:#16202a;font:inherit;font-weight:600}
button.first{background:#0b57a4;border-color:#0b57a4;color:#fff}p.law{border-left:4px solid #b3261e;padding-left:10px}
p.said{background:#fff;border-radius:10px;padding:14px;font-weight:600}a.go{display:block;min-height:52px;line-height:52px;border-radius:10px;background:#0b57a4;color:#fff;text-align:center;font-weight:600;text-decoration:none}footer{color:#51606d;font-size:14px}a{color:#0b57a4}`;
const styleHash = createHash('sha256').update(style).digest('base64');

/** Nothing runs here and nothing is fetched; forms go to this server only. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;

const htmlOf = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');

interface Shell {
  language: Language;
  title: string;
  body: string;
}
const shell = ({ language, title, body }: Shell): string => `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${htmlOf(title)}</title><style>${style}</style></head><body><main>${body}</main></body></html>
`;

export interface AlarmPage {
  alarm: Alarm;
  site: { name: Text; timezone: string };
  person: string;
  language: Language;
  /** Secret of the link: part of the addresses of its forms. */
  token: string;
  /** Last hours, null where nothing came. */
  points: readonly (readonly [number, number | null])[];
  /** Names of the others who were told, and what they answered. */
  others: readonly { name: string; answer: AnswerKind | null }[];
  endsAt: number;
}

export function alarmPage({ alarm, site, person, language, token, points, others, endsAt }: AlarmPage): string {
  const say = (text: Text, values: Record<string, string> = {}) => htmlOf(fill(text[language], values));
  const states = statesOf(alarm.quantity, alarm.unit);
  const number = (value: number | null | undefined) =>
    value === null || value === undefined
      ? say(words.unknown)
      : htmlOf(states?.[value]?.[language] ?? `${shown(value)} ${alarm.unit}`.trim());
  const time = (t: number | null) => (t === null ? '–' : htmlOf(localTime(t, site.timezone)));
  const rows: [Text, string][] = [
    [words.where, htmlOf(alarm.location[language])],
    [words.since, time(alarm.raisedAt)],
    ...(alarm.active ? [] : ([[words.gone, time(alarm.clearedAt)]] as [Text, string][])),
  ];
  if (alarm.value !== null) {
    const beside = alarm.live?.note?.[language];
    rows.push([words.now, number(alarm.live?.value) + (beside ? ` · ${htmlOf(beside)}` : '')], [words.atRaising, number(alarm.value)]);
    if (alarm.worst) rows.push([words.worst, number(alarm.worst.value)]);
    if (alarm.limit !== null) rows.push([words.limit, number(alarm.limit)]);
  }
  rows.push([words.detail, htmlOf(alarm.message[language].replace(supplements[language], '').trim())]);
  rows.push([words.check, htmlOf(alarm.check[language])]);
  const said = (answer: AnswerKind | null) => (answer === null ? say(words.noAnswer) : say(words.answered[answer]));
  rows.push([
    words.others,
    others.length === 0
      ? say(words.nobodyElse)
      : others
          .map(({ name, answer }) => (language === 'zh' ? `${htmlOf(name)}（${said(answer)}）` : `${htmlOf(name)} (${said(answer)})`))
          .join('<br>'),
  ]);
  if (alarm.ticket !== null) rows.push([words.ticket, htmlOf(alarm.ticket)]);
  const button = (answer: AnswerKind, first = false) =>
    `<form method="post" action="${token}/${answer}"><button${first ? ' class="first"' : ''}>${say(words.buttons[answer])}</button></form>`;
  const other = language === 'zh' ? 'en' : 'zh';
  const title = alarm.title[language];
  const mark = [priorityLabels[alarm.priority][language], ...(alarm.lifeSafety ? [words.lifeSafety[language]] : [])].join(' · ');
  return shell({
    language,
    title,
    body: `<span class="mark">${htmlOf(mark)}</span><h1>${htmlOf(title)}</h1>
${alarm.lifeSafety ? `<p class="law">${htmlOf(supplements[language])}</p>` : ''}
${button('take', true)}
<dl>${rows.map(([label, text]) => `<dt>${say(label)}</dt><dd>${text}</dd>`).join('')}</dl>
${trendSvg(points, states ? null : alarm.limit, { label: words.trend[language], unit: alarm.unit, timezone: site.timezone })}
${button('pass')}${button('cannot')}
<footer><p>${say(words.bound, { person, site: site.name[language], until: localTime(endsAt, site.timezone) })}</p>
<p><a href="${token}?lang=${other}">${words.otherLanguage[language]}</a></p></footer>`,
  });
}

/** What came of it, or why not. `link`: where to go on, relative to this page. */
export const saidPage = (language: Language, title: string, text: string, link?: { href: string; label: string }): string => {
  const on = link ? `<p><a class="go" href="${htmlOf(link.href)}">${htmlOf(link.label)}</a></p>` : '';
  return shell({ language, title, body: `<h1>${htmlOf(title)}</h1><p class="said">${htmlOf(text)}</p>${on}` });
};

/** Of a test notice: one button. */
export function confirmPage(page: { language: Language; person: string; site: Text; channel: string; token: string }): string {
  const { language, token } = page;
  const title = words.testTitle[language];
  const said = fill(words.testAsks[language], { person: page.person, channel: page.channel, site: page.site[language] });
  return shell({
    language,
    title,
    body: `<h1>${htmlOf(title)}</h1><p class="said">${htmlOf(said)}</p>
<form method="post" action="${token}?lang=${language}"><button class="first">${htmlOf(words.testReceived[language])}</button></form>
<footer><p><a href="${token}?lang=${language === 'zh' ? 'en' : 'zh'}">${words.otherLanguage[language]}</a></p></footer>`,
  });
}

/** Sends a page behind a one-time link: never kept, found or told to another site. */
export const sendPage = (reply: FastifyReply, status: number, html: string) =>
  reply
    .code(status)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': pagePolicy,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
    })
    .send(html);
