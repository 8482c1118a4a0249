/** The pages of a ward: report a fault, follow it, sign. Small HTML that any phone shows; every text of a person is escaped. */
import type { Language, Text } from '../../shared/text.ts';
import { type Ticket, ticketStateLabels } from '../../shared/ticket.ts';
import { localTime, supplements } from '../../shared/wording.ts';
import { faultKinds } from './kinds.ts';

export interface WardPlace {
  name: Text;
  phone?: string | undefined;
}

const words = {
  title: { zh: '报修', en: 'Report a fault' },
  what: { zh: '哪里坏了？', en: 'What is wrong?' },
  more: { zh: '说明（可不填）', en: 'In words (if you like)' },
  photo: { zh: '拍照（可不拍）', en: 'Photo (if you like)' },
  send: { zh: '提交', en: 'Send' },
  urgent: { zh: '紧急情况请直接拨打', en: 'If it is urgent, ring' },
  keep: { zh: '请保留本页：可看进度、签收、评价。', en: 'Keep this page: it shows progress, and here you sign and rate.' },
  received: { zh: '已收到。', en: 'Received.' },
  alsoRing: { zh: '请同时拨打值班电话', en: 'Ring as well' },
  alsoTell: { zh: '请同时电话通知值班人员。', en: 'Tell whoever is on duty by telephone as well.' },
  oxygenFirst: {
    zh: '先看现场医用气体法定报警装置；供氧异常时立即改用氧气瓶，不要等维修。',
    en: 'First: go by the statutory local alarm panel, and switch to oxygen cylinders at once. Do not wait for the repair.',
  },
  name: { zh: '签收人姓名', en: 'Your name' },
  draw: { zh: '请在框内手写签名', en: 'Sign in the box' },
  stars: { zh: '满意度', en: 'Rating' },
  sign: { zh: '签收', en: 'Sign off' },
  on: { zh: '到场', en: 'On site' },
  done: { zh: '修复', en: 'Repaired' },
  result: { zh: '处理结果', en: 'What was done' },
  waits: { zh: '挂起原因', en: 'Waiting for' },
  other: { zh: 'English', en: '中文' },
  failed: { zh: '没有发出，请重试或打电话。', en: 'Not sent. Try again, or ring.' },
} satisfies Record<string, Text>;

const safe = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
const style = `body{font:17px/1.45 system-ui,sans-serif;margin:0 auto;padding:12px;max-width:560px;color:#16202a;background:#fff}h1{font-size:22px;margin:4px 0}
.chips{display:grid;grid-template-columns:1fr 1fr 1fr;gap:8px;border:0;padding:0;margin:12px 0}.chips label{border:2px solid #7c8894;border-radius:10px;text-align:center;padding:14px 4px}
.chips input,.pick input{position:absolute;opacity:0;width:1px}.pick{display:block;border:2px solid #7c8894;border-radius:10px;text-align:center;padding:14px 4px}.chips label:has(:checked){background:#0b5cad;border-color:#0b5cad;color:#fff}.chips label:focus-within,.pick:focus-within{outline:3px solid #f2a900}
textarea,input[type=text]{width:100%;box-sizing:border-box;font:inherit;padding:10px;border:1px solid #7c8894;border-radius:8px}button{width:100%;font:inherit;font-weight:700;padding:15px;border:0;border-radius:10px;background:#0b5cad;color:#fff;margin-top:12px}
button:disabled{background:#5d6873}canvas{box-sizing:border-box;border:2px dashed #7c8894;border-radius:8px;width:100%;height:150px;touch-action:none;display:block}dl{display:grid;grid-template-columns:auto 1fr;gap:4px 12px}dd{margin:0;overflow-wrap:anywhere}
.ring{font-weight:700}.bad{color:#b00020}.chips.five{grid-template-columns:repeat(5,1fr)}.small{color:#4a5560;font-size:14px}`;

function whole(language: Language, title: string, body: string): string {
  const other = language === 'zh' ? 'en' : 'zh';
  return `<!doctype html><html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><meta name="referrer" content="no-referrer"><title>${safe(title)}</title><style>${style}</style></head><body>
<p class="small"><a href="?lang=${other}">${words.other[language]}</a></p>${body}<p id="said" class="bad" role="alert" data-failed="${safe(words.failed[language])}"></p><script src="/r/phone.js" defer></script></body></html>`;
}
const ring = ({ phone }: WardPlace, language: Language) =>
  phone === undefined ? '' : `<p class="ring">${words.urgent[language]} <a href="tel:${safe(phone)}">${safe(phone)}</a></p>`;

export function reportPage(place: WardPlace, language: Language): string {
  const chips = Object.entries(faultKinds)
    .map(([id, { label }]) => `<label><input type="radio" name="kind" value="${id}" required>${label[language]}</label>`)
    .join('');
  return whole(
    language,
    words.title[language],
    `<h1>${words.title[language]} · ${safe(place.name[language])}</h1>${ring(place, language)}<form id="report"><fieldset class="chips"><legend>${words.what[language]}</legend>${chips}</fieldset>
<label>${words.more[language]}<textarea name="words" rows="2" maxlength="500"></textarea></label><p><label class="pick">${words.photo[language]} <output id="picked"></output><input type="file" name="photo" accept="image/*" capture="environment"></label></p>
<button>${words.send[language]}</button></form><p class="small">${supplements[language]}</p>`,
  );
}

/** Until somebody is there: that it has come in; of what cannot wait, what comes first and whom to ring. */
function received(place: WardPlace, { state, system, startedAt }: Ticket, language: Language): string {
  if (startedAt !== null || !['open', 'assigned', 'waiting'].includes(state)) return ring(place, language);
  const came = `<b>${words.received[language]}</b>`;
  if (system !== 'oxygen' && system !== 'electricity') return `<p>${came}</p>${ring(place, language)}`;
  const { phone } = place;
  const call =
    phone === undefined ? words.alsoTell[language] : `${words.alsoRing[language]} <a href="tel:${safe(phone)}">${safe(phone)}</a>`;
  const first = system === 'oxygen' ? `<p class="bad"><b>${words.oxygenFirst[language]}</b></p>` : '';
  return `${first}<p class="ring">${came} ${call}</p>`;
}

export function progressPage(place: WardPlace, ticket: Ticket, language: Language, timezone: string): string {
  const time = (t: number) => localTime(t, timezone).slice(0, 16);
  const facts: [string, string | null][] = [
    [words.title[language], time(ticket.openedAt)],
    [words.on[language], ticket.life.arrivedAt === null ? null : time(ticket.life.arrivedAt)],
    [words.waits[language], ticket.waitingReason],
    [words.done[language], ticket.resolvedAt === null ? null : time(ticket.resolvedAt)],
    [words.result[language], ticket.resolution],
    [words.sign[language], ticket.life.signature && `${ticket.life.signature.name} ${time(ticket.life.signature.at)}`],
  ];
  const list = facts.flatMap(([name, value]) => (value === null ? [] : [`<dt>${name}</dt><dd>${safe(value)}</dd>`])).join('');
  const stars = [1, 2, 3, 4, 5].map((n) => `<label><input type="radio" name="stars" value="${n}">${n}★</label>`).join('');
  const form = `<form id="sign"><label>${words.name[language]}<input type="text" name="name" required maxlength="60"></label><p>${words.draw[language]}</p><canvas id="pad"></canvas>
<fieldset class="chips five"><legend>${words.stars[language]}</legend>${stars}</fieldset><button>${words.sign[language]}</button></form>`;
  return whole(
    language,
    ticket.id,
    `<h1>${ticket.id} · ${ticketStateLabels[ticket.state][language]}</h1><p>${safe(ticket.title[language])}</p>${received(place, ticket, language)}<dl>${list}</dl>${ticket.state === 'resolved' ? form : ''}<p class="small">${words.keep[language]}</p>`,
  );
}
